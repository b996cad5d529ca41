"""The numbers of a period: what became of the leads that were offered in it.

Every number is a count of handoffs offered in the period (days of the workspace's time zone, both ends
included), and `narrowed` is the one place that says which handoffs it counts: the watch list uses it too, so
that a number and the list behind it cannot disagree. Each module answers in a fixed number of queries.
"""

from leads.selectors.funnel.clauses import carried_by_clause, wordings
from leads.selectors.funnel.conditions import NOT_KNOWN, condition, narrowed
from leads.selectors.funnel.numbers import ENOUGH, Numbers, funnel, rate, totals_of
from leads.selectors.funnel.periods import Period, months_of, quarter_of, steps_of, weeks_of

__all__ = [
    "ENOUGH",
    "NOT_KNOWN",
    "Numbers",
    "Period",
    "carried_by_clause",
    "condition",
    "funnel",
    "months_of",
    "narrowed",
    "quarter_of",
    "rate",
    "steps_of",
    "totals_of",
    "weeks_of",
    "wordings",
]
