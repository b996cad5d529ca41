"""How the first five steps stand: the text, the personas, the reps' answers, the clauses of both halves."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from definitions import steps
from definitions.models import Half, Version, VersionStatus
from definitions.selectors.discussion import answers_standing
from definitions.selectors.versions import last_edit_of, signatures_of
from definitions.selectors.vocabulary import personas
from definitions.steps import DONE, IN_PART, NOT_YET, Link, Standing, Subject

NAMED = 3


def register() -> None:
    steps.register("text", text_step)
    steps.register("personas", personas_step)
    steps.register("answers", answers_step)
    steps.register("fit", lambda subject: _half_step(subject, Half.FIT))
    steps.register("behaviour", lambda subject: _half_step(subject, Half.BEHAVIOUR))


def names_in_words(names: list[str]) -> str:
    """“Maya, Sam, Rita and 4 others”."""
    names = list(dict.fromkeys(names))
    if len(names) <= NAMED:
        return ", ".join(names)
    more = len(names) - NAMED
    others = ngettext("%(n)d other", "%(n)d others", more) % {"n": more}
    return _("%(names)s and %(others)s") % {"names": ", ".join(names[:NAMED]), "others": others}


def text_step(subject: Subject) -> Standing:
    in_force, version = subject.definition.active_version, subject.version
    if in_force is not None:
        return Standing(
            DONE,
            _("%(version)s is in force: both houses ratified it.") % {"version": in_force},
            Link(_("Read it"), subject.definition.get_absolute_url()),
            names_in_words([str(vote.person) for vote in signatures_of(in_force)]),
            in_force.ratified_at,
        )
    if version is None:
        return Standing(NOT_YET, _("There is no text yet."), _start(subject))
    who = str(version.created_by or "")
    if version.status == VersionStatus.DRAFT:
        sentence = _("%(version)s is being drafted. Both houses still have to vote on it.")
        act = Link(_("Open the draft"), reverse("definitions:draft_editor", args=[version.pk]))
        return Standing(IN_PART, sentence % {"version": version}, act, who, version.created_at)
    sentence = _("%(version)s is before both houses.") % {"version": version}
    act = Link(_("Look at it"), version.get_absolute_url())
    return Standing(IN_PART, sentence, act, who, version.proposed_at)


def personas_step(subject: Subject) -> Standing:
    rows = list(personas().select_related("created_by"))
    new = Link(_("Describe a persona"), reverse("definitions:persona_new"))
    if not rows:
        return Standing(NOT_YET, _("No kind of buyer is described yet."), new)
    newest = max(rows, key=lambda row: row.created_at)
    who, at = str(newest.created_by or ""), newest.created_at
    names = ", ".join(row.name for row in rows[:NAMED])
    if gaps := [row for row in rows if not (row.role and row.pains and row.buying_cycle)]:
        sentence = _("%(name)s lacks its role, its pains or how it buys.") % {"name": gaps[0].name}
        act = Link(_("Complete it"), reverse("definitions:persona_page", args=[gaps[0].key]))
        return Standing(IN_PART, sentence, act, who, at)
    sentence = ngettext("%(n)d persona: %(names)s", "%(n)d personas: %(names)s", len(rows))
    sentence %= {"n": len(rows), "names": names + (" …" if len(rows) > NAMED else ".")}
    return Standing(DONE, sentence, Link(_("Look at them"), reverse("definitions:personas")), who, at)


def answers_step(subject: Subject) -> Standing:
    standing = answers_standing(subject.version if subject.is_draft else None)
    page = reverse("definitions:answers")
    if not standing.reps:
        return Standing(NOT_YET, _("There is nobody in sales yet."), Link(_("Look at the questions"), page))
    newest = standing.newest
    who, at = (str(newest.person), newest.changed_at) if newest else ("", None)
    counts = {"n": standing.reps - len(standing.silent), "total": standing.reps}
    sentence = _("%(n)d of %(total)d reps have answered both questions.") % counts
    if standing.silent:
        state = IN_PART if newest else NOT_YET
        return Standing(state, sentence, Link(_("See who has not answered"), page), who, at)
    if standing.undecided and subject.version is not None:
        sentence += " " + ngettext(
            "%(version)s does not say yet what it makes of %(open)d answer.",
            "%(version)s does not say yet what it makes of %(open)d answers.",
            standing.undecided,
        ) % {"version": subject.version, "open": standing.undecided}
        page = reverse("definitions:draft_answers", args=[subject.version.pk])
        return Standing(IN_PART, sentence, Link(_("Go through the answers"), page), who, at)
    return Standing(DONE, sentence, Link(_("Read the answers"), page), who, at)


def _half_step(subject: Subject, half: Half) -> Standing:
    version = subject.version
    if version is None:
        return Standing(NOT_YET, _("There is no text yet that could hold a clause."), _start(subject))
    clauses = [item for item in subject.document["criteria"] if item["half"] == half]
    act = _clauses_link(version, half, is_empty=not clauses)
    if not clauses:
        return Standing(NOT_YET, _("%(version)s has no such clause yet.") % {"version": version}, act)
    edit = last_edit_of(version, half)
    who, at = (str(edit.changed_by or ""), edit.changed_at) if edit else ("", None)
    counted = ngettext("%(n)d clause in %(version)s.", "%(n)d clauses in %(version)s.", len(clauses))
    sentence = counted % {"n": len(clauses), "version": version}
    if orphans := sum(not item.get("owner") for item in clauses):
        lacking = ngettext("%(n)d has no owner.", "%(n)d have no owner.", orphans) % {"n": orphans}
        return Standing(IN_PART, f"{sentence} {lacking}", act, who, at)
    return Standing(DONE, sentence, act, who, at)


def _clauses_link(version: Version, half: Half, *, is_empty: bool) -> Link:
    if version.status != VersionStatus.DRAFT:
        return Link(_("Read the clauses"), version.get_absolute_url())
    if is_empty:
        page = reverse("definitions:criterion_new", args=[version.pk])
        return Link(_("Write a clause"), f"{page}?half={half}")
    return Link(_("Go to the clauses"), reverse("definitions:draft_editor", args=[version.pk]))


def _start(subject: Subject) -> Link:
    return Link(_("Choose a start"), reverse("definitions:start", args=[subject.definition.stage]))
