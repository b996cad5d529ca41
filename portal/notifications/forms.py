"""Forms about what comes by mail, and where webhooks go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.models import MailMode, Topic


class MailChoicesForm(forms.Form):
    """One choice for each topic, and the hour of the daily mail."""

    digest_hour = forms.TypedChoiceField(
        label=_("The daily mail comes at"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, choices: dict[str, str], digest_hour: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest_hour"].initial = digest_hour
        for topic in Topic:
            self.fields[topic.value] = forms.ChoiceField(
                label=topic.label,
                choices=MailMode.choices,
                initial=choices[topic],
                widget=forms.RadioSelect,
            )

    @property
    def topics(self) -> list[forms.BoundField]:
        return [self[topic.value] for topic in Topic]

    def modes(self) -> dict[str, str]:
        return {topic.value: self.cleaned_data[topic.value] for topic in Topic}


class WebhookForm(forms.Form):
    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "class": "form-control"}),
    )
