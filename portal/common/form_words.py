"""What a form says where an answer is missing, unless it says something of its own.

Django's one sentence for all kinds of fields speaks of fields and of requirements. These say what to do.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

MISSING: dict[type[forms.Field], Any] = {
    forms.Field: _("Fill this in."),
    forms.BooleanField: _("Tick this to go on."),
    forms.ChoiceField: _("Choose one."),
    forms.ModelChoiceField: _("Choose one."),
    forms.MultipleChoiceField: _("Choose at least one."),
    forms.ModelMultipleChoiceField: _("Choose at least one."),
    forms.FileField: _("Choose a file."),
}


def set_words() -> None:
    """Give them to all forms: before any is defined, since a field reads them when it is made."""
    for kind, words in MISSING.items():
        # A dictionary of its own, or what is said of choices would be said of every field.
        kind.default_error_messages = {**kind.__dict__.get("default_error_messages", {}), "required": words}
