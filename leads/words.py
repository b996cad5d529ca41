"""Leads by the words that people remember of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from definitions.criteria.matching import key_form
from leads import bulk
from leads.models import Lead, LeadWords

# Of what somebody typed; who looks for more than eight words looks for a sentence.
MOST_WORDS = 8
_NAMES = ("first_name", "last_name", "email", "company")


def words_of(lead: dict[str, Any], account_name: str | None) -> str:
    """The text that is searched for one lead; `lead` holds its columns."""
    return " " + key_form(" ".join(filter(None, (*(lead.get(name) for name in _NAMES), account_name))))


def words_refresh(lead_ids: Iterable[int]) -> None:
    """Rebuild the words of at most 900 leads, in the caller's transaction; a merged lead loses them."""
    ids = list(lead_ids)
    LeadWords.objects.filter(lead__in=ids, lead__merged_into__isnull=False).delete()
    rows = Lead.objects.filter(pk__in=ids, merged_into=None).order_by("pk")
    bulk.insert(
        LeadWords,
        ("lead_id", "text"),
        (
            (row["pk"], words_of(row, row["account__name"]))
            for row in rows.values("pk", *_NAMES, "account__name")
        ),
        conflict=("lead_id",),
        update=("text",),
    )


def words_match(text: str, lead: str = "pk") -> Q:
    """Every word occurs in the name, e-mail, company or account. `lead` is the path to the lead.

    One or two letters are looked for at the beginning of a word: no index knows shorter pieces.
    """
    found = LeadWords.objects.all()
    for word in key_form(text).split()[:MOST_WORDS]:
        found = found.filter(text__contains=word if len(word) > 2 else f" {word}")
    return Q(**{f"{lead}__in": found.values("lead")})
