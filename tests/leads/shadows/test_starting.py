"""A candidate begins to score in silence: whose text, by whom, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from definitions.models import Criterion, Definition, Version
from definitions.services.drafts import draft_create, version_edit
from leads.models import (
    Run,
    Shadow,
)
from leads.shadows.services import shadow_stop
from portal.common.errors import Conflict, Invalid, PortalError, Refused
from portal.common.models import AuditEntry
from tests.builders import (
    NOW,
    a_version,
    ada,
    an_active_version,
    maya,
    mona,
    olga,
    rita,
    sam,
)
from tests.leads.runs.stories import work
from tests.leads.shadows.stories import (
    LAST_DAY,
    a_candidate,
    a_running_shadow,
    a_shadow,
    fresh,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# -- the text is frozen --------------------------------------------------------------------------------------


def test_a_draft_is_frozen_as_it_stands(clock: Any) -> None:
    an_active_version()
    draft = draft_create(
        definition=Definition.objects.get(stage="mql"),
        actor=maya(),
        document=a_candidate("rejected").document,
    )
    shadow = a_shadow(draft)
    version_edit(version=draft, actor=maya(), edit_number=draft.edit_number, threshold=7)
    frozen = fresh(shadow).version
    assert (frozen.status, frozen.is_shadow, frozen.threshold, frozen.document["threshold"]) == (
        "withdrawn", True, 50, 50,
    )  # fmt: skip
    assert str(shadow) == "MQL v3 as it stood on 4 May 2026"
    assert not Criterion.objects.filter(version=frozen).exists()
    assert AuditEntry.objects.get(verb="shadow.started").after["fingerprint"] == frozen.fingerprint


def test_the_database_keeps_a_shadow_frozen_and_withdrawn() -> None:
    an_active_version()
    frozen = a_shadow().version
    for damage in ({"status": "ratified", "ratified_at": NOW}, {"document": None}):
        with pytest.raises(IntegrityError, match="a_shadow_is_frozen_and_withdrawn"), transaction.atomic():
            Version.objects.filter(pk=frozen.pk).update(**damage)


# -- who may, and when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "fields", "error", "sentence"),
    [
        ("a marketer", {"actor": maya}, Refused, "Only a manager"),
        ("a rep", {"actor": sam}, Refused, "Only a manager"),
        ("in no team", {"actor": olga}, Refused, "Only a manager"),
        ("no reason", {"reason": " "}, Invalid, "what you want to find out"),
        ("today", {"ends_on": NOW.date()}, Invalid, "after today"),
        ("too long", {"ends_on": date(2026, 8, 5)}, Invalid, "within three months"),
    ],
)
def test_what_cannot_be_started(
    case: str, fields: dict[str, Any], error: type[PortalError], sentence: str
) -> None:
    an_active_version()
    candidate = a_candidate()
    with pytest.raises(error, match=sentence):
        a_shadow(candidate, **fields)
    assert (Shadow.objects.count(), Version.objects.count(), Run.objects.count()) == (0, 2, 0)


@pytest.mark.parametrize("who", [mona, rita, ada])
def test_managers_start_and_stop_it(who: Callable[[], Any]) -> None:
    an_active_version()
    shadow = a_shadow(actor=who)
    with pytest.raises(Refused, match="Only a manager"):
        shadow_stop(shadow=shadow, actor=sam())
    shadow_stop(shadow=shadow, actor=who())
    assert (fresh(shadow).ending, fresh(shadow).ended_by) == ("stopped", who())
    with pytest.raises(Conflict, match="ended meanwhile"):
        shadow_stop(shadow=shadow, actor=who())
    assert AuditEntry.objects.filter(verb="shadow.ended").count() == 1


def test_it_needs_a_version_in_force_that_says_something_else() -> None:
    with pytest.raises(Conflict, match="No version is in force"):
        a_shadow()
    active = an_active_version()
    with pytest.raises(Conflict, match="nothing to compare"):
        a_shadow(a_version(active.document, "rejected"))


def test_a_draft_that_cannot_be_read_yet_is_refused_with_its_problems() -> None:
    an_active_version()
    draft = draft_create(definition=Definition.objects.get(stage="mql"), actor=maya())
    Version.objects.filter(pk=draft.pk).update(threshold=-1)
    draft.refresh_from_db()
    with pytest.raises(Invalid, match="threshold"):
        a_shadow(draft)


def test_two_at_most_and_one_prepared_at_a_time() -> None:
    shadow = a_running_shadow()
    a_shadow(a_candidate(grades=[1, 2, 3, 4]))
    with pytest.raises(Conflict, match="2 candidates are scored in silence already"):
        a_shadow(a_candidate(grades=[2, 3, 4, 5]))
    shadow_stop(shadow=shadow, actor=mona())
    with pytest.raises(Conflict, match="getting its first scores"):
        a_shadow(a_candidate(grades=[2, 3, 4, 5]))
    work()
    a_shadow(a_candidate(grades=[2, 3, 4, 5]))


def test_the_last_day_counts_to_its_end() -> None:
    an_active_version()
    assert a_shadow().ends_at.date() == LAST_DAY + timedelta(days=1)
