"""The tags that every page is set with. `{% load accord %}`."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, Select
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.common.templatetags.icon_names import ICON_NAMES
from portal.common.templatetags.status_words import status_look

register = template.Library()

Text = str | Promise

GRADES = 5
HOUSE_ICONS = {"marketing": "megaphone", "sales": "telephone"}


@register.simple_tag
def icon(name: str, label: Text = "", size: str = "") -> SafeString:
    """An icon of the sprite. Silent to screen readers unless `label` gives it a name. `size`: "lg" or ""."""
    if name not in ICON_NAMES:
        raise template.TemplateSyntaxError(
            f"No icon “{name}”: add it to portal/common/templatetags/icon_names.py."
        )
    return _drawn(name, str(label), size)


# A page of a draft has two hundred icons, of which twenty differ.
@lru_cache(maxsize=1024)
def _drawn(name: str, label: str, size: str) -> SafeString:
    href = f"{static('icons.svg')}#{name}"
    css = f"icon icon-{size}" if size else "icon"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, href
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', css, href
    )


@register.simple_tag
def nav_url(name: str, *args: Any, **kwargs: Any) -> str:
    """Like `url`, but empty when the page does not exist in this installation."""
    return _address(name, args, tuple(kwargs.items()))


# Every page has the same thirty.
@lru_cache(maxsize=1024)
def _address(name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> str:
    try:
        return reverse(name, args=args, kwargs=dict(kwargs))
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, url: str, label: Text, section: str = "", but_not: str = ""
) -> SafeString:
    """One entry of the top navigation; nothing when `url` is empty.

    It counts as current on every path below `section`, except below `but_not`. A page that belongs
    to another section than its address says so with `section_path` in its context.
    """
    if not url:
        return SafeString("")
    request = context.get("request")
    path = context.get("section_path") or (request.path if request is not None else "")
    if request is not None and request.path == url:
        current = SafeString(' aria-current="page"')
    elif section and path.startswith(section) and not (but_not and path.startswith(but_not)):
        current = SafeString(' aria-current="true"')
    else:
        current = SafeString("")
    return format_html('<li><a href="{}"{}>{}</a></li>', url, current, label)


@register.simple_tag(takes_context=True)
def tab(context: template.Context, url: str, label: Text, count: int | None = None) -> SafeString:
    """One entry of a section's tabs: `{% url "leads:queue" as u %}{% tab u _("Queue") open_count %}`."""
    if not url:
        return SafeString("")
    request = context.get("request")
    is_here = request is not None and request.path == url.split("?")[0]
    return format_html(
        '<li><a href="{}"{}>{}{}</a></li>',
        url,
        SafeString(' aria-current="page"') if is_here else "",
        label,
        "" if count is None else format_html(' <span class="count">{}</span>', formats.number_format(count)),
    )


@register.simple_tag
def grade(value: int | None) -> SafeString:
    """Five marks with the number; “no grade” for a lead that has none."""
    if not value:
        return format_html('<span class="grade"><span class="grade-none">{}</span></span>', _("no grade"))
    marks = SafeString(
        "".join(f'<i class="{"on" if n <= value else "off"}"></i>' for n in range(1, GRADES + 1))
    )
    return format_html(
        '<span class="grade grade-{0}"><span class="grade-marks" aria-hidden="true">{1}</span>'
        '<span class="visually-hidden">{2} </span><b>{0}</b></span>',
        value,
        marks,
        _("grade"),
    )


@register.simple_tag
def status(state: str, label: Text = "") -> SafeString:
    """A state as icon and words. `label` replaces the words and keeps the look."""
    look = status_look(state, label)
    return format_html('<span class="status status-{}">{}{}</span>', look.tone, icon(look.icon), look.label)


@register.simple_tag
def house(team: str, label: Text = "") -> SafeString:
    """A side of the agreement, in its colour. Other teams are named without one."""
    names = {
        "marketing": _("Marketing"),
        "sales": _("Sales"),
        "revops": _("Revenue operations"),
        "none": _("No team"),
    }
    words = label or names.get(str(team), str(team))
    if team in HOUSE_ICONS:
        return format_html('<span class="house house-{}">{}{}</span>', team, icon(HOUSE_ICONS[team]), words)
    return format_html('<span class="house">{}</span>', words)


@register.filter
def points(value: int | None) -> str:
    """Points with their sign: +10, −5, 0."""
    if value is None:
        return ""
    number = formats.number_format(abs(int(value)))
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    return f"{sign}{number}"


@register.filter
def percent_of(part: float | None, whole: float | None) -> str:
    """`3|percent_of:8` → “38 %”; a dash when there is nothing to divide by."""
    if not whole or part is None:
        return "\u2013"
    return f"{round(100 * part / whole)}\u00a0%"


def _span_words(seconds: int) -> str:
    minutes = seconds // 60
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


@register.filter
def span(value: dt.timedelta) -> str:
    """How long something took or stayed: “3 hours”."""
    return _span_words(int(value.total_seconds()))


def relative_words(instant: dt.datetime, now: dt.datetime) -> str:
    """“3 hours ago”, “in 2 days”; beyond a month the date. Both arguments aware."""
    seconds = int((now - instant).total_seconds())
    if abs(seconds) < 60:
        return _("just now") if seconds >= 0 else _("in a moment")
    if abs(seconds) >= 31 * 86400:
        return formats.date_format(timezone.localtime(instant), "j M Y")
    words = _span_words(abs(seconds))
    return _("%(span)s ago") % {"span": words} if seconds > 0 else _("in %(span)s") % {"span": words}


def relative_day(day: dt.date, today: dt.date) -> str:
    days = (day - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if abs(days) > 31:
        return formats.date_format(day, "j M Y")
    words = ngettext("%(n)d day", "%(n)d days", abs(days)) % {"n": abs(days)}
    return _("in %(span)s") % {"span": words} if days > 0 else _("%(span)s ago") % {"span": words}


def _full(instant: dt.datetime) -> str:
    return _full_in(instant, timezone.get_current_timezone(), get_language())


@lru_cache(maxsize=10_000)
def _full_in(instant: dt.datetime, zone: dt.tzinfo, _language: str | None) -> str:
    # A list has two or three such instants a row, and everybody's list has the same ones.
    local = timezone.localtime(instant, zone)
    return f"{formats.date_format(local, 'D j M Y, H:i')} {local.tzname()}"


@register.simple_tag
def when(instant: dt.datetime | dt.date | None, missing: Text = "") -> SafeString:
    """A relative time with the instant on hover, in the reader's zone. Takes a date as well."""
    if not instant:
        return format_html('<span class="text-quiet">{}</span>', missing or "\u2013")
    if not isinstance(instant, dt.datetime):
        title = formats.date_format(instant, "D j M Y")
        words = relative_day(instant, timezone.localdate())
        return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), title, words)
    words = relative_words(instant, timezone.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), _full(instant), words)


@register.simple_tag
def instant(value: dt.datetime | None) -> SafeString:
    """The full date and time, for minutes, receipts and anything that is printed."""
    if not value:
        return SafeString("\u2013")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), _full(value))


@register.simple_tag
def due(value: dt.datetime | dt.date | None, is_done: bool = False) -> SafeString:
    """When a decision is owed: calm, then a warning in the last two hours, then overdue, in words."""
    if not value or is_done:
        return when(value)
    if isinstance(value, dt.datetime):
        left = (value - timezone.now()).total_seconds()
    else:
        left = (value - timezone.localdate()).days * 86400 + 1
    tone, name = (
        ("bad", "exclamation-triangle") if left < 0 else ("warn", "clock") if left < 7200 else ("", "clock")
    )
    words = _("was due") if left < 0 else _("due")
    css = f"due due-{tone}" if tone else "due"
    return format_html('<span class="{}">{}{} {}</span>', css, icon(name), words, when(value))


@register.simple_tag
def person(user: Any, is_brief: bool = False) -> SafeString:
    """Initials, name and house of a person; “nobody” for none. `is_brief` leaves the name out."""
    if not user:
        return format_html('<span class="person text-quiet">{}</span>', _("nobody"))
    team = user.team if user.team in HOUSE_ICONS else "other"
    house_name = user.get_team_display()
    name = format_html('<span class="visually-hidden">{}</span>', user) if is_brief else user
    return format_html(
        '<span class="person" title="{}, {}">'
        '<span class="initials initials-{}" aria-hidden="true">{}</span>{}</span>',
        user,
        house_name,
        team,
        user.initials,
        name,
    )


def _htmx(query: str, target: str) -> SafeString:
    if not target:
        return SafeString("")
    return format_html(' hx-get="?{}" hx-target="#{}" hx-swap="outerHTML" hx-push-url="true"', query, target)


@register.simple_tag(takes_context=True)
def sort_header(
    context: template.Context, key: str, label: Text, css: str = "", target: str = ""
) -> SafeString:
    """A table header that sorts by link: `?sort=key`, then `?sort=-key`; keeps the other parameters.

    The view reads `request.GET["sort"]`. Gives the whole `<th>`; `css` is e.g. "num"; `target` is the id
    of the fragment that htmx replaces.
    """
    query = context["request"].GET.copy()
    current = query.get("sort", "")
    for place in ("page", "after", "before"):
        query.pop(place, None)
    query["sort"] = f"-{key}" if current == key else key
    state, arrow = "none", "arrow-down-up"
    if current == key:
        state, arrow = "ascending", "sort-up"
    elif current == f"-{key}":
        state, arrow = "descending", "sort-down"
    return format_html(
        '<th scope="col" class="{}"{}><a class="sort sort-{}" href="?{}"{}>{}{}</a></th>',
        css,
        SafeString(f' aria-sort="{state}"') if state != "none" else "",
        state,
        query.urlencode(),
        _htmx(query.urlencode(), target),
        label,
        icon(arrow),
    )


@register.inclusion_tag("shared/_tile.html")
def tile(value: Any, label: Text, population: Text = "", url: str = "", tone: str = "") -> dict[str, Any]:
    """One number: what it counts, of whom (`population`), and the rows behind it (`url`).

    The interval of a share, “58 % (50 to 66)”, stands beside it in small; so do words in place of a number.
    """
    number, bracket, interval = str(value).partition(" (")
    return {
        "number": number,
        "interval": f"({interval}" if bracket else "",
        "is_words": not any(letter.isdigit() for letter in number),
        "label": label,
        "population": population,
        "url": url,
        "tone": tone,
    }


@register.inclusion_tag("shared/_bar.html")
def bar(value: int, total: int, label: Text, url: str = "", tone: str = "") -> dict[str, Any]:
    """One row of a bar list: a `<meter>` with its number. Put several in `<ul class="bars">`."""
    return {"value": value, "total": max(total, 1), "label": label, "url": url, "tone": tone}


@register.simple_tag
def pages_around(page: Page) -> list[int | None]:
    """The page numbers to offer: first, last and two around the current; None where some are left out."""
    last = page.paginator.num_pages
    shown = sorted({1, last} | {n for n in range(page.number - 2, page.number + 3) if 1 <= n <= last})
    numbers: list[int | None] = []
    for number in shown:
        if numbers and numbers[-1] is not None and number - numbers[-1] > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


@register.filter
def field_control(field: BoundField) -> SafeString:
    """A small field for the filter bar, with Bootstrap's class for its kind."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select):
        css = "form-select form-select-sm"
    else:
        css = "form-control form-control-sm"
    return field.as_widget(attrs={"class": f"{widget.attrs.get('class', '')} {css}".strip()})
