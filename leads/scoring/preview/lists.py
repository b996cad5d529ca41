"""The leads behind each number of a preview: from the same snapshot, so the list has as many as it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from leads.handoffs.growth import Growth, growth_of
from leads.linter.late import late_of
from leads.scoring.preview import snapshots
from leads.scoring.preview.arithmetic import Verdict
from leads.scoring.preview.columns import Bits, Ids, ids_of
from leads.scoring.preview.looks import Look
from leads.scoring.preview.questions import fields_of


@dataclass(frozen=True)
class LeadList:
    """`lead_ids` ascending; `label` says what they are, in a few words."""

    label: str
    lead_ids: Ids


@dataclass(frozen=True)
class Pick:
    """Which number: its group, of what (a grade, a clause, a field, a person), and beside what. With
    `is_active` the version in force is asked in place of the draft."""

    group: str
    of: str = ""
    beside: str = ""
    is_active: bool = False


def list_of(look: Look, pick: Pick) -> LeadList | None:
    """The leads behind a number; None where there is no such number."""
    make = _GROUPS.get(pick.group)
    if make is None or (pick.is_active and look.active is None):
        return None
    return make(look, pick)


# -- who qualifies -----------------------------------------------------------------------------------------


def _qualified(look: Look, pick: Pick) -> LeadList:
    label = _("Qualify now") if pick.is_active else _("Would qualify")
    return _list(look, label, _verdict(look, pick).qualified)


def _entering(look: Look, pick: Pick) -> LeadList | None:
    if look.active is None:
        return None
    return _list(look, _("Would enter"), look.entering)


def _leaving(look: Look, pick: Pick) -> LeadList | None:
    if look.active is None:
        return None
    return _list(look, _("Would leave"), look.leaving)


def _weekly(look: Look, pick: Pick) -> LeadList:
    label = (
        _("Captured in the last twelve weeks and qualified now")
        if pick.is_active
        else _("Captured in the last twelve weeks and would qualify")
    )
    return _list(look, label, look.captured.hits & _verdict(look, pick).qualified)


def _grade(look: Look, pick: Pick) -> LeadList | None:
    if pick.of not in ("1", "2", "3", "4", "5"):
        return None
    place = 1 if pick.is_active else 0
    document = look.asked.documents[place]
    bits = snapshots.graded(look.snapshot, document, look.questions[place], look.found, int(pick.of))
    label = _("Have grade %(grade)s now") if pick.is_active else _("Would have grade %(grade)s")
    return _list(look, label % {"grade": pick.of}, bits)


def _verdict(look: Look, pick: Pick) -> Verdict:
    if pick.is_active:
        assert look.active is not None
        return look.active
    return look.draft


# -- clauses -----------------------------------------------------------------------------------------------


def _met(look: Look, pick: Pick) -> LeadList | None:
    place = _place(look, pick.of)
    if place is None:
        return None
    label = _("Meet “%(clause)s”") % {"clause": look.asked.draft.criteria[place].wording}
    return _list(look, label, look.columns[place].hits)


def _without(look: Look, pick: Pick) -> LeadList | None:
    """Whose qualification hangs on one clause."""
    place = _place(look, pick.of)
    if place is None:
        return None
    document, questions = look.asked.draft, list(look.questions[0])
    rest = [number for number in range(len(questions)) if number != place]
    other = snapshots.verdict(
        look.snapshot,
        replace(document, criteria=tuple(document.criteria[number] for number in rest)),
        [questions[number] for number in rest],
        look.found,
    )
    label = _("Qualify or not by “%(clause)s” alone") % {"clause": document.criteria[place].wording}
    return _list(look, label, look.draft.qualified ^ other.qualified)


def _both(look: Look, pick: Pick) -> LeadList | None:
    places = _place(look, pick.of), _place(look, pick.beside)
    if places[0] is None or places[1] is None:
        return None
    first, second = (look.asked.draft.criteria[place].wording for place in places if place is not None)
    bits = look.columns[places[0]].hits & look.columns[places[1]].hits
    return _list(look, _("Meet both “%(first)s” and “%(second)s”") % {"first": first, "second": second}, bits)


def _place(look: Look, key: str) -> int | None:
    keys = [clause.key for clause in look.asked.draft.criteria]
    return keys.index(key) if key in keys else None


# -- fields ------------------------------------------------------------------------------------------------


def _unknown(look: Look, pick: Pick) -> LeadList | None:
    field = fields_of(look.asked.draft.criteria).get(pick.of)
    column = look.known_of([field]).get(field.key) if field else None
    if field is None or column is None:
        return None
    label = _("“%(field)s” is unknown") % {"field": field.label}
    return _list(look, label, ~column.hits)


def _late(look: Look, pick: Pick) -> LeadList | None:
    """Leads handed over whose field was filled in only afterwards."""
    field = fields_of(look.asked.draft.criteria).get(pick.of)
    known = look.known_of([field]) if field else {}
    late = late_of(look, known).get(pick.of)
    if field is None or late is None:
        return None
    label = _("“%(field)s” was filled in after the handoff") % {"field": field.label}
    return LeadList(label, np.array(late.lead_ids, dtype=np.int64))


# -- the queues --------------------------------------------------------------------------------------------


def entering_and_leaving(look: Look) -> tuple[Ids, Ids]:
    """Their ids, each ascending. There has to be a version in force."""
    return ids_of(look.entering, look.lead_ids), ids_of(look.leaving, look.lead_ids)


def _joining(look: Look, pick: Pick) -> LeadList | None:
    return _of_queue(look, pick, lambda one: one.joining)


def _withdrawn(look: Look, pick: Pick) -> LeadList | None:
    return _of_queue(look, pick, lambda one: one.withdrawn)


def _of_queue(look: Look, pick: Pick, side: Callable[[Growth], Iterable[int]]) -> LeadList | None:
    """Offers of one queue that are new or are withdrawn; without `of`, those of all."""
    if look.active is None:
        return None
    growths = growth_of(*entering_and_leaving(look), look.asked.catalogue)
    if growths is None:
        return None
    asked = [one for one in growths if not pick.of or one.key == pick.of]
    if not asked:
        return None
    words = _("Offered anew") if pick.group == "joining" else _("Offers that would be withdrawn")
    label = f"{words}: {asked[0].name}" if pick.of else words
    return LeadList(label, np.array(sorted(lead for one in asked for lead in side(one)), dtype=np.int64))


def _list(look: Look, label: str, bits: Bits) -> LeadList:
    return LeadList(label, ids_of(bits, look.lead_ids))


_GROUPS: dict[str, Callable[[Look, Pick], LeadList | None]] = {
    "qualified": _qualified,
    "entering": _entering,
    "leaving": _leaving,
    "weekly": _weekly,
    "grade": _grade,
    "met": _met,
    "without": _without,
    "both": _both,
    "unknown": _unknown,
    "late": _late,
    "joining": _joining,
    "withdrawn": _withdrawn,
}
