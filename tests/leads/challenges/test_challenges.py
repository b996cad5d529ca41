"""Challenges gather per clause; at the agreed level the portal drafts one amendment, with its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from leads.challenges.level import Level
from leads.challenges.selectors import clauses_challenged
from leads.challenges.services import amendments_open_due
from leads.models import Amendment, Handoff, Reason
from portal.common.models import AuditEntry, Notification, Workspace
from reviews.evidence import agenda
from reviews.services.preparing import meeting_prepare
from tests.builders import (
    NOW,
    a_document,
    a_lead,
    a_version,
    an_active_version,
    maya,
    rita,
    sam,
    signed_in,
    sofia,
)
from tests.leads.handoffs.stories import ASKED, PRICING, SOFTWARE
from tests.races import at_once
from tests.reviews.builders import a_series, first_meeting

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(LATER, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def version(db: None) -> Version:
    return in_force()


def in_force() -> Version:
    return an_active_version(a_document(SOFTWARE, PRICING, ASKED))


def handed_over(version: Version, challenged: str = "", at: Any = NOW, **fields: Any) -> Handoff:
    """One handoff whose receipt says that software and pricing were met."""
    lines = [{"key": key, "is_met": True, "points": 50} for key in ("c-software", "c-pricing")]
    values: dict[str, Any] = {"offered_at": at, "due_at": at, "receipt": {"lines": lines}}
    if challenged:
        reason = Reason.objects.get(key="wrong-company")
        values |= {"status": "returned", "challenged_key": challenged, "ended_at": at, "decided_at": at}
        values |= {"reason": reason, "reason_label": reason.label, "decided_by": sam(), "note": "Two people."}
    return Handoff.objects.create(lead=a_lead(), version=version, points=100, grade=5, **{**values, **fields})


def challenge(version: Version, times: int, key: str = "c-software", **fields: Any) -> None:
    for _time in range(times):
        handed_over(version, key, **fields)


@pytest.mark.parametrize(
    ("challenges", "carried", "is_reached"),
    [
        (0, 0, False),
        (4, 4, False),  # a share of too few
        (5, 5, True),
        (5, 5_000, True),
        (1, 19, False),
        (1, 20, False),
        (2, 20, True),
        (2, 21, False),
        (3, 30, True),
        (4, 41, False),
        (4, 40, True),
    ],
)
def test_the_level(challenges: int, carried: int, is_reached: bool) -> None:
    assert Level(5, 10).is_reached(challenges, carried) is is_reached


def test_below_the_level_nothing_is_drafted(version: Version) -> None:
    challenge(version, 4)
    assert amendments_open_due() == 0
    assert (Amendment.objects.count(), Version.objects.count()) == (0, 1)


def test_at_the_level_an_amendment_is_drafted_once(version: Version) -> None:
    maya(), sofia(), rita()
    challenge(version, 5)
    handed_over(version)
    assert amendments_open_due() == 1
    amendment = Amendment.objects.get()
    draft = amendment.draft
    assert (amendment.version, amendment.criterion_key) == (version, "c-software")
    assert (draft.status, draft.based_on, draft.created_by) == ("draft", version, None)
    assert draft.title == "Amendment: Clause c-software"
    for words in (
        "“Clause c-software” of MQL v1",
        "sales returned 5 leads and named this clause, of 6 that met it",
        "(Sam Okafor): The company does not fit: Two people.",
    ):
        assert words in draft.summary
    clause = draft.criteria.get(key="c-software")
    assert clause.reason.startswith("In 90 days sales returned 5 leads")
    assert clause.rule == SOFTWARE["rule"]
    assert draft.criteria.count() == 3
    evidence = amendment.evidence
    assert (evidence["challenges"], evidence["carried"], len(evidence["returns"])) == (5, 6, 5)
    told = Notification.objects.filter(key=f"amendment:{amendment.pk}")
    assert {row.person for row in told} == {maya(), sam(), sofia(), rita()}
    assert AuditEntry.objects.get(verb="amendment.opened").actor is None
    # As often as one likes, and however many challenges follow.
    challenge(version, 5)
    assert (amendments_open_due(), amendments_open_due()) == (0, 0)
    assert (Amendment.objects.count(), Notification.objects.count()) == (1, 4)


def test_the_share_comes_first_where_the_leads_are_few(version: Version) -> None:
    challenge(version, 2)
    for _number in range(17):
        handed_over(version)
    assert amendments_open_due() == 0
    handed_over(version)
    assert amendments_open_due() == 1


def test_the_workspace_sets_the_level(version: Version) -> None:
    Workspace.objects.update(challenges_to_amend=7, challenge_percent=100)
    challenge(version, 6)
    assert amendments_open_due() == 0
    challenge(version, 1)
    assert amendments_open_due() == 1


def test_what_counts(version: Version, clock: time_machine.Traveller) -> None:
    """Ninety days, the version in force alone, and only what can no longer be taken back."""
    old = a_version(a_document(SOFTWARE), "superseded")
    challenge(old, 9)
    challenge(version, 9, at=LATER - timedelta(days=90))
    challenge(version, 4)
    challenge(version, 1, ended_at=LATER - timedelta(seconds=29))
    assert amendments_open_due() == 0
    assert clauses_challenged(version)[0].challenges == 4
    clock.move_to(LATER + timedelta(seconds=1))
    assert amendments_open_due() == 1


def test_a_new_agreement_begins_anew(version: Version) -> None:
    challenge(version, 5)
    assert amendments_open_due() == 1
    Version.objects.filter(pk=version.pk).update(status="superseded")
    newer = in_force()
    assert amendments_open_due() == 0
    challenge(newer, 5)
    assert amendments_open_due() == 1
    assert Amendment.objects.filter(criterion_key="c-software").count() == 2


def test_the_database_keeps_it_at_one(version: Version) -> None:
    challenge(version, 5)
    amendments_open_due()
    first = Amendment.objects.get()
    other = a_version(a_document(SOFTWARE), "superseded")
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.create(
            version=version, criterion_key="c-software", draft=other, evidence={}, opened_at=timezone.now()
        )
    assert Amendment.objects.get() == first


def test_killed_half_way_it_is_done_whole_by_the_next(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies before its commit leaves nothing; the next look owes the same."""
    maya()
    challenge(version, 5)
    before = (Version.objects.count(), AuditEntry.objects.count())

    def die(*_args: Any, **_values: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("leads.challenges.services._tell", die)
        with pytest.raises(SystemExit):
            amendments_open_due()
    assert (Amendment.objects.count(), Version.objects.count(), AuditEntry.objects.count()) == (0, *before)
    assert amendments_open_due() == 1


def test_two_workers_at_once_draft_it_once(transactional_db: None) -> None:
    version = in_force()
    maya()
    challenge(version, 5)
    challenge(version, 6, "c-pricing")
    assert sum(at_once(*[amendments_open_due] * 4)) == 2
    assert Amendment.objects.count() == 2
    assert Version.objects.filter(status="draft").count() == 2


def test_it_comes_up_at_the_next_review(version: Version) -> None:
    challenge(version, 5)
    amendments_open_due()
    meeting = meeting_prepare(meeting=first_meeting(a_series()), actor=None)
    amendment = Amendment.objects.get()
    found = {each.source_key: each for each in agenda.proposals(meeting, LATER)}
    item = found[f"draft:{amendment.draft_id}"]
    assert item.evidence["sentence"] == (
        "In 90 days sales returned 5 leads and named this clause, of 5 that met it."
    )
    assert item.evidence["numbers"][0]["url"] == reverse("leads:challenges_of_clause", args=["c-software"])
    assert "clause:c-software" in found


# -- through the door --------------------------------------------------------------------------------------


def test_the_pages(version: Version, django_assert_max_num_queries: Any) -> None:
    client, url = signed_in(maya()), reverse("leads:challenge_list")
    challenge(version, 5)
    with django_assert_max_num_queries(20):
        assert "Reached; the draft follows within the hour" in client.get(url).content.decode()
    amendments_open_due()
    html = client.get(url).content.decode()
    assert "Amendment drafted" in html
    assert "Level not reached" in html
    page = reverse("leads:challenges_of_clause", args=["c-software"])
    assert f'href="{page}"' in html
    with django_assert_max_num_queries(20):
        html = client.get(page).content.decode()
    for words in ("5 challenges", "of 5 leads that met it", "Two people.", "Sam Okafor", "MQL v1"):
        assert words in html
    assert (
        "Nobody has challenged"
        in client.get(reverse("leads:challenges_of_clause", args=["c-asked"])).content.decode()
    )
    assert client.get(reverse("leads:challenges_of_clause", args=["c-nowhere"])).status_code == 404
    assert Client().get(url).status_code == 302
    editor = client.get(reverse("definitions:draft_editor", args=[Amendment.objects.get().draft_id]))
    assert "Started from MQL v1 by Accord." in editor.content.decode()


def test_a_clause_of_the_past_keeps_what_was_said(version: Version) -> None:
    old = a_version(a_document(SOFTWARE), "superseded")
    challenge(old, 1, "c-gone")
    html = signed_in(sam()).get(reverse("leads:challenges_of_clause", args=["c-gone"])).content.decode()
    assert "This clause is not in the version in force." in html
    assert "Two people." in html


def test_an_empty_workspace_says_what_comes_first(db: None) -> None:
    html = signed_in(sam()).get(reverse("leads:challenge_list")).content.decode()
    assert "No definition is in force yet" in html
