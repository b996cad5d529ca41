"""A believable workspace, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from portal.common.calendars import calendar_of
from portal.common.models import Team, User, Workspace
from portal.seed.agreement import DRAFT, agreement_lay
from portal.seed.database import give_room
from portal.seed.extras import import_lay, notices_lay
from portal.seed.facts import facts_lay
from portal.seed.handoffs import handoffs_lay
from portal.seed.meetings import meetings_lay
from portal.seed.people import ZONE, capacity_note, people_lay
from portal.seed.sales_qualified import sales_qualified_lay
from portal.seed.shadow import shadow_lay
from portal.seed.slips import slips_lay
from portal.seed.tastings import examples_lay, tasting_lay
from portal.seed.trail import Desk, Trail

COMPANY = "Nordlicht Software"
# One activity in so many is a call or a mail by sales.
SALES_SHARE = 40


@dataclass(frozen=True)
class Size:
    """How much is laid out: numbers of leads, accounts and activities."""

    leads: int
    accounts: int
    activities: int


SAMPLE_SIZE = Size(leads=1_200, accounts=400, activities=12_000)


def silent(part: str, done: int) -> None:
    return None


@transaction.atomic
def workspace_seed(
    *,
    size: Size,
    seed: int,
    actor: User | None,
    now: datetime | None = None,
    progress: Callable[[str, int], None] = silent,
) -> None:
    """Lay the sample company out, all at once or not at all.

    The same `seed` and `now` (the full hour, if not given) give the same rows. `progress` is told the
    part and how many of it are laid.
    """
    now = now or timezone.now().replace(minute=0, second=0, microsecond=0)
    give_room()
    workspace = _company_lay()
    people = people_lay(joined_at=now - timedelta(days=400))
    calendar = calendar_of(Team.SALES, workspace)
    desk, trail = Desk(now, calendar), Trail()
    capacity_note(people, desk, trail)
    sales_activities = size.activities // SALES_SHARE
    laid = facts_lay(
        leads=size.leads,
        accounts=size.accounts,
        activities=size.activities - sales_activities,
        seed=seed,
        now=now,
        calendar=calendar,
        people=people,
        actor=actor,
        progress=progress,
    )
    agreement = agreement_lay(people=people, actor=actor, workspace=workspace, desk=desk, trail=trail)
    handoffs_lay(
        laid=laid,
        agreement=agreement,
        workspace=workspace,
        people=people,
        seed=seed,
        sales_activities=sales_activities,
        desk=desk,
        trail=trail,
        progress=progress,
    )
    progress("activities", size.activities)
    sales_qualified_lay(
        leads=size.leads, people=people, actor=actor, workspace=workspace, desk=desk, trail=trail
    )
    slips_lay(agreement, size.leads, desk, trail)
    shadow_lay(agreement=agreement, people=people, desk=desk, trail=trail)
    examples_lay(people, desk)
    tasting_lay(
        version=agreement.versions[DRAFT],
        first_id=laid.leads.first_id,
        people=people,
        seed=seed,
        desk=desk,
        trail=trail,
    )
    meetings_lay(agreement=agreement, people=people, actor=actor, seed=seed, desk=desk, trail=trail)
    batch = import_lay(laid.leads, people, desk)
    notices_lay(people, actor, batch, desk)
    trail.write()


def _company_lay() -> Workspace:
    """Name and place of the company, where nobody has set them yet."""
    workspace = Workspace.objects.get(pk=1)
    untouched = Workspace()
    for name, value in (("name", COMPANY), ("time_zone", ZONE), ("holiday_country", "DE")):
        if getattr(workspace, name) == getattr(untouched, name):
            setattr(workspace, name, value)
    workspace.save()
    return workspace
