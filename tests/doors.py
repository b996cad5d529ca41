"""Every address that takes a POST: who may go through it, and that it stays shut to everybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseNotAllowed
from django.template import Context
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.common.models import AuditEntry, Role, Team, User
from tests.builders import ada, maya, mona, olga, rita, sam, sofia

# -- who knocks --------------------------------------------------------------------------------------------


def rolf() -> User:
    """Of revenue operations, and a member like any other."""
    email = "rolf@example.com"
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(email, name="Rolf Adeyemi", team=Team.REVENUE_OPERATIONS)


def dora() -> User:
    """She might do everything, if she still worked here: her session outlives her account."""
    values = {"name": "Dora Leaver", "team": Team.SALES, "role": Role.ADMINISTRATOR, "is_active": False}
    email = "dora@example.com"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, **values)


# Nobody that the portal knows: not signed in, or not any more.
UNKNOWN = ("a stranger", "dora")


def everybody() -> dict[str, User | None]:
    known = (olga(), maya(), mona(), sam(), sofia(), rita(), rolf(), ada(), dora())
    return {"a stranger": None, **{person.email.partition("@")[0]: person for person in known}}


MARKETING = frozenset({"maya", "mona"})
SALES = frozenset({"sam", "sofia", "rita"})
HOUSES = MARKETING | SALES
MANAGERS = frozenset({"mona", "rita", "ada"})
WITH_A_TEAM = HOUSES | {"rolf", "ada"}
SIGNED_IN = WITH_A_TEAM | {"olga"}


# -- doors -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """What is posted: the arguments of the address, and the form, which may differ by who sends it."""

    args: tuple[Any, ...] = ()
    form: dict[str, Any] | Callable[[User], dict[str, Any]] = field(default_factory=dict)

    def form_of(self, person: User | None) -> dict[str, Any]:
        return self.form(person or maya()) if callable(self.form) else self.form


@dataclass(frozen=True)
class Door:
    """One address. `ready` makes a state in which its act is possible, and says what is posted then.

    `verb` is what the trail says of the act, by whoever did it; "" where nothing is to change. Who may not
    is refused with 403, unless `otherwise` names another status. Where what the form says decides who may,
    an empty one tells nothing: not `is_shut_to_empty`.
    """

    name: str
    verb: str
    may: frozenset[str]
    ready: Callable[[], Sent]
    case: str = ""
    answer: int = 302
    otherwise: dict[str, int] = field(default_factory=dict)
    is_shut_to_empty: bool = True

    def __str__(self) -> str:
        return f"{self.name}-{self.case}".rstrip("-").replace(" ", "-")

    def refusal_of(self, who: str) -> int:
        return self.otherwise.get(who, 302 if who in UNKNOWN else 403)


def methods_of(app: str) -> dict[str, set[str]]:
    """What each named address of an app takes, as its view says to a method that nobody knows."""
    unknown, found = RequestFactory().generic("BREW", "/"), {}
    for node in get_resolver().url_patterns:
        if isinstance(node, URLResolver) and node.app_name == app:
            for pattern in node.url_patterns:
                assert isinstance(pattern, URLPattern)
                try:
                    answer = pattern.callback(unknown, **dict.fromkeys(pattern.pattern.converters, 1))
                except Exception:  # Whatever it stumbles over: it let the method in.
                    answer = None
                assert isinstance(answer, HttpResponseNotAllowed), f"{pattern.name} names no methods"
                found[f"{app}:{pattern.name}"] = {word.strip() for word in answer["Allow"].split(",")}
    return found


def without_a_row(app: str, doors: list[Door]) -> tuple[set[str], set[str]]:
    """The doors that no row of a table knows, and the rows that know no door."""
    taking = {name for name, methods in methods_of(app).items() if "POST" in methods}
    known = {door.name for door in doors}
    return taking - known, known - taking


# -- knocking ----------------------------------------------------------------------------------------------

Rows = dict[str, list[Any]]
OF_NO_ACT = {"sessions", "contenttypes", "auth", "admin", "sites", "account"}


def every_row() -> Rows:
    """All that is stored, sessions apart."""
    found: Rows = {}
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in OF_NO_ACT or not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            order = ", ".join(quoted(part.column) for part in model._meta.pk_fields)
            cursor.execute(f"SELECT * FROM {quoted(table)} ORDER BY {order}")
            found[table] = cursor.fetchall()
    return found


def changed(before: Rows, after: Rows) -> set[str]:
    return {table for table, rows in before.items() if rows != after[table]}


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def knock(door: Door) -> list[str]:
    """Everybody sends the same in the same state, and who may not an empty form as well.

    Returns what is wrong with how that went, one line for each.
    """
    people = everybody()
    sent = door.ready()
    address = reverse(door.name, args=sent.args)
    clients = {who: Client() for who in people}
    for who, person in people.items():
        if person is not None:
            clients[who].force_login(person)
    before, entries = every_row(), AuditEntry.objects.count()
    wrong = []
    for who, person in people.items():
        with rolled_back():
            response = clients[who].post(address, sent.form_of(person))
            moved = changed(before, every_row())
            verbs = {
                entry.verb for entry in AuditEntry.objects.order_by("pk")[entries:] if entry.actor == person
            }
        if who in door.may:
            wrong += [f"{who}: {each}" for each in _not_done(door, response, moved, verbs)]
        else:
            wrong += [f"{who}: {each}" for each in _not_refused(door, who, response, moved)]
            if door.is_shut_to_empty:  # Who may not is told so, not what is wrong with the form.
                with rolled_back():
                    response = clients[who].post(address)
                    moved = changed(before, every_row())
                wrong += [f"{who}, empty: {each}" for each in _not_refused(door, who, response, moved)]
    with rolled_back():
        response = clients[min(door.may)].get(address)
        if _is_for_posts_alone(door) and response.status_code != 405:
            wrong.append(f"a GET: {response.status_code}")
        if moved := changed(before, every_row()):
            wrong.append(f"a GET changed {sorted(moved)}")
    return wrong


def _not_done(door: Door, response: Any, moved: set[str], verbs: set[str]) -> list[str]:
    wrong = []
    if response.status_code != door.answer:
        wrong.append(f"{response.status_code} {_said(response)}")
    elif response.status_code == 302 and response.url.startswith(reverse(settings.LOGIN_URL)):
        wrong.append("led to where one signs in")
    trail = {AuditEntry._meta.db_table}
    if door.verb and door.verb not in verbs:
        wrong.append(f"the trail says {sorted(verbs)} and not {door.verb}")
    if door.verb and not moved - trail:
        wrong.append("nothing changed")
    if not door.verb and moved:
        wrong.append(f"changed {sorted(moved)}")
    return wrong


def _not_refused(door: Door, who: str, response: Any, moved: set[str]) -> list[str]:
    wrong, status = [], door.refusal_of(who)
    if response.status_code != status:
        wrong.append(f"{response.status_code} and not {status} {_said(response)}")
    elif who in UNKNOWN and not response.url.startswith(reverse(settings.LOGIN_URL)):
        wrong.append(f"led to {response.url}")
    if moved:
        wrong.append(f"was refused, and changed {sorted(moved)}")
    return wrong


def _said(response: Any) -> str:
    """The sentence of a refusal, or what is wrong with a form: for whoever reads the failure."""
    parts = response.context if isinstance(response.context, list) else [response.context or Context()]
    values = {name: value for part in parts for name, value in part.flatten().items()}
    sentence = values.get("sentence") or values.get("alert")
    errors = [each.errors.as_json() for each in values.values() if getattr(each, "is_bound", False)]
    return str(sentence or errors)


def _is_for_posts_alone(door: Door) -> bool:
    return methods_of(door.name.partition(":")[0])[door.name] == {"POST"}
