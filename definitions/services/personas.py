"""Personas: kinds of buyers, each with a rule over attributes."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from definitions import policies
from definitions.criteria.document import DocumentError, parse_rule
from definitions.criteria.fingerprint import personas_of
from definitions.models import Criterion, Persona, VersionStatus
from definitions.selectors import catalogue
from definitions.services.drafts import StaleEdit
from portal.common import audit
from portal.common.errors import Conflict, Invalid
from portal.common.models import User

FIELDS = ("name", "role", "industry", "company_size", "pains", "buying_cycle", "rule")
_BEYOND_ATTRIBUTES = {"persona", "activity", "silence_days", "account_people", "account_roles"}


def _leaf_names(rule: Any) -> set[str]:
    if isinstance(rule, list):
        return set().union(*(_leaf_names(part) for part in rule)) if rule else set()
    if not isinstance(rule, dict):
        return set()
    return set(rule) | _leaf_names([part for key in ("all", "any", "none") for part in rule.get(key, [])])


def check_persona_rule(rule: dict[str, Any]) -> None:
    """A persona says who somebody is: attributes alone, so that it means the same at every instant."""
    if _leaf_names(rule) & _BEYOND_ATTRIBUTES:
        raise Invalid(_("A persona speaks of facts about leads and accounts only."), field="rule")
    try:
        parse_rule(rule, catalogue())
    except DocumentError as error:
        raise Invalid(" ".join(error.sentences), field="rule") from error


@transaction.atomic
def persona_create(*, actor: User, name: str, rule: dict[str, Any], key: str = "", **values: str) -> Persona:
    """Describe a new kind of buyer. The key is made from the name unless given."""
    policies.may_draft(actor).require()
    check_persona_rule(rule)
    key = key or slugify(name)[:60]
    if not key:
        raise Invalid(_("The name needs at least one letter or digit."), field="name")
    if Persona.objects.filter(key=key).exists():
        raise Invalid(_("There is a persona of this name already."), field="name")
    persona = Persona.objects.create(key=key, name=name, rule=rule, created_by=actor, **values)
    audit.record("persona.created", subject=persona, actor=actor, after={"rule": rule})
    return persona


@transaction.atomic
def persona_edit(*, persona: Persona, actor: User, edit_number: int, **values: Any) -> Persona:
    """Change a persona. Drafts follow at once; versions that were proposed keep the rule they froze."""
    policies.may_draft(actor).require()
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"Not a field of a persona: {sorted(unknown)}")
    if "rule" in values:
        check_persona_rule(values["rule"])
    before = Persona.objects.values(*values).get(pk=persona.pk)
    moved = Persona.objects.filter(pk=persona.pk, edit_number=edit_number).update(
        **values, edit_number=F("edit_number") + 1
    )
    current = Persona.objects.get(pk=persona.pk)
    if not moved:
        raise StaleEdit(
            _("Someone saved this persona while you were editing it. Nothing of either text is lost."),
            current,
        )
    audit.record("persona.edited", subject=current, actor=actor, before=before, after=values)
    return current


@transaction.atomic
def persona_retire(*, persona: Persona, actor: User) -> None:
    """Take a persona out of use. Versions that froze it keep it."""
    policies.may_draft(actor).require()
    drafted = Criterion.objects.filter(version__status=VersionStatus.DRAFT)
    for criterion in drafted.select_related("version__definition"):
        if persona.key in personas_of(criterion.rule):
            raise Conflict(
                _("The draft %(version)s still asks for this persona. Change that clause first.")
                % {"version": criterion.version}
            )
    moved = Persona.objects.filter(pk=persona.pk, retired_at=None).update(retired_at=timezone.now())
    if not moved:
        raise Conflict(_("Someone retired this persona a moment ago."))
    audit.record("persona.retired", subject=persona, actor=actor)


@transaction.atomic
def persona_restore(*, persona: Persona, actor: User) -> None:
    """Take a retired persona into use again."""
    policies.may_draft(actor).require()
    if not Persona.objects.filter(pk=persona.pk, retired_at__isnull=False).update(retired_at=None):
        raise Conflict(_("This persona is in use already."))
    audit.record("persona.restored", subject=persona, actor=actor)
