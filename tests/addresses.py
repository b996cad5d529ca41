"""Every address of the portal, with rows in every state to fill it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

from definitions.models import Ballot, Comment, Criterion, Persona, RepAnswer, Version, Vote
from leads.models import (
    Absence,
    Account,
    GoldenLead,
    Handoff,
    Import,
    Incident,
    Lead,
    Override,
    Pool,
    Reason,
    Run,
    Shadow,
    Tasting,
    TurnRule,
)
from portal.common.models import Invitation, OutgoingCall, OutgoingMail, OwnHoliday, User, Webhook
from reviews.models import Action, AgendaItem, BacklogItem, Meeting, Series
from tests.builders import ada
from tests.garbage import BEYOND


def _patterns(node: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """(route, name) of every address."""
    for entry in (node or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry.name or ""


def _one_of_each(rows: Any, by: str) -> list[Any]:
    """A row's key for every value of `by`."""
    return list({getattr(row, by): row.pk for row in rows.objects.order_by("pk")}.values())


def _fillings() -> list[tuple[str, Callable[[], list[tuple[Any, ...]]]]]:
    """For routes that begin so: the arguments to try, rows in every state."""
    handoffs = [(pk,) for pk in _one_of_each(Handoff, "status")]
    meetings = [(pk,) for pk in _one_of_each(Meeting, "status")]
    ballots = [(pk,) for pk in _one_of_each(Ballot, "status")]
    versions = [(pk,) for pk in _one_of_each(Version, "status")]

    def of(rows: Any, count: int = 1) -> list[tuple[Any, ...]]:
        return [(pk,) for pk in rows.objects.order_by("pk").values_list("pk", flat=True)[:count]]

    clauses = [(row.version_id, row.key) for row in Criterion.objects.order_by("pk")[:2]]
    clauses += [(pk, "no-such-clause") for pk, _key in clauses[:1]]
    votes = [(vote.ballot_id, vote.pk) for vote in Vote.objects.order_by("pk")[:2]]
    drafts = Version.objects.filter(status="draft").values_list("pk", flat=True)
    answers = [(draft, answer.pk) for draft in drafts for answer in RepAnswer.objects.all()[:1]]
    personas = [(row.key,) for row in Persona.objects.all()[:1]]
    given, tastings = of(RepAnswer), of(Tasting, 2)
    named = Handoff.objects.exclude(challenged_key="").order_by("pk").values_list("challenged_key", flat=True)
    challenged = [(key,) for key in (*named[:1], "nothing")]
    return [
        (r"definitions/drafts/<int:pk>/criteria/<slug:key>/", lambda: clauses),
        (r"definitions/drafts/<int:pk>/answers/<int:answer_pk>/", lambda: answers),
        (
            r"definitions/drafts/<int:pk>/numbers/",
            lambda: [(*pk, name) for pk in versions for name in ("threshold", "grade_2", "nothing")],
        ),
        (r"definitions/drafts/<int:pk>/groups/<slug:key>/", lambda: [(*pk, "nothing") for pk in versions]),
        (r"definitions/drafts/<int:pk>/", lambda: versions),
        (r"definitions/<stage:stage>/v<int:number>/", lambda: [("mql", n) for n in range(1, 7)]),
        (r"definitions/<stage:stage>/", lambda: [("mql",), ("sql",)]),
        (r"definitions/versions/", lambda: versions),
        (r"definitions/comments/", lambda: of(Comment)),
        (r"definitions/personas/", lambda: personas),
        (r"definitions/ballots/<int:pk>/blocks/", lambda: votes),
        (r"definitions/ballots/", lambda: ballots),
        (
            r"leads/handoffs/<int:pk>/checks/",
            lambda: [(*pk, key) for pk in handoffs for key in ("c-sql-company-size", "nothing")],
        ),
        (r"leads/handoffs/", lambda: handoffs),
        (r"leads/reasons/", lambda: of(Reason, 2)),
        (r"leads/challenges/", lambda: challenged),
        (r"leads/returned/", lambda: handoffs),
        (r"leads/turns/rules/", lambda: of(TurnRule, 2)),
        (r"leads/turns/pools/", lambda: of(Pool)),
        (r"leads/turns/away/", lambda: of(Absence)),
        (r"leads/turns/reps/", lambda: [(User.objects.filter(team="sales").earliest("pk").pk,)]),
        (r"leads/by-hand/", lambda: of(Override)),
        (r"leads/accounts/", lambda: of(Account)),
        (r"leads/imports/", lambda: of(Import)),
        (r"leads/golden/<slug:stage>/", lambda: [("mql",), ("sql",), ("nothing",)]),
        (r"leads/golden/", lambda: of(GoldenLead)),
        (r"leads/where/", lambda: [("below",), ("shared",), ("nurture",), ("nothing",)]),
        (r"leads/ledger/", lambda: [("decide",), ("pick-up",), ("nothing",)]),
        (r"leads/incidents/", lambda: of(Incident)),
        (r"leads/relax/", lambda: [("mql",), ("nothing",)]),
        (r"leads/runs/start/", lambda: [("mql",), ("nothing",)]),
        (r"leads/runs/", lambda: of(Run)),
        (
            r"leads/drafts/<int:version_pk>/leads/",
            lambda: [(*pk, group) for pk in versions for group in ("qualified", "entering", "nothing")],
        ),
        (r"leads/drafts/", lambda: versions),
        (
            r"leads/versions/<int:pk>/evidence/<slug:key>/<slug:group>/",
            lambda: [(*clause, group) for clause in clauses for group in ("won-met-all", "nothing")],
        ),
        (r"leads/versions/<int:pk>/evidence/<slug:key>/", lambda: clauses),
        (
            r"leads/versions/<int:pk>/back-test/<slug:side>/",
            lambda: [
                (*pk, side, group)
                for pk in versions
                for side, group in (("version", "qualified"), ("against", "missed"), ("nothing", "won"))
            ],
        ),
        (r"leads/versions/", lambda: versions),
        (
            r"leads/shadows/<int:pk>/<slug:group>/",
            lambda: [
                (*pk, group, fate)
                for pk in of(Shadow)
                for group, fate in (("both", "won"), ("neither", "early"), ("start-both", "all"), ("x", "y"))
            ],
        ),
        (r"leads/shadows/<int:pk>/", lambda: of(Shadow)),
        (r"leads/shadows/", lambda: [("mql",), ("nothing",)]),
        (r"leads/suggest/", lambda: [("mql",), ("nothing",)]),
        (r"leads/answers/", lambda: [*given, *((*pk, *lead) for pk in given for lead in of(Lead))]),
        (r"leads/tastings/start/", lambda: versions),
        (r"leads/tastings/", lambda: [*tastings, *((*pk, place) for pk in tastings for place in (1, 20))]),
        (
            r"leads/ballots/<int:pk>/numbers/",
            lambda: [(*pk, key) for pk in ballots for key in ("entering", "nothing")],
        ),
        (r"leads/ballots/", lambda: ballots),
        (r"leads/", lambda: of(Lead, 2)),
        (r"reviews/series/<int:pk>/attendees/<int:person>", lambda: [(*of(Series)[0], ada().pk)]),
        (r"reviews/series/", lambda: of(Series)),
        (r"reviews/meetings/", lambda: meetings),
        (r"reviews/items/", lambda: of(AgendaItem)),
        (r"reviews/backlog/", lambda: of(BacklogItem)),
        (r"reviews/actions/", lambda: of(Action)),
        (r"reviews/insights/pulse/", lambda: meetings),
        (r"reviews/insights/", lambda: [("funnel",), ("speed",), ("nothing",)]),
        (r"reviews/feed/", lambda: [("nobodys-secret",), ("\0",), ("x" * 5_000,)]),
        (r"join/", lambda: [("nobodys-secret",), ("\0",), ("x" * 5_000,)]),
        (r"people/invitations/", lambda: of(Invitation)),
        (r"people/", lambda: of(User)),
        (r"mail/stop/", lambda: [("nobodys-secret",), ("\0",), ("x" * 5_000,)]),
        (
            r"settings/outbox/",
            lambda: [
                *(("mail", *key) for key in of(OutgoingMail)),
                *(("call", *key) for key in of(OutgoingCall)),
                ("nothing", 1),
                ("mail", BEYOND),
            ],
        ),
        (r"settings/webhooks/", lambda: of(Webhook)),
        (r"settings/hours/", lambda: [("sales",), ("marketing",), ("none",), ("nothing",)]),
        (r"settings/holidays/", lambda: of(OwnHoliday)),
        (r"accounts/", lambda: [("1", "nothing"), ("\0", "\0")]),
    ]


def addresses() -> list[tuple[str, str]]:
    """(route, address) of everything; rows that exist, one that does not, and a key beyond 64 bits."""
    fillings, found = _fillings(), []
    for route, _name in _patterns():
        plain = route.replace("\\Z", "").replace("^", "").replace("$", "")
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", plain)
        holes = re.findall(r"<[^>]+>", plain)
        tries: list[tuple[Any, ...]] = [()]
        if holes:
            offered = next(make for start, make in fillings if plain.startswith(start))()
            tries = [values for values in offered if len(values) == len(holes)]
            if all(hole.startswith("<int") for hole in holes):
                tries += [tuple(BEYOND for _ in holes), tuple(987_654 for _ in holes)]
        for values in tries:
            address = plain
            for hole, value in zip(holes, values, strict=True):
                address = address.replace(hole, quote(str(value), safe=""), 1)
            found.append((plain, f"/{address}"))
    return found
