"""The linter, as far as leads show it. What the text alone shows stands in `definitions.linter`.

late      fields that were filled in only after the handoff
leads     clauses that too many, nobody or the same leads meet; fields mostly unknown; what came too late
report    everything that is found in a draft, for the page
"""
