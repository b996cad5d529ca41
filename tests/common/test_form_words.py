"""What a form says where an answer is missing: a sentence that helps, in every form of the portal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django import forms
from django.urls import get_resolver

DJANGOS_OWN = "This field is required."


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (forms.CharField(), "Fill this in."),
        (forms.IntegerField(), "Fill this in."),
        (forms.DateField(), "Fill this in."),
        (forms.BooleanField(), "Tick this to go on."),
        (forms.ChoiceField(), "Choose one."),
        (forms.TypedChoiceField(), "Choose one."),
        (forms.MultipleChoiceField(), "Choose at least one."),
        (forms.FileField(), "Choose a file."),
        (forms.CharField(error_messages={"required": "Say in a sentence why."}), "Say in a sentence why."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, forms.Field) else "",
)
def test_what_is_missing_is_asked_for(field: forms.Field, sentence: str) -> None:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(None)
    assert caught.value.messages == [sentence]


def test_no_form_was_defined_before_the_words_were_set() -> None:
    assert get_resolver().url_patterns  # Imports the pages, and with them their forms.
    ours = [
        form
        for form in _below(forms.BaseForm)
        if form.__module__.split(".")[0] in ("portal", "definitions", "leads", "reviews", "allauth")
    ]
    assert len(ours) > 50
    old = [
        f"{form.__module__}.{form.__name__}: {name}"
        for form in ours
        for name, field in getattr(form, "base_fields", {}).items()
        if field.error_messages["required"] == DJANGOS_OWN
    ]
    assert old == []


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
