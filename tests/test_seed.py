"""The sample company: all at once, the same for the same seed, and consistent down to the last row."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Model

import definitions.invariants
import leads.invariants
import reviews.invariants
from definitions.criteria.document import parse
from definitions.models import Ballot, Criterion, Definition, Stage, Version
from definitions.selectors import catalogue
from definitions.selectors.ballots import open_ballots
from leads.facts import refresh
from leads.handoffs.qualifying import sales_answer
from leads.handoffs.reconcile import handoffs_reconcile
from leads.models import Activity, Handoff, Import, Lead, LeadFit, Score, TouchedLead
from leads.scoring.compiler import score_into
from leads.scoring.receipt import receipts
from leads.scoring.scope import Scope
from leads.selectors.handoffs import MISSING_FACTS
from portal.common.models import Team, User, Workspace
from portal.seed import behaviour, companies, database, history, laid_leads, sales_qualified
from portal.seed.clauses import SECOND, mql_documents, sales_qualified_documents
from portal.seed.people import PEOPLE
from portal.seed.workspace import SAMPLE_SIZE, Size, workspace_seed
from reviews.models import Meeting
from tests.builders import a_lead

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)  # a Monday
SMALL = Size(leads=120, accounts=40, activities=1_200)
# Fields with keys of rows in them, which PostgreSQL's sequences never give twice.
HOLD_KEYS = (
    "password", "url", "key", "source_key", "last_import_id", "minutes", "evidence", "numbers", "slip",
    "slip_hash",
)  # fmt: skip
OUTSIDE = ("audit", "session", "migration", "contenttype", "permission")


class _Undo(Exception):
    pass


def _rows_of_everything() -> str:
    """A hash of every row of every table, keys left out where a sequence gives them."""
    digest = hashlib.sha256()
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        label = model._meta.label_lower
        if any(word in label for word in OUTSIDE):
            continue
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if not field.primary_key and not field.is_relation and field.attname not in HOLD_KEYS
        ]
        rows = sorted(
            json.dumps(row, default=str, sort_keys=True)
            for row in model._default_manager.values_list(*fields)
        )
        digest.update(f"{label} {len(rows)} {rows}".encode())
    return digest.hexdigest()


def _laid_and_undone(seed: int) -> str:
    found = ""
    try:
        with transaction.atomic():
            workspace_seed(size=SMALL, seed=seed, actor=None, now=NOW)
            found = _rows_of_everything()
            raise _Undo
    except _Undo:
        return found


@pytest.mark.walk
@pytest.mark.django_db
def test_the_same_seed_gives_the_same_rows() -> None:
    with time_machine.travel(NOW + timedelta(minutes=12)):
        first, other = _laid_and_undone(7), _laid_and_undone(8)
    with time_machine.travel(NOW + timedelta(days=1, minutes=41)):
        again = _laid_and_undone(7)
    assert first == again
    assert first != other


@pytest.fixture
def sample(db: None) -> None:
    with time_machine.travel(NOW, tick=False):
        workspace_seed(size=SAMPLE_SIZE, seed=1, actor=None, now=NOW)


@pytest.mark.usefixtures("sample")
@time_machine.travel(NOW, tick=False)
def test_the_sample_company_is_whole() -> None:
    """One laying, all questions: it costs seconds, and a second one would tell nothing new."""
    # As many as were asked for.
    assert (Lead.objects.count(), Activity.objects.count()) == (SAMPLE_SIZE.leads, SAMPLE_SIZE.activities)
    # Everything that must always hold does.
    assert definitions.invariants.breaches() == []
    assert leads.invariants.breaches() == []
    assert reviews.invariants.breaches() == []
    connection.check_constraints()
    # The portal finds nothing left to do: offers, withdrawals and expiries stand as it would make them.
    assert not TouchedLead.objects.exists()
    assert handoffs_reconcile().is_quiet
    _people_have_names_and_no_password()
    _about_one_in_eight_qualifies()
    _activities_are_skewed_and_in_office_hours()
    _handoffs_stand_in_every_state()
    _receipts_are_those_of_the_instant()
    _ballots_tell_the_story()
    _sales_has_its_definition()
    _reviews_were_held_and_the_next_is_near()
    row = Import.objects.get()
    assert (row.status, row.rejected, row.rejections.count()) == ("done", 4, 4)


def _people_have_names_and_no_password() -> None:
    people = User.objects.filter(email__endswith="@sample.example")
    assert people.count() == len(PEOPLE)
    assert not any(person.has_usable_password() for person in people)
    teams = Counter(people.values_list("team", flat=True))
    assert teams == {Team.MARKETING: 6, Team.SALES: 8, Team.REVENUE_OPERATIONS: 1}


def _about_one_in_eight_qualifies() -> None:
    active = Definition.objects.get(stage=Stage.MQL).active_version
    assert active is not None
    assert active.number == 2
    scores = Score.objects.filter(version=active)
    share = scores.filter(is_qualified=True).count() / scores.count()
    assert scores.count() == SAMPLE_SIZE.leads
    assert 0.08 < share < 0.18
    assert set(scores.values_list("grade", flat=True)) == {1, 2, 3, 4, 5}


def _activities_are_skewed_and_in_office_hours() -> None:
    each = sorted(Counter(Activity.objects.values_list("lead", flat=True)).values())
    assert each[len(each) // 2] <= 8
    assert each[-1] >= 150
    instants = list(Activity.objects.filter(kind__is_by_lead=True).values_list("occurred_at", flat=True))
    assert max(instants) < NOW
    weekend = sum(at.weekday() >= 5 for at in instants) / len(instants)
    assert weekend < 0.1
    for lead_id, captured_at in Lead.objects.values_list("pk", "captured_at")[:50]:
        first = Activity.objects.filter(lead=lead_id, kind__is_by_lead=True).order_by("occurred_at").first()
        assert first is not None
        assert first.occurred_at >= captured_at


def _handoffs_stand_in_every_state() -> None:
    states = Counter(Handoff.objects.values_list("status", flat=True))
    assert set(states) == {
        "offered", "accepted", "returned", "expired", "withdrawn", "sales_qualified", "disqualified",
    }  # fmt: skip
    assert 250 <= sum(states.values()) <= 450
    assert Handoff.objects.filter(status="offered", due_at__lt=NOW).exists()
    assert Handoff.objects.filter(is_contact_request=True).exists()
    assert Handoff.objects.filter(is_recycled=True).exists()
    returned = Handoff.objects.filter(status="returned")
    assert set(returned.values_list("reason__family", flat=True)) == {
        "procedural",
        "clerical",
        "definitional",
    }
    # A challenge names a clause of the receipt.
    for handoff in returned.exclude(challenged_key=""):
        assert handoff.challenged_key in {line["key"] for line in handoff.receipt["lines"]}
    assert set(returned.values_list("missing_field", flat=True)) <= {"", *MISSING_FACTS}
    for handoff in Handoff.objects.all():
        assert handoff.offered_at <= (handoff.decided_at or handoff.offered_at)
        assert (handoff.accepted_at or handoff.offered_at) <= (handoff.ended_at or NOW) <= NOW


def _receipts_are_those_of_the_instant() -> None:
    for handoff in Handoff.objects.select_related("version__definition").order_by("-offered_at")[:3]:
        again = receipts(handoff.version, [handoff.lead_id], handoff.offered_at)[handoff.lead_id]
        assert again["points"] == handoff.points
        assert [line["points"] for line in again["lines"]] == [
            line["points"] for line in handoff.receipt["lines"]
        ]


def _ballots_tell_the_story() -> None:
    versions = Version.objects.filter(definition__stage="mql")
    states = dict(versions.filter(is_shadow=False).values_list("number", "status"))
    assert states == {1: "superseded", 2: "active", 3: "rejected", 4: "proposed", 5: "draft"}
    assert versions.get(is_shadow=True).shadow.status == "running"
    ballots = {
        ballot.version.number: ballot
        for ballot in Ballot.objects.filter(version__in=versions).select_related("version")
    }
    assert {number: ballot.status for number, ballot in ballots.items()} == {
        1: "ratified", 2: "ratified", 3: "rejected", 4: "open",
    }  # fmt: skip
    assert all(ballot.slip and ballot.slip_hash and ballot.differences for ballot in ballots.values())
    sam = User.objects.get(email="sam@sample.example")
    assert list(open_ballots(sam).filter(is_owed=True)) == [ballots[4]]
    assert ballots[4].votes.count() < ballots[4].electors.count()
    assert Criterion.objects.filter(version__number=2, version__definition__stage="mql").count() == len(
        SECOND
    )
    draft = Version.objects.get(definition__stage="mql", number=5)
    assert draft.comments.filter(kind="concern", resolved_at=None).count() == 1
    assert draft.created_at < NOW - timedelta(days=3)


def _sales_has_its_definition() -> None:
    """Whoever takes a lead on is asked for what only they can find out."""
    versions = Version.objects.filter(definition__stage="sql")
    assert dict(versions.values_list("number", "status")) == {1: "active", 2: "draft"}
    assert Ballot.objects.get(version__number=1, version__in=versions).slip_hash
    accepted = Handoff.objects.filter(status="accepted")[0]
    answer = sales_answer(accepted)
    assert answer is not None
    assert {"need", "budget", "authority", "timing"} <= answer.open_keys
    assert not answer.is_met


def _reviews_were_held_and_the_next_is_near() -> None:
    closed = Meeting.objects.filter(status="closed").order_by("starts_at")
    assert [bool(meeting.minutes and meeting.numbers) for meeting in closed] == [True, True]
    following = Meeting.objects.filter(status="scheduled").order_by("starts_at")[0]
    assert timedelta(days=14) < following.starts_at - NOW < timedelta(days=24)
    assert following.items.count() >= 6
    assert following.items.filter(carried_from__isnull=False).exists()


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_a_large_company_has_cold_leads_and_is_as_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways of a million leads, with few: written in slices, bare tables, cold leads, longer steps."""
    for module, name, value in (
        (behaviour, "SLICE", 700), (behaviour, "WRITE_SLICE", 900), (companies, "SLICE", 70),
        (laid_leads, "SLICE", 300), (laid_leads, "ALL_WARM", 150), (history, "SMALL", 150),
        (database, "WORTH_BARING", 500), (database, "SLICE", 50), (sales_qualified, "IN_FORCE_UP_TO", 700),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    workspace_seed(size=Size(leads=800, accounts=260, activities=16_000), seed=1, actor=None, now=NOW)
    assert (Lead.objects.count(), Activity.objects.count()) == (800, 16_000)
    assert definitions.invariants.breaches() == leads.invariants.breaches() == []
    connection.check_constraints()
    assert not TouchedLead.objects.exists()
    assert handoffs_reconcile().is_quiet
    # Nobody could call the cold ones, so none was offered.
    warm = laid_leads.warm_among(800)
    assert 300 < warm < 500
    first = Lead.objects.order_by("pk")[0].pk
    assert not Score.objects.filter(lead__gte=first + warm, is_qualified=True).exists()
    assert not Handoff.objects.filter(lead__gte=first + warm).exists()
    assert len(set(Handoff.objects.values_list("status", flat=True))) >= 5
    assert Handoff.objects.filter(offered_at__gt=NOW - timedelta(days=6), offered_at__lt=NOW).exists()
    _receipts_are_those_of_the_instant()
    # What scoring reads is what the rows say, and so are the scores.
    for model, forget in ((LeadFit, ()), (Score, ("as_of",))):
        before = _rows_of(model, forget)
        refresh(Lead.objects.values_list("pk", flat=True))
        score_into(Version.objects.get(status="active"), Scope.all(), NOW)
        assert _rows_of(model, forget) == before


def _rows_of(model: type[Model], forget: tuple[str, ...]) -> list[tuple[Any, ...]]:
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in forget]
    return list(model._default_manager.order_by("lead_id").values_list(*names))


@pytest.mark.django_db
def test_the_documents_of_the_sample_are_readable() -> None:
    with transaction.atomic():
        workspace_seed(size=SMALL, seed=1, actor=None, now=NOW)
        known = catalogue()
        for document in (
            *mql_documents(NOW.date()).values(),
            *sales_qualified_documents(NOW.date()).values(),
        ):
            assert parse(document, known).criteria


@pytest.mark.django_db
def test_an_administrator_of_a_house_is_asked_to_vote_and_invited() -> None:
    ada = User.objects.create_user("ada@example.com", None, name="Ada Admin", team=Team.MARKETING)
    workspace_seed(size=SMALL, seed=1, actor=ada, now=NOW)
    assert [ballot.version.number for ballot in open_ballots(ada).filter(is_owed=True)] == [4]
    assert Meeting.objects.filter(status="scheduled", participations__person=ada).exists()
    assert not Meeting.objects.filter(status="closed", participations__person=ada).exists()


@pytest.mark.django_db
def test_the_command_lays_what_is_asked_and_says_how_to_sign_in() -> None:
    out = StringIO()
    call_command(
        "seed", "--leads", "60", "--activities", "400", "--now", "2026-05-04T10:00", stdout=out, verbosity=0
    )
    assert (Lead.objects.count(), Activity.objects.count()) == (60, 400)
    assert "60 leads of 20 accounts with 400 activities" in out.getvalue()
    assert "no administrator yet" in out.getvalue()
    assert Workspace.objects.get().has_sample_data
    assert not User.objects.filter(role="administrator").exists()


@pytest.mark.django_db
def test_the_command_refuses_a_workspace_in_use_and_leaves_it_alone() -> None:
    a_lead()
    with pytest.raises(CommandError, match="goes into an empty one"):
        call_command("seed", "--leads", "60", stdout=StringIO(), verbosity=0)
    assert Lead.objects.count() == 1
    assert not User.objects.filter(email__endswith="@sample.example").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["--leads", "3"], "Ask for 50 to", id="too few leads"),
        pytest.param(["--leads", "100", "--activities", "150"], "at least two activities", id="too few acts"),
        pytest.param(["--leads", "many"], "not a whole number", id="no number"),
        pytest.param(["--leads", "-5"], "cannot be negative", id="negative"),
        pytest.param(["--now", "2026-02-31"], "not a date or time", id="no such day"),
    ],
)
@pytest.mark.django_db
def test_the_command_says_what_is_wrong(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("seed", *arguments, stdout=StringIO(), verbosity=0)
    assert not Lead.objects.exists()
