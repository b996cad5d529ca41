"""What each side promises, written by its managers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from definitions import policies
from definitions.forms.promises import PromisesForm
from definitions.selectors.versions import definitions_of
from definitions.services.promises import promises_set
from portal.common.models import HOUSES
from portal.common.requests import SignedInRequest


def promises_page(request: SignedInRequest, stage: str) -> HttpResponse:
    definition = get_object_or_404(definitions_of(stage))
    houses = [house for house in HOUSES if policies.may_set_promise(request.user, house)]
    if not houses:
        policies.may_set_promise(request.user, HOUSES[0]).require()
    form = PromisesForm(request.POST or None, definition=definition, houses=houses)
    if request.method == "POST" and form.is_valid():
        promises_set(definition=definition, promises=form.cleaned_data, actor=request.user)
        messages.success(request, _("The promise is saved."))
        return redirect(definition)
    context = {"definition": definition, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "definitions/promises.html", context, status=status)
