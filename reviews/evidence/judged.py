"""What the definition is held against besides sales' word: golden leads, and candidates scored in silence."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions.models import Definition, Version
from leads.golden.selectors import Held, held
from leads.models import GoldenLead, Shadow
from leads.scoring.golden import golden_leads_of
from leads.selectors.shadows import Group, Result, ended_shadows, result_of
from reviews.evidence.cards import Json, Number, Proposal, card, cell, number, row, share_cell, table
from reviews.evidence.under_review import UnderReview
from reviews.models import ItemKind
from reviews.words import day_words

# -- golden leads ------------------------------------------------------------------------------------------


def golden(version: Version | None, pending: list[Version], under: UnderReview) -> Proposal | None:
    """Those that the version in force breaks, or would be broken by what is being written."""
    if version is None:
        return None
    leads = golden_leads_of(version.definition.stage)
    if not leads:
        return None
    verdicts = held([version, *pending], leads, under.as_of)
    if not any(each.broken for each in verdicts):
        return None
    now = verdicts[0]
    sentence = ngettext(
        "%(version)s breaks %(broken)d of %(n)d golden lead.",
        "%(version)s breaks %(broken)d of %(n)d golden leads.",
        now.total,
    ) % {"version": version, "broken": len(now.broken), "n": now.total}
    evidence = card(
        sentence,
        [_broken_by(each) for each in verdicts],
        under.as_of,
        tables=[_broken(verdicts, leads)],
    )
    return Proposal("golden", ItemKind.GOLDEN, _("Golden leads that are broken"), evidence, version=version)


def _broken_by(verdict: Held) -> Number:
    url = reverse("leads:golden_list", args=[verdict.version.definition.stage])
    label = _("Broken by %(version)s") % {"version": verdict.version}
    if verdict.problems:
        return number(label, _("not known: it cannot be read yet"), "", url)
    return number(label, len(verdict.broken), _("of %(n)d golden leads") % {"n": verdict.total}, url)


def _broken(verdicts: list[Held], leads: list[GoldenLead]) -> Json | None:
    rows = []
    for one in leads:
        by = [str(each.version) for each in verdicts if one.pk in each.broken]
        if by:
            demanded = _("must qualify") if one.must_qualify else _("must not qualify")
            rows.append(
                row(
                    one.lead,
                    cell(one.sentence, demanded),
                    cell(", ".join(by)),
                    url=one.lead.get_absolute_url(),
                )
            )
    return table(_("Which, and by what"), [_("Lead"), _("Why it is golden"), _("Broken by")], rows)


# -- shadows -----------------------------------------------------------------------------------------------


def shadows(definition: Definition, since: datetime, under: UnderReview) -> list[Proposal]:
    """Candidates whose silent scoring has ended since the period began.

    Not those that still run: sales reads the agenda, and a rep who knew would work the leads by it.
    """
    return [_shadow(each, under) for each in ended_shadows(definition, since, under.as_of)]


def _shadow(shadow: Shadow, under: UnderReview) -> Proposal:
    result = result_of(shadow, under.as_of)
    title = _("Scored in silence: %(candidate)s") % {"candidate": shadow.candidate}
    key = f"shadow:{shadow.pk}"
    if result is None:
        sentence = _("%(candidate)s never came to be scored: %(ending)s.") % {
            "candidate": shadow.candidate,
            "ending": shadow.get_ending_display(),
        }
        numbers = [number(_("Asked by"), shadow.started_by, "", shadow.get_absolute_url())]
        return Proposal(key, ItemKind.SHADOW, title, card(sentence, numbers, under.as_of))
    assert shadow.began_at is not None
    assert shadow.ended_at is not None
    sentence = _(
        "From %(first)s to %(last)s, %(candidate)s would have let through %(theirs)d leads, and %(against)s "
        "let through %(ours)d."
    ) % {
        "first": day_words(shadow.began_at.astimezone(under.zone).date()),
        "last": day_words(shadow.ended_at.astimezone(under.zone).date()),
        "candidate": shadow.candidate,
        "theirs": result.candidate_total,
        "against": shadow.against,
        "ours": result.active_total,
    }
    evidence = card(sentence, [], under.as_of, tables=[_two_by_two(shadow, result)])
    return Proposal(key, ItemKind.SHADOW, title, evidence, version=shadow.candidate)


def _two_by_two(shadow: Shadow, result: Result) -> Json | None:
    names = {
        "both": _("Both let through"),
        "active": _("Only %(version)s lets through") % {"version": shadow.against},
        "candidate": _("Only the candidate lets through"),
    }
    rows = [_group(shadow, name, label, result.groups[name]) for name, label in names.items()]
    columns = [
        _("Who lets them through"),
        _("Leads"),
        _("Accepted, of those decided"),
        _("Won, of those old enough"),
    ]
    return table(_("What became of them since"), columns, rows)


def _group(shadow: Shadow, name: str, label: str, group: Group) -> Json:
    def address(fate: str) -> str:
        return reverse("leads:shadow_leads", args=[shadow.pk, name, fate])

    counts = group.counts
    decided, settled = counts["decided"], counts["settled"]
    return row(
        label,
        cell(group.total, "", address("all")),
        share_cell(counts["accepted"], decided, address("accepted")),
        share_cell(counts["won-settled"], settled, address("won-settled")),
    )
