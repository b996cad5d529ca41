"""What the leads say of a definition: golden leads, examples, tastings, evidence, shadows, proposals."""

from __future__ import annotations

from typing import Any

from definitions.criteria.fingerprint import fingerprint
from definitions.documents import draft_document
from definitions.models import Ballot, Stage, Version
from definitions.services.answers import answer_give
from leads.examples.services import example_attach
from leads.models import Tasting
from leads.suggest.services import sealed
from tests.builders import a_document, a_lead, a_version, an_active_version, sam
from tests.definitions.ballot_stories import a_draft, an_open_ballot, both_houses
from tests.doors import HOUSES, MANAGERS, WITH_A_TEAM, Door, Sent
from tests.leads.golden.stories import WHY, a_golden_lead
from tests.leads.shadows.stories import LAST_DAY, a_candidate, a_shadow
from tests.leads.tasting.stories import a_tasting, people
from tests.leads.test_relaxing import CLAUSES

STARTED_BY_MAYA = MANAGERS | {"maya"}
# Who may change what Maya laid down: she, her manager, and the administrator, who is of neither house.
OF_HER_SIDE = frozenset({"maya", "mona", "ada"})


def _laid() -> Sent:
    return Sent((Stage.MQL,), {"lead": a_lead().pk, "demand": "never", "sentence": WHY})


def _golden(**form: Any) -> Any:
    return lambda: Sent((a_golden_lead().pk,), form)


def _example() -> tuple[int, int]:
    answer = answer_give(actor=sam(), question="qualified", text="One that picks up.")
    return answer.pk, a_lead().pk


def _attached() -> Sent:
    answer, lead = answer_give(actor=sam(), question="qualified", text="One that picks up."), a_lead()
    example_attach(answer=answer, lead=lead, actor=sam())
    return Sent((answer.pk, lead.pk))


def _tasting() -> Tasting:
    people()
    return a_tasting()


def _to_taste() -> Sent:
    people()
    return Sent((a_version().pk,))


def _suggested() -> Sent:
    both_houses()
    return Sent((Stage.MQL,), {"seal": sealed(a_document(), "Rests on 400 leads.")})


def _silent() -> Sent:
    an_active_version()
    return Sent((a_candidate().pk,), {"reason": "Are they worth it?", "ends_on": str(LAST_DAY)})


def _a_shadow() -> Sent:
    an_active_version()
    return Sent((a_shadow().pk,))


def _a_proposal() -> Sent:
    both_houses()
    version: Version = a_draft()
    return Sent((version.pk,), {"statement": "So.", "fingerprint": fingerprint(draft_document(version))})


def _another_threshold() -> Sent:
    ballot: Ballot = an_open_ballot()
    form: dict[str, Any] = {"threshold": 90, "fingerprint": ballot.fingerprint}
    for number, criterion in enumerate(ballot.document["criteria"]):
        form |= {
            f"wording_{number}": criterion["wording"],
            f"points_{number}": criterion["effect"]["points"],
        }
    return Sent((ballot.pk,), form)


def _a_slow_month() -> Sent:
    both_houses()
    an_active_version(a_document(*CLAUSES, threshold=50))
    form = {"left_out": ["c-german"], "threshold": 50, "ends_on": str(LAST_DAY), "statement": "It is slow."}
    return Sent((Stage.MQL,), {**form, "do": "propose"})


DOORS = [
    # Leads that no text may get wrong
    Door("leads:golden_new", "golden.laid", WITH_A_TEAM, _laid),
    Door("leads:golden_edit", "golden.reworded", OF_HER_SIDE, _golden(sentence="She bought.", seen=WHY)),
    Door("leads:golden_retire", "golden.retired", OF_HER_SIDE, _golden()),
    # Leads that illustrate what a rep answered
    Door(
        "leads:example_attach",
        "answer.example_attached",
        frozenset({"sam"}),
        lambda: Sent(_example(), {"note": "Called back."}),
    ),
    Door("leads:example_detach", "answer.example_detached", frozenset({"sam"}), _attached),
    # Blind tastings
    Door("leads:tasting_start", "tasting.started", WITH_A_TEAM, _to_taste),
    Door("leads:tasting_close", "tasting.closed", STARTED_BY_MAYA, lambda: Sent((_tasting().pk,))),
    Door(
        "leads:taste",
        "tasting.answered",
        HOUSES,
        lambda: Sent((_tasting().pk, 1), {"verdict": "take", "reason": "So it is."}),
    ),
    # What history says
    Door("leads:suggest_open", "definition.suggested", WITH_A_TEAM, _suggested),
    Door("leads:back_test_start", "back_test.requested", WITH_A_TEAM, lambda: Sent((a_draft().pk,))),
    Door("leads:shadow_new", "shadow.started", MANAGERS, _silent),
    Door("leads:shadow_stop", "shadow.ended", MANAGERS, _a_shadow),
    # Proposals
    Door("leads:version_propose", "version.proposed", WITH_A_TEAM, _a_proposal),
    Door("leads:ballot_amend", "ballot.edited", STARTED_BY_MAYA, _another_threshold),
    Door("leads:relax", "version.proposed", HOUSES, _a_slow_month),
    Door("leads:slip_recount", "slip.recount_asked", WITH_A_TEAM, lambda: Sent((an_open_ballot().pk,))),
]
