"""The agreement's own checks: nobody's concern is left open, and the linter finds no error in the text."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from definitions import checks
from definitions.checks import Finding, Problem
from definitions.linter.text import mended_at, text_errors
from definitions.models import Comment, Version
from definitions.selectors.discussion import open_concerns, settled_concerns


def register() -> None:
    checks.register("concerns", gettext_lazy("No concern is open"), concerns, is_about_text=False)
    checks.register("linter", gettext_lazy("The linter finds no error"), no_lint_errors)


def concerns(version: Version, document: dict[str, Any]) -> Finding:
    """Open concerns, each with the place where it is settled; else who settled the last one, and when."""
    standing = list(open_concerns(version))
    if standing:
        clauses = {item["key"] for item in document["criteria"]}
        return Finding(tuple(_problem(version, concern, clauses) for concern in standing))
    settled = list(settled_concerns(version))
    return Finding(note=_settled_note(settled) if settled else _("Nobody has raised one."))


def no_lint_errors(version: Version, document: dict[str, Any]) -> Finding:
    """What can never be, each with the place where it is mended. Warnings keep nothing from the vote."""
    wordings = {item["key"]: item["wording"] for item in document["criteria"]}
    problems = []
    for error in text_errors(document):
        about = _("“%(clause)s”: ") % {"clause": wordings[error.clause]} if error.clause else ""
        problems.append(Problem(f"{about}{error.sentence}", mended_at(version, error)))
    return Finding(tuple(problems), "" if problems else _("Every clause and number can be met by some lead."))


def _problem(version: Version, concern: Comment, clauses: set[str]) -> Problem:
    # A clause that has been left out since has no page of its own.
    if concern.criterion_key in clauses:
        url = reverse("definitions:criterion_page", args=[version.pk, concern.criterion_key])
    else:
        url = reverse("definitions:draft_editor", args=[version.pk])
    sentence = _("%(author)s’s concern is still open: “%(text)s” Settle it before you propose.") % {
        "author": concern.author,
        "text": concern,
    }
    return Problem(sentence, f"{url}#comments")


def _settled_note(settled: list[Comment]) -> str:
    last = settled[0]
    assert last.resolved_at is not None
    return _("All %(number)d are settled, the last by %(name)s on %(day)s.") % {
        "number": len(settled),
        "name": last.resolved_by or _("nobody named"),
        "day": date_format(localtime(last.resolved_at), "j F Y"),
    }
