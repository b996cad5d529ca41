"""What became of a sales-qualified lead: said by sales, or told by an import; backwards is a move as well."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from definitions.models import Version
from leads import invariants
from leads.handoffs import services
from leads.handoffs.outcomes import outcome_say
from leads.handoffs.qualifying import handoff_qualify
from leads.models import Handoff, Lead, Outcome, StageChange
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import NOW, maya, sam, signed_in, sofia
from tests.leads.handoffs.stories import an_offer, reason


def an_accepted(version: Version) -> Handoff:
    return services.handoff_accept(handoff=an_offer(version), actor=sam())


def a_qualified(version: Version) -> Handoff:
    return handoff_qualify(handoff=an_accepted(version), actor=sam())


def _say(handoff: Handoff, kind: str, value: int | None = None) -> None:
    stage = Lead.objects.get(pk=handoff.lead_id).stage
    outcome_say(handoff=handoff, actor=sam(), kind=kind, value=value, seen_stage=stage)


def _outcomes() -> list[tuple[str, int | None]]:
    return sorted(Outcome.objects.values_list("kind", "value"))


@pytest.mark.parametrize(
    ("case", "said", "stage", "outcomes"),
    [
        ("an opportunity", [("opportunity", 900)], "opportunity", [("opportunity", 900)]),
        ("won", [("opportunity", 900), ("won", 800)], "customer", [("opportunity", 900), ("won", 800)]),
        ("won at once", [("won", 5)], "customer", [("won", 5)]),
        ("lost", [("opportunity", 9), ("lost", None)], "nurture", [("lost", None), ("opportunity", 9)]),
        ("won, then not", [("won", 5), ("opportunity", 4)], "opportunity", [("opportunity", 4)]),
        ("lost, then won", [("lost", None), ("won", 7)], "customer", [("won", 7)]),
        ("all the way back", [("opportunity", 1), ("won", 2), ("", None)], "sales_qualified", []),
        ("another value", [("won", 5), ("won", 6)], "customer", [("won", 6)]),
    ],
)
def test_each_is_a_move_with_its_history(
    version: Version, case: str, said: list[tuple[str, int | None]], stage: str, outcomes: list[Any]
) -> None:
    handoff = a_qualified(version)
    for kind, value in said:
        _say(handoff, kind, value)
    assert (Lead.objects.get().stage, _outcomes()) == (stage, sorted(outcomes))
    assert StageChange.objects.latest("pk").after == stage
    assert AuditEntry.objects.filter(verb="outcome.said").count() == len(said)
    assert Lead.objects.get().nurture_until == (date(2026, 8, 2) if stage == "nurture" else None)
    assert invariants.breaches() == []


def test_who_comes_second_is_told(version: Version) -> None:
    handoff = a_qualified(version)
    _say(handoff, "opportunity", 10)
    before = (_outcomes(), AuditEntry.objects.count())
    with pytest.raises(Conflict, match="moved to “Opportunity” meanwhile"):
        outcome_say(handoff=handoff, actor=sam(), kind="lost", seen_stage="sales_qualified")
    assert (_outcomes(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize(
    ("kind", "value", "field"), [("sold", 1, "kind"), ("won", -1, "value"), ("won", 10**15 + 1, "value")]
)
def test_what_makes_no_sense(version: Version, kind: str, value: int, field: str) -> None:
    handoff = a_qualified(version)
    with pytest.raises(Invalid) as caught:
        outcome_say(handoff=handoff, actor=sam(), kind=kind, value=value, seen_stage="sales_qualified")
    assert (caught.value.field, _outcomes(), Lead.objects.get().stage) == (field, [], "sales_qualified")


def test_who_may_say_it(version: Version) -> None:
    handoff = an_accepted(version)
    with pytest.raises(Refused, match="once it is sales-qualified"):
        _say(handoff, "won")
    handoff_qualify(handoff=handoff, actor=sam())
    for person in (sofia(), maya()):
        with pytest.raises(Refused):
            outcome_say(handoff=handoff, actor=person, kind="won", seen_stage="sales_qualified")
    _say(handoff, "lost")
    Handoff.objects.create(
        lead_id=handoff.lead_id, version=version, points=0, grade=1, receipt={}, offered_at=NOW, due_at=NOW
    )
    with pytest.raises(Refused, match="offered again since"):
        _say(handoff, "won")
    assert _outcomes() == [("lost", None)]


def test_the_page(version: Version) -> None:
    handoff, client = a_qualified(version), signed_in(sam())
    url = reverse("leads:outcome_say", args=[handoff.pk])
    assert "Whole EUR" in client.get(url).content.decode()
    assert client.post(url, {"kind": "won"}).status_code == 422
    assert client.post(url, {"kind": "won", "value": "-3", "stage": "sales_qualified"}).status_code == 422
    assert client.post(url, {"kind": "won", "value": "1200", "stage": "mql"}).status_code == 409
    assert _outcomes() == []
    chosen = {"kind": "won", "value": "1200", "stage": "sales_qualified"}
    page = client.post(url, chosen, follow=True).content.decode()
    assert "stands at “Customer” now." in page
    assert "1,200 EUR" in page
    assert signed_in(maya()).post(url, chosen).status_code == 403
    assert "Only sales works accepted leads." in signed_in(maya()).get(url).content.decode()


# -- told by an import -------------------------------------------------------------------------------------


def _import(folder: Path, *lines: str) -> None:
    file = folder / "outcomes.csv"
    file.write_text("\n".join(("opportunity_id,email,opened_at,closed_at,outcome,value", *lines)) + "\n")
    mapping = folder / "mapping.json"
    mapping.write_text(
        '{"opportunity_id": "external_id", "email": "lead.email", "opened_at": "opened_at", '
        '"closed_at": "closed_at", "outcome": "outcome", "value": "value"}'
    )
    call_command("import_outcomes", str(file), mapping=str(mapping), source="crm", verbosity=0)


LATER = (NOW + timedelta(days=1)).isoformat()
EARLIER = (NOW - timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("case", "make", "line", "stage"),
    [
        ("opened", a_qualified, f"{LATER},,,900", "opportunity"),
        ("won", a_qualified, f"{LATER},{LATER},won,900", "customer"),
        ("lost", a_qualified, f"{LATER},{LATER},lost,", "nurture"),
        ("won while sales still works it", an_accepted, f"{LATER},{LATER},won,9", "customer"),
        ("lost while sales still works it", an_accepted, f"{LATER},{LATER},lost,", "sal"),
        ("a deal of before the accept", a_qualified, f"{EARLIER},{EARLIER},won,9", "sales_qualified"),
        ("not accepted", an_offer, f"{LATER},{LATER},won,9", "mql"),
    ],
)
def test_an_import_moves_what_sales_has_accepted(
    version: Version, tmp_path: Path, case: str, make: Any, line: str, stage: str
) -> None:
    lead = make(version).lead
    _import(tmp_path, f"OPP-1,{lead.email},{line}")
    lead.refresh_from_db()
    assert lead.stage == stage
    moves, outcomes = StageChange.objects.count(), _outcomes()
    _import(tmp_path, f"OPP-1,{lead.email},{line}")
    assert (StageChange.objects.count(), _outcomes()) == (moves, outcomes)
    assert invariants.breaches() == []


def test_a_bad_line_is_told_and_the_others_are_taken(
    version: Version, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lead = a_qualified(version).lead
    _import(
        tmp_path,
        f"OPP-1,{lead.email},{LATER},,,900",
        f"OPP-2,nobody@nowhere.example,{LATER},,,1",
        f",{lead.email},{LATER},,,1",
        f"OPP-4,{lead.email},,,won,1",
    )
    said = capsys.readouterr().out
    assert "1 created" in said
    assert "3 rejected" in said
    assert "The line has no id of the opportunity." in said
    assert "The line does not say when it ended." in said
    assert _outcomes() == [("opportunity", 900)]


@pytest.mark.parametrize("key", ["wrong-territory", "wrong-role"])
def test_a_customer_is_not_returned(version: Version, tmp_path: Path, key: str) -> None:
    """A procedural return would offer whoever has bought to sales again."""
    handoff = an_accepted(version)
    _import(tmp_path, f"OPP-1,{handoff.lead.email},{LATER},{LATER},won,900")
    with pytest.raises(Refused, match="stands at “Customer” already"):
        services.handoff_return(handoff=handoff, actor=sam(), reason=reason(key), challenged_key="c-software")
    assert (Lead.objects.get().stage, Handoff.objects.get().status) == ("customer", "accepted")


def test_what_is_told_further_is_not_moved_back_by_qualifying(version: Version, tmp_path: Path) -> None:
    handoff = an_accepted(version)
    _import(tmp_path, f"OPP-1,{handoff.lead.email},{LATER},,,900")
    handoff_qualify(handoff=handoff, actor=sam())
    assert Lead.objects.get().stage == "opportunity"
