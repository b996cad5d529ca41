"""The pages that are measured and whose queries are counted: what, who opens it, and its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from definitions.models import Ballot, RepAnswer, Version
from leads.models import Account, Handoff, Import, Lead, Run, Shadow, Tasting
from reviews.models import Meeting, Series
from reviews.selectors.insights import REPORTS

BUDGET = 15  # queries of a list page, whatever its length


@dataclass(frozen=True)
class Listed:
    """`who` is a first name; `address` is asked when the rows are there."""

    name: str
    who: str
    address: Callable[[], str]
    is_list: bool = True

    def __str__(self) -> str:
        return self.name


def _page(name: str, who: str, route: str, /, query: str = "", is_list: bool = True, **kwargs: Any) -> Listed:
    return Listed(name, who, lambda: reverse(route, kwargs=kwargs) + query, is_list)


def _of(name: str, who: str, rows: Callable[[], Any], is_list: bool = False) -> Listed:
    """The page of one thing: of the first of `rows`."""

    def address() -> str:
        found = rows().first()
        assert found is not None, f"nothing to show on the page “{name}”"
        return str(found.get_absolute_url())

    return Listed(name, who, address, is_list)


def _draft_editor() -> str:
    draft = Version.objects.filter(status="draft").earliest("pk")
    return reverse("definitions:draft_editor", args=[draft.pk])


def _beside(route: str, query: str = "", *more: str) -> Callable[[], str]:
    """What stands beside a draft, of a text with as many clauses as it has: those of the draft grow."""

    def address() -> str:
        version = Version.objects.filter(status="superseded").earliest("pk")
        return reverse(route, args=[version.pk, *more]) + query

    return address


def _a_tested_lead() -> str:
    return _beside("leads:draft_test", f"?lead={Lead.objects.earliest('pk').pk}")()


def _scores_of_a_lead() -> str:
    return reverse("leads:lead_scores", args=[Lead.objects.filter(stage="mql").earliest("pk").pk])


def _examples() -> str:
    return reverse("leads:answer_examples", args=[RepAnswer.objects.earliest("pk").pk])


def _challenged_clause() -> str:
    keys = Handoff.objects.exclude(challenged_key="").order_by("pk").values_list("challenged_key", flat=True)
    return reverse("leads:challenges_of_clause", args=[keys[0]])


def _of_next_review(route: str) -> str:
    meetings = Meeting.objects.filter(status="scheduled", prepared_at__isnull=False)
    return reverse(route, args=[meetings.earliest("pk").pk])


def _of_review(route: str) -> str:
    return reverse(route, args=[Series.objects.earliest("pk").pk])


PAGES = (
    _page("home of a marketer", "maya", "portal:home"),
    # Sixteen for who runs marketing and is told of the nightly counts as well; none of them grows.
    _page("home of a marketing manager", "mona", "portal:home", is_list=False),
    _page("home of a sales rep", "sam", "portal:home"),
    _page("home of a sales manager", "rita", "portal:home"),
    _page("home of the administrator", "ada", "portal:home"),
    _page("queue", "sam", "leads:queue"),
    _page("queue, searched and sorted", "sam", "leads:queue", "?q=an&sort=-score"),
    _page("queue, one's own", "sam", "leads:queue", "?tab=mine"),
    _page("queue, with its segments", "sam", "leads:queue", "?segment=1&country=Germany"),
    _page("queue, what is new", "sam", "leads:queue_news"),
    _page("mine", "sam", "leads:my_leads"),
    _page("all leads", "maya", "leads:lead_list"),
    _page("all leads, by score", "maya", "leads:lead_list", "?sort=-score"),
    _page("all leads, searched", "maya", "leads:lead_list", "?q=soft"),
    _page("all leads, last page", "maya", "leads:lead_list", "?page=999999"),
    _page("handed over", "maya", "leads:watch_list"),
    _page("handed over, returned", "maya", "leads:watch_list", "?status=returned"),
    _page("nurture", "maya", "leads:nurture"),
    _page("returned, to pick up", "maya", "leads:returned_list"),
    _page("near misses", "maya", "leads:near_misses"),
    _page("reasons", "rita", "leads:reason_list"),
    _page("challenges", "maya", "leads:challenge_list"),
    Listed("challenges of a clause", "maya", _challenged_clause),
    _page("decided by hand", "maya", "leads:override_list"),
    _page("whose turn", "rita", "leads:turns"),
    _page("where leads stand", "maya", "leads:where"),
    _page("where leads stand, one place", "maya", "leads:where_list", place="below"),
    _page("where leads stand, being worked", "maya", "leads:where_list", place="worked"),
    # Its queries are of seven entries and of the hours of both teams, not of rows.
    _page("ledger", "maya", "leads:ledger", is_list=False),
    _page("ledger, one entry", "maya", "leads:ledger_list", entry="decide"),
    _page("nightly counts", "rita", "leads:incident_list"),
    _page("imports", "maya", "leads:import_list"),
    _page("runs", "maya", "leads:run_list"),
    _page("definition", "maya", "definitions:definition_page", stage="mql"),
    _page("definition, a version", "maya", "definitions:version_page", stage="mql", number=1),
    _page("two versions compared", "maya", "definitions:compare", stage="mql"),
    _page("scored in silence", "mona", "leads:shadow_list", stage="mql"),
    Listed("draft editor", "maya", _draft_editor, is_list=False),
    Listed("draft, its weak spots", "maya", _beside("leads:draft_lints"), is_list=False),
    Listed("draft, the leads that would qualify", "maya", _beside("leads:draft_leads", "", "qualified")),
    # It asks every rule of whose turn it is: more rules are more queries, more leads are not.
    Listed("draft, whose queue grows", "maya", _beside("leads:draft_queues"), is_list=False),
    Listed("draft, a lead tested", "maya", _a_tested_lead, is_list=False),
    _page("golden leads, one searched for", "maya", "leads:golden_new", "?q=an", stage="mql"),
    _page("answers of the reps", "sam", "definitions:answers"),
    _page("personas", "maya", "definitions:personas"),
    _page("seven steps", "maya", "definitions:steps", stage="mql", is_list=False),
    _page("where to start", "maya", "definitions:start", stage="mql"),
    _page("blind tastings", "maya", "leads:tasting_list"),
    _of("blind tasting", "maya", lambda: Tasting.objects.all()),
    Listed("examples of an answer", "sam", _examples, is_list=False),
    _page("ballots", "maya", "definitions:ballot_list"),
    _of("ballot, open", "sam", lambda: Ballot.objects.filter(status="open")),
    _page("reviews", "rita", "reviews:series_list"),
    _of("review series", "rita", lambda: Series.objects.all(), is_list=True),
    _of("meeting ahead", "rita", lambda: Meeting.objects.filter(status="scheduled").order_by("starts_at")),
    _of(
        "meeting, its minutes", "rita", lambda: Meeting.objects.filter(status="closed").order_by("-starts_at")
    ),
    Listed("pre-read", "rita", lambda: _of_next_review("reviews:preread"), is_list=True),
    Listed("backlog", "rita", lambda: _of_review("reviews:backlog"), is_list=True),
    _page("insights", "rita", "reviews:insights"),
    *(_page(f"insights: {name}", "rita", "reviews:insight", name=name) for name in REPORTS),
    _page("people", "ada", "portal:people"),
    _page("trail", "ada", "portal:trail"),
    _page("outbox", "ada", "portal:outbox"),
    _page("webhooks", "ada", "portal:webhooks"),
    _page("what comes by mail", "sam", "portal:mail_choices"),
    _page("working hours", "ada", "portal:hours", team="sales"),
    _page("search", "sam", "portal:search", "?q=an"),
    _of("lead", "sam", lambda: Lead.objects.filter(handoffs__status="offered").order_by("pk")),
    Listed("lead, its scores", "sam", _scores_of_a_lead, is_list=False),
    _of("handoff", "sam", lambda: Handoff.objects.filter(status="offered")),
    _of("handoff, sales-qualified", "sam", lambda: Handoff.objects.filter(status="sales_qualified")),
    _of("account", "sam", lambda: Account.objects.filter(leads__isnull=False).order_by("pk"), is_list=True),
    _of("import", "maya", lambda: Import.objects.order_by("-pk")),
    _of("shadow", "mona", lambda: Shadow.objects.all()),
    _of("run", "maya", lambda: Run.objects.order_by("-pk")),
)
