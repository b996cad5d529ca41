"""Tables that are bare while millions of rows come stand afterwards as the models declare them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from leads.models import Account, AccountValue, Activity, Lead, LeadFit, LeadValue, Score, Term
from portal.seed.database import WORTH_BARING, bare, create
from tests.builders import a_lead, an_activity

TABLES = (Account, AccountValue, Activity, Lead, LeadFit, LeadValue, Score, Term)

pytestmark = pytest.mark.django_db


def indexes_and_constraints() -> list[tuple[str, str]]:
    """Name and words of every one on these tables."""
    names = [model._meta.db_table for model in TABLES]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) UNION ALL "
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = ANY(%s::regclass[]) ORDER BY 1, 2",
            [names, names],
        )
        return cursor.fetchall()


@pytest.mark.servers
def test_indexes_and_foreign_keys_go_and_come_back_as_they_were() -> None:
    an_activity(a_lead())
    before = indexes_and_constraints()
    with bare(TABLES, rows=WORTH_BARING):
        inside = indexes_and_constraints()
        an_activity(a_lead())
    assert indexes_and_constraints() == before
    assert Activity.objects.count() == 2
    # Only what no row can be written without, and what says which values there may be, has stayed.
    assert {words.split(" ")[0] for _, words in inside} == {"CREATE", "PRIMARY", "UNIQUE", "CHECK"}
    # Those of trigrams are no model’s: a migration makes them, and they stay.
    kept = ("_pkey", "leads_term", "_by_trigram")
    assert all(any(each in name for each in kept) for name, words in inside if "CREATE" in words)


@pytest.mark.servers
def test_few_rows_leave_the_tables_alone() -> None:
    before = indexes_and_constraints()
    with bare(TABLES, rows=WORTH_BARING - 1):
        assert indexes_and_constraints() == before


@pytest.mark.servers
@pytest.mark.parametrize("wrong", ["a lead that is not there", "a message that came twice"])
def test_a_row_that_may_not_be_is_found_at_the_end(wrong: str) -> None:
    before, activity = indexes_and_constraints(), an_activity(a_lead())
    with pytest.raises(IntegrityError), transaction.atomic(), bare(TABLES, rows=WORTH_BARING):
        activity.pk = None
        if wrong == "a lead that is not there":
            activity.lead_id, activity.message_id = 10**9, "another"
        activity.save(force_insert=True)
    assert indexes_and_constraints() == before
    assert Activity.objects.count() == 1


def test_rows_get_their_ids_and_the_next_one_comes_behind_them() -> None:
    first = Term.objects.create(key="first", text="First", words=" first ")
    rows = [Term(key=f"{n}", text=f"{n}", words=f" {n} ") for n in range(300)]
    create(Term, rows)
    assert [row.pk for row in rows] == [first.pk + n for n in range(1, 301)]
    assert Term.objects.get(key="299").pk == rows[-1].pk
    assert Term.objects.create(key="last", text="Last", words=" last ").pk == rows[-1].pk + 1
