"""A clause on the desk: its rule builder and its form together, between one post and the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import DocumentError, parse_effect, parse_rule
from definitions.criteria.rows import empty_row
from definitions.criteria.wording import sentence_of_effect, sentence_of_rule
from definitions.documents import criterion_document
from definitions.forms.criterion import CriterionForm, effect_of, initial_of
from definitions.forms.rule_builder import RuleBuilder
from definitions.models import Criterion, Version
from definitions.reading import ReadClause, read_clause, rule_in_words
from definitions.services.drafts import StaleEdit
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.whole_numbers import whole_number


@dataclass
class ClauseDesk:
    """`theirs` is the clause as somebody else saved it meanwhile; then `status` is 409."""

    catalogue: Catalogue
    builder: RuleBuilder
    version: Version | None = None
    criterion: Criterion | None = None
    form: CriterionForm | None = None
    edit_number: int = 0
    problems: list[str] = field(default_factory=list)
    theirs: ReadClause | None = None
    sentence: str = ""
    effect_sentence: str = ""
    _wants_save: bool = False

    @classmethod
    def of(
        cls,
        version: Version,
        criterion: Criterion | None,
        catalogue: Catalogue,
        data: QueryDict | None,
        half: str = "fit",
    ) -> ClauseDesk:
        if data is None:
            return cls._opened(version, criterion, catalogue, half)
        builder = RuleBuilder.from_post(data, catalogue)
        desk = cls(
            catalogue,
            builder,
            version=version,
            criterion=criterion,
            form=CriterionForm(data, version=version),
            edit_number=whole_number(data.get("edit_number")) or 0,
            _wants_save=data.get("do") == "save",
        )
        desk.read()
        if not desk._wants_save:
            # Only the shape of the rule was asked for: the form keeps what was typed, without scolding.
            desk.form = CriterionForm(initial=_texts(desk.form, data), version=version)
            desk.problems = []
        return desk

    @classmethod
    def _opened(
        cls, version: Version, criterion: Criterion | None, catalogue: Catalogue, half: str
    ) -> ClauseDesk:
        if criterion is None:
            builder = RuleBuilder.for_rule({}, catalogue)
            if half == "behaviour":
                builder.rows = [
                    {**builder.rows[0], **empty_row("activity"), "field": builder.rows[0]["field"]}
                ]
            form = CriterionForm(initial={"half": half, "points": 10}, version=version)
            return cls(catalogue, builder, version=version, form=form)
        automatic = rule_in_words(criterion.rule, catalogue)
        return cls(
            catalogue,
            RuleBuilder.for_rule(criterion.rule, catalogue),
            version=version,
            criterion=criterion,
            form=CriterionForm(initial=initial_of(criterion, automatic), version=version),
            edit_number=criterion.edit_number,
            sentence=automatic,
        )

    @classmethod
    def preview(cls, catalogue: Catalogue, data: QueryDict) -> ClauseDesk:
        desk = cls(catalogue, RuleBuilder.from_post(data, catalogue))
        desk.read()
        if desk.sentence and data.get("effect_kind"):
            desk.read_effect({name: _whole(data.get(name, "")) for name in data})
        return desk

    def read(self) -> None:
        """Put the rule into words, or collect what is wrong with it."""
        try:
            rule = self.builder.rule()
            parse_rule(rule, self.catalogue)
            self.sentence = sentence_of_rule(rule, self.catalogue)
        except DocumentError as error:
            self.problems = error.sentences
        except ValueError as error:
            self.problems = [str(error)]

    def read_effect(self, data: dict[str, Any]) -> None:
        effect = effect_of(data)
        try:
            parse_effect(effect, self.builder.rule())
            self.effect_sentence = sentence_of_effect(effect)
        except DocumentError as error:
            self.problems = error.sentences

    def is_ready_to_save(self) -> bool:
        return self._wants_save and self.form is not None and self.form.is_valid() and not self.problems

    def values(self) -> dict[str, Any]:
        """Keyword arguments of `criterion_add` and `criterion_edit`."""
        assert self.form is not None
        return {"rule": self.builder.rule(), **self.form.fields_of()}

    def refuse(self, error: Invalid) -> None:
        assert self.form is not None
        if error.field == "rule":
            self.problems = [str(error)]
        elif error.field == "effect":
            self.form.add_error("effect_kind", str(error))
        else:
            blame(self.form, error)

    def yield_to(self, error: StaleEdit) -> None:
        """Show theirs beside ours. Saving once more is then a decision, made with both texts in sight."""
        assert self.form is not None
        current: Criterion = error.current
        groups = {group["key"]: group["label"] for group in current.version.groups}
        self.theirs = read_clause(criterion_document(current), groups, self.catalogue)
        self.read_effect(self.form.cleaned_data)
        self.edit_number = current.edit_number
        self.criterion = current

    @property
    def status(self) -> int:
        if self.theirs:
            return 409
        return 422 if self._wants_save else 200


def _whole(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return text or None


def _texts(form: CriterionForm | None, data: Mapping[str, str]) -> dict[str, Any]:
    assert form is not None
    return {name: form[name].data for name in form.fields if name in data or name == "auto_wording"}
