"""Activities and outcomes are counted once for ever, and only of leads that are known."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from definitions.models import ActivityKind
from leads.models import Activity, Lead, Outcome, Term, TouchedLead
from tests.builders import a_lead, a_source, an_account
from tests.leads.intake.bringing import bring, counts, reasons

pytestmark = pytest.mark.django_db
TOUCHES = """touch_id,lead_id,touch_timestamp,touch_type,touch_channel,touch_direction,campaign_id
t1,lead-a,2024-01-04,call,sdr,outbound,
t2,lead-a,2024-01-05,call,web,inbound,spring
t3,lead-a,2024-01-06,webinar,web,inbound,spring
t3,lead-a,2024-01-06,webinar,web,inbound,spring
t4,lead-z,2024-01-06,webinar,web,inbound,
t5,lead-a,soon,webinar,web,inbound,
t6,lead-a,2024-01-07,Coffee with CEO,web,inbound,
"""


@pytest.fixture
def lead() -> Lead:
    lead = a_lead(external_id="lead-a", email="ada@werft.example")
    TouchedLead.objects.all().delete()
    return lead


def test_each_line_of_activities_ends_as_one_count(tmp_path: Path, lead: Lead) -> None:
    batch = bring(tmp_path, TOUCHES, "activities")
    assert counts(batch) == (4, 0, 0, 1, 2)
    assert reasons(batch) == [
        (6, "lead_id", "No lead of this source has the id “lead-z”."),
        (7, "touch_timestamp", "“soon” is not a date."),
    ]
    kinds = Activity.objects.order_by("message_id").values_list("kind__key", "kind__is_by_lead")
    assert list(kinds) == [
        ("sales_call", False),
        ("call_received", True),
        ("webinar_attended", True),
        ("coffee-with-ceo", True),
    ]
    first = Activity.objects.get(message_id="t2")
    assert first.occurred_at == datetime(2024, 1, 5, tzinfo=UTC)
    assert (first.campaign.text, first.channel.text, first.import_id) == ("spring", "web", batch.pk)
    assert first.properties == {"direction": "inbound"}
    assert Term.objects.get(key="spring").words == " spring "
    assert TouchedLead.objects.filter(lead=lead).exists()


def test_a_second_import_of_activities_changes_nothing(tmp_path: Path, lead: Lead) -> None:
    bring(tmp_path, TOUCHES, "activities")
    TouchedLead.objects.all().delete()
    assert counts(bring(tmp_path, TOUCHES, "activities")) == (0, 0, 5, 0, 2)
    assert Activity.objects.count() == 4
    assert not TouchedLead.objects.exists()


def test_lines_without_an_id_are_known_by_what_they_say(tmp_path: Path, lead: Lead) -> None:
    line = "ada@werft.example,2024-01-04,page_view\n"
    text = f"email,timestamp,event\n{line}{line}"
    assert counts(bring(tmp_path, text, "activities")) == (1, 0, 0, 1, 0)
    assert counts(bring(tmp_path, text, "activities")) == (0, 0, 2, 0, 0)


def test_a_session_brings_the_pages_that_count(tmp_path: Path, lead: Lead) -> None:
    text = (
        "session_id,lead_id,session_timestamp,session_type,page_views,pricing_page_views,demo_page_views,"
        "session_duration_seconds\ns1,lead-a,2024-01-10,website,7,2,1,139\n"
    )
    assert counts(bring(tmp_path, text, "activities")) == (1, 0, 0, 0, 0)
    found = Activity.objects.order_by("message_id").values_list(
        "message_id", "kind__key", "subject__text", "seconds"
    )
    assert list(found) == [
        ("s1", "session", "website", 139),
        ("s1/demo/1", "page_viewed", "demo", None),
        ("s1/pricing/1", "page_viewed", "pricing", None),
        ("s1/pricing/2", "page_viewed", "pricing", None),
    ]
    assert Activity.objects.get(message_id="s1").properties == {"page_views": "7"}


def test_a_file_of_one_kind(tmp_path: Path, lead: Lead) -> None:
    text = "id,lead_id,when happened\n1,lead-a,2024-01-04\n"
    batch = bring(
        tmp_path, text, "activities", columns={"when happened": "occurred_at"}, fixed_kind="demo_requested"
    )
    assert counts(batch) == (1, 0, 0, 0, 0)
    assert Activity.objects.get().kind.key == "demo_requested"


def test_activities_of_a_merged_lead_are_its_survivors(tmp_path: Path, lead: Lead) -> None:
    survivor = a_lead()
    Lead.objects.filter(pk=lead.pk).update(merged_into=survivor)
    bring(tmp_path, TOUCHES, "activities")
    assert set(Activity.objects.values_list("lead", flat=True)) == {survivor.pk}


def test_kinds_of_the_workspace_are_kept_to(tmp_path: Path, lead: Lead) -> None:
    before = ActivityKind.objects.count()
    bring(tmp_path, TOUCHES, "activities")
    assert ActivityKind.objects.count() == before + 2


OPPORTUNITIES = """opportunity_id,lead_id,created_at,stage,estimated_acv,close_outcome,closed_at
o1,lead-a,2024-01-15,negotiation,47173,,
o2,lead-a,2024-01-19,closed_won,"16,091",closed_won,2024-02-27
o3,lead-z,2024-01-19,closed_lost,5,closed_lost,2024-02-27
"""


def test_outcomes_tell_of_the_opportunity_and_its_end(tmp_path: Path, lead: Lead) -> None:
    assert counts(bring(tmp_path, OPPORTUNITIES, "outcomes")) == (2, 0, 0, 0, 1)
    found = Outcome.objects.order_by("external_id", "kind").values_list("external_id", "kind", "value")
    assert list(found) == [("o1", "opportunity", 47173), ("o2", "opportunity", 16091), ("o2", "won", 16091)]
    assert counts(bring(tmp_path, OPPORTUNITIES, "outcomes")) == (0, 0, 2, 0, 1)
    won = OPPORTUNITIES.replace("47173,,", "47173,closed_lost,2024-03-01")
    assert counts(bring(tmp_path, won, "outcomes")) == (0, 1, 1, 0, 1)


def test_customers_are_wins_of_known_opportunities(tmp_path: Path, lead: Lead) -> None:
    bring(tmp_path, OPPORTUNITIES, "outcomes")
    text = (
        "customer_id,opportunity_id,account_id,customer_start_at\nc1,o1,a1,2024-03-01\nc2,o9,a1,2024-03-01\n"
    )
    batch = bring(tmp_path, text, "outcomes")
    assert counts(batch) == (1, 0, 0, 0, 1)
    assert reasons(batch) == [(3, "", "The line does not name a lead.")]
    assert Outcome.objects.get(external_id="o1", kind="won").lead == lead


def test_an_opportunity_of_an_account_with_one_lead_is_that_leads(tmp_path: Path) -> None:
    account = an_account(external_id="a1", source=a_source())
    lead = a_lead(account=account)
    text = (
        "id,account_id,stage_name,is_won,is_closed,created_date,close_date\n"
        "o1,a1,Won,true,true,2024-01-01,2024-02-01\n"
    )
    assert counts(bring(tmp_path, text, "outcomes")) == (1, 0, 0, 0, 0)
    a_lead(account=account)
    batch = bring(tmp_path, text.replace("o1", "o2"), "outcomes")
    assert reasons(batch) == [(2, "account_id", "The line names no lead, and its account “a1” has 2 leads.")]
    assert set(Outcome.objects.values_list("lead", flat=True)) == {lead.pk}
