"""Random definitions and histories, and how a history gets into the database.

Values are drawn from few words in several spellings and instants lie on and beside the edges of the
windows, so that rules and facts meet often.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from definitions.criteria.catalogue import BUILT_IN_FIELDS, OPERATORS
from definitions.criteria.matching import key_form, words_form
from definitions.models import ActivityKind, Attribute
from leads.models import Account, AccountValue, Activity, Lead, LeadFit, LeadValue, Term
from tests.builders import NOW, a_source
from tests.leads.scoring.oracle import Deed, Json, Person

FIELDS = {field.key: field for field in BUILT_IN_FIELDS}
CUSTOM = {
    "custom.note": ("lead", "text"),
    "custom.plan": ("lead", "choice"),
    "custom.index": ("lead", "number"),
    "custom.renewal": ("lead", "date"),
    "custom.pilot": ("lead", "yes_no"),
    "custom.tier": ("account", "choice"),
    "custom.sites": ("account", "number"),
}
TYPES = {key: field.value_type for key, field in FIELDS.items()} | {k: t for k, (_h, t) in CUSTOM.items()}
# Known of every lead, so that rules on them say something.
NEVER_UNKNOWN = {"lead.captured_on", "lead.has_business_website", "lead.has_phone"}
USED = (
    "lead.job_title", "lead.role", "lead.country", "lead.captured_on", "lead.has_free_email",
    "lead.has_phone", "account.name", "account.industry", "account.employees", "account.annual_revenue",
    *CUSTOM,
)  # fmt: skip

TEXTS = st.sampled_from(
    ["Software", "SOFTWARE ", "head of sales", "Head-of  Sales", "Sales", "Straße", "STRASSE", "İzmir", "50%"]
)
SEEKABLE = st.sampled_from(
    ["software", "Head of Sales", "head of", "sales", "strasse", "of", "i̇zmir", "50", "cto"]
)
NUMBERS = st.sampled_from([-5, 0, 1, 49, 50, 51, 1000, 10**12])
SHARES = st.sampled_from([-5, 0, 0.5, 1, 50, 50.5])
DAYS = st.integers(-40, 40).map(lambda days: NOW.date() + timedelta(days=days))
EDGES = st.builds(
    lambda days, hours, microseconds: timedelta(days=days, hours=hours, microseconds=microseconds),
    st.sampled_from([0, 0, 1, 2, 5, 7, 10, 30, 31, 60]),
    st.sampled_from([0, 0, 1, 5, 23]),
    st.sampled_from([-1, 0, 1]),
)
INSTANTS = st.one_of(
    EDGES.map(lambda age: NOW - age), EDGES.map(lambda age: datetime(1970, 1, 2, tzinfo=UTC) - age)
)
KINDS = st.sampled_from(["page_viewed", "webinar_attended", "session", "sales_call"])
RULE_KINDS = st.sampled_from(["page_viewed", "webinar_attended", "session", "any"])
WINDOWS = st.sampled_from([None, 1, 5, 7, 10, 30, 60])


# -- facts -------------------------------------------------------------------------------------------------


def values_of(key: str) -> st.SearchStrategy[Any]:
    kind = TYPES[key]
    if key == "lead.captured_on":
        return INSTANTS
    known: st.SearchStrategy[Any] = {
        "text": TEXTS,
        "choice": TEXTS,
        "number": SHARES if key.startswith("custom.") else NUMBERS,
        "date": DAYS,
        "yes_no": st.booleans(),
    }[kind]
    return known if key in NEVER_UNKNOWN else st.one_of(st.none(), known, known)


def deeds() -> st.SearchStrategy[Deed]:
    text = st.one_of(st.none(), TEXTS)
    properties = st.dictionaries(st.sampled_from(["room", "plan-b"]), TEXTS, max_size=1)
    seconds = st.sampled_from([None, 0, 30, 150])
    return st.builds(Deed, KINDS, INSTANTS, text, text, text, seconds, properties)


@st.composite
def people(draw: st.DrawFn) -> list[Person]:
    accounts = [
        {key: draw(values_of(key)) for key in USED if _is_of_account(key)}
        for _ in range(draw(st.integers(1, 3)))
    ]
    result = []
    for _ in range(draw(st.integers(3, 8))):
        account = draw(st.one_of(st.none(), st.integers(0, len(accounts) - 1)))
        facts = {key: draw(values_of(key)) for key in USED if not _is_of_account(key)}
        facts |= accounts[account] if account is not None else {}
        result.append(Person(account, facts["lead.captured_on"], facts, draw(st.lists(deeds(), max_size=7))))
    return result


def _is_of_account(key: str) -> bool:
    return key.startswith("account.") or (key in CUSTOM and CUSTOM[key][0] == "account")


# -- definitions -------------------------------------------------------------------------------------------


@st.composite
def attribute_rules(draw: st.DrawFn) -> Json:
    key = draw(st.sampled_from(USED))
    operator = draw(st.sampled_from(OPERATORS[TYPES[key]]))
    rule: Json = {"attribute": key, "is": operator}
    if operator in ("known", "unknown", "yes", "no"):
        return rule
    if TYPES[key] == "number":
        values = draw(st.lists(SHARES if key.startswith("custom.") else NUMBERS, min_size=2, max_size=3))
    elif TYPES[key] == "date":
        values = [day.isoformat() for day in draw(st.lists(DAYS, min_size=2, max_size=2))]
    else:
        values = draw(st.lists(SEEKABLE, min_size=1, max_size=3))
    if operator in ("at_least", "at_most", "before", "after"):
        return rule | {"value": values[0]}
    return rule | {"values": sorted(values[:2]) if operator == "between" else values}


@st.composite
def narrowings(draw: st.DrawFn) -> Json:
    on = draw(st.sampled_from(["subject", "subject", "campaign", "channel", "property"]))
    values = draw(st.lists(SEEKABLE, min_size=1, max_size=2))
    if on == "property":
        name = draw(st.sampled_from(["room", "plan-b"]))
        return {"on": on, "property": name, "is": "one_of", "values": values}
    return {"on": on, "is": draw(st.sampled_from(["one_of", "contains_word"])), "values": values}


@st.composite
def counted_rules(draw: st.DrawFn) -> Json:
    return {
        "activity": draw(RULE_KINDS),
        "where": draw(st.lists(narrowings(), max_size=1)),
        "within_days": draw(WINDOWS),
        "at_least": draw(st.integers(1, 3)),
    }


@st.composite
def activity_rules(draw: st.DrawFn) -> Json:
    rule = draw(counted_rules())
    measure = draw(st.sampled_from(["at_least", "within_any_hours", "total_seconds", "different_subjects"]))
    if measure == "within_any_hours":
        return rule | {"at_least": draw(st.integers(2, 3)), measure: draw(st.sampled_from([1, 5, 24, 48]))}
    if measure in ("total_seconds", "different_subjects"):
        del rule["at_least"]
        rule[measure] = draw(st.sampled_from([30, 60, 180] if measure == "total_seconds" else [1, 2, 3]))
    return rule


SILENCES = st.builds(
    lambda days, kind: {"silence_days": days, "activity": kind}, st.sampled_from([1, 7, 30]), RULE_KINDS
)
PERSONAS = st.just({"persona": "buyer"})
MEETINGS = st.one_of(
    attribute_rules(),
    activity_rules(),
    PERSONAS,
    st.builds(lambda a, b: {"any": [a, b]}, attribute_rules(), activity_rules()),
)
COMMITTEES = st.builds(
    lambda number, meet: {"account_people": number, "meet": meet}, st.integers(1, 3), MEETINGS
)
ROLES = st.builds(
    lambda roles: {"account_roles": roles, "at_least": min(2, len({key_form(role) for role in roles}))},
    st.lists(SEEKABLE, min_size=1, max_size=3),
)
FLAT = st.one_of(attribute_rules(), activity_rules(), SILENCES, PERSONAS, ROLES)
LEAVES = st.one_of(FLAT, COMMITTEES)


def groupings(members: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.builds(
        lambda op, parts: {op: parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(members, min_size=1, max_size=3),
    )


# Four levels are the most that a rule may have.
RULES = st.one_of(LEAVES, groupings(LEAVES), groupings(st.one_of(LEAVES, groupings(FLAT))))
POINTS = st.sampled_from([-30, -7, 1, 7, 20, 50])


@st.composite
def criteria(draw: st.DrawFn, number: int) -> Json:
    kind = draw(
        st.sampled_from(["points", "points", "counted", "counted", "required", "alone", "disqualifies"])
    )
    rule = draw(counted_rules() if kind == "counted" else RULES)
    effect: Json = {"kind": kind}
    if kind == "points":
        effect |= {"points": draw(POINTS), "count": "once"}
    if kind == "counted":
        count = draw(st.sampled_from(["once", "each", "each"]))
        fade = draw(st.sampled_from([1, 7, 60] if count == "once" else [None, 1, 7, 60]))
        effect = {"kind": "points", "points": draw(POINTS), "count": count, "fade_days": fade}
        if count == "each" and draw(st.booleans()):
            effect |= {"times": draw(st.integers(1, 2)), "per_days": draw(st.sampled_from([None, 1, 7, 30]))}
    half = draw(st.sampled_from(["fit", "behaviour"]))
    return {
        "key": f"c-{number}",
        "half": half,
        "wording": f"Clause {number}",
        "rule": rule,
        "effect": effect,
        "group": draw(st.sampled_from(["", f"{half}-group"])),
    }


@st.composite
def documents(draw: st.DrawFn) -> Json:
    limits = st.sampled_from([None, None, 0, 10, 40])
    return {
        "format": "accord.definition/1",
        "stage": "mql",
        "threshold": draw(st.sampled_from([1, 20, 50])),
        "minimums": {"fit": draw(limits), "behaviour": draw(limits)},
        "caps": {"fit": draw(limits), "behaviour": draw(limits)},
        "groups": [
            {"key": f"{half}-group", "cap": draw(st.sampled_from([0, 15, 30]))}
            for half in ("fit", "behaviour")
        ],
        "grades": draw(st.sampled_from([[20, 40, 60, 80], [-10, 0, 1, 7]])),
        "personas": {
            "buyer": {
                "name": "Buyer",
                "rule": draw(st.one_of(attribute_rules(), groupings(attribute_rules()))),
            }
        },
        "criteria": [draw(criteria(number)) for number in range(draw(st.integers(1, 5)))],
    }


# -- into the database -------------------------------------------------------------------------------------


def make_attributes() -> None:
    for key, (holder, value_type) in CUSTOM.items():
        slug = key.removeprefix("custom.")
        Attribute.objects.get_or_create(
            key=slug, defaults={"holder": holder, "value_type": value_type, "label": slug}
        )


def write(world: list[Person]) -> list[int]:
    """The ids of the leads, in the order of the people."""
    source = a_source()
    numbers = sorted({person.account for person in world if person.account is not None})
    accounts = dict(
        zip(
            numbers,
            Account.objects.bulk_create(
                Account(source=source, external_id=f"world-{number}", created_at=NOW) for number in numbers
            ),
            strict=True,
        )
    )
    leads = Lead.objects.bulk_create(
        Lead(
            source=source,
            external_id=f"world-{number}",
            captured_at=person.captured_at,
            account=accounts.get(person.account),
        )
        for number, person in enumerate(world)
    )
    LeadFit.objects.bulk_create(_fit(lead, person) for lead, person in zip(leads, world, strict=True))
    _write_values(leads, world, accounts)
    _write_deeds(leads, world)
    return [lead.pk for lead in leads]


def _fit(lead: Lead, person: Person) -> LeadFit:
    row = LeadFit(lead=lead, account_id=lead.account_id, captured_at=person.captured_at)
    for key, value in person.facts.items():
        if key in CUSTOM:
            continue
        field = FIELDS[key]
        is_text = isinstance(value, str)
        setattr(row, field.column, key_form(value) if is_text else value)
        if field.words_column:
            setattr(row, field.words_column, words_form(value) if is_text else None)
    return row


def _write_values(leads: list[Lead], world: list[Person], accounts: dict[int, Account]) -> None:
    attributes = {f"custom.{attribute.key}": attribute for attribute in Attribute.objects.all()}
    of_leads, of_accounts, done = [], [], set()
    for lead, person in zip(leads, world, strict=True):
        for key, (holder, _type) in CUSTOM.items():
            if person.facts.get(key) is None:
                continue
            value = _value(person.facts[key]) | {"attribute": attributes[key]}
            if holder == "lead":
                of_leads.append(LeadValue(lead=lead, **value))
            elif (person.account, key) not in done:
                done.add((person.account, key))
                of_accounts.append(AccountValue(account=accounts[person.account], **value))
    LeadValue.objects.bulk_create(of_leads)
    AccountValue.objects.bulk_create(of_accounts)


def _value(value: Any) -> Json:
    if isinstance(value, str):
        return {"text": value, "text_key": key_form(value), "text_words": words_form(value)}
    return {"day": value} if isinstance(value, date) else {"number": float(value)}


def _write_deeds(leads: list[Lead], world: list[Person]) -> None:
    kinds = dict(ActivityKind.objects.values_list("key", "pk"))
    texts = {
        key_form(text): text
        for person in world
        for deed in person.deeds
        for text in (deed.subject, deed.campaign, deed.channel)
        if text is not None
    }
    known = {term.key: term.pk for term in Term.objects.filter(key__in=texts)}
    made = Term.objects.bulk_create(
        Term(key=key, text=text, words=words_form(text)) for key, text in texts.items() if key not in known
    )
    known |= {term.key: term.pk for term in made}
    Activity.objects.bulk_create(
        Activity(
            lead=lead,
            kind_id=kinds[deed.kind],
            occurred_at=deed.at,
            subject_id=None if deed.subject is None else known[key_form(deed.subject)],
            campaign_id=None if deed.campaign is None else known[key_form(deed.campaign)],
            channel_id=None if deed.channel is None else known[key_form(deed.channel)],
            seconds=deed.seconds,
            source=lead.source,
            message_id=f"world-{lead.pk}-{number}",
            properties={name: key_form(text) for name, text in deed.properties.items()} or None,
        )
        for lead, person in zip(leads, world, strict=True)
        for number, deed in enumerate(person.deeds)
    )
