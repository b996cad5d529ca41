"""The second definition of the sample company: when sales calls a lead qualified."""

from __future__ import annotations

from datetime import timedelta

from definitions.models import Ballot, Definition, Stage
from leads.models import Run
from leads.scoring.clock import look_again_from
from leads.scoring.compiler import score_into
from leads.scoring.scope import Scope
from portal.common.models import User, Workspace
from portal.seed.agreement import activate, ballot_lay, version_lay
from portal.seed.clauses import sales_qualified_documents
from portal.seed.debates import SALES_ROUND
from portal.seed.slips import slip_lay
from portal.seed.trail import Desk, Trail

DRAFT_DAYS = 9
# In force in a sample to look at. With more leads it is a draft alone: its scores would double what is laid
# and kept up, and whoever lays so many wants to see how fast the first definition is.
IN_FORCE_UP_TO = 20_000


def sales_qualified_lay(
    *,
    leads: int,
    people: dict[str, User],
    actor: User | None,
    workspace: Workspace,
    desk: Desk,
    trail: Trail,
) -> None:
    """Version 1 with its ballot and its scores, and the draft of the next; the facts are laid already."""
    definition = Definition.objects.get(stage=Stage.SALES_QUALIFIED)
    documents = sales_qualified_documents(desk.now.date())
    rita, drafted_at = people[SALES_ROUND.author], desk.ago(DRAFT_DAYS)
    if leads > IN_FORCE_UP_TO:
        version_lay(definition, documents[1], 1, rita, None, drafted_at, is_draft=True)
        return
    first = version_lay(definition, documents[1], 1, rita, None, desk.ago(SALES_ROUND.drafted_days))
    ballot_lay(SALES_ROUND, first, None, people, actor, workspace, desk, trail)
    slip_lay(Ballot.objects.get(version=first))
    activate(first, trail)
    score_into(first, Scope.all(), desk.now)
    look_again_from(first, desk.now)
    assert first.ratified_at is not None
    Run.objects.create(
        definition=definition,
        version=first,
        kind=Run.Kind.ACTIVATION,
        status="done",
        as_of=first.ratified_at,
        leads_total=leads // 3,
        leads_done=leads // 3,
        requested_at=first.ratified_at,
        started_at=first.ratified_at + timedelta(seconds=3),
        finished_at=first.activated_at,
    )
    version_lay(definition, documents[2], 2, rita, first, drafted_at, is_draft=True)
