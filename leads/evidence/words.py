"""Evidence in words: shares and lifts with their intervals, or that there is too little data."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _

from leads.evidence.intervals import ENOUGH_CASES, LEAST_EXPECTED, Contrast, interval_of_share


def too_little() -> str:
    return _("too little data")


def too_early() -> str:
    return _("too early to say")


def rule_of_too_little() -> str:
    return _(
        "“Too little data” stands where fewer than %(n)d would be expected in one of the four counts "
        "if the clause made no difference."
    ) % {"n": LEAST_EXPECTED}


def share_words(part: int, whole: int) -> str:
    """“38 % (31 to 46)”, the share with its 95 % interval."""
    if not whole:
        return "\u2013"
    low, high = interval_of_share(part, whole)
    return _("%(share)d\u00a0%% (%(low)d to %(high)d)") % {
        "share": round(100 * part / whole),
        "low": round(100 * low),
        "high": round(100 * high),
    }


def enough_share_words(part: int, whole: int) -> str:
    """The same where there are cases enough to speak of a share."""
    return share_words(part, whole) if whole >= ENOUGH_CASES else too_little()


def lift_words(contrast: Contrast) -> str:
    """“1.8 times as often (1.2 to 2.7)”."""
    lift = contrast.lift
    if lift is None:
        return too_little()
    return _("%(ratio)s times as often (%(low)s to %(high)s)") % {
        "ratio": _times(lift.ratio),
        "low": _times(lift.low),
        "high": _times(lift.high),
    }


def _times(value: float) -> str:
    digits = 2 if value < 1 else 1 if value < 10 else 0
    return formats.number_format(round(value, digits), decimal_pos=digits)


def lift_look(contrast: Contrast) -> str:
    """good, warn, quiet: whether the whole interval lies above 1, below 1, or neither can be said."""
    lift = contrast.lift
    if lift is None:
        return "quiet"
    return {1: "good", 0: "plain", -1: "warn"}[lift.direction]
