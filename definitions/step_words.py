"""What was done to a draft, in words: for the button that takes it back, and for its refusal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.wording import sentence_of_effect
from definitions.models import Basis, Half
from definitions.reading import rule_in_words

LABELS = {
    "half": gettext_lazy("half"),
    "wording": gettext_lazy("wording"),
    "rule": gettext_lazy("rule"),
    "effect": gettext_lazy("effect"),
    "group": gettext_lazy("group"),
    "owner": gettext_lazy("owner"),
    "reason": gettext_lazy("reason"),
    "basis": gettext_lazy("what it rests on"),
    "review_on": gettext_lazy("review date"),
    "personas": gettext_lazy("personas"),
    "title": gettext_lazy("title"),
    "summary": gettext_lazy("summary"),
    "threshold": gettext_lazy("threshold"),
    "minimum_fit": gettext_lazy("least points of fit"),
    "minimum_behaviour": gettext_lazy("least points of behaviour"),
    "cap_fit": gettext_lazy("cap of fit"),
    "cap_behaviour": gettext_lazy("cap of behaviour"),
    "groups": gettext_lazy("groups"),
    "grade_bounds": gettext_lazy("grades"),
    "below": gettext_lazy("place"),
}
LONGEST = 120


def step_in_words(
    verb: str, subject: str, before: Mapping[str, Any], after: Mapping[str, Any], known: Catalogue
) -> str:
    """What one act did: “threshold 60 → 65”, “removed “Works in software””."""
    name = shortened(subject)
    if verb == "criterion.added":
        return _("added “%(clause)s”") % {"clause": name}
    if verb == "criterion.removed":
        return _("removed “%(clause)s”") % {"clause": name}
    if verb == "criterion.moved":
        return _("moved “%(clause)s”") % {"clause": name}
    changes = "; ".join(
        f"{LABELS.get(field, field)} {value_in_words(field, before.get(field), known)} → "
        f"{value_in_words(field, value, known)}"
        for field, value in after.items()
    )
    if verb == "version.edited":
        return shortened(changes)
    return _("“%(clause)s”: %(changes)s") % {"clause": name, "changes": shortened(changes)}


def values_in_words(values: Mapping[str, Any], known: Catalogue) -> str:
    """Several values with their labels: “threshold 65, cap of fit none”."""
    return ", ".join(
        f"{LABELS.get(field, field)} {value_in_words(field, value, known)}" for field, value in values.items()
    )


def value_in_words(field: str, value: Any, known: Catalogue) -> str:
    """One value of a clause or of a draft's numbers, as people read it."""
    if value in (None, "", []):
        return _("none")
    if field == "rule":
        return f"“{shortened(rule_in_words(value, known) or _('a rule that cannot be read any more'))}”"
    if field == "effect":
        return sentence_of_effect(value)
    if field == "groups":
        return ", ".join(f"{group['label']} ({group['cap']})" for group in value)
    if field == "personas":
        return ", ".join(known.persona_names.get(key, key) for key in value)
    if field == "grade_bounds":
        return ", ".join(map(str, value))
    if field == "basis" and value in Basis.values:
        return str(Basis(value).label)
    if field == "half" and value in Half.values:
        return str(Half(value).label)
    return f"“{shortened(value)}”" if field in ("wording", "reason", "title", "summary") else str(value)


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
