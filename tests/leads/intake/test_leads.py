"""Leads come in once, are brought up to date field by field, and remember where each value came from."""

from pathlib import Path

import pytest

from definitions.models import Attribute
from leads.models import Account, FieldChange, ImportKey, Lead, LeadFit, LeadValue, TouchedLead
from tests.builders import a_lead
from tests.leads.intake.bringing import bring, counts, reasons

pytestmark = pytest.mark.django_db
LEADS = """Lead Id,Email,First Name,Last Name,Company,Job Title,Plan
1,ada@werft.example,Ada,Lovelace,Werft,Head of Sales,gold
2,grace@navy.example,Grace,Hopper,Navy,Admiral,Select
"""


def test_leads_come_in_with_account_fit_attribute_and_provenance(tmp_path: Path) -> None:
    batch = bring(tmp_path, LEADS, "leads")
    assert counts(batch) == (2, 0, 0, 0, 0)
    ada = Lead.objects.get(external_id="1")
    assert (ada.email, ada.name, ada.job_title) == ("ada@werft.example", "Ada Lovelace", "Head of Sales")
    assert ada.account == Account.objects.get(name="Werft", domain="werft.example")
    assert ada.provenance["job_title"] == batch.pk
    assert LeadFit.objects.get(lead=ada).job_title_words == " head of sales "
    assert TouchedLead.objects.filter(lead=ada).exists()
    attribute = Attribute.objects.get(key="plan")
    assert LeadValue.objects.get(attribute=attribute).lead == ada
    assert not ImportKey.objects.exists()


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    bring(tmp_path, LEADS, "leads")
    TouchedLead.objects.all().delete()
    before = list(Lead.objects.order_by("pk").values())
    assert counts(bring(tmp_path, LEADS, "leads")) == (0, 0, 2, 0, 0)
    assert list(Lead.objects.order_by("pk").values()) == before
    assert not TouchedLead.objects.exists()
    assert not FieldChange.objects.exists()


def test_what_changed_is_written_with_its_history_and_the_rest_stays(tmp_path: Path) -> None:
    bring(tmp_path, LEADS, "leads")
    TouchedLead.objects.all().delete()
    again = LEADS.replace("Head of Sales,gold", "CEO,silver").replace("Hopper", "")
    batch = bring(tmp_path, again, "leads")
    assert counts(batch) == (0, 1, 1, 0, 0)
    ada, grace = Lead.objects.order_by("external_id")
    assert (ada.job_title, grace.last_name) == ("CEO", "Hopper")
    changes = FieldChange.objects.filter(lead=ada).values_list("field", "before", "after", "import_id")
    assert sorted(changes) == [
        ("job_title", "Head of Sales", "CEO", batch.pk),
        ("plan", "gold", "silver", batch.pk),
    ]
    assert list(TouchedLead.objects.values_list("lead", flat=True)) == [ada.pk]


def test_what_a_person_wrote_is_not_taken_back(tmp_path: Path) -> None:
    bring(tmp_path, LEADS, "leads")
    ada = Lead.objects.get(external_id="1")
    ada.job_title, ada.provenance["job_title"] = "CEO", "person:1"
    ada.save()
    assert counts(bring(tmp_path, LEADS, "leads")) == (0, 0, 2, 0, 0)
    assert Lead.objects.get(pk=ada.pk).job_title == "CEO"


def test_lines_that_the_file_has_shown_are_duplicates_across_slices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.intake.advance.SLICE_LINES", 2)
    text = "id,email\n1,a@x.example\n2,b@x.example\n1,c@x.example\n3,A@x.example\n4,d@x.example\n"
    assert counts(bring(tmp_path, text, "leads")) == (3, 0, 0, 2, 0)
    assert counts(bring(tmp_path, text, "leads")) == (0, 0, 3, 2, 0)


def test_a_lead_is_known_by_its_address_and_gets_the_id(tmp_path: Path) -> None:
    met = a_lead(email="Ada@Werft.example", external_id=None, job_title="")
    assert counts(bring(tmp_path, LEADS, "leads")) == (1, 1, 0, 0, 0)
    met.refresh_from_db()
    assert (met.external_id, met.job_title) == ("1", "Head of Sales")


def test_an_address_of_another_lead_is_a_conflict(tmp_path: Path) -> None:
    bring(tmp_path, LEADS, "leads")
    batch = bring(tmp_path, "Lead Id,Email\n9,ada@werft.example\n", "leads")
    assert counts(batch) == (0, 0, 0, 0, 1)
    assert reasons(batch) == [(2, "Email", "The address belongs to another lead of this source, 1.")]


def test_a_merged_lead_stands_for_its_survivor(tmp_path: Path) -> None:
    bring(tmp_path, LEADS, "leads")
    ada, grace = Lead.objects.order_by("external_id")
    Lead.objects.filter(pk=ada.pk).update(merged_into=grace, email=None)
    assert counts(bring(tmp_path, "Lead Id,Job Title\n1,Countess\n", "leads")) == (0, 1, 0, 0, 0)
    grace.refresh_from_db()
    assert (grace.job_title, grace.external_id) == ("Countess", "2")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",,Nobody", ("id", "The line has neither an id nor an e-mail address.")),
        ("1,not an address,x", ("email", "“not an address” is not an e-mail address.")),
        (
            "1,a@x.example,=HYPERLINK(1)",
            ("first_name", "“=HYPERLINK(1)” is a formula. Export the values of the sheet."),
        ),
        ("1,a@x.example," + "x" * 121, ("first_name", "The text has 121 characters; at most 120 fit.")),
        ("1,a@x.example", ("", "The line has 2 cells, the header has 3.")),
        ("1,a@x.example,a\0b", ("", "The line holds a NUL byte, which no text has.")),
        ("1,a@x.example," + "x" * 1_000_000, ("", "A cell is longer than 64 kB.")),
        (
            '1,"a@x.example,x',
            ("", "The quotation marks do not pair up, so the cells of this line cannot be told apart."),
        ),
    ],
)
def test_a_bad_line_is_rejected_by_name_and_the_good_one_is_taken(
    tmp_path: Path, line: str, reason: tuple[str, str]
) -> None:
    batch = bring(tmp_path, f"id,email,first_name\n{line}\n2,b@x.example,Bea\n", "leads")
    assert counts(batch) == (1, 0, 0, 0, 1)
    assert reasons(batch) == [(2, *reason)]
    assert list(Lead.objects.values_list("external_id", flat=True)) == ["2"]


def test_a_day_that_does_not_exist_rejects_its_line(tmp_path: Path) -> None:
    batch = bring(tmp_path, "id,created_at\n1,2024-02-31\n2,2024-02-29\n", "leads")
    assert reasons(batch) == [(2, "created_at", "“2024-02-31” is not a date that exists.")]
    assert Lead.objects.get().captured_at.date().isoformat() == "2024-02-29"


def test_lines_can_find_their_leads_by_an_attribute(tmp_path: Path) -> None:
    leads = (
        "lead_id,contact_id,account_id,lead_created_at,first_touch_channel\n"
        "1,c1,a1,2024-01-04,web\n2,c1,a1,2024-01-05,web\n"
    )
    contacts = (
        "contact_id,account_id,job_title,role_function,buyer_role\nc1,a1,CFO,finance,champion\nc9,a1,x,y,z\n"
    )
    bring(tmp_path, leads, "leads")
    batch = bring(tmp_path, contacts, "leads")
    assert counts(batch) == (0, 1, 0, 0, 1)
    assert reasons(batch) == [
        (
            3,
            "contact_id",
            "No lead has the contact_id “c9”. Import the leads first, then this file again.",
        )
    ]
    assert list(Lead.objects.values_list("job_title", flat=True)) == ["CFO", "CFO"]


def test_columns_known_only_afterwards_are_left_out(tmp_path: Path) -> None:
    batch = bring(tmp_path, "id,is_sql,converted,is_converted\n1,True,1,TRUE\n", "leads")
    assert set(batch.mapping["columns"].values()) == {"external_id", ""}
    assert not Attribute.objects.exists()


def test_a_mapping_is_remembered_for_files_with_the_same_columns(tmp_path: Path) -> None:
    first = bring(tmp_path, LEADS, "leads", columns={"Plan": "department"}, unknown_words=["gold"])
    second = bring(tmp_path, LEADS, "leads")
    assert second.mapping["columns"] == first.mapping["columns"]
    assert second.mapping["unknown_words"] == ["gold"]
    other = bring(tmp_path, LEADS, "leads", source="another")
    assert other.mapping["columns"]["Plan"] == "attribute:plan"
