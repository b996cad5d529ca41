"""Reads of leads and accounts: the lists and what one lead's page shows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from definitions.models import Version
from leads.models import (
    Account,
    AccountValue,
    Handoff,
    HandoffStatus,
    Import,
    Lead,
    LeadStage,
    LeadValue,
    Score,
    Source,
)
from leads.words import words_match
from portal.common.models import User

# More than this is not looked through: a longer word finds it.
MOST_FOUND = 8


def leads_visible_to(user: User) -> QuerySet[Lead]:
    """Every active person sees the leads of the workspace; merged ones live on in the other lead."""
    if not user.is_active:
        return Lead.objects.none()
    return Lead.objects.filter(merged_into=None)


def accounts_visible_to(user: User) -> QuerySet[Account]:
    if not user.is_active:
        return Account.objects.none()
    return Account.objects.select_related("owner", "source")


def leads_found(user: User, text: str, but: QuerySet[Lead] | None = None) -> list[Lead]:
    """At most eight leads, by external id, then by name, e-mail or company the newest first: to choose one.

    Nobody by less than two letters; `but` are left out.
    """
    text = text.strip()
    if len(text) < 2:
        return []
    rows = leads_visible_to(user).select_related("account").defer("provenance", "account__provenance")
    if but is not None:
        rows = rows.exclude(pk__in=but.values("pk"))
    # Under every system, since an index has the id only beside its system; and apart, since no index
    # answers either of two questions.
    by_id = list(rows.filter(source__in=Source.objects.all(), external_id=text)[:MOST_FOUND])
    by_words = rows.filter(words_match(text)).exclude(pk__in=[lead.pk for lead in by_id])
    return [*by_id, *by_words.order_by("-captured_at")[: MOST_FOUND - len(by_id)]]


def with_score(leads: QuerySet[Lead], version: Version | None) -> QuerySet[Lead]:
    """Annotates `points` and `grade` under `version` (None where there is no score)."""
    score = Score.objects.filter(version=version, lead=OuterRef("pk"))
    return leads.annotate(
        points=Subquery(score.values("points")[:1]), grade=Subquery(score.values("grade")[:1])
    )


LEAD_SORTS = {
    "captured": (F("captured_at").asc(), F("pk").asc()),
    "-captured": (F("captured_at").desc(), F("pk").desc()),
    "name": ("first_name", "last_name", "pk"),
    "-name": ("-first_name", "-last_name", "-pk"),
    "score": (F("points").asc(nulls_first=True), "pk"),
    "-score": (F("points").desc(nulls_last=True), "pk"),
}


def lead_list(
    user: User,
    version: Version | None,
    *,
    q: str = "",
    stage: str = "",
    grade: str = "",
    source: str = "",
    sort: str = "",
) -> QuerySet[Lead]:
    """All leads with their score, filtered; newest first unless sorted otherwise."""
    # Where each field came from is not shown in a list, and takes longer to decode than all else.
    rows = leads_visible_to(user).select_related("account", "source", "owner")
    rows = rows.defer("provenance", "account__provenance")
    if q:
        rows = rows.filter(words_match(q))
    if stage:
        rows = rows.filter(stage=stage)
    if grade:
        graded = Score.objects.filter(version=version, grade=grade)
        rows = rows.filter(pk__in=graded.values("lead_id"))
    if source:
        rows = rows.filter(source__key=source)
    return with_score(rows, version).order_by(*LEAD_SORTS.get(sort, LEAD_SORTS["-captured"]))


def nurture_list(user: User, version: Version | None, *, q: str = "", family: str = "") -> QuerySet[Lead]:
    """Leads in marketing's care, each with its last return in `returns[0]`; next to come back on top.

    `last_status` is where its newest handoff stands: a lead that was lost after it was sales-qualified
    rests for that, whatever it was returned for before.
    """
    returns = (
        Handoff.objects.filter(status=HandoffStatus.RETURNED)
        .select_related("decided_by", "pick_up__picked_by")
        .order_by("-ended_at", "-id")
    )
    last = returns.filter(lead=OuterRef("pk"))
    rows = leads_visible_to(user).filter(stage=LeadStage.NURTURE).select_related("account")
    rows = rows.defer("provenance", "account__provenance")
    newest = Handoff.objects.filter(lead=OuterRef("pk")).order_by("-id")
    rows = rows.annotate(
        family=Subquery(last.values("reason__family")[:1]), last_status=Subquery(newest.values("status")[:1])
    )
    if q:
        rows = rows.filter(words_match(q))
    if family:
        rows = rows.filter(family=family)
    return (
        with_score(rows, version)
        .prefetch_related(Prefetch("handoffs", queryset=returns, to_attr="returns"))
        .order_by(F("nurture_until").asc(nulls_last=True), "pk")
    )


def leads_with_accounts(user: User, lead_ids: Iterable[int]) -> dict[int, Lead]:
    """These leads by id, for a page that has found them by other means."""
    rows = leads_visible_to(user).select_related("account").defer("provenance", "account__provenance")
    return rows.in_bulk(list(lead_ids))


def values_of_lead(lead: Lead) -> list[LeadValue]:
    """The custom attributes of a lead, by name."""
    return list(LeadValue.objects.filter(lead=lead).select_related("attribute").order_by("attribute__label"))


def values_of_account(account: Account) -> list[AccountValue]:
    return list(
        AccountValue.objects.filter(account=account).select_related("attribute").order_by("attribute__label")
    )


def people_of_account(account: Account, version: Version | None) -> QuerySet[Lead]:
    """The leads of an account, best first."""
    rows = Lead.objects.filter(account=account, merged_into=None).select_related("owner")
    return with_score(rows, version).order_by(F("points").desc(nulls_last=True), "pk")


def count_people_of_account(account: Account) -> dict[str, int]:
    return Lead.objects.filter(account=account, merged_into=None).aggregate(
        all=Count("pk"), with_sales=Count("pk", filter=Q(stage__in=(LeadStage.MQL, LeadStage.SAL)))
    )


def import_labels(ids: Iterable[int]) -> dict[int, Import]:
    """The imports that facts came from."""
    return Import.objects.select_related("source").in_bulk(set(ids))


def people_by_id(ids: Iterable[int]) -> dict[int, User]:
    return User.objects.in_bulk(set(ids))


def systems() -> list[tuple[str, str]]:
    """The systems that facts come from, for the filter."""
    return list(Source.objects.values_list("key", "label"))
