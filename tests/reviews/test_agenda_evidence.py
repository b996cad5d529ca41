"""What the agenda says of the definition: each number against a count by hand, and against its list."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from definitions.models import Version
from leads.evidence.words import share_words
from leads.models import Activity, Handoff, Outcome, Shadow
from reviews.models import ItemKind, Meeting
from reviews.services.preparing import meeting_prepare
from tests.builders import (
    NOW,
    a_lead,
    a_version,
    an_account,
    an_active_version,
    an_activity,
    mona,
    sam,
    signed_in,
)
from tests.leads.golden.stories import a_golden_lead
from tests.reviews.agenda_stories import a_persona, a_prepared_meeting, a_quarter, item_of, table_of, weekly
from tests.reviews.builders import a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
ZONE = ZoneInfo("UTC")  # of the workspace


@pytest.fixture
def quarter() -> tuple[Meeting, list[Handoff]]:
    """Prepared, with the handoffs that its numbers count: offered in the period, and not pulled."""
    superseded = a_version(status="superseded")
    active = an_active_version()
    a_persona()
    a_quarter([superseded, active, active])
    meeting = a_prepared_meeting()
    counted = [
        each
        for each in Handoff.objects.select_related("lead__fit", "reason", "version").order_by("pk")
        if meeting.period_from <= each.offered_at.astimezone(ZONE).date() <= meeting.period_to
        and not each.is_pulled
    ]
    assert 40 < len(counted) < Handoff.objects.count()
    return meeting, counted


def decided(each: Handoff) -> bool:
    return each.accepted_at is not None or each.status == "returned"


def won(each: Handoff) -> bool:
    return Outcome.objects.filter(lead=each.lead_id, kind="won", at__gte=each.offered_at).exists()


def share(part: int, whole: int) -> tuple[str, str]:
    """As a cell says it: the words, from twenty on, and what it is of."""
    return (share_words(part, whole) if whole >= 20 else "too early to say", f"{part} of {whole}")


def became(rows: list[Handoff]) -> list[tuple[str, str]]:
    accepted = [each for each in rows if each.accepted_at]
    qualified = [each for each in rows if each.status == "sales_qualified"]
    return [
        (str(len(rows)), ""),
        share(len(accepted), sum(map(decided, rows))),
        share(len(qualified), len(accepted)),
        # The sales cycle of none of these is over.
        ("too early to say", f"{sum(map(won, rows))} of {len(rows)}"),
    ]


def grouped(rows: list[Handoff], by: Callable[[Handoff], str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[Handoff]] = defaultdict(list)
    for each in rows:
        found[by(each)].append(each)
    return {label: became(each) for label, each in found.items()}


def test_results_equal_a_count_by_hand(quarter: tuple[Meeting, list[Handoff]]) -> None:
    meeting, counted = quarter
    item = item_of(meeting, "results")
    active = meeting.series.definition.active_version
    mine = [each for each in counted if each.version_id == active.pk]
    by_month = grouped(mine, lambda each: f"{each.offered_at.astimezone(ZONE):%b %Y}")
    assert table_of(item, "By the month") == by_month
    assert table_of(item, "By channel") == grouped(mine, lambda each: each.lead.channel or "Not known")
    assert table_of(item, "By version") == grouped(counted, lambda each: str(each.version))
    heads = [each for each in mine if each.lead.job_title.startswith("Head")]
    assert table_of(item, "By persona") == {"Head": became(heads)}
    (chart,) = item.evidence["charts"]
    assert chart["labels"] == ["Feb 2026", "Mar 2026", "Apr 2026", "May 2026"]
    words = [value["words"] for value in chart["series"][0]["values"]]
    assert words == [by_month[month][1][0] for month in chart["labels"]]


def looked_at_last(each: Handoff) -> str:
    acts = Activity.objects.filter(lead=each.lead_id, kind__is_by_lead=True).select_related("subject")
    before = [act for act in acts if act.occurred_at <= each.offered_at]
    return max(before, key=lambda act: act.occurred_at).subject.text


@pytest.mark.parametrize(
    ("title", "by"),
    [
        ("By the channel", lambda each: each.lead.channel or "Not known"),
        ("By the campaign", lambda each: each.lead.campaign or "Not known"),
        ("By what they looked at last", looked_at_last),
    ],
)
def test_returns_are_told_by_what_lies_upstream(
    quarter: tuple[Meeting, list[Handoff]], title: str, by: Callable[[Handoff], str]
) -> None:
    meeting, counted = quarter
    found: dict[str, list[Handoff]] = defaultdict(list)
    for each in counted:
        found[by(each)].append(each)
    expected = {}
    for label, rows in found.items():
        returned = [each for each in rows if each.status == "returned"]
        definitional = sum(each.reason.family == "definitional" for each in returned)
        expected[label] = [
            (str(len(rows)), ""),
            share(len(returned), sum(map(decided, rows))),
            (str(definitional), f"of {len(returned)} returned"),
        ]
    assert len(expected) == 3
    assert table_of(item_of(meeting, "returns"), title) == expected


def counted_things(evidence: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """(address, how many handoffs stand behind it) of every number that has a list of handoffs."""
    cells = [cell for table in evidence["tables"] for row in table["rows"] for cell in row["cells"]]
    drawn = [
        {"value": one["words"], "of": "", "url": one["url"]}
        for chart in evidence["charts"]
        for series in chart["series"]
        for one in series["values"]
    ]
    for each in [*evidence["numbers"], *cells, *drawn]:
        if not each["url"].startswith(reverse("leads:watch_list")):
            continue
        if each["value"].isdigit():
            yield each["url"], int(each["value"])
        elif part := re.fullmatch(r"(\d+) of \d+(?: that were due)?", each["of"]):
            yield each["url"], int(part[1])
        elif whole := re.fullmatch(r"(?:of )?(\d+) (?:decided|offered in the period).*", each["of"]):
            yield each["url"], int(whole[1])


def test_every_number_opens_exactly_its_leads(quarter: tuple[Meeting, list[Handoff]]) -> None:
    meeting, _counted = quarter
    client, looked_at = signed_in(sam()), Counter[str]()
    for item in meeting.items.all():
        for url, count in counted_things(item.evidence):
            page = client.get(url).context["page"]
            assert (item.source_key, url, page.paginator.count) == (item.source_key, url, count)
            looked_at[item.source_key] += 1
    assert looked_at["results"] > 30
    assert looked_at["returns"] > 12
    assert looked_at["clause:c-software"] >= 1


def test_a_challenge_brings_its_leads(quarter: tuple[Meeting, list[Handoff]]) -> None:
    meeting, counted = quarter
    item = item_of(meeting, "clause:c-software")
    returned = [each for each in counted if each.challenged_key == "c-software"]
    newest = sorted(returned, key=lambda each: (each.ended_at, each.pk), reverse=True)[:8]
    (table,) = item.evidence["tables"]
    assert [(row["label"], row["url"]) for row in table["rows"]] == [
        (each.lead.name, each.get_absolute_url()) for each in newest
    ]
    assert item.evidence["numbers"][0]["value"] == str(len(returned))


def test_both_sides_promises_are_told_by_the_ledger(quarter: tuple[Meeting, list[Handoff]]) -> None:
    meeting, _counted = quarter
    item = item_of(meeting, "sla")
    client = signed_in(sam())
    (table,) = item.evidence["tables"]
    assert {row["cells"][0]["value"] for row in table["rows"]} == {"Marketing", "Sales"}
    for row in table["rows"]:
        kept, whole = map(int, row["cells"][1]["of"].split(" of "))
        url = row["cells"][1]["url"]
        assert client.get(url).context["page"].paginator.count == whole
        assert client.get(f"{url}&promise=kept").context["page"].paginator.count == kept


# -- golden leads and shadows ------------------------------------------------------------------------------


def test_a_golden_lead_that_is_broken_is_brought_up() -> None:
    version = an_active_version()
    kept = a_lead(account=an_account(industry="Software"), first_name="Kay", last_name="Kept")
    an_activity(kept, subject="Pricing page", at=NOW - timedelta(hours=1))
    a_golden_lead(kept)
    broken = a_lead(account=an_account(industry="Mining"), first_name="Bo", last_name="Broken")
    meeting = a_prepared_meeting()
    assert not meeting.items.filter(kind=ItemKind.GOLDEN).exists()
    a_golden_lead(broken, sentence="He bought after one call.")
    item = item_of(meeting_prepare(meeting=meeting, actor=None), "golden")
    assert item.evidence["sentence"] == f"{version} breaks 1 of 2 golden leads."
    assert table_of(item, "Which, and by what") == {
        "Bo Broken": [("He bought after one call.", "must qualify"), (str(version), "")]
    }


def a_silent_candidate(**fields: Any) -> Shadow:
    active = an_active_version()
    candidate = a_version(status="proposed")
    copy = a_version(status="withdrawn")
    Version.objects.filter(pk=copy.pk).update(is_shadow=True, title="A copy")
    values = {
        "version": copy,
        "candidate": candidate,
        "against": active,
        "status": "ended",
        "ending": "due",
        "reason": "Is it better?",
        "started_by": mona(),
        "started_at": NOW - timedelta(days=40),
        "began_at": NOW - timedelta(days=39),
        "ends_at": NOW - timedelta(days=5),
        "ended_at": NOW - timedelta(days=5),
        **fields,
    }
    return Shadow.objects.create(**values)


def test_what_a_candidate_would_have_done_is_told_once_it_has_ended() -> None:
    shadow = a_silent_candidate()
    for candidate_at, active_at in ((1, 1), (1, None), (1, None), (None, 1)):
        lead = a_lead(captured_at=NOW - timedelta(days=20))
        at = NOW - timedelta(days=20)
        shadow.leads.create(
            lead=lead, candidate_at=at if candidate_at else None, active_at=at if active_at else None
        )
    item = item_of(a_prepared_meeting(), f"shadow:{shadow.pk}")
    assert item.evidence["sentence"] == (
        f"From 26 Mar 2026 to 29 Apr 2026, {shadow.candidate} would have let through 3 leads, and "
        f"{shadow.against} let through 2."
    )
    client = signed_in(mona())
    (table,) = item.evidence["tables"]
    assert [row["cells"][0]["value"] for row in table["rows"]] == ["1", "1", "2"]
    for row in table["rows"]:
        page = client.get(urlsplit(row["cells"][0]["url"]).path).context["page"]
        assert page.paginator.count == int(row["cells"][0]["value"])


def test_a_candidate_that_still_runs_is_kept_from_sales() -> None:
    """The agenda is read by reps, who would work the leads by it."""
    shadow = a_silent_candidate(status="running", ending="", ended_at=None, ends_at=NOW + timedelta(days=9))
    assert not a_prepared_meeting().items.filter(kind=ItemKind.SHADOW).exists()
    assert shadow.is_open


# -- volume and capacity -----------------------------------------------------------------------------------


def test_weeks_with_more_than_sales_can_work_are_counted() -> None:
    version = an_active_version()
    person = sam()
    person.weekly_capacity = 3
    person.save(update_fields=["weekly_capacity"])
    weekly(version, 2, 5, 3, 4)
    item = item_of(a_prepared_meeting(), "capacity")
    over = next(each for each in item.evidence["numbers"] if each["label"] == "Weeks with more than that")
    assert over["value"] == "2"
    (chart,) = item.evidence["charts"]
    assert [one["value"] for one in chart["series"][0]["values"]][-4:] == [2, 5, 3, 4]
    assert chart["mark"]["value"] == 3


def test_a_card_keeps_the_instant_of_its_numbers(quarter: tuple[Meeting, list[Handoff]]) -> None:
    meeting, _counted = quarter
    before = item_of(meeting, "results")
    assert before.as_of == NOW
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        renewed = item_of(meeting_prepare(meeting=meeting, actor=None), "results")
        assert renewed.as_of == NOW + timedelta(days=1)
    free = first_meeting(meeting.series).items.create(source_key="by-hand:1", kind="free", title="The fair")
    assert free.as_of is None


def test_a_series_without_any_version_still_has_an_agenda() -> None:
    assert list(a_prepared_meeting().items.all()) == []
    assert a_series(title="Another").meetings.exists()
