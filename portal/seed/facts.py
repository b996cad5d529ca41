"""Everything that is known before anybody agrees on anything: accounts, leads, what they did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from definitions.models import ActivityKind, Attribute
from leads.models import Account, AccountValue, Activity, Lead, LeadFit, LeadValue, LeadWords, Source, Term
from portal.common.models import Team, User
from portal.common.working_time import Calendar, add_working_time, working_time_before
from portal.seed.behaviour import Behaviour, behaviour_lay
from portal.seed.companies import companies_lay
from portal.seed.database import bare, follow_sequences, take_statistics
from portal.seed.draws import LocalClock
from portal.seed.laid_leads import HORIZON_DAYS, LaidLeads, leads_lay
from portal.seed.trail import backdate

# (key, label, type, of leads or accounts)
ATTRIBUTES = (
    ("current-tool", "Current tool", "text", "lead"),
    ("time-frame", "Time frame of buying", "choice", "lead"),
    ("stated-budget", "Stated budget", "number", "lead"),
    ("contract-ends", "Current contract ends", "date", "account"),
    ("may-be-called", "Agreed to be called", "yes_no", "lead"),
    # What no form asks and a rep finds out.
    ("has-budget", "Budget is there", "yes_no", "lead"),
    ("has-authority", "Whoever decides is in the talks", "yes_no", "lead"),
    ("has-need", "Has the problem that we solve", "yes_no", "lead"),
    ("has-timing", "Wants to decide within half a year", "yes_no", "lead"),
)
FACTS = (Account, AccountValue, Activity, Lead, LeadFit, LeadValue, LeadWords, Term)


@dataclass(frozen=True)
class Laid:
    """What later parts build on."""

    leads: LaidLeads
    behaviour: Behaviour
    crm: Source


def facts_lay(
    *,
    leads: int,
    accounts: int,
    activities: int,
    seed: int,
    now: datetime,
    calendar: Calendar,
    people: dict[str, User],
    actor: User | None,
    progress: Callable[[str, int], None],
) -> Laid:
    """Write them. `activities` are the leads' own; what sales did comes with the handoffs."""
    began = now - timedelta(days=HORIZON_DAYS + 130)
    attributes = _attributes_lay(actor or people["mona"], began)
    crm = Source.objects.create(key="nordlicht-crm", label="Nordlicht CRM")
    site = Source.objects.create(key="nordlicht-site", label="Website tracking")
    backdate([crm, site], created_at=began)
    clock = LocalClock(ZoneInfo(str(calendar.zone)), began, now)
    first_account = (Account.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    first_lead = (Lead.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
    with bare(FACTS, rows=activities):
        companies = companies_lay(
            count=accounts,
            seed=seed,
            now=now,
            first_id=first_account,
            source=crm,
            sellers=[person.pk for person in people.values() if person.team == Team.SALES],
            contract_id=attributes["contract-ends"],
        )
        progress("accounts", accounts)
        laid_leads = leads_lay(
            count=leads,
            seed=seed,
            now=now,
            clock=clock,
            first_id=first_lead,
            source=crm,
            companies=companies,
            attributes=attributes,
            progress=lambda done: progress("leads", done),
        )
        follow_sequences(Account, Lead)
        behaviour = behaviour_lay(
            count=activities,
            seed=seed,
            now=now,
            event_at=_last_event(now, calendar),
            clock=clock,
            laid_leads=laid_leads,
            source=site,
            kind_ids=dict(ActivityKind.objects.values_list("key", "pk")),
            progress=lambda done: progress("activities", done),
        )
    take_statistics(*FACTS)
    return Laid(laid_leads, behaviour, crm)


def _attributes_lay(author: User, at: datetime) -> dict[str, int]:
    rows = Attribute.objects.bulk_create(
        Attribute(key=key, label=label, value_type=value_type, holder=holder, created_by=author)
        for key, label, value_type, holder in ATTRIBUTES
    )
    backdate(rows, created_at=at)
    return dict(Attribute.objects.values_list("key", "pk"))


def _last_event(now: datetime, calendar: Calendar) -> datetime:
    """Two hours into the working day before the last one: a webinar that sales still feels."""
    start_of_work = working_time_before(now, timedelta(hours=14), calendar).replace(minute=0)
    return min(add_working_time(start_of_work, 0, calendar), now - timedelta(hours=10))
