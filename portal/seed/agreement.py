"""The life of the sample's definition: versions, ballots with the votes of both houses, and talk about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from definitions.ballot_times import ballot_times
from definitions.ballot_words import keyholes, rules_sentence
from definitions.criteria.diff import differences
from definitions.criteria.fingerprint import fingerprint
from definitions.documents import columns_of
from definitions.models import (
    AnswerReflection,
    Ballot,
    Comment,
    Criterion,
    Definition,
    Elector,
    Persona,
    RepAnswer,
    Stage,
    Version,
    Vote,
    VoteHistory,
)
from definitions.selectors import catalogue
from definitions.selectors.ballots import rules_of, tally_of
from portal.common.models import HOUSES, User, Workspace
from portal.common.selectors import people_of
from portal.common.working_time import working_time_before
from portal.seed.clauses import PERSONAS, mql_documents
from portal.seed.debates import ANSWERS, MARKETING_PROMISE, REFLECTED, REMARKS, ROUNDS, SALES_PROMISE, Round
from portal.seed.trail import Desk, Trail, backdate

Json = dict[str, Any]
DRAFT = 5
WEEKLY_NEED = 20
DRAFT_DAYS = 6


@dataclass(frozen=True)
class Agreement:
    definition: Definition
    versions: dict[int, Version]

    def in_force_at(self, instant: datetime) -> Version:
        first, second = self.versions[1], self.versions[2]
        return second if second.activated_at and instant >= second.activated_at else first


def agreement_lay(
    *,
    people: dict[str, User],
    actor: User | None,
    workspace: Workspace,
    desk: Desk,
    trail: Trail,
) -> Agreement:
    """Write definitions, versions 1 to 5 and their ballots; the slips come when there are handoffs."""
    _personas_lay(people["maya"], desk.ago(210))
    definition = Definition.objects.get(stage=Stage.MQL)
    definition.marketing_promise, definition.sales_promise = MARKETING_PROMISE, SALES_PROMISE
    definition.weekly_need, definition.weekly_need_said_by = WEEKLY_NEED, people["rita"]
    definition.weekly_need_said_at = desk.ago(200)
    definition.save()
    trail.record(
        "definition.need_declared",
        at=definition.weekly_need_said_at,
        subject=definition,
        label=str(definition),
        actor=people["rita"],
        before={"weekly_need": None},
        after={"weekly_need": WEEKLY_NEED},
    )
    documents = mql_documents(desk.now.date())
    versions: dict[int, Version] = {}
    for each in ROUNDS:
        base = versions.get(1 if each.number == 2 else 2)
        versions[each.number] = version = version_lay(
            definition,
            documents[each.number],
            each.number,
            people[each.author],
            base,
            desk.ago(each.drafted_days),
        )
        ballot_lay(
            each,
            version,
            base.document if base else None,
            people,
            actor,
            workspace,
            desk,
            trail,
        )
    versions[DRAFT] = version_lay(
        definition, documents[DRAFT], DRAFT, people["maya"], versions[2], desk.ago(DRAFT_DAYS), is_draft=True
    )
    for number in (1, 2):
        activate(versions[number], trail)
    _talk_lay(versions, people, desk)
    return Agreement(definition, versions)


def _personas_lay(author: User, at: datetime) -> None:
    names = ("key", "name", "role", "industry", "company_size", "pains", "buying_cycle", "rule")
    rows = [Persona(**dict(zip(names, each, strict=True)), created_by=author) for each in PERSONAS]
    backdate(Persona.objects.bulk_create(rows), created_at=at)


def version_lay(
    definition: Definition,
    document: Json,
    number: int,
    author: User,
    base: Version | None,
    at: datetime,
    *,
    is_draft: bool = False,
) -> Version:
    version = Version.objects.create(
        definition=definition,
        number=number,
        title=document["title"],
        status="draft",
        document=None if is_draft else document,
        fingerprint="" if is_draft else fingerprint(document),
        based_on=base,
        created_by=author,
        **columns_of(document),
    )
    backdate([version], created_at=at, changed_at=at)
    _criteria_lay(version, document, author, at)
    return version


def _criteria_lay(version: Version, document: Json, author: User, at: datetime) -> None:
    owners = {item["owner"] for item in document["criteria"]}
    by_email = User.objects.in_bulk(owners, field_name="email")
    rows = Criterion.objects.bulk_create(
        Criterion(
            version=version,
            position=position,
            owner=by_email[item["owner"]],
            changed_by=author,
            **{
                name: item[name]
                for name in (
                    "key",
                    "half",
                    "wording",
                    "rule",
                    "effect",
                    "group",
                    "reason",
                    "basis",
                    "review_on",
                )
            },
        )
        for position, item in enumerate(document["criteria"])
    )
    backdate(rows, changed_at=at)
    personas = Persona.objects.in_bulk(field_name="key")
    through = Criterion.personas.through
    through.objects.bulk_create(
        through(criterion_id=row.pk, persona_id=personas[key].pk)
        for row, item in zip(rows, document["criteria"], strict=True)
        for key in item["personas"]
    )


def ballot_lay(
    each: Round,
    version: Version,
    base: Json | None,
    people: dict[str, User],
    actor: User | None,
    workspace: Workspace,
    desk: Desk,
    trail: Trail,
) -> None:
    assert version.document is not None
    is_open = each.ends == "open"
    opened_at = working_time_before(desk.now, 14, desk.calendar) if is_open else desk.ago(each.proposed_days)
    times = ballot_times(opened_at, workspace.ballot_working_days, [desk.calendar])
    ballot = Ballot.objects.create(
        version=version,
        fingerprint=version.fingerprint,
        document=version.document,
        differences=differences(base, version.document, catalogue()),
        quorum_percent=workspace.quorum_percent,
        agree_numerator=workspace.agree_numerator,
        agree_denominator=workspace.agree_denominator,
        opened_by=people[each.proposed_by],
        opened_at=opened_at,
        closes_at=times.closes_at,
        half_way_at=times.half_way_at,
        last_day_at=times.last_day_at,
        statement=each.statement,
    )
    authors = {each.author, each.proposed_by}
    sample = {person.pk for person in people.values()}
    electors = [
        # Who joined only now had no vote then.
        Elector(
            ballot=ballot, person=person, house=house, is_author=person.get_short_name().lower() in authors
        )
        for house in HOUSES
        for person in people_of(house)
        if person.pk in sample or is_open
    ]
    Elector.objects.bulk_create(electors)
    last = _votes_lay(each, ballot, {row.person_id: row for row in electors}, people, desk, trail, is_open)
    label = str(version)
    after = {"ballot": ballot.pk, "fingerprint": ballot.fingerprint}
    trail.record(
        "version.proposed", at=opened_at, subject=version, label=label, actor=ballot.opened_by, after=after
    )
    version.proposed_at, version.status = opened_at, "proposed" if is_open else each.ends
    if not is_open:
        closed_at = last.cast_at if each.ends == "ratified" else ballot.closes_at
        rules = rules_of(ballot)
        ballot.outcome = {"houses": keyholes(tally_of(ballot), rules), "rules": rules_sentence(rules)}
        ballot.status, ballot.closed_at = each.ends, closed_at
        ballot.save()
        if each.ends == "ratified":
            version.ratified_at = closed_at
        else:
            version.ended_at = closed_at
        trail.record(
            f"version.{each.ends}",
            at=closed_at,
            subject=version,
            label=label,
            actor=last.person if each.ends == "ratified" else None,
            after={"ballot": ballot.pk},
            note="Both keys turned." if each.ends == "ratified" else "",
        )
    version.save()
    backdate([version], changed_at=opened_at)


def _votes_lay(
    each: Round,
    ballot: Ballot,
    rights: dict[int, Elector],
    people: dict[str, User],
    desk: Desk,
    trail: Trail,
    is_open: bool,
) -> Vote:
    """Cast in the order of the list, an hour or two apart; returns the last."""
    step = 1.2 if is_open else 1.9
    votes, history = [], []
    for turn, said in enumerate(each.votes, start=1):
        person = people[said.person]
        cast_at = desk.after(ballot.opened_at, turn * step)
        words = {"person": person, "house": rights[person.pk].house, "fingerprint": ballot.fingerprint}
        if said.was:
            before = desk.after(ballot.opened_at, turn * step / 3)
            history.append(
                VoteHistory(ballot=ballot, choice=said.was[0], reason=said.was[1], cast_at=before, **words)
            )
        words |= {"choice": said.choice, "reason": said.reason, "cast_at": cast_at}
        words["prediction"] = said.prediction
        votes.append(Vote(ballot=ballot, elector=rights[person.pk], **words))
        history.append(VoteHistory(ballot=ballot, **words))
        trail.record(
            "vote.cast", at=cast_at, subject=ballot, label=str(ballot), actor=person, after={"round": 1}
        )
    Vote.objects.bulk_create(votes)
    VoteHistory.objects.bulk_create(sorted(history, key=lambda row: row.cast_at))
    return votes[-1]


def activate(version: Version, trail: Trail) -> None:
    """In force some minutes after its second key, when its leads were scored, in place of the one before."""
    definition = version.definition
    before = definition.active_version
    assert version.ratified_at is not None
    version.activated_at = version.ratified_at + timedelta(minutes=2)
    trail.record(
        "version.activated",
        at=version.activated_at,
        subject=version,
        label=str(version),
        actor=None,
        after={"active": str(version)},
        note="The run that scored all leads had ended.",
    )
    if before:
        before.status, before.ended_at = "superseded", version.activated_at
        before.save()
        backdate([before], changed_at=before.activated_at)
    version.status = "active"
    version.save()
    backdate([version], changed_at=version.activated_at)
    definition.active_version, definition.reviewed_on = version, version.ratified_at.date()
    definition.save()


def _talk_lay(versions: dict[int, Version], people: dict[str, User], desk: Desk) -> None:
    for remark in REMARKS:
        at = desk.ago(remark.days, 2)
        head = Comment.objects.create(
            version=versions[remark.number],
            criterion_key=remark.key,
            kind=remark.kind,
            text=remark.text,
            author=people[remark.person],
        )
        rows = [head]
        for person, text in remark.replies:
            rows.append(
                Comment.objects.create(
                    version=head.version,
                    criterion_key=head.criterion_key,
                    text=text,
                    author=people[person],
                    reply_to=head,
                )
            )
        for number, row in enumerate(rows):
            row.created_at = desk.after(at, number * 1.5)
        if remark.resolved_by:
            head.resolved_by, head.resolved_at = (
                people[remark.resolved_by],
                desk.after(rows[-1].created_at, 1),
            )
        Comment.objects.bulk_update(rows, ["created_at", "resolved_by", "resolved_at"])
    _answers_lay(versions[DRAFT], people, desk)


def _answers_lay(draft: Version, people: dict[str, User], desk: Desk) -> None:
    answers = RepAnswer.objects.bulk_create(
        RepAnswer(person=people[person], question=question, text=text)
        for person, *texts in ANSWERS
        for question, text in zip(("qualified", "easiest"), texts, strict=True)
    )
    backdate(answers, changed_at=lambda row: desk.ago(30 + len(row.text) % 25, 3))
    by_name = {(row.person.get_short_name().lower(), row.question): row for row in answers}
    reflections = AnswerReflection.objects.bulk_create(
        AnswerReflection(
            answer=by_name[person, question],
            version=draft,
            criterion_key=key,
            is_reflected=bool(key),
            reason=reason,
            decided_by=people["maya"],
        )
        for person, question, key, reason in REFLECTED
    )
    backdate(reflections, decided_at=desk.ago(4, 2))
