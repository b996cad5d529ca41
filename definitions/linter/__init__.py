"""The linter: weak spots of a draft that its text alone shows. What leads show stands in `leads.linter`.

findings   one finding, and how grave it is
logic      clauses that shut each other out, numbers that cannot be reached
words      wordings that say nothing, or something else than the rule
care       clauses that nobody looks after
text       all of these for a version
"""
