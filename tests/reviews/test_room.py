"""The agenda and the room: evidence, notes, outcomes, actions, and the close."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from definitions.models import ClauseReview, Comment, Definition, Version
from leads.models import Handoff
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, Notification, OutgoingMail
from reviews.invariants import breaches
from reviews.models import Action, AgendaItem, ItemKind, ItemOutcome, Meeting, Participation
from reviews.selectors.meetings import actions_of_series, later_meeting, next_meeting, open_actions_of
from reviews.services.actions import action_add, action_end, action_reopen
from reviews.services.closing import meeting_close
from reviews.services.items import (
    StaleNotes,
    item_add,
    item_decide,
    item_defer,
    item_finish,
    item_move,
    item_note,
    item_take_up,
)
from reviews.services.meetings import meeting_move, meeting_open
from reviews.services.preparing import agendas_prepare_due, meeting_prepare
from reviews.services.presence import attendance_set, confidence_say
from tests.builders import (
    NOW,
    a_criterion,
    a_document,
    an_active_version,
    marco,
    maya,
    mona,
    olga,
    rita,
    sam,
)
from tests.reviews.builders import a_handoff, a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["software"]}


def item_of(meeting: Meeting, source_key: str) -> AgendaItem:
    return meeting.items.select_related("meeting__series__definition__active_version").get(
        source_key=source_key
    )


def numbers_of(item: AgendaItem) -> dict[str, tuple[str, str]]:
    return {each["label"]: (each["value"], each["of"]) for each in item.evidence["numbers"]}


# -- the agenda prepares itself ----------------------------------------------------------------------------


def test_the_agenda_says_what_happened(version: Version) -> None:
    series = a_series()
    before = NOW - timedelta(days=3)
    for _ in range(14):
        a_handoff(version, before, "accepted")
    for _ in range(6):
        a_handoff(version, before, "returned", challenged_key="c-software")
    a_handoff(version, before, "returned", is_something_missing=True)
    a_handoff(version, before - timedelta(days=200), "returned", challenged_key="c-pricing")
    meeting_prepare(meeting=first_meeting(series), actor=None)
    meeting = first_meeting(series)
    assert (meeting.period_from, meeting.period_to) == (date(2026, 2, 10), date(2026, 5, 11))
    assert [item.source_key for item in meeting.items.all()] == [
        "results", "returns", "clause:c-software", "clause:c-pricing", "sla",
    ]  # fmt: skip
    results = numbers_of(item_of(meeting, "results"))
    assert results["Offered"] == ("21", "in the period, by this version")
    assert results["Accepted"] == ("14", "of 21 offered")
    assert results["Acceptance rate"] == ("67\u00a0% (45 to 83)", "of 21 decided")
    challenged = item_of(meeting, "clause:c-software")
    assert (challenged.kind, challenged.needs_outcome) == (ItemKind.CHALLENGED, True)
    assert numbers_of(challenged)["Challenges"] == ("6", "of 21 handoffs that met it")
    assert challenged.evidence["sentence"].startswith("Sales returned 6 leads and named this clause")
    # Both clauses are assumptions; the one nobody challenged has enough decisions to be tested.
    assert item_of(meeting, "clause:c-pricing").kind == ItemKind.ASSUMPTION
    assert numbers_of(item_of(meeting, "returns"))["Something is missing from the definition"] == (
        "1",
        "of 7 returned",
    )
    promised = numbers_of(item_of(meeting, "sla"))
    assert promised["Sales: decided in time"] == ("100\u00a0% (85 to 100)", "21 of 21 that were due")


def test_too_little_data_is_said_to_be_too_little(meeting: Meeting) -> None:
    rate = numbers_of(item_of(meeting, "results"))["Acceptance rate"]
    assert rate == ("too early to say", "2 decided, at least 20 are needed")


def test_a_clause_past_its_date_is_brought_up() -> None:
    an_active_version(a_document(a_criterion("c-old", SOFTWARE, review_on="2026-05-01", basis="data")))
    series = a_series()
    meeting_prepare(meeting=first_meeting(series), actor=None)
    item = item_of(first_meeting(series), "clause:c-old")
    assert (item.kind, item.needs_outcome) == (ItemKind.CLAUSE_DUE, True)


def test_preparing_again_adds_nothing_and_renews_the_numbers(version: Version) -> None:
    series = a_series()
    meeting = meeting_prepare(meeting=first_meeting(series), actor=rita())
    keys = list(meeting.items.values_list("pk", "source_key"))
    a_handoff(version, NOW - timedelta(days=1), "accepted")
    meeting_prepare(meeting=meeting, actor=rita())
    assert (
        list(meeting.items.filter(pk__in=[pk for pk, _key in keys]).values_list("pk", "source_key")) == keys
    )
    assert numbers_of(item_of(meeting, "results"))["Offered"][0] == "1"


def test_agendas_prepare_themselves_two_weeks_ahead(version: Version) -> None:
    series = a_series()
    meeting = first_meeting(series)
    assert agendas_prepare_due(meeting.starts_at - timedelta(days=15)) == 0
    assert agendas_prepare_due() == 1
    assert agendas_prepare_due() == 0
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert agendas_prepare_due() == 1
    assert series.meetings.exclude(prepared_at=None).count() == 1


def test_a_moved_meeting_is_prepared_for_its_new_period(version: Version) -> None:
    meeting = meeting_prepare(meeting=first_meeting(a_series()), actor=None)
    meeting_move(meeting=meeting, actor=rita(), starts_at=meeting.starts_at + timedelta(days=3))
    assert meeting.prepared_at is None
    agendas_prepare_due(NOW)
    meeting.refresh_from_db()
    assert meeting.period_to == date(2026, 5, 14)


def test_only_those_who_run_reviews_prepare(version: Version) -> None:
    meeting = first_meeting(a_series())
    with pytest.raises(Refused):
        meeting_prepare(meeting=meeting, actor=maya())
    assert not meeting.items.exists()


# -- in the room -------------------------------------------------------------------------------------------


def test_the_room_begins_at_the_first_item(meeting: Meeting) -> None:
    assert meeting.status == "open"
    assert meeting.current_item == meeting.items.order_by("position")[0]
    assert next_meeting(maya()) == meeting


def test_two_meetings_of_a_series_are_never_open_at_once(meeting: Meeting) -> None:
    other = later_meeting(meeting)
    with pytest.raises(Conflict, match="still open"):
        meeting_open(meeting=other, actor=rita())


def test_a_meeting_opens_once(meeting: Meeting) -> None:
    with pytest.raises(Conflict, match="open already"):
        meeting_open(meeting=Meeting.objects.select_related("series").get(pk=meeting.pk), actor=mona())


@pytest.mark.parametrize(
    ("person", "is_allowed"), [(maya, True), (rita, True), (marco, False), (olga, False)]
)
def test_attendees_take_part_and_others_read(meeting: Meeting, person, is_allowed: bool) -> None:
    count = meeting.items.count()
    if is_allowed:
        item_add(meeting=meeting, actor=person(), title="The fair in June")
    else:
        with pytest.raises(Refused):
            item_add(meeting=meeting, actor=person(), title="The fair in June")
    assert meeting.items.count() == count + is_allowed


def test_attendees_do_not_decide(meeting: Meeting) -> None:
    with pytest.raises(Refused):
        item_decide(item=item_of(meeting, "clause:c-software"), actor=maya(), verdict="keep")
    assert not ItemOutcome.objects.exists()


def test_items_change_places(meeting: Meeting) -> None:
    first, second = meeting.items.order_by("position")[:2]
    item_move(item=second, actor=rita(), is_up=True)
    assert list(meeting.items.order_by("position")[:2]) == [second, first]
    AgendaItem.objects.filter(pk=first.pk).delete()
    with pytest.raises(Conflict, match="not on the agenda any more"):
        item_move(item=first, actor=rita(), is_up=True)


def test_stale_notes_are_refused_with_both_texts(meeting: Meeting) -> None:
    item = item_of(meeting, "results")
    item_note(item=item, actor=maya(), text="Sales is content.", edit_number=1)
    with pytest.raises(StaleNotes) as refused:
        item_note(item=item, actor=sam(), text="Sales is not.", edit_number=1)
    assert refused.value.item.notes == "Sales is content."
    item.refresh_from_db()
    assert (item.notes, item.notes_edit_number) == ("Sales is content.", 2)
    item_note(item=item, actor=sam(), text="Content, mostly.", edit_number=2)


def test_a_finished_item_hands_the_room_on(meeting: Meeting) -> None:
    first, second = meeting.items.select_related("meeting").order_by("position")[:2]
    item_finish(item=first, actor=rita())
    meeting.refresh_from_db()
    assert meeting.current_item == second
    item_take_up(item=AgendaItem.objects.select_related("meeting").get(pk=first.pk), actor=rita())
    meeting.refresh_from_db()
    assert meeting.current_item == first


def test_an_item_that_needs_an_outcome_is_not_just_finished(meeting: Meeting) -> None:
    with pytest.raises(Invalid, match="needs an outcome"):
        item_finish(item=item_of(meeting, "clause:c-software"), actor=rita())


@pytest.mark.parametrize("verdict", ["amend", "replace"])
def test_a_change_opens_a_draft_with_the_reason_on_the_clause(
    meeting: Meeting, version: Version, verdict: str
) -> None:
    item = item_of(meeting, "clause:c-software")
    outcome = item_decide(item=item, actor=rita(), verdict=verdict, reason="Agencies slip in.", owner=maya())
    draft = outcome.draft
    assert (draft.status, draft.based_on, draft.definition) == ("draft", version, version.definition)
    assert set(draft.criteria.values_list("key", flat=True)) == {"c-software", "c-pricing"}
    comment = Comment.objects.get(version=draft)
    assert comment.criterion_key == "c-software"
    assert comment.text.startswith(f"The review says: {verdict}. Agencies slip in.\n\nEvidence as of ")
    item.refresh_from_db()
    assert item.status == "done"
    assert AuditEntry.objects.filter(verb="item.decided", after__verdict=verdict).exists()


def test_one_draft_serves_the_whole_meeting(meeting: Meeting, version: Version) -> None:
    one = item_decide(item=item_of(meeting, "clause:c-software"), actor=rita(), verdict="amend", reason="So.")
    other = item_add(meeting=meeting, actor=rita(), title="Free e-mail domains", needs_outcome=True)
    two = item_decide(item=other, actor=rita(), verdict="replace", reason="Thus.")
    assert one.draft == two.draft
    assert version.definition.versions.count() == 2


@pytest.mark.parametrize(("verdict", "drafts"), [("keep", 0), ("defer", 0)])
def test_keeping_and_deferring_open_no_draft(meeting: Meeting, verdict: str, drafts: int) -> None:
    item_decide(item=item_of(meeting, "clause:c-software"), actor=rita(), verdict=verdict, reason="Wait.")
    assert Version.objects.filter(status="draft").count() == drafts


@pytest.mark.parametrize("verdict", ["amend", "replace", "defer", "nonsense"])
def test_an_outcome_without_a_reason_is_refused(meeting: Meeting, verdict: str) -> None:
    with pytest.raises(Invalid):
        item_decide(item=item_of(meeting, "clause:c-software"), actor=rita(), verdict=verdict)
    assert not ItemOutcome.objects.exists()


def test_actions_are_promised_ended_and_opened_again(meeting: Meeting) -> None:
    action = action_add(meeting=meeting, actor=rita(), text="Ask legal", owner=sam(), due_on=date(2026, 6, 1))
    assert list(open_actions_of(sam())) == [action]
    assert Notification.objects.filter(person=sam(), key=f"review-action:{action.pk}").exists()
    with pytest.raises(Refused, match="Sam Okafor"):
        action_end(action=action, actor=maya())
    action_end(action=action, actor=sam())
    with pytest.raises(Conflict):
        action_end(action=Action.objects.get(pk=action.pk), actor=rita(), is_done=False)
    action_reopen(action=action, actor=rita())
    assert actions_of_series(meeting.series) == [action]
    assert breaches() == []


def test_an_action_is_not_due_in_the_past(meeting: Meeting) -> None:
    with pytest.raises(Invalid, match="passed already"):
        action_add(meeting=meeting, actor=rita(), text="Ask", owner=sam(), due_on=date(2026, 5, 3))


# -- the close ---------------------------------------------------------------------------------------------


def test_an_undecided_item_keeps_the_meeting_open(meeting: Meeting) -> None:
    with pytest.raises(Conflict, match="still need an outcome: “Clause c-software”"):
        meeting_close(meeting=meeting, actor=rita())
    meeting.refresh_from_db()
    assert (meeting.status, meeting.numbers, meeting.minutes) == ("open", None, "")
    assert not OutgoingMail.objects.filter(key__startswith="review-minutes").exists()


def closed(meeting: Meeting) -> Meeting:
    software = item_of(meeting, "clause:c-software")
    item_decide(item=software, actor=rita(), verdict="keep", reason="Works.", review_on=date(2026, 9, 1))
    item_note(item=item_of(meeting, "results"), actor=maya(), text="Good *quarter*.", edit_number=1)
    item_defer(item=item_of(meeting, "returns"), actor=rita())
    item_add(meeting=meeting, actor=sam(), title="The fair in June")
    action_add(meeting=meeting, actor=rita(), text="Ask legal", owner=sam(), due_on=date(2026, 6, 1))
    attendance_set(meeting=meeting, actor=rita(), present={rita().pk, maya().pk})
    confidence_say(meeting=meeting, actor=maya(), score=4, sentence="Quite.")
    return meeting_close(meeting=meeting, actor=rita())


def test_the_close_freezes_numbers_writes_minutes_and_carries_over(
    meeting: Meeting, version: Version
) -> None:
    closed(meeting)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.closed_by, meeting.current_item) == ("closed", rita(), None)
    assert meeting.numbers["totals"]["offered_in_all"] == 2
    a_handoff(version, NOW - timedelta(days=1), "accepted")
    meeting.refresh_from_db()
    assert meeting.numbers["totals"]["offered_in_all"] == 2
    for words in (
        "# Quarterly review",
        "Tuesday 12 May 2026, 10:00 (Europe/Berlin), Room 4",
        "Present: Maya Lindqvist, Rita Novak.",
        "Absent: Mona Haddad, Sam Okafor.",
        "- Offered: **2** (in the period, by all versions)",
        "**Keep.** Works. Owner: Rita Novak. To be looked at again by 1 Sep 2026.",
        "> Good \\*quarter\\*.",
        "- Ask legal: Sam Okafor, by 1 Jun 2026 (open)",
        "- Maya Lindqvist, 4/5: Quite.",
        "Next: Tuesday 11 August 2026, 10:00 (Europe/Berlin).",
    ):
        assert words in meeting.minutes, words
    following = later_meeting(meeting)
    carried = {item.source_key.split(":")[0]: item for item in following.items.all()}
    assert set(carried) == {"returns", "free"}
    assert carried["returns"].carried_from == item_of(meeting, "returns")
    assert carried["free"].title == "The fair in June"
    mails = OutgoingMail.objects.filter(key__startswith=f"review-minutes:{meeting.pk}:")
    assert mails.count() == 4
    assert "Ask legal" in mails[0].text
    with time_machine.travel(datetime(2026, 8, 1, tzinfo=UTC), tick=False):
        meeting_prepare(meeting=following, actor=None)
    assert numbers_of(item_of(following, "actions")) == {"Ask legal": ("Sam Okafor", "due 1 Jun 2026")}
    assert following.items.filter(source_key="returns").count() == 1
    assert breaches() == []


def test_what_the_meeting_decided_on_counts_as_reviewed(meeting: Meeting) -> None:
    closed(meeting)
    definition = Definition.objects.get(stage="mql")
    assert definition.reviewed_on == NOW.date()
    row = ClauseReview.objects.get(definition=definition)
    assert (row.key, row.reviewed_on, row.again_on) == ("c-software", NOW.date(), date(2026, 9, 1))


def test_a_meeting_that_puts_everything_off_has_reviewed_nothing(meeting: Meeting) -> None:
    software = item_of(meeting, "clause:c-software")
    item_decide(item=software, actor=rita(), verdict="defer", reason="No time.")
    meeting_close(meeting=meeting, actor=rita())
    assert Definition.objects.get(stage="mql").reviewed_on is None
    assert not ClauseReview.objects.exists()


def test_a_closed_meeting_stays_as_it_is(meeting: Meeting) -> None:
    closed(meeting)
    stale = Meeting.objects.select_related("series").get(pk=meeting.pk)
    for attempt in (
        lambda: item_add(meeting=stale, actor=rita(), title="One more"),
        lambda: item_note(item=item_of(stale, "results"), actor=maya(), text="x", edit_number=2),
        lambda: item_decide(
            item=item_of(stale, "clause:c-software"), actor=rita(), verdict="defer", reason="x"
        ),
    ):
        with pytest.raises(Refused):
            attempt()
    with pytest.raises(Conflict, match=r"Rita Novak closed this meeting on Monday 4 May 2026, 12:00"):
        meeting_close(meeting=stale, actor=rita())
    assert Participation.objects.get(meeting=meeting, person=maya()).confidence == 4


def test_somebody_may_have_closed_it_a_moment_ago(meeting: Meeting) -> None:
    stale = Meeting.objects.select_related("series").get(pk=meeting.pk)
    closed(meeting)
    with pytest.raises(Conflict):
        meeting_close(meeting=stale, actor=mona())


def test_breaches_are_found(meeting: Meeting) -> None:
    """Each check, on a crafted breach: a check that cannot fail is none."""
    assert breaches() == []
    Meeting.objects.filter(pk=meeting.pk).update(status="closed", closed_at=NOW, numbers={})
    found = "\n".join(breaches())
    assert "closed without minutes" in found
    assert "needs an outcome and has none" in found
    assert "still shows an item" in found
    Participation.objects.create(meeting=later_meeting(meeting), person=marco())
    assert "without being invited" in "\n".join(breaches())
    assert Handoff.objects.count() == 2
