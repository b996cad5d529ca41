"""The tags and shared parts that every page is set with, and what no template may hold."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

from definitions.models import BallotStatus, VersionStatus
from leads.models import HandoffStatus, LeadStage, RunStatus
from portal.common.models import Team, User
from portal.common.templatetags.accord import pages_around, percent_of, points, relative_day, relative_words
from portal.common.templatetags.icon_names import ICON_NAMES
from portal.common.templatetags.status_words import STATUSES, status_look
from reviews.models import MeetingStatus

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TEMPLATES = sorted((settings.BASE / "templates").rglob("*.html"))


def shown(source: str, **context: Any) -> str:
    return Template("{% load accord %}" + source).render(Context(context))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# -- icons and states --------------------------------------------------------------------------------------


def test_the_sprite_holds_every_icon_that_pages_may_use() -> None:
    path = finders.find("icons.svg")
    if not path:
        pytest.skip("needs the browser packages: npm ci --ignore-scripts")
    sprite = Path(path).read_text(encoding="utf-8")
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == ICON_NAMES
    assert "viewBox" in sprite
    assert "<script" not in sprite


def test_an_unknown_icon_says_where_to_add_it() -> None:
    with pytest.raises(TemplateSyntaxError, match=r"icon_names\.py"):
        shown('{% icon "no-such-icon" %}')


def test_an_icon_is_silent_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in shown('{% icon "check" %}')
    assert 'role="img" aria-label="Key"' in shown('{% icon "key" "Key" %}')


@pytest.mark.parametrize(
    "state",
    sorted({*BallotStatus, *VersionStatus, *HandoffStatus, *LeadStage, *RunStatus, *MeetingStatus}, key=str),
)
def test_every_state_has_words_and_an_icon(state: str) -> None:
    assert str(state) in STATUSES


def test_the_icon_of_every_state_is_in_the_sprite() -> None:
    assert {look.icon for look in STATUSES.values()} <= ICON_NAMES


def test_a_state_without_an_entry_is_shown_in_its_own_words() -> None:
    assert status_look("half_baked").label == "Half baked"
    assert words(shown('{% status "offered" "Offered to Sam" %}')) == "Offered to Sam"


# -- numbers and times -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "value", "expected"),
    [
        ("plus", 10, "+10"),
        ("minus", -5, "\u22125"),
        ("zero", 0, "0"),
        ("large", 1200, "+1,200"),
        ("none", None, ""),
    ],
)
def test_points_carry_their_sign(case: str, value: int | None, expected: str) -> None:
    assert points(value) == expected


def test_a_share_of_nothing_is_a_dash() -> None:
    assert percent_of(3, 8) == "38\u00a0%"
    assert percent_of(0, 0) == "\u2013"


@pytest.mark.parametrize(
    ("case", "seconds", "expected"),
    [
        ("now", 10, "just now"),
        ("soon", -10, "in a moment"),
        ("one minute", 60, "1 minute ago"),
        ("hours ahead", -3 * 3600, "in 3 hours"),
        ("days", 2 * 86400 + 5, "2 days ago"),
        ("beyond a month", 60 * 86400, "24 Sep 2026"),
    ],
)
def test_an_instant_is_told_relative_to_now(case: str, seconds: int, expected: str) -> None:
    assert relative_words(NOW - dt.timedelta(seconds=seconds), NOW) == expected


@pytest.mark.parametrize(
    ("case", "days", "expected"),
    [
        ("today", 0, "today"),
        ("tomorrow", 1, "tomorrow"),
        ("yesterday", -1, "yesterday"),
        ("ahead", 5, "in 5 days"),
    ],
)
def test_a_day_is_told_relative_to_today(case: str, days: int, expected: str) -> None:
    assert relative_day(NOW.date() + dt.timedelta(days=days), NOW.date()) == expected


@pytest.mark.parametrize(
    ("case", "minutes", "css", "expected"),
    [
        ("far", 300, 'class="due"', "due in 5 hours"),
        ("near", 60, "due-warn", "due in 1 hour"),
        ("past", -60, "due-bad", "was due 1 hour ago"),
    ],
)
def test_what_is_owed_says_so_in_words(case: str, minutes: int, css: str, expected: str) -> None:
    with time_machine.travel(NOW, tick=False):
        html = shown("{% due at %}", at=NOW + dt.timedelta(minutes=minutes))
    assert css in html
    assert words(html) == expected


def test_the_instant_stands_behind_the_relative_time() -> None:
    with time_machine.travel(NOW, tick=False):
        html = shown("{% when at %}", at=NOW - dt.timedelta(hours=3))
    assert 'datetime="2026-11-23T09:00:00+00:00"' in html
    assert 'title="Mon 23 Nov 2026, 09:00 UTC"' in html


# -- people, tables, pages ---------------------------------------------------------------------------------


def test_a_person_is_shown_with_the_house_and_escaped() -> None:
    html = shown(
        "{% person maya %}", maya=User(name="Maya <b>Lind", email="m@example.com", team=Team.MARKETING)
    )
    assert "initials-marketing" in html
    assert "<b>Lind" not in html
    assert words(shown("{% person nobody %}", nobody=None)) == "nobody"


def test_a_header_sorts_up_then_down_and_keeps_the_filter() -> None:
    first = RequestFactory().get("/", {"grade": "4", "page": "3"})
    html = shown('{% sort_header "score" "Score" "num" %}', request=first)
    assert 'href="?grade=4&amp;sort=score"' in html
    assert "aria-sort" not in html
    again = RequestFactory().get("/", {"grade": "4", "sort": "score"})
    html = shown('{% sort_header "score" "Score" "num" "results" %}', request=again)
    assert 'href="?grade=4&amp;sort=-score"' in html
    assert 'hx-target="#results"' in html
    assert 'aria-sort="ascending"' in html


def test_the_pager_leaves_gaps() -> None:
    page = Paginator(range(500), 10).page(25)
    assert pages_around(page) == [1, None, 23, 24, 25, 26, 27, None, 50]
    assert pages_around(Paginator(range(5), 10).page(1)) == [1]


def test_the_navigation_marks_one_section() -> None:
    request = RequestFactory().get("/reviews/insights/")
    assert "aria-current" not in shown(
        '{% nav_link "/reviews/" "Reviews" "/reviews/" "/reviews/insights/" %}', request=request
    )
    assert 'aria-current="page"' in shown('{% nav_link "/reviews/insights/" "Insights" %}', request=request)


# -- the two signatures ------------------------------------------------------------------------------------

LINES = [
    {"key": "pricing", "wording": "Asked for prices", "half": "behaviour", "points": 25, "is_met": True},
    {"key": "size", "wording": "Has 50 to 500 people", "half": "fit", "points": 20, "is_met": True},
]


# Beneath a receipt stands whether the definition is overdue for a review.
@pytest.mark.django_db
def test_a_receipt_shows_fit_first_and_the_ruled_total() -> None:
    html = render_to_string("shared/_receipt.html", {"receipt": {"lines": LINES, "points": 45, "grade": 4}})
    text = words(html)
    assert text.index("Fit") < text.index("Has 50 to 500 people") < text.index("Behaviour")
    assert text.index("+25") < text.index("Score")
    assert 'type="radio"' not in html


@pytest.mark.django_db
def test_a_receipt_of_nothing_says_so() -> None:
    html = render_to_string("shared/_receipt.html", {"receipt": {"lines": [], "points": 0, "grade": None}})
    assert "No criterion applies to this lead." in html


@pytest.mark.django_db
def test_a_challenge_picks_one_line_or_what_is_missing() -> None:
    unmet = {"key": "silent", "wording": "Nothing heard", "half": "behaviour", "points": 0, "is_met": False}
    context = {
        "receipt": {"lines": [*LINES, unmet], "points": 45, "grade": 4},
        "challenge": True,
        "challenge_value": "size",
    }
    html = render_to_string("shared/_receipt.html", context)
    assert html.count('name="criterion"') == 3
    assert re.search(r'value="size" checked', html)
    assert 'value=""' in html


def a_house(**changes: Any) -> dict[str, Any]:
    house = {"name": "sales", "label": "Sales", "eligible": 8, "voted": 7, "agree": 6, "disagree": 1}
    return {
        **house,
        "block": 0,
        "abstain": 0,
        "needs": "Sales has turned its key.",
        "is_turned": True,
        **changes,
    }


def test_the_keyholes_say_what_each_house_lacks() -> None:
    html = render_to_string("shared/_keyholes.html", {"houses": [a_house()]})
    assert "is-turned" in html
    assert "Sales has turned its key." in html


def test_hidden_results_show_participation_alone() -> None:
    html = render_to_string("shared/_keyholes.html", {"houses": [a_house()], "results_hidden": True})
    assert "7 of 8 have voted" in html
    for told in ("is-turned", "turned its key", "agree", "block"):
        assert told not in html


def test_a_part_under_way_asks_again_and_a_finished_one_does_not() -> None:
    progress = {"id": "run", "label": "Rescore", "done": 1200, "total": 5000, "sentence": "", "url": "/run/"}
    running = render_to_string("shared/_progress.html", {"progress": {**progress, "is_finished": False}})
    assert 'hx-get="/run/"' in running
    assert 'max="5000" value="1200"' in running
    assert "hx-get" not in render_to_string(
        "shared/_progress.html", {"progress": {**progress, "is_finished": True}}
    )


def test_a_refusal_gives_its_reason() -> None:
    decision = SimpleNamespace(is_allowed=False, reason="Only sales can accept or return a lead.")
    assert "Only sales can" in render_to_string("shared/_refusal.html", {"decision": decision})


# -- what no template may hold -----------------------------------------------------------------------------


def template_name(path: Path) -> str:
    return str(path.relative_to(settings.BASE / "templates"))


@pytest.mark.parametrize("path", TEMPLATES, ids=template_name)
def test_a_template_keeps_to_the_content_security_policy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if "emails" not in path.parts:
        assert not re.search(r'\sstyle="', source), "a style attribute"
        assert "<style" not in source
    assert not re.search(r"<script(?![^>]*\bsrc=)", source), "an inline script"
    assert not re.search(r'\son[a-z]+="', source), "an inline handler"
    assert not re.search(r'(src|href)="(https?:)?//', source), "a foreign host"


@pytest.mark.parametrize("path", [p for p in TEMPLATES if p.parent.name == "shared"], ids=template_name)
def test_a_shared_part_says_what_it_needs(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(("{# Needs:", "{# Drawn by"))


def test_an_id_is_never_written_as_people_read_numbers() -> None:
    """From a thousand on it would carry a separator: an address or a form would name nothing."""
    written = re.compile(r"\{\{ ?[a-z_.]*(?:\.pk|_id) ?\}\}")
    found = [
        f"{path.name}: {match}"
        for path in TEMPLATES
        for match in written.findall(path.read_text())
        if "auto_id" not in match
    ]
    assert found == []
    assert written.findall('value="{{ step.pk }}"') != []
