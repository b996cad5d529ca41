"""Rows that every workspace has from the start: reasons, two sources, the first rule of whose turn it is."""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps

# (key, label, family, needs a sentence)
REASONS = (
    ("wrong-territory", "Belongs to another territory or rep", "procedural", False),
    ("already-worked", "A colleague is already working this account", "procedural", False),
    ("no-longer-works-it", "Whoever had it works it no longer", "procedural", False),
    ("no-way-to-reach", "No usable phone or e-mail", "clerical", False),
    ("facts-wrong", "The facts are wrong or out of date", "clerical", False),
    ("duplicate", "The same person is here twice", "clerical", False),
    ("wrong-company", "The company does not fit", "definitional", False),
    ("wrong-role", "The person has no say in buying", "definitional", False),
    ("no-interest", "No real interest behind the activity", "definitional", False),
    ("too-early", "Too early in their buying", "definitional", False),
    ("other-return", "Other", "definitional", True),
    ("no-budget", "No budget", "disqualify", False),
    ("no-need", "No need", "disqualify", False),
    ("chose-competitor", "Chose a competitor", "disqualify", False),
    ("never-reached", "Never reached after repeated attempts", "disqualify", False),
    ("other-disqualify", "Other", "disqualify", True),
)
SOURCES = (("portal", "Entered in the portal"), ("file", "A file"))


def lay(apps: Apps, using: str, **kwargs: Any) -> None:
    reasons = apps.get_model("leads", "Reason").objects.using(using)
    if not reasons.exists():
        reasons.bulk_create(
            reasons.model(key=key, label=label, family=family, needs_text=needs_text, position=position)
            for position, (key, label, family, needs_text) in enumerate(REASONS)
        )
    sources = apps.get_model("leads", "Source").objects.using(using)
    for key, label in SOURCES:
        sources.get_or_create(key=key, defaults={"label": label})
    book = apps.get_model("leads", "TurnBook").objects.using(using)
    if book.get_or_create(pk=1)[1]:
        rules = apps.get_model("leads", "TurnRule").objects.using(using)
        rules.create(kind="owner", name="Owner of the account", position=1)
