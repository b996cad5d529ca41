"""What the storm rages over: leads by number, three versions, and the truth about each, by arithmetic alone.

Everything about a lead follows from its number, which is its id. The points of a version begin with a
hundred of its own, so that a number on a page tells under which version it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from definitions.models import ActivityKind, Version
from leads.facts import mark_touched
from leads.models import Lead
from portal.common.fields import to_microseconds
from tests.builders import a_criterion, a_document, a_source, a_term, a_version, an_activity

LEADS_PER_ACCOUNT = 4
SIZES = 500  # accounts have 0 to 499 employees, in turn
EVERY = 3  # each third page that is viewed is the pricing page
QUALIFIES = 1_000


@dataclass(frozen=True)
class Agreement:
    """The numbers of one version. Leads of accounts from `first` to `last` employees qualify under it."""

    base: int
    software: int
    view: int
    form: int
    first: int
    last: int
    bounds: tuple[int, int, int, int]

    def document(self) -> dict[str, Any]:
        def points(number: int, **more: Any) -> dict[str, Any]:
            return {"kind": "points", "points": number, "count": "once", **more}

        pricing = [{"on": "subject", "is": "contains_word", "values": ["pricing"]}]
        viewed = {"activity": "page_viewed", "where": pricing, "within_days": 365, "at_least": 1}
        filled = {"activity": "form_submitted", "within_days": 365, "at_least": 1}
        employees = {
            "attribute": "account.employees",
            "is": "between",
            "values": [self.first, self.last],
        }
        return a_document(
            a_criterion(
                "c-everyone",
                {"attribute": "lead.source", "is": "one_of", "values": ["storm"]},
                points(self.base),
            ),
            a_criterion(
                "c-software",
                {"attribute": "account.industry", "is": "one_of", "values": ["software"]},
                points(self.software),
            ),
            a_criterion("c-size", employees, points(QUALIFIES)),
            a_criterion("c-pricing", viewed, points(self.view, count="each", times=20), half="behaviour"),
            a_criterion("c-form", filled, points(self.form), half="behaviour"),
            threshold=QUALIFIES,
            grades=list(self.bounds),
        )


# Who qualifies has grade 5 under each; everybody else a grade that the other two do not give.
A = Agreement(100, 11, 2, 31, first=0, last=1, bounds=(110, 900, 950, QUALIFIES))
B = Agreement(200, 12, 3, 32, first=1, last=2, bounds=(1, 2, 900, QUALIFIES))
C = Agreement(300, 13, 4, 33, first=1, last=3, bounds=(1, 2, 3, QUALIFIES))


@dataclass
class Truth:
    """What every lead's score is under each version, named by its label ("MQL v1")."""

    activities: int  # of each lead, the form apart
    agreements: dict[str, Agreement] = field(default_factory=dict)
    # Leads that have submitted the form, or are just about to: until it is scored, either is right.
    touched: set[int] = field(default_factory=set)

    def scores(self, label: str, number: int) -> set[tuple[int, int]]:
        """(points, grade) that lead `number` may have under a version; none under one that is not known."""
        agreement = self.agreements.get(label)
        if agreement is None:
            return set()
        account = (number - 1) // LEADS_PER_ACCOUNT + 1
        views = (number + self.activities - 1) // EVERY - (number - 1) // EVERY
        points = agreement.base + min(views, 20) * agreement.view
        points += agreement.software * (account % 3 == 0)
        points += QUALIFIES * (agreement.first <= account % SIZES <= agreement.last)
        possible = {points, points + agreement.form} if number in self.touched else {points}
        return {(one, 1 + sum(one >= bound for bound in agreement.bounds)) for one in possible}


def wrong_scores(version: Version, truth: Truth) -> list[tuple[Any, ...]]:
    """Leads whose kept score is missing or untrue: (lead, points kept, points true), at most ten.

    The arithmetic again, over all leads at once; whether a form was submitted is asked of the facts.
    """
    agreement = truth.agreements[str(version)]
    grade = " + ".join(f"(points >= {bound})::int" for bound in agreement.bounds)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH numbers AS (
              SELECT number, (number - 1) / {LEADS_PER_ACCOUNT} + 1 AS account,
                     (number + %(activities)s - 1) / {EVERY} - (number - 1) / {EVERY} AS views
              FROM generate_series(1, (SELECT count(*) FROM leads_lead)) AS number
            ), pointed AS (
              SELECT number, %(base)s + least(views, 20) * %(view)s
                + CASE WHEN account %% 3 = 0 THEN %(software)s ELSE 0 END
                + CASE WHEN account %% {SIZES} BETWEEN %(first)s AND %(last)s THEN {QUALIFIES} ELSE 0 END
                + CASE WHEN number IN (SELECT lead_id FROM leads_activity WHERE kind_id = %(filled)s)
                       THEN %(form)s ELSE 0 END AS points
              FROM numbers
            ), true_scores AS (
              SELECT number, points, 1 + {grade} AS grade, points >= {QUALIFIES} AS is_qualified FROM pointed
            )
            SELECT coalesce(t.number, s.lead_id), s.points, t.points FROM true_scores t FULL JOIN
              (SELECT * FROM leads_score WHERE version_id = %(version)s) s ON s.lead_id = t.number
            WHERE (s.points, s.grade, s.is_qualified) IS DISTINCT FROM (t.points, t.grade, t.is_qualified)
            ORDER BY 1 LIMIT 10
            """,
            {
                **{name: getattr(agreement, name) for name in ("base", "view", "software", "form")},
                "first": agreement.first,
                "last": agreement.last,
                "activities": truth.activities,
                "filled": ActivityKind.objects.get(key="form_submitted").pk,
                "version": version.pk,
            },
        )
        return cursor.fetchall()


def ratified(agreement: Agreement, truth: Truth) -> Version:
    """A version that waits to become active; the truth learns its label."""
    version = a_version(agreement.document(), "ratified")
    truth.agreements[str(version)] = agreement
    return version


def form_submitted(number: int) -> None:
    """One more fact about a lead, and its mark, in one transaction."""
    with transaction.atomic():
        an_activity(
            Lead(pk=number),
            "form_submitted",
            at=timezone.now() - timedelta(hours=1),
            message_id=f"form-{number}",
        )
        mark_touched([number])


def lay_facts(leads: int, activities: int) -> None:
    """`leads` leads that were looked at before, in accounts of four, each with `activities` page views.

    Set by set in the database: an import of a million leads is another test's matter.
    """
    now = timezone.now()
    values = {
        "leads": leads,
        "accounts": (leads - 1) // LEADS_PER_ACCOUNT + 1,
        "activities": activities,
        "now": now,
        "captured_at": now - timedelta(days=90),
        "captured": to_microseconds(now - timedelta(days=90)),
        "viewed": to_microseconds(now - timedelta(days=1)),
        "source": a_source("storm").pk,
        "kind": ActivityKind.objects.get(key="page_viewed").pk,
        "pricing": a_term("Pricing").pk,
        "blog": a_term("Blog").pk,
    }
    with connection.cursor() as cursor:
        # References are right by construction; asking after each would take longer than writing them.
        cursor.execute("SET session_replication_role = replica")
        for statement in _FACTS:
            cursor.execute(statement, values)
        cursor.execute("RESET session_replication_role")
        for table in ("leads_account", "leads_lead", "leads_activity"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("VACUUM (ANALYZE)")
        # So that a kill costs the replay of what the storm has written, and not of this.
        cursor.execute("CHECKPOINT")


_FACTS = (
    f"""
    INSERT INTO leads_account (id, source_id, external_id, name, name_key, domain, website, industry,
      employees, employee_band, revenue_band, country, region, city, kind, created_at, provenance)
    SELECT n, %(source)s, 'a-' || n, 'Account ' || n, 'account ' || n, '', '',
      CASE WHEN n %% 3 = 0 THEN 'Software' ELSE 'Retail' END, n %% {SIZES},
      '', '', '', '', '', 'prospect', %(now)s, '{{}}'
    FROM generate_series(1, %(accounts)s) AS n
    """,
    f"""
    INSERT INTO leads_lead (id, source_id, external_id, first_name, last_name, phone, company, job_title,
      role, seniority, department, website, country, region, city, language, lead_source, channel, campaign,
      captured_at, account_id, stage, is_recycled, provenance, created_at, changed_at)
    SELECT n, %(source)s, 'l-' || n, 'Lead', n::text, '', '', '', '', '', '', '', '', '', '', '', 'Storm', '',
      '', %(captured_at)s, (n - 1) / {LEADS_PER_ACCOUNT} + 1, 'lead', false, '{{}}', %(now)s, %(now)s
    FROM generate_series(1, %(leads)s) AS n
    """,
    """
    INSERT INTO leads_leadfit (lead_id, account_id, captured_at, has_business_website, has_phone,
      lead_source_key, company_key, company_words, industry_key, employees, account_kind)
    SELECT l.id, a.id, %(captured)s, false, false, 'storm',
      a.name_key, ' ' || a.name_key || ' ', lower(a.industry), a.employees, a.kind
    FROM leads_lead l JOIN leads_account a ON a.id = l.account_id
    """,
    f"""
    INSERT INTO leads_activity (lead_id, kind_id, occurred_at, subject_id, source_id, message_id)
    SELECT n, %(kind)s, %(viewed)s - (n %% 7 + nth) * 86400000000,
      CASE WHEN (n + nth) %% {EVERY} = 0 THEN %(pricing)s ELSE %(blog)s END, %(source)s, n || '-' || nth
    FROM generate_series(1, %(leads)s) AS n, generate_series(0, %(activities)s - 1) AS nth
    """,
    """
    INSERT INTO leads_leadwords (lead_id, text)
    SELECT l.id, ' lead ' || l.id || ' ' || a.name_key
    FROM leads_lead l JOIN leads_account a ON a.id = l.account_id
    """,
)
