"""Thirty people with names to hide, a definition, and who would take whom."""

from __future__ import annotations

from datetime import timedelta

from definitions.models import Version
from leads.models import Lead, Tasting, TastingLead
from leads.tasting.services import lead_taste, tasting_start
from portal.common.models import User
from tests.builders import NOW, a_lead, a_version, an_account, an_activity, maya

SECRET = "Quellenthal"


def people(count: int = 30, first: int = 0) -> list[Lead]:
    """Every second works in software; every third looked at prices, on a page named after the company."""
    made = []
    for number in range(first, first + count):
        account = an_account(
            name=f"{SECRET}{number} Werke",
            industry="Software" if number % 2 else "Banking",
            employees=37 + number,
            domain=f"{SECRET.lower()}{number}.example",
        )
        lead = a_lead(
            first_name=f"Vorname{number}",
            last_name=f"Zuname{number}",
            email=f"kontakt{number}@{SECRET.lower()}{number}.example",
            external_id=f"extern-{number}",
            phone=f"+49 555 {1000 + number}",
            city=f"Stadt{number}",
            job_title=f"Head of IT at {SECRET}{number}",
            company=f"{SECRET}{number} Werke",
            account=account,
        )
        if number % 3 == 0:
            subject = f"Pricing for {SECRET}{number}"
            an_activity(lead, "page_viewed", NOW - timedelta(days=2), subject=subject)
        made.append(lead)
    return made


def a_tasting(seed: int = 1, version: Version | None = None) -> Tasting:
    return tasting_start(version=version or a_version(), actor=maya(), seed=seed)


def taste_all(tasting: Tasting, person: User, *clauses: str, but: int = 0) -> None:
    """Take the leads that meet every one of the clauses; leave the last `but` leads untasted."""
    rows = list(TastingLead.objects.filter(tasting=tasting))
    for row in rows[: len(rows) - but]:
        takes = set(clauses) <= set(row.met)
        lead_taste(tasting=tasting, place=row.place, takes=takes, reason="So it is.", actor=person)
