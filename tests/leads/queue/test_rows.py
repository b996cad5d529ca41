"""A row is laid out once for all who are shown the same: a change of what it says shows at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from definitions.models import Version
from leads.models import Handoff
from leads.selectors.queue import ROW_COLUMNS, rows_of
from leads.views.queue_rows import Look, laid_out, look_of, row_html
from tests.builders import sam, signed_in, sofia
from tests.leads.queue.stories import offers

# Read only where another is missing: no name, no company of the lead.
HIDDEN = {"lead__email", "lead__company", "lead__channel", "lead__source__label", "owner__email"}
PLAIN = {"may_decide": True, "is_of_other_version": True, "is_relaxed": False}


@pytest.fixture
def row(version: Version) -> Handoff:
    handoff = offers(version, 1)[0]
    Handoff.objects.filter(pk=handoff.pk).update(owner=sam())
    laid_out.cache_clear()
    return rows_of(sam(), [handoff.pk])[0]


def _look(row: Handoff) -> Look:
    return look_of(row, **PLAIN)


def _html(row: Handoff) -> str:
    return row_html(_look(row))


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(days=1)
    return value % 5 + 1 if isinstance(value, int) else f"Other {value}"


@pytest.mark.parametrize("column", sorted(set(ROW_COLUMNS) - {"status", "offered_at", "due_at"}))
def test_every_column_that_is_read_is_shown_as_it_is_now(row: Handoff, column: str) -> None:
    before = _html(row)
    *way, name = column.split("__")
    holder: Any = row
    for step in way:
        holder = getattr(holder, step)
    if column == "override":
        row.override_id = 1
    else:
        setattr(holder, name, _other(getattr(holder, name)))
    after = _html(row)
    laid_out.cache_clear()
    assert after == _html(row)
    if column not in HIDDEN:
        assert after != before


def test_a_row_is_laid_out_once_for_two_readers_and_its_times_are_told_anew(row: Handoff) -> None:
    moment = timezone.now()
    with time_machine.travel(moment, tick=False):
        first = _html(row)
        assert _html(rows_of(sofia(), [row.pk])[0]) == first
    with time_machine.travel(moment + timedelta(hours=2), tick=False):
        later = _html(row)
    assert laid_out.cache_info().misses == 1
    assert "2 hours ago" not in first
    assert "2 hours ago" in later
    assert "\0" not in later


@pytest.mark.parametrize("flag", [*PLAIN, "is_oob"])
def test_each_surrounding_is_a_row_of_its_own(row: Handoff, flag: str) -> None:
    other = {**PLAIN, flag: not PLAIN.get(flag, False)}
    assert _html(row) != row_html(look_of(row, **other))


def test_each_zone_and_language_has_its_own(row: Handoff) -> None:
    with timezone.override("Pacific/Auckland"):
        far = _html(row)
    assert _html(row) != far
    here = _look(row)
    with translation.override("de"):
        assert _look(row) != here


def test_nothing_of_the_reader_stands_in_a_row(version: Version) -> None:
    """The token and the way back are in the page's one form; two readers get the same rows."""
    offers(version, 3)
    pages = [signed_in(each).get(reverse("leads:queue"), {"grade": "1"}) for each in (sam(), sofia())]
    bodies = [[html for _handoff, html in page.context["rows"]] for page in pages]
    assert all("csrf" not in html and "next" not in html for html in bodies[0])
    assert bodies[0] == bodies[1]


def test_the_button_of_a_row_works_without_a_script_and_leads_back(version: Version) -> None:
    handoff = offers(version, 1)[0]
    client, address = signed_in(sam()), f"{reverse('leads:queue')}?grade=1"
    body = client.get(address).content.decode()
    accept = reverse("leads:handoff_accept", args=[handoff.pk])
    assert f'form="row-accept" formaction="{accept}"' in body
    form = body.partition('<form id="row-accept" method="post">')[2].partition("</form>")[0]
    assert 'name="csrfmiddlewaretoken"' in form
    assert f'name="next" value="{address}"' in form
    assert client.post(accept, {"next": address})["Location"] == address


def test_a_name_that_is_corrected_stands_in_the_next_page(version: Version) -> None:
    handoff, client = offers(version, 1)[0], signed_in(sam())
    client.get(reverse("leads:queue"))
    handoff.lead.first_name = "Mended"
    handoff.lead.save()
    assert "Mended" in client.get(reverse("leads:queue")).content.decode()
