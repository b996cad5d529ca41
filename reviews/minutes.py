"""The minutes, as Markdown: what was looked at, what was decided, who does what until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.common.models import User
from reviews.evidence.agenda import period_of
from reviews.evidence.results import headline_numbers
from reviews.models import Action, AgendaItem, Correction, Meeting, Participation
from reviews.words import day_words, hour_words, outcome_sentences


def said_of(item: AgendaItem) -> str:
    """What became of an item without an outcome, once the meeting is over."""
    if item.status == AgendaItem.Status.WAITING and not item.seconds_spent:
        return _("Not reached.")
    if item.status == AgendaItem.Status.WAITING:
        return _("Talked about, and not finished.")
    return _("Talked about.") if item.status == AgendaItem.Status.DONE else _("Deferred to the next meeting.")


def time_words(item: AgendaItem) -> str:
    """“12 minutes; 10 were planned.”"""
    minutes = max(1, round(item.seconds_spent / 60))
    words = ngettext(
        "%(n)d minute; %(planned)d were planned.", "%(n)d minutes; %(planned)d were planned.", minutes
    )
    return words % {"n": minutes, "planned": item.minutes_planned}


# Markup anywhere in a line; and at its beginning, where it makes a list, a rule or a heading.
_SIGNS = re.compile(r"[\\`*_\[\]<>#|~&!]")
_BEGINNINGS = re.compile(r"^(\d{0,9})([-+=.)])")


def plain(text: object) -> str:
    """Text of people inside Markdown: on one line, and no character of it is markup."""
    words = _SIGNS.sub(r"\\\g<0>", " ".join(str(text).split()))
    return _BEGINNINGS.sub(r"\1\\\2", words)


def minutes_of(
    meeting: Meeting,
    *,
    items: list[AgendaItem],
    participations: list[Participation],
    actions: list[Action],
    open_before: list[Action],
    numbers: dict[str, Any],
    closed_at: datetime,
    closed_by: User,
    following: Meeting | None,
) -> str:
    zone, period = meeting.series.time_zone, period_of(meeting)
    lines = [
        f"# {plain(meeting.series)}",
        "",
        hour_words(meeting.starts_at, zone) + (f", {plain(meeting.place)}" if meeting.place else ""),
        "",
        *_people(participations),
        *_length(meeting, closed_at),
        f"## {_('Numbers')}",
        "",
        _("Leads offered from %(first)s to %(last)s, as of %(when)s.")
        % {
            "first": day_words(period.first),
            "last": day_words(period.last),
            "when": hour_words(closed_at, zone),
        },
        "",
        *[_number(each) for each in headline_numbers(numbers["totals"], period)],
        "",
        *_slips(numbers.get("slips", ())),
        f"## {_('What was decided')}",
        "",
    ]
    for place, item in enumerate(items, start=1):
        lines += _item(place, item)
    lines += [f"## {_('Actions')}", "", *_actions(actions, _("None.")), ""]
    if open_before:
        lines += [f"## {_('Still open from earlier')}", "", *_actions(open_before, ""), ""]
    lines += _confidence(participations)
    if following:
        lines += [_("Next: %(when)s.") % {"when": hour_words(following.starts_at, zone)}, ""]
    lines.append(
        _("Closed by %(who)s on %(when)s.") % {"who": plain(closed_by), "when": hour_words(closed_at, zone)}
    )
    return "\n".join(lines) + "\n"


def _people(participations: list[Participation]) -> Iterator[str]:
    present = [plain(each.person) for each in participations if each.was_present]
    absent = [plain(each.person) for each in participations if not each.was_present]
    yield _("Present: %(names)s.") % {"names": ", ".join(present) or _("nobody was noted")}
    if absent:
        yield ""
        yield _("Absent: %(names)s.") % {"names": ", ".join(absent)}
    yield ""


def _length(meeting: Meeting, closed_at: datetime) -> Iterator[str]:
    if meeting.opened_at:
        minutes = round((closed_at - meeting.opened_at).total_seconds() / 60)
        planned = meeting.duration_minutes
        yield _("Held for %(n)d minutes; %(planned)d were planned.") % {"n": minutes, "planned": planned}
        yield ""


def _slips(slips: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What the ballots before the meeting said they would do."""
    for slip in slips:
        title = _("What %(version)s would do, as it was voted on") % {"version": plain(slip["version"])}
        yield f"### {title}"
        yield ""
        yield from (_number(each) for each in slip["numbers"])
        yield ""


def _number(each: dict[str, str]) -> str:
    of = f" ({plain(each['of'])})" if each["of"] else ""
    return f"- {plain(each['label'])}: **{plain(each['value'])}**{of}"


def _item(place: int, item: AgendaItem) -> Iterator[str]:
    yield f"### {place}. {plain(item.title)}"
    yield ""
    if item.seconds_spent:
        yield time_words(item)
        yield ""
    if sentence := item.evidence.get("sentence"):
        yield plain(sentence)
        yield ""
    yield from (_number(each) for each in item.evidence.get("numbers", ()))
    if item.evidence.get("numbers"):
        yield ""
    outcome = item.decision
    if outcome:
        verdict, *others = outcome_sentences(outcome)
        yield " ".join([f"**{verdict}**", *map(plain, others)])
        if outcome.draft:
            yield ""
            address = f"{settings.SITE_URL}{outcome.draft.get_absolute_url()}"
            yield _("Draft: [%(draft)s](%(address)s)") % {"draft": outcome.draft, "address": address}
    else:
        yield str(said_of(item))
    yield ""
    for line in item.notes.splitlines():
        yield f"> {plain(line)}"
    if item.notes:
        yield ""


def _actions(actions: list[Action], none: str) -> Iterator[str]:
    if not actions:
        yield none
    for action in actions:
        yield _("- %(text)s: %(owner)s, by %(day)s (%(status)s)") % {
            "text": plain(action.text),
            "owner": plain(action.owner),
            "day": day_words(action.due_on),
            "status": action.get_status_display().lower(),
        }


def _confidence(participations: list[Participation]) -> Iterator[str]:
    said = [each for each in participations if each.confidence]
    if not said:
        return
    yield f"## {_('Confidence')}"
    yield ""
    for each in said:
        sentence = f": {plain(each.confidence_sentence)}" if each.confidence_sentence else ""
        yield f"- {plain(each.person)}, {each.confidence}/5{sentence}"
    yield ""


def corrected(minutes: str, corrections: list[Correction], zone: str) -> str:
    """The minutes as they were frozen, and below them what was put right since, by whom and when."""
    if not corrections:
        return minutes
    lines = [minutes, f"## {_('Corrected after the close')}", ""]
    for each in corrections:
        lines += _correction(each, zone)
    return "\n".join(lines) + "\n"


def _correction(each: Correction, zone: str) -> Iterator[str]:
    values = {"who": plain(each.corrected_by), "when": hour_words(each.corrected_at, zone)}
    yield f"### {plain(each.item) if each.item else _('The minutes')}"
    yield ""
    yield _("Late: corrected by %(who)s on %(when)s.") % values + (
        f" {plain(each.reason)}" if each.reason else ""
    )
    yield ""
    if each.item:
        yield _("Before: %(words)s") % {"words": plain(each.before) or _("nothing")}
        yield ""
        yield _("Now: %(words)s") % {"words": plain(each.after) or _("nothing")}
    else:
        yield plain(each.after)
    yield ""
