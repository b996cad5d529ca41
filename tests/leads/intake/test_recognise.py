"""Headers as they come from CRMs are known for what they are."""

import pytest

from leads.intake import mapping
from leads.intake.profiles import PROFILES, kind_of_file, profile_of
from leads.intake.reading import Record
from leads.intake.recognise import SYNONYMS, is_leak, plain
from leads.intake.rejections import harmless


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("E-Mail Address", "e_mail_address"),
        ("property_hs_all-funky", "hs_all_funky"),
        ("TotalVisits", "total_visits"),
        ("\ufeffactivity_date", "activity_date"),
        ("  Lead  Source ", "lead_source"),
    ],
)
def test_headers_are_compared_plainly(header: str, name: str) -> None:
    assert plain(header) == name


@pytest.mark.parametrize(
    ("header", "profile"),
    [
        ("id,property_email,property_firstname,property_lastname,property_createdate", "hubspot-contacts"),
        ("id,_fivetran_synced,created,email_campaign_id,type,recipient", "hubspot-email-events"),
        ("id,who_id,task_subtype,activity_date,status,subject", "salesforce-tasks"),
        ("\ufeffactivity_date,activity_type_id,id,lead_id,primary_attribute_value", "marketo-activities"),
        ("colour,size", None),
    ],
)  # fmt: skip
def test_exports_are_known_by_their_header(header: str, profile: str | None) -> None:
    found = profile_of(header.split(","))
    assert (found.key if found else None) == profile


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("email,timestamp,event", "activities"),
        ("deal_id,lead_id,is_won,close_date", "outcomes"),
        ("account_id,company_name,industry", "accounts"),
        ("First Name,E-mail", "leads"),
    ],
)
def test_the_kind_of_an_unknown_file_is_guessed(header: str, kind: str) -> None:
    assert kind_of_file(header.split(",")) == kind


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_every_known_file_can_be_taken_as_it_is(profile: object) -> None:
    headers = sorted(profile.needs)  # type: ignore[attr-defined]
    suggested, _notes = mapping.suggest(
        profile.kind,  # type: ignore[attr-defined]
        headers,
        [Record(2, ["x"] * len(headers))],
        attributes={},
        remembered={},
        time_zone="UTC",
    )
    mapping.check(profile.kind, headers, suggested)  # type: ignore[attr-defined]


def test_every_synonym_leads_to_a_field() -> None:
    for kind, table in SYNONYMS.items():
        assert set(table.values()) <= {name for name, _label in mapping.FIELDS[kind]}


@pytest.mark.parametrize(
    "header", ["Converted", "is_sql", "current_stage", "Closed At", "isWon", "mql_reason__c"]
)
def test_what_is_known_only_afterwards_is_known_as_such(header: str) -> None:
    assert is_leak(header)


@pytest.mark.parametrize(
    ("values", "value_type"),
    [
        (["Yes", "no"], "yes_no"),
        (["1", "2.5", "1,200"], "number"),
        (["2024-01-04", "04.01.2024"], "date"),
        (["Gold", "Silver"] * 20, "choice"),
        ([f"a text {number}" for number in range(60)], "text"),
        ([], "text"),
    ],
)
def test_types_are_guessed(values: list[str], value_type: str) -> None:
    assert mapping.type_of(values) == value_type


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 40", "'+49 40"),
        ("@x", "'@x"),
        ("-5", "-5"),
        ("+5.1", "+5.1"),
        ("plain", "plain"),
    ],
)
def test_a_spreadsheet_takes_no_cell_for_a_formula(cell: str, shown: str) -> None:
    assert harmless(cell) == shown
