"""The command that asks for everything that must always hold, on crafted breaches."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from definitions.models import Definition, Version
from leads.models import Lead, LeadFit
from reviews.models import Meeting, Series
from tests.builders import NOW, a_lead, an_active_version, maya


@pytest.mark.django_db
def test_an_untouched_workspace_holds() -> None:
    a_lead()
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert out.getvalue() == "All invariants hold.\n"


def _a_lead_without_facts() -> str:
    lead = a_lead()
    LeadFit.objects.filter(lead=lead).delete()
    return f"leads: Leads without their row of facts: 1 ({lead.pk})"


def _a_stage_without_its_handoff() -> str:
    lead = a_lead()
    Lead.objects.filter(pk=lead.pk).update(stage="sal")
    return f"leads: Leads at sal without a handoff that is accepted: 1 ({lead.pk})"


def _a_version_that_nobody_ratified() -> str:
    an_active_version()
    return "definitions: MQL v1 is active, and no ballot ratified this text."


def _a_text_that_was_changed_afterwards() -> str:
    version = an_active_version()
    Version.objects.filter(pk=version.pk).update(document={**version.document, "threshold": 5})
    return "definitions: The fingerprint of MQL v1 is not that of its text."


def _a_meeting_without_minutes() -> str:
    meeting = _a_closed_meeting()
    return f"reviews: Meeting {meeting.pk} is closed without minutes, period or the person who closed it."


def _a_closed_meeting() -> Meeting:
    series = Series.objects.create(
        title="Review",
        definition=Definition.objects.get(stage="mql"),
        starts_on=NOW.date(),
        local_time=NOW.time(),
        uid="review@example.com",
        created_by=maya(),
    )
    return Meeting.objects.create(
        series=series,
        original_at=NOW,
        starts_at=NOW,
        duration_minutes=60,
        status="closed",
        closed_at=NOW,
        numbers={},
    )


@pytest.mark.parametrize(
    "breach",
    [
        _a_lead_without_facts,
        _a_stage_without_its_handoff,
        _a_version_that_nobody_ratified,
        _a_text_that_was_changed_afterwards,
        _a_meeting_without_minutes,
    ],
    ids=lambda breach: breach.__name__.strip("_").replace("_", " "),
)
@pytest.mark.django_db
def test_a_breach_is_printed_and_ends_in_exit_status_1(breach: Callable[[], str]) -> None:
    sentence = breach()
    out = StringIO()
    with pytest.raises(CommandError, match=r"found\.$") as refusal:
        call_command("check_invariants", stdout=out)
    assert refusal.value.returncode == 1
    assert sentence in out.getvalue().splitlines()
