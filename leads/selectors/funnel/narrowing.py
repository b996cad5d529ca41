"""What a list behind a number is narrowed to, in words: an address alone would not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leads.models import Handoff, Term
from leads.selectors.funnel.clauses import wordings
from leads.selectors.funnel.conditions import NOT_KNOWN

CLAUSES = ("criterion", "carried", "uncarried")
LASTS = ("last_channel", "last_campaign", "last_content")


def narrowing_words(chosen: Mapping[str, Any]) -> list[str]:
    """Of what the filter bar does not show: the period, a clause, what captured a lead, its last act.

    Three queries at most, and none where nothing is narrowed so.
    """
    said = []
    if period := chosen.get("period"):
        first, last = (date_format(day, "j M Y") for day in (period.first, period.last))
        said.append(_("offered from %(first)s to %(last)s") % {"first": first, "last": last})
    if any(chosen.get(name) for name in CLAUSES):
        words = wordings(list(Handoff.objects.order_by().values_list("version", flat=True).distinct()))
        templates = (_("challenged “%(words)s”"), _("met “%(words)s”"), _("did not meet “%(words)s”"))
        for name, template in zip(CLAUSES, templates, strict=True):
            if key := chosen.get(name):
                said.append(template % {"words": words.get(key, key)})
    captured = {
        "channel": _("captured by the channel %(words)s"),
        "campaign": _("captured by the campaign %(words)s"),
    }
    for name, template in captured.items():
        if value := chosen.get(name):
            said.append(template % {"words": _("not known") if value == NOT_KNOWN else value})
    if any(chosen.get(name) for name in LASTS):
        said += _last_act_words(chosen)
    return said


def _last_act_words(chosen: Mapping[str, Any]) -> list[str]:
    asked = {name: chosen[name] for name in LASTS if chosen.get(name)}
    terms = Term.objects.filter(pk__in=[int(term) for term in asked.values() if term != NOT_KNOWN])
    texts = {str(pk): text for pk, text in terms.values_list("pk", "text")}
    templates = {
        "last_channel": _("last act by the channel %(words)s"),
        "last_campaign": _("last act in the campaign %(words)s"),
        "last_content": _("last act on %(words)s"),
    }
    return [templates[name] % {"words": texts.get(term, _("not known"))} for name, term in asked.items()]
