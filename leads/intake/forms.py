"""The two forms of an import: choosing a file, and saying what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from definitions.models import ActivityKind, Attribute, ValueType
from leads.intake.mapping import FIELDS, Mapping, attribute_key, type_of
from leads.intake.profiles import profile_by_key
from leads.intake.reading import Record
from leads.intake.sniffing import ENCODINGS
from leads.models import Import

# More attributes than this are not listed again for each column: the page would grow with their square.
_LISTED_ATTRIBUTES = 12


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV with a header line, plain or packed with gzip, up to 500 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,text/csv"}),
    )
    source = forms.CharField(
        label=_("Comes from"),
        max_length=60,
        help_text=_("The system that wrote it. Ids count within one source; its columns are remembered."),
        widget=forms.TextInput(attrs={"list": "known-sources", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("Each line is"),
        required=False,
        choices=(
            ("", _("What the header says")),
            ("accounts", _("an account")),
            ("leads", _("a lead")),
            ("activities", _("an activity")),
            ("outcomes", _("an outcome")),
        ),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=(("", _("Found out from the file")), *((name, name.upper()) for name in ENCODINGS)),
    )


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select form-select-sm"})


@dataclass
class Column:
    """One row of the mapping screen."""

    number: int
    header: str
    samples: list[str]
    note: str
    target: str
    own_key: str  # of the attribute that this column would fill
    value_type: str
    is_known: bool  # that attribute exists, so that its type is settled
    is_shown: bool

    @property
    def type_label(self) -> str:
        return str(dict(ValueType.choices).get(self.value_type, ""))


class MappingForm(forms.Form):
    """What the columns of one file are. Fields are named by the column's number: `to-3`, `type-3`."""

    unknown_words = forms.CharField(
        label=_("These words mean that nobody knows"),
        required=False,
        max_length=2000,
        help_text=_("Separated by commas. An empty cell always does."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    time_zone = forms.CharField(
        label=_("Times without a zone are in"),
        max_length=64,
        help_text=_("Such as UTC or Europe/Berlin."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    day_first = forms.BooleanField(
        label=_("03/04/2024 is the third of April"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        batch: Import,
        mapping: Mapping,
        notes: dict[str, str],
        records: list[Record],
        attributes: list[Attribute],
        kinds: list[ActivityKind],
    ) -> None:
        initial = {
            "unknown_words": ", ".join(mapping.get("unknown_words", [])),
            "time_zone": mapping.get("time_zone", "UTC"),
            "day_first": mapping.get("day_first", False),
            "fixed_kind": mapping.get("fixed_kind", ""),
            "fixed_outcome": mapping.get("fixed_outcome", ""),
        }
        super().__init__(data, initial=initial)
        self.batch, self.mapping, self.notes = batch, mapping, notes
        self.known = {attribute.key: attribute for attribute in attributes}
        if batch.kind == Import.Kind.ACTIVITIES:
            choices = (("", _("What the column of kinds says")), *((kind.key, kind.label) for kind in kinds))
            self.fields["fixed_kind"] = forms.ChoiceField(
                label=_("Every line is one of"), choices=choices, required=False, widget=_select()
            )
        if batch.kind == Import.Kind.OUTCOMES:
            outcomes = (("", _("What the columns say")), ("won", _("Won")), ("lost", _("Lost")))
            self.fields["fixed_outcome"] = forms.ChoiceField(
                label=_("Every line is one that was"), choices=outcomes, required=False, widget=_select()
            )
        self.columns = [self._column(place, header, records) for place, header in enumerate(batch.headers)]
        for column in self.columns:
            self._add_fields(column)

    def _column(self, place: int, header: str, records: list[Record]) -> Column:
        target = self.mapping.get("columns", {}).get(header, "")
        cells = [record.cells[place].strip() for record in records]
        samples = list(dict.fromkeys(cell[:60] for cell in cells if cell))[:3]
        is_attribute = target.startswith("attribute:")
        own_key = target.partition(":")[2] if is_attribute else attribute_key(header)
        known = self.known.get(own_key)
        described = self.mapping.get("attributes", {}).get(own_key, {})
        value_type = known.value_type if known else described.get("type") or type_of([c for c in cells if c])
        # A CRM exports hundreds of empty columns; those are left out in one sentence.
        is_shown = bool(target or samples)
        note = self.notes.get(header, "")
        return Column(place, header, samples, note, target, own_key, value_type, known is not None, is_shown)

    def _add_fields(self, column: Column) -> None:
        """A choice of targets for each column that is shown, and of a type where an attribute may be made."""
        if not column.is_shown:
            return
        kind = self.batch.kind
        choices: list[Any] = [("", _("Leave out")), (gettext("Fields"), list(FIELDS[kind]))]
        if self.has_types:
            known = self.known.get(column.own_key)
            own = known.label if known else _("A new attribute")
            others = [
                (f"attribute:{key}", other.label) for key, other in self.known.items() if other != known
            ]
            listed = others if len(others) <= _LISTED_ATTRIBUTES else []
            choices.append((gettext("Attributes"), [(f"attribute:{column.own_key}", own), *listed]))
        if kind == Import.Kind.LEADS:
            matches = [
                (f"match:{key}", gettext("Find leads by their %(name)s") % {"name": attribute.label})
                for key, attribute in self.known.items()
                if key.endswith("-id")
            ]
            if column.target.startswith("match:") and column.target not in dict(matches):
                matches.append(
                    (column.target, gettext("Find leads by their %(name)s") % {"name": column.header})
                )
            if matches:
                choices.append((gettext("Find leads"), matches))
        if kind == Import.Kind.ACTIVITIES:
            choices.append(("property", _("Keep with the activity")))
        label = gettext("What “%(name)s” is") % {"name": column.header}
        self.fields[f"to-{column.number}"] = forms.ChoiceField(
            label=label, choices=choices, required=False, initial=column.target, widget=_select()
        )
        if self.has_types and not column.is_known:
            self.fields[f"type-{column.number}"] = forms.ChoiceField(
                label=gettext("Type of “%(name)s”, if it is a new attribute") % {"name": column.header},
                choices=ValueType.choices,
                required=False,
                initial=column.value_type,
                widget=_select(),
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The shown columns with their bound fields, for the template."""
        return [
            {
                "column": column,
                "to": self[f"to-{column.number}"],
                "type": self[f"type-{column.number}"] if f"type-{column.number}" in self.fields else None,
            }
            for column in self.columns
            if column.is_shown
        ]

    @property
    def has_types(self) -> bool:
        return self.batch.kind in (Import.Kind.LEADS, Import.Kind.ACCOUNTS)

    @property
    def hidden(self) -> list[str]:
        return [column.header for column in self.columns if not column.is_shown]

    @property
    def options(self) -> list[Any]:
        """The bound fields that speak of the file as a whole."""
        names = ("fixed_kind", "fixed_outcome", "unknown_words", "time_zone", "day_first")
        return [self[name] for name in names if name in self.fields]

    @property
    def profile_label(self) -> str:
        profile = profile_by_key(self.mapping.get("profile", ""))
        return profile.label if profile else ""

    @property
    def profile_note(self) -> str:
        profile = profile_by_key(self.mapping.get("profile", ""))
        return gettext(profile.note) if profile and profile.note else ""

    def clean_time_zone(self) -> str:
        zone = self.cleaned_data["time_zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("“%(zone)s” is not a time zone."), params={"zone": zone})
        return zone

    def chosen(self) -> Mapping:
        """The mapping as the person wants it, for `import_start`."""
        values = self.cleaned_data
        columns, attributes = {}, {}
        for column in self.columns:
            target = values.get(f"to-{column.number}", "") if column.is_shown else ""
            columns[column.header] = target
            key = target.partition(":")[2]
            if target.startswith("attribute:") and key not in self.known:
                label = self.mapping.get("attributes", {}).get(key, {}).get("label") or column.header
                attributes[key] = {
                    "label": label[:120],
                    "type": values.get(f"type-{column.number}") or "text",
                }
        words = [" ".join(word.split()) for word in values["unknown_words"].split(",")]
        return {
            **self.mapping,
            "columns": columns,
            "attributes": attributes,
            "unknown_words": [word for word in words if word],
            "time_zone": values["time_zone"],
            "day_first": values["day_first"],
            "fixed_kind": values.get("fixed_kind", ""),
            "fixed_outcome": values.get("fixed_outcome", ""),
        }
