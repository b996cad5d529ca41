"""Forms about people."""

from __future__ import annotations

import unicodedata
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from portal.common.models import Role, Team, User


def time_zone_choices() -> list[tuple[str, str]]:
    """Every IANA zone that is a place, and UTC."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [(zone, zone.replace("_", " ")) for zone in ["UTC", *places]]


class NameField(forms.CharField):
    """A person's name on one line, without characters that nobody sees but that turn a page around."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Name"), "max_length": 120, **kwargs})

    def to_python(self, value: Any) -> str:
        seen = (" " if char.isspace() else char for char in super().to_python(value) or "")
        return " ".join("".join(char for char in seen if unicodedata.category(char)[0] != "C").split())


class TimeZoneField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=time_zone_choices, label=kwargs.pop("label", _("Time zone")), **kwargs)


class PasswordMixin(forms.Form):
    """A new password, judged by the same rules everywhere."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least eight characters; a short sentence is best."),
    )

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(
            password, User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        )
        return str(password)


class SetUpForm(PasswordMixin):
    company = forms.CharField(label=_("Your company"), max_length=120)
    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    time_zone = TimeZoneField(initial="UTC", label=_("Time zone of the company"))
    field_order = ("company", "name", "email", "password", "time_zone")


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    name = NameField(required=False)
    team = forms.ChoiceField(label=_("Team"), choices=Team.choices, initial=Team.SALES)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)


class JoinForm(PasswordMixin):
    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = TimeZoneField(initial="UTC")
    field_order = ("name", "password", "time_zone")


class CapacityMixin(forms.Form):
    weekly_capacity = forms.IntegerField(
        label=_("Leads a week"),
        min_value=0,
        max_value=1000,
        required=False,
        help_text=_("How many new leads a week can be worked well. Empty: not stated."),
    )


class ProfileForm(CapacityMixin):
    name = NameField()
    time_zone = TimeZoneField()
    field_order = ("name", "time_zone", "weekly_capacity")


class PersonForm(CapacityMixin):
    name = NameField()
    team = forms.ChoiceField(label=_("Team"), choices=Team.choices)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    is_active = forms.BooleanField(
        label=_("Works here"),
        required=False,
        help_text=_("Unticked: may not sign in or vote any more. What was done keeps the name."),
    )
    field_order = ("name", "team", "role", "weekly_capacity", "is_active")
