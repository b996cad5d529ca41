"""Forms around a whole version: starting a draft, its numbers, a file, a comment."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from definitions.documents import DEFAULT_GRADES
from definitions.models import Comment, Definition, Version
from definitions.services.drafts import PLAIN_SETTINGS
from definitions.services.numbers import MOST_GROUPS
from definitions.starting_points import STARTING_POINTS

MOST_BYTES = 1_000_000


class StartForm(forms.Form):
    """From what a draft starts: `source` is "active", "empty", or the key of a starting point."""

    source = forms.ChoiceField(label=_("Start from"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=160,
        help_text=_("What this draft is about, in a few words."),
    )

    def __init__(
        self, *args: Any, definition: Definition, base: Version | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = []
        if base is not None:
            choices.append(("version", _("%(version)s as it stands") % {"version": base}))
        choices += [
            (key, point.label) for key, point in STARTING_POINTS.items() if point.stage == definition.stage
        ]
        choices.append(("empty", _("An empty sheet")))
        source = cast(forms.ChoiceField, self.fields["source"])
        source.choices = choices
        source.initial = choices[0][0]


class PointsField(forms.IntegerField):
    """A whole number of points, within what a score can be."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": -1_000_000, "max_value": 1_000_000, **kwargs})


class SettingsForm(forms.Form):
    """The numbers of a draft. Groups are up to six rows of a name and a cap."""

    title = forms.CharField(label=_("Title"), required=False, max_length=160)
    summary = forms.CharField(
        label=_("Summary"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What changes and why: the first thing that voters read."),
    )
    threshold = forms.IntegerField(
        label=_("Threshold"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("Points at which a lead qualifies."),
    )
    minimum_fit = PointsField(label=_("Least points of fit"), required=False)
    minimum_behaviour = PointsField(label=_("Least points of behaviour"), required=False)
    cap_fit = PointsField(label=_("Fit counts at most"), required=False, min_value=1)
    cap_behaviour = PointsField(label=_("Behaviour counts at most"), required=False, min_value=1)
    grade_2 = PointsField(label=_("Grade 2 from"))
    grade_3 = PointsField(label=_("Grade 3 from"))
    grade_4 = PointsField(label=_("Grade 4 from"))
    grade_5 = PointsField(label=_("Grade 5 from"))
    edit_number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(MOST_GROUPS):
            self.fields[f"group_{number}_key"] = forms.SlugField(
                required=False, max_length=40, widget=forms.HiddenInput
            )
            self.fields[f"group_{number}_label"] = forms.CharField(
                label=_("Group"), required=False, max_length=80
            )
            self.fields[f"group_{number}_cap"] = forms.IntegerField(
                label=_("Counts at most"), required=False, min_value=1, max_value=1_000_000
            )

    @property
    def group_rows(self) -> list[dict[str, forms.BoundField]]:
        """The groups in use and two more rows."""
        used = [number for number in range(MOST_GROUPS) if self[f"group_{number}_label"].value()]
        return [
            {part: self[f"group_{number}_{part}"] for part in ("key", "label", "cap")}
            for number in range(min(MOST_GROUPS, max(used, default=-1) + 3))
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [f"grade_{grade}" for grade in (2, 3, 4, 5)]
        bounds = [cleaned[name] for name in names if cleaned.get(name) is not None]
        if sorted(set(bounds)) != bounds:
            self.add_error("grade_5", _("The lowest scores of grades 2 to 5 must rise from one to the next."))
        for number in range(MOST_GROUPS):
            label, cap = cleaned.get(f"group_{number}_label"), cleaned.get(f"group_{number}_cap")
            if bool(label) != (cap is not None):
                self.add_error(f"group_{number}_cap", _("A group has a name and a cap."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Keyword arguments of `version_edit`."""
        data = self.cleaned_data
        groups = [
            {
                # The key outlives a change of the name: clauses point at it.
                "key": data[f"group_{number}_key"]
                or slugify(data[f"group_{number}_label"])[:40]
                or f"g{number}",
                "label": data[f"group_{number}_label"],
                "cap": data[f"group_{number}_cap"],
            }
            for number in range(MOST_GROUPS)
            if data[f"group_{number}_label"]
        ]
        bounds = [data[f"grade_{grade}"] for grade in (2, 3, 4, 5)]
        return {**{name: data[name] for name in PLAIN_SETTINGS}, "groups": groups, "grade_bounds": bounds}

    @staticmethod
    def initial_of(version: Version) -> dict[str, Any]:
        values = {name: getattr(version, name) for name in (*PLAIN_SETTINGS, "edit_number")}
        for grade, bound in zip((2, 3, 4, 5), version.grade_bounds or DEFAULT_GRADES, strict=True):
            values[f"grade_{grade}"] = bound
        for number, group in enumerate(version.groups):
            values |= {f"group_{number}_{part}": group[part] for part in ("key", "label", "cap")}
        return values


class GroupForm(forms.Form):
    """A group of clauses that together count no more than its cap."""

    label = forms.CharField(label=_("Name of the group"), max_length=80)
    cap = forms.IntegerField(label=_("Counts at most"), min_value=1, max_value=1_000_000)


class UploadForm(forms.Form):
    """One definition document as a JSON file."""

    file = forms.FileField(
        label=_("Definition file"),
        help_text=_("A JSON file as Accord exports it."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/json,.json"}),
    )
    title = forms.CharField(label=_("Title"), required=False, max_length=160)

    def clean_file(self) -> Any:
        """The parsed document."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _("A definition is never larger than a megabyte. Is this the right file?")
            )
        try:
            return json.loads(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This is not a text file in UTF-8.")) from error
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(
                _("This is not valid JSON: %(why)s"), params={"why": error}
            ) from error


class CommentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Comment.Kind.choices, initial="feedback")
    text = forms.CharField(label=_("Your words"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    criterion_key = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    reply_to = forms.IntegerField(required=False, widget=forms.HiddenInput)
