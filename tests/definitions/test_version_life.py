"""The whole life of versions, drawn by Hypothesis, beside a ledger that counts for itself.

The ledger knows the rules as people would state them and none of our code: people, their words, fractions.
After every step the rows must say what it says, and `definitions.invariants` must find nothing.
`ACCORD_LIFE_EXAMPLES` sets how many lives are drawn (15).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from definitions.invariants import breaches
from definitions.models import Ballot, Definition, DraftStep, Version, Vote
from definitions.services.ballots import ballot_edit, version_propose
from definitions.services.closing import ballots_close_due, version_withdraw
from definitions.services.discussion import comment_add, comment_resolve
from definitions.services.numbers import number_set
from definitions.services.reminding import electors_remind_due
from definitions.services.undoing import step_undo
from definitions.services.votes import block_answer, block_settle
from portal.common.errors import Conflict, Invalid, PortalError
from portal.common.models import User
from tests.builders import NOW, a_document, marco, maya, mona, rita, sam, sofia
from tests.definitions.ballot_stories import (
    SLIP,
    a_draft,
    both_houses,
    fresh,
    vote,
    with_threshold,
    with_wording,
)
from tests.definitions.paper_ledger import Ledger
from tests.leads.runs.stories import work

EXAMPLES = int(os.environ.get("ACCORD_LIFE_EXAMPLES", "15"))
PEOPLE: dict[str, Callable[[], User]] = {
    "maya": maya, "marco": marco, "mona": mona, "sam": sam, "sofia": sofia, "rita": rita,
}  # fmt: skip
names = st.sampled_from(sorted(PEOPLE))
choices = st.sampled_from(["agree", "agree", "agree", "disagree", "block", "abstain"])


@dataclass
class Act:
    """A number that somebody moved on the draft, or (`undoes`) an act that they took back."""

    who: str
    step: DraftStep
    before: int
    after: int
    undoes: Act | None = None
    is_undone: bool = False


class VersionLife(RuleBasedStateMachine):
    """Drafts, ballots, runs and days, in any order that people may think of."""

    ledger_of = Ledger

    def __init__(self) -> None:
        super().__init__()
        self.traveller = time_machine.travel(NOW, tick=False)
        self.clock = self.traveller.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.draft: Version | None = None
        self.concern: object | None = None
        self.ballot: Ballot | None = None
        self.ledger: Ledger | None = None
        self.expected: dict[int, str] = {}  # version number: status
        self.threshold = 10
        self.drafted = 0  # the threshold that the draft has now
        self.acts: list[Act] = []

    @initialize()
    def people_come(self) -> None:
        both_houses()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.traveller.stop()

    # -- drafting --------------------------------------------------------------------------------------------

    @precondition(lambda self: self.draft is None)
    @rule(author=names)
    def start_a_draft(self, author: str) -> None:
        self.threshold += 1
        self.draft = a_draft(a_document(threshold=self.threshold), author=PEOPLE[author]())
        self.author = author
        self.drafted, self.acts = self.threshold, []
        self.expected[self.draft.number] = "draft"

    @precondition(lambda self: self.draft is not None)
    @rule(who=names)
    def move_a_number(self, who: str) -> None:
        assert self.draft is not None
        self.threshold += 1
        number_set(
            version=self.draft,
            actor=PEOPLE[who](),
            name="threshold",
            value=self.threshold,
            was=self.drafted,
        )
        self.acts.append(Act(who, DraftStep.objects.latest("pk"), self.drafted, self.threshold))
        self.drafted = self.threshold

    @precondition(lambda self: self.draft is not None and self.acts)
    @rule(data=st.data(), who=names)
    def take_an_act_back(self, data: st.DataObject, who: str) -> None:
        """One's own alone, once, and never over what somebody made of it since."""
        act = data.draw(st.sampled_from(self.acts))
        may = who == act.who and not act.is_undone and self.drafted == act.after
        try:
            step_undo(step=DraftStep.objects.get(pk=act.step.pk), actor=PEOPLE[who]())
        except PortalError:
            assert not may
        else:
            assert may
            event("taken back" if act.undoes is None else "done again")
            self._taken_back(act)

    def _taken_back(self, act: Act) -> None:
        act.is_undone = True
        self.drafted = act.before
        if act.undoes is not None:
            act.undoes.is_undone = False
        else:
            self.acts.append(Act(act.who, DraftStep.objects.latest("pk"), act.after, act.before, undoes=act))

    @precondition(lambda self: self.draft is not None and self.concern is None)
    @rule(who=names)
    def raise_a_concern(self, who: str) -> None:
        self.concern = comment_add(version=self.draft, actor=PEOPLE[who](), text="Students.", kind="concern")

    @precondition(lambda self: self.concern is not None)
    @rule()
    def settle_the_concern(self) -> None:
        comment_resolve(comment=self.concern, actor=rita())
        self.concern = None

    @precondition(lambda self: self.draft is not None)
    @rule(who=names)
    def propose(self, who: str) -> None:
        assert self.draft is not None
        act = lambda: version_propose(version=self.draft, actor=PEOPLE[who](), statement="", slip=SLIP)  # noqa: E731
        if self.ballot is not None:
            with pytest.raises(Conflict, match="is being voted on"):
                act()
        elif self.concern is not None:
            with pytest.raises(Invalid, match="concern is still open"):
                act()
        else:
            self.ballot = act()
            self.ledger = self.ledger_of(authors={self.author, who})
            self.expected[self.draft.number] = "proposed"
            self.draft = None

    # -- voting ----------------------------------------------------------------------------------------------

    # Several at once: drawn one by one, voters would hardly ever come to a decision before something else.
    @precondition(lambda self: self.ballot is not None)
    @rule(words=st.lists(st.tuples(names, choices), min_size=1, max_size=8))
    def people_vote(self, words: list[tuple[str, str]]) -> None:
        for who, choice in words:
            if self.ballot is not None:
                self._cast(who, choice)

    @precondition(lambda self: self.ballot is not None)
    @rule(order=st.permutations(sorted(PEOPLE)), against=names, choice=choices)
    def everybody_votes(self, order: list[str], against: str, choice: str) -> None:
        """All agree but one, who says something else."""
        self.people_vote([(who, choice if who == against else "agree") for who in order])

    def _cast(self, who: str, choice: str) -> None:
        assert self.ballot is not None
        assert self.ledger is not None
        if self.ledger.words.get(who) != choice:
            self.ledger.answered.discard(who)
            self.ledger.settled.discard(who)
        vote(fresh(self.ballot), PEOPLE[who](), choice)
        self.ledger.words[who] = choice
        self._after_a_word()

    @precondition(lambda self: self.ballot is not None)
    @rule(who=names, other=names)
    def answer_a_block(self, who: str, other: str) -> None:
        assert self.ballot is not None
        assert self.ledger is not None
        row = Vote.objects.filter(ballot=self.ballot, person=PEOPLE[other]()).first()
        if row is None:
            return
        may = (
            who != other
            and who in self.ledger.words
            and self.ledger.words[other] == "block"
            and other not in self.ledger.settled
        )
        try:
            block_answer(ballot=self.ballot, vote=row, actor=PEOPLE[who](), text="They are out.")
        except PortalError:
            assert not may
        else:
            assert may
            self.ledger.answered.add(other)

    @precondition(lambda self: self.ballot is not None)
    @rule(who=names)
    def take_an_answer(self, who: str) -> None:
        assert self.ballot is not None
        assert self.ledger is not None
        row = Vote.objects.filter(ballot=self.ballot, person=PEOPLE[who]()).first()
        if row is None:
            return
        may = (
            self.ledger.words[who] == "block"
            and who in self.ledger.answered
            and who not in self.ledger.settled
        )
        try:
            block_settle(ballot=self.ballot, vote=row, actor=PEOPLE[who]())
        except PortalError:
            assert not may
        else:
            assert may
            self.ledger.settled.add(who)
            self._after_a_word()

    def _after_a_word(self) -> None:
        assert self.ledger is not None
        if self.ledger.is_ratified:
            self._ended("ratified")

    def _ended(self, status: str) -> None:
        assert self.ballot is not None
        event(f"a ballot ended: {status}")
        self.expected[self.ballot.version.number] = status
        self.ballot, self.ledger = None, None

    # -- changing what is voted on ---------------------------------------------------------------------------

    @precondition(lambda self: self.ballot is not None)
    @rule(who=st.sampled_from(["mona", "rita"]))
    def change_the_meaning(self, who: str) -> None:
        assert self.ledger is not None
        self.threshold += 1
        self._edit(who, with_threshold(fresh(self.ballot), self.threshold))  # type: ignore[arg-type]
        self.ledger.round += 1
        self.ledger.authors.add(who)
        self.ledger.words, self.ledger.answered, self.ledger.settled = {}, set(), set()

    @precondition(lambda self: self.ballot is not None)
    @rule(who=st.sampled_from(["mona", "rita"]))
    def touch_up_the_wording(self, who: str) -> None:
        self.threshold += 1
        self._edit(who, with_wording(fresh(self.ballot), f"Makes software, {self.threshold}"))  # type: ignore[arg-type]

    def _edit(self, who: str, document: dict[str, object]) -> None:
        assert self.ballot is not None
        now = fresh(self.ballot)
        ballot_edit(
            ballot=now, actor=PEOPLE[who](), document=document, slip=SLIP, fingerprint=now.fingerprint
        )

    @precondition(lambda self: self.ballot is not None)
    @rule(who=st.sampled_from(["mona", "rita"]))
    def withdraw(self, who: str) -> None:
        assert self.ballot is not None
        version_withdraw(ballot=self.ballot, actor=PEOPLE[who]())
        self._ended("withdrawn")

    # -- time and workers ------------------------------------------------------------------------------------

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        self.clock.shift(timedelta(days=days))
        electors_remind_due()
        is_over = self.ballot is not None and fresh(self.ballot).closes_at <= timezone.now()
        assert ballots_close_due() == int(is_over)
        if is_over:
            assert self.ledger is not None
            self._ended("rejected" if self.ledger.is_quorate else "lapsed")

    @rule()
    def workers_come(self) -> None:
        work()
        ratified = sorted(number for number, status in self.expected.items() if status == "ratified")
        if ratified:
            for number, status in self.expected.items():
                if status in ("active", "ratified"):
                    self.expected[number] = "superseded"
            self.expected[ratified[-1]] = "active"

    # -- what must hold after every step ---------------------------------------------------------------------

    @invariant()
    def the_rows_say_what_the_ledger_says(self) -> None:
        versions = dict(Version.objects.values_list("number", "status"))
        assert versions == self.expected
        if self.draft is not None:
            assert Version.objects.get(pk=self.draft.pk).threshold == self.drafted
        pointed = Definition.objects.get(stage="mql").active_version
        assert [n for n, status in versions.items() if status == "active"] == (
            [pointed.number] if pointed else []
        )
        if self.ballot is not None and self.ledger is not None:
            now = fresh(self.ballot)
            assert (now.status, now.round) == ("open", self.ledger.round)
            rows = Vote.objects.filter(ballot=now).values_list("person__name", "choice")
            assert {name.split()[0].lower(): choice for name, choice in rows} == self.ledger.words

    @invariant()
    def nothing_is_breached(self) -> None:
        assert breaches() == []


def live(machine: type[VersionLife], **options: Any) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), **options
        ),
    )


@pytest.mark.django_db
def test_every_life_of_versions_agrees_with_the_ledger() -> None:
    live(VersionLife, max_examples=EXAMPLES)


# -- the broken twin -----------------------------------------------------------------------------------------


class CarelessLedger(Ledger):
    """Turns a key when most of a house agree, whatever the others say."""

    def key_turns(self, house: set[str]) -> bool:
        return len([name for name in house if self.words.get(name) == "agree"]) >= 2


class CarelessLife(VersionLife):
    ledger_of = CarelessLedger


@pytest.mark.twin
@pytest.mark.django_db
def test_a_ledger_that_forgets_the_rules_is_caught() -> None:
    """Always the same lives, so that this does not hang on luck."""
    with pytest.raises((AssertionError, Conflict)):
        live(CarelessLife, max_examples=100, derandomize=True, database=None, phases=[Phase.generate])
