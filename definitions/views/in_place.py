"""What is changed on the draft's page itself: single numbers, groups, places; and what takes it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Field
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions.forms.criterion import CriterionForm
from definitions.forms.drafts import GroupForm, SettingsForm
from definitions.selectors import criteria_of
from definitions.selectors.drafting import steps_visible_to
from definitions.services.drafts import StaleEdit
from definitions.services.moves import criterion_move, criterion_place
from definitions.services.numbers import (
    NUMBERS,
    group_add,
    group_cap,
    group_remove,
    group_rename,
    number_set,
    points_set,
)
from definitions.services.undoing import step_undo
from definitions.views.editor import Unsaved, editor_answer, number_answer, visible_version
from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number


@require_POST
def number(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """The threshold, a minimum, a cap or a grade bound."""
    if name not in NUMBERS:
        raise Http404
    version = visible_version(request, pk)

    def save(value: int | None) -> None:
        number_set(version=version, actor=request.user, name=name, value=value, was=_was(request))

    return _saved(request, pk, f"number-{name}", SettingsForm.base_fields[name], save, number_answer)


@require_POST
def points(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    rows = criteria_of(visible_version(request, pk)).prefetch_related(None)
    criterion = get_object_or_404(rows, key=key)

    def save(value: int | None) -> None:
        # An empty field is no number of points; zero is refused with its own sentence.
        points_set(criterion=criterion, actor=request.user, points=value or 0, was=_was(request))

    return _saved(request, pk, f"points-{key}", CriterionForm.base_fields["points"], save, number_answer)


@require_POST
def group_new(request: SignedInRequest, pk: int) -> HttpResponse:
    form = GroupForm(request.POST)
    try:
        if form.is_valid():
            group_add(version=visible_version(request, pk), actor=request.user, **form.cleaned_data)
            return editor_answer(request, pk, said=_("The group is made."))
    except Invalid as error:
        blame(form, error)
    return editor_answer(request, pk, status=422, group_form=form)


@require_POST
def group_value(request: SignedInRequest, pk: int, key: str, part: str) -> HttpResponse:
    """The `part` of a group: its "label" or its "cap"."""
    version = visible_version(request, pk)

    def save(value: Any) -> None:
        if part == "cap":
            group_cap(version=version, actor=request.user, key=key, cap=value, was=_was(request))
        else:
            was = request.POST.get("was", "")
            group_rename(version=version, actor=request.user, key=key, label=value, was=was)

    return _saved(request, pk, f"group-{part}-{key}", GroupForm.base_fields[part], save)


@require_POST
def group_drop(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    group_remove(version=visible_version(request, pk), actor=request.user, key=key)
    return editor_answer(request, pk, said=_("The group is removed."))


@require_POST
def move(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """One place "up" or "down", else into `group`, `below` a clause or at its end."""
    criterion = get_object_or_404(criteria_of(visible_version(request, pk)), key=key)
    direction, below = request.POST.get("direction"), request.POST.get("below")
    if direction in ("up", "down"):
        criterion_move(criterion=criterion, actor=request.user, direction=direction)
    else:
        group = request.POST.get("group", "")
        criterion_place(criterion=criterion, actor=request.user, group=group, below=below)
    return editor_answer(request, pk, moved=key, anchor=f"clause-{key}")


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back the posted `step`, which is one's own: an act, or an undo of one."""
    steps = steps_visible_to(request.user).filter(version=pk)
    step = get_object_or_404(steps, pk=whole_number(request.POST.get("step")) or 0)
    step_undo(step=step, actor=request.user)
    said = _("Done again.") if step.undoes_id else _("Undone.")
    return editor_answer(request, pk, said=said)


def _saved(
    request: SignedInRequest,
    pk: int,
    box: str,
    field: Field,
    save: Callable[[Any], None],
    answer: Callable[..., HttpResponse] = editor_answer,
) -> HttpResponse:
    """The `answer` after one value was saved; or what was typed, what stands, and why it was not saved."""
    mine = request.POST.get("value", "")
    try:
        save(field.clean(mine))
    except ValidationError as error:
        return editor_answer(request, pk, status=422, unsaved=Unsaved(box, mine, " ".join(error.messages)))
    except Invalid as error:
        return editor_answer(request, pk, status=422, unsaved=Unsaved(box, mine, str(error)))
    except StaleEdit as error:
        unsaved = Unsaved(box, mine, str(error), theirs=error.current, is_stale=True)
        return editor_answer(request, pk, status=409, unsaved=unsaved)
    return answer(request, pk, said=_("Saved."))


def _was(request: SignedInRequest) -> int | None:
    """The number that the page showed; None for none, and for what no page of ours says."""
    text = request.POST.get("was", "")
    number = whole_number(text.removeprefix("-"))
    return -number if number and text.startswith("-") else number
