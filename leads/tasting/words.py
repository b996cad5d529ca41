"""Agreement in words: a number where there is enough to say one, and a sentence where there is not."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.tasting.agreement import Agreement, word_for

KAPPA_WORDS = {
    "almost perfect": gettext_lazy("almost perfect"),
    "substantial": gettext_lazy("substantial"),
    "moderate": gettext_lazy("moderate"),
    "fair": gettext_lazy("fair"),
    "slight": gettext_lazy("slight"),
    "poor": gettext_lazy("worse than chance"),
}


def kappa_words(agreement: Agreement) -> str:
    """“0.57, moderate”; else why there is no such number."""
    if not agreement.pairs:
        return _("too few to say")
    if not agreement.is_enough:
        return ngettext(
            "too few to say: %(n)d lead in common", "too few to say: %(n)d leads in common", agreement.leads
        ) % {"n": agreement.leads}
    if agreement.kappa is None:
        return _("undefined: each said the same of every lead, and so would chance")
    # As everywhere on the pages: a minus sign, not a hyphen.
    number = formats.number_format(round(agreement.kappa, 2), 2).replace("-", "−")
    word = KAPPA_WORDS[word_for(agreement.kappa)]
    words = _("%(kappa)s, %(word)s") % {"kappa": number, "word": word}
    if agreement.undefined:
        words += " " + ngettext(
            "(%(n)d pair said the same of every lead and has none)",
            "(%(n)d pairs said the same of every lead and have none)",
            agreement.undefined,
        ) % {"n": agreement.undefined}
    return words
