"""The pages of insights: who may read them, what they say when there is little to say, and the pulse."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from definitions.models import Version
from leads.models import Handoff
from portal.common.errors import Refused
from portal.common.models import AuditEntry, User
from reviews.models import Meeting, PulseAnswer
from reviews.selectors.insights import REPORTS
from reviews.services.pulse import pulse_answer
from tests.builders import NOW, a_lead, ada, an_activity, maya, mona, olga, rita, sam, signed_in, sofia
from tests.reviews.builders import a_handoff, a_series, first_meeting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


def page(client: Client, name: str, query: str = "") -> str:
    response = client.get(reverse("reviews:insight", args=[name]) + query)
    assert response.status_code == 200
    return str(response.content.decode())


def lay(version: Version, number: int = 24) -> list[Handoff]:
    """Three of four accepted, the fourth returned for a clause; each a day earlier than the one before."""
    return [
        a_handoff(
            version,
            NOW - timedelta(days=day),
            "returned" if day % 4 == 0 else "accepted",
            challenged_key="c-software" if day % 4 == 0 else "",
        )
        for day in range(number)
    ]


@pytest.mark.parametrize("route", ["insight", "insight_csv"])
def test_without_a_team_there_is_a_reason_and_no_number(version: Version, route: str) -> None:
    lay(version, 3)
    client = signed_in(olga())
    for name in REPORTS:
        response = client.get(reverse(f"reviews:{route}", args=[name]))
        assert response.status_code == 403
        assert "You are in no team" in response.content.decode()
        assert Client().get(reverse(f"reviews:{route}", args=[name])).status_code == 302


def test_an_empty_workspace_says_what_comes_next() -> None:
    client = signed_in(maya())
    for name in REPORTS:
        sentence = "Nobody has answered yet" if name == "pulse" else "Nothing to count in this period"
        assert sentence in page(client, name), name
        assert client.get(reverse("reviews:insight_csv", args=[name])).status_code == 200


@pytest.mark.parametrize(
    "query", ["?from=2026-06-30&to=2026-01-01", "?from=x&to=31.02.2026", "?from=0001-01-01&to=9999-12-31"]
)
def test_a_period_that_makes_no_sense_is_this_quarter(version: Version, query: str) -> None:
    lay(version, 3)
    client = signed_in(maya())
    for name in REPORTS:
        assert "These dates make no period" in page(client, name, query), name
        assert "These dates make no period" not in page(client, name), name
        address = reverse("reviews:insight_csv", args=[name])
        assert client.get(address + query).content == client.get(address).content, name


def test_a_page_that_does_not_exist_is_not_found(version: Version) -> None:
    for route in ("insight", "insight_csv"):
        assert signed_in(maya()).get(reverse(f"reviews:{route}", args=["fortune"])).status_code == 404


def test_a_share_is_said_with_its_interval_and_only_from_twenty_on(version: Version) -> None:
    rows = lay(version, 20)
    client = signed_in(maya())
    assert "75\u00a0% (53 to 89)" in page(client, "clauses")
    Handoff.objects.filter(pk=rows[0].pk).update(is_pulled=True)
    assert "75\u00a0%" not in page(client, "clauses")
    assert "too early to say" in page(client, "clauses")


def test_a_page_names_its_population_and_its_charts_have_a_table(version: Version) -> None:
    lay(version)
    found = page(signed_in(maya()), "returns")
    assert "Leads by when they were offered; accepted and returned of those that sales decided on." in found
    # In no week were twenty decided on: there is a chart of what came back, and none of shares.
    assert found.count('<svg class="chart-drawing chart-wide') == 1
    assert "Too early to say: there is nothing to draw yet." in found
    assert found.count('<details class="fold"><summary>The numbers') == 2
    assert " style=" not in found


def test_the_list_behind_a_number_says_what_it_is_narrowed_to(version: Version) -> None:
    lead = a_lead(channel="Webinar", campaign="Spring")
    an_activity(lead, at=NOW - timedelta(days=2), channel="Search", campaign="Prices", subject="Pricing page")
    handoff = a_handoff(version, NOW - timedelta(days=1), "accepted")
    Handoff.objects.filter(pk=handoff.pk).update(lead=lead)
    client = signed_in(maya())
    links = [
        cell.url
        for table in REPORTS["channels"](client.get(reverse("reviews:insights")).context["period"]).tables
        for cell in table.column("offered_in_all")
    ]
    words = ["Search", "Prices", "Pricing page", "Webinar", "Spring"]
    for url, word in zip(links, words, strict=True):
        found = client.get(url)
        assert found.context["page"].paginator.count == 1
        assert word in " ".join(found.context["narrowing"]), url
    clause = client.get(reverse("leads:watch_list") + "?carried=c-software&from=2026-04-01&to=2026-06-30")
    assert clause.context["narrowing"] == [
        "offered from 1 Apr 2026 to 30 Jun 2026",
        "met “Clause c-software”",
    ]
    assert "met “Clause c-software”" in clause.content.decode()


@pytest.mark.parametrize(
    "query", ["last_channel=x", "last_content=99999999999", "carried=%00", "last_campaign=-1"]
)
def test_a_narrowing_that_makes_no_sense_is_left_out(version: Version, query: str) -> None:
    a_handoff(version, NOW)
    response = signed_in(maya()).get(f"{reverse('leads:watch_list')}?{query}")
    assert response.context["page"].paginator.count == 1


def test_the_spreadsheet_has_shares_with_their_intervals(version: Version) -> None:
    lay(version, 20)
    response = signed_in(maya()).get(reverse("reviews:insight_csv", args=["clauses"]))
    assert response["Content-Disposition"] == 'attachment; filename="clauses-2026-04-01-to-2026-06-30.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0] == ["by", "of", "number", "value", "low", "high", "out_of"]
    assert ["clause", "c-software", "carried", "20", "", "", ""] in rows
    (share,) = [row for row in rows if row[1:3] == ["c-software", "accepted_of_decided"]]
    assert share[3] == "0.75"
    assert [round(float(each), 4) for each in share[4:6]] == [0.5313, 0.8881]
    assert share[6] == "20"


# -- the pulse -------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(version: Version) -> Meeting:
    return first_meeting(a_series())


def opened(meeting: Meeting) -> None:
    """Begun, and every earlier one closed: as far as the pulse can tell."""
    at = timezone.now()
    Meeting.objects.filter(series=meeting.series_id, status="open").update(
        status="closed", closed_at=at, numbers={}, minutes="-"
    )
    Meeting.objects.filter(pk=meeting.pk).update(status="open", opened_at=at)


def give(person: User, meeting: Meeting, **data: Any) -> Any:
    return signed_in(person).post(reverse("reviews:pulse_answer", args=[meeting.pk]), data)


def test_each_side_answers_and_may_answer_anew(meeting: Meeting) -> None:
    assert "What do you say?" in page(signed_in(maya()), "pulse")
    assert give(maya(), meeting, score="2", sentence=" Too strict. ").status_code == 302
    assert give(maya(), meeting, score="4").status_code == 302
    answer = PulseAnswer.objects.get()
    assert (answer.person, answer.score, answer.sentence) == (maya(), 4, "")
    assert "Your answer" in page(signed_in(maya()), "pulse")
    entries = AuditEntry.objects.filter(verb="pulse.answered")
    assert [(entry.actor_label, entry.after) for entry in entries] == [(maya().name, {}), (maya().name, {})]


@pytest.mark.parametrize(
    "data", [{}, {"score": "6"}, {"score": "0"}, {"score": "x"}, {"score": "3", "sentence": "x" * 301}]
)
def test_an_answer_that_is_none_comes_back(meeting: Meeting, data: dict[str, str]) -> None:
    assert give(maya(), meeting, **data).status_code == 422
    assert not PulseAnswer.objects.exists()


def test_only_the_two_sides_are_asked_and_only_until_the_meeting_opens(meeting: Meeting) -> None:
    response = give(ada(), meeting, score="3")
    assert response.status_code == 403
    assert "asks the people of marketing and sales" in response.content.decode()
    opened(meeting)
    with pytest.raises(Refused, match="The next one asks again"):
        pulse_answer(meeting=meeting, actor=maya(), score=3)
    assert not PulseAnswer.objects.exists()


def test_no_mean_while_an_answer_could_be_told_from_it(meeting: Meeting) -> None:
    for person, score in ((maya(), 2), (mona(), 4), (sam(), 5), (sofia(), 4), (rita(), 3)):
        PulseAnswer.objects.create(meeting=meeting, person=person, score=score, sentence=f"By {score}.")
    client = signed_in(ada())
    period = "?from=2026-01-01&to=2026-12-31"
    assert "By 5." not in page(client, "pulse", period)  # others still answer
    opened(meeting)
    trends = client.get(reverse("reviews:insight", args=["pulse"]) + period).context["report"].more["trends"]
    assert [(each["house"], each["mean"]) for each in trends] == [("marketing", ""), ("sales", "4.0")]
    found = page(client, "pulse", period)
    assert "By 5." in found
    assert "By 2." not in found


def test_the_trend_compares_with_the_review_before(meeting: Meeting) -> None:
    earlier = meeting.series.meetings.order_by("starts_at")[1]
    Meeting.objects.filter(pk=earlier.pk).update(starts_at=NOW - timedelta(days=80))
    for person, before, now in ((sam(), 2, 4), (sofia(), 2, 4), (rita(), 3, 4)):
        PulseAnswer.objects.create(meeting=earlier, person=person, score=before)
        PulseAnswer.objects.create(meeting=meeting, person=person, score=now)
    opened(earlier)
    opened(meeting)
    response = signed_in(maya()).get(
        reverse("reviews:insight", args=["pulse"]) + "?from=2026-01-01&to=2026-12-31"
    )
    _marketing, sales = response.context["report"].more["trends"]
    assert (sales["mean"], sales["words"]) == ("4.0", "1.7 more than before")
