"""Reads of tastings: how far each person has come, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from leads.models import Tasting, TastingAnswer, TastingLead
from leads.tasting.results import Rater, Results, Tasted, results_of
from portal.common.models import User


@dataclass(frozen=True)
class Progress:
    """One person of a tasting: how many leads they have tasted, of all."""

    person: User
    house: str
    count: int
    total: int

    @property
    def has_finished(self) -> bool:
        return self.count == self.total


def tastings_visible_to(user: User) -> QuerySet[Tasting]:
    """Everyone may know of them; what was said shows by `may_see_results`."""
    if not user.is_active:
        return Tasting.objects.none()
    return Tasting.objects.select_related("version__definition", "started_by", "closed_by")


def tasting_list(user: User) -> QuerySet[Tasting]:
    """Newest first, with `lead_count`, `taster_count` and `answer_count`."""
    return (
        tastings_visible_to(user)
        .annotate(
            lead_count=Count("leads", distinct=True),
            taster_count=Count("leads__answers__person", distinct=True),
            answer_count=Count("leads__answers", distinct=True),
        )
        .order_by("-pk")
    )


def leads_of(tasting: Tasting) -> QuerySet[TastingLead]:
    """For `get_object_or_404` by place, and in the order of tasting."""
    return TastingLead.objects.filter(tasting=tasting)


def answers_by(user: User, tasting: Tasting) -> dict[int, TastingAnswer]:
    """What a person has said so far, by place."""
    rows = TastingAnswer.objects.filter(tasting_lead__tasting=tasting, person=user)
    return {row.tasting_lead.place: row for row in rows.select_related("tasting_lead")}


def next_place(total: int, said: dict[int, TastingAnswer], after: int = 0) -> int | None:
    """The next place that is not tasted yet, going round from `after`; None when all are."""
    places = [*range(after + 1, total + 1), *range(1, after + 1)]
    return next((place for place in places if place not in said), None)


def progress_of(tasting: Tasting) -> list[Progress]:
    """Everybody who has begun, by house and name."""
    total = leads_of(tasting).count()
    rows = TastingAnswer.objects.filter(tasting_lead__tasting=tasting).select_related("person")
    people: dict[int, list[TastingAnswer]] = defaultdict(list)
    for row in rows:
        people[row.person_id].append(row)
    found = [Progress(said[0].person, said[0].house, len(said), total) for said in people.values()]
    return sorted(found, key=lambda each: (each.house, each.person.name.casefold(), each.person.pk))


def results_for(tasting: Tasting) -> Results:
    """Of those who have tasted every lead: half a tasting is no judgement of the whole."""
    leads = list(leads_of(tasting))
    answers: dict[int, list[TastingAnswer]] = defaultdict(list)
    rows = TastingAnswer.objects.filter(tasting_lead__tasting=tasting)
    for row in rows.select_related("person", "tasting_lead").order_by("person__name", "person_id"):
        answers[row.person_id].append(row)
    raters = [
        Rater(
            name=str(said[0].person),
            house=said[0].house,
            says={row.tasting_lead.place: row.takes for row in said},
            reasons={row.tasting_lead.place: row.reason for row in said},
        )
        for said in answers.values()
        if len(said) == len(leads)
    ]
    tasted = [Tasted(lead.place, lead.is_qualified, frozenset(lead.met)) for lead in leads]
    return results_of(raters, tasted, tasting.document["criteria"])


def named_leads(tasting: Tasting) -> dict[int, TastingLead]:
    """The leads by place, with their names: for a tasting that is closed."""
    rows = leads_of(tasting).select_related("lead__account", "lead__merged_into")
    return {row.place: row for row in rows}
