"""A definition suggested from history: few clauses with whole points, and what they rest on."""
