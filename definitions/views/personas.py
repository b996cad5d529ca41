"""Personas: listed, described, retired."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from definitions import policies
from definitions.criteria.catalogue import Catalogue
from definitions.documents import document_of
from definitions.forms.people import PersonaForm
from definitions.forms.rule_builder import RuleBuilder
from definitions.models import Persona, Stage
from definitions.reading import clauses_by_persona, rule_in_words
from definitions.selectors import catalogue, persona_of, the_definition
from definitions.selectors.versions import text_in_work
from definitions.selectors.vocabulary import all_personas
from definitions.services.drafts import StaleEdit
from definitions.services.personas import persona_create, persona_edit, persona_restore, persona_retire
from portal.common.errors import Invalid
from portal.common.requests import SignedInRequest
from portal.common.whole_numbers import whole_number

ONLY_FACTS = ("attribute",)


def persona_list(request: SignedInRequest) -> HttpResponse:
    known = catalogue()
    version = text_in_work(the_definition(Stage.MQL))
    served = clauses_by_persona(document_of(version)) if version else {}
    rows = [(row, rule_in_words(row.rule, known), served.get(row.key, [])) for row in all_personas()]
    context = {"personas": rows, "version": version, "may_draft": policies.may_draft(request.user)}
    return render(request, "definitions/personas.html", context)


def persona_page(request: SignedInRequest, key: str = "") -> HttpResponse:
    policies.may_draft(request.user).require()
    persona = get_object_or_404(persona_of(key)) if key else None
    known, theirs, problems = catalogue(), None, []
    builder = _builder(request, persona, known)
    wants_save = request.method == "POST" and request.POST.get("do") == "save"
    form = _form(request, persona, wants_save)
    if wants_save and form.is_valid():
        try:
            _save(request, persona, form, builder)
            messages.success(request, _("The persona is saved."))
            return redirect("definitions:personas")
        except StaleEdit as error:
            theirs = error.current
        except (Invalid, ValueError) as error:
            problems = [str(error)]
    context = {
        "form": form,
        "builder": builder,
        "problems": problems,
        "theirs": theirs,
        "persona": get_object_or_404(persona_of(key)) if key else None,
    }
    return render(request, "definitions/persona_form.html", context, status=_status(theirs, wants_save))


def _status(theirs: Persona | None, wants_save: bool) -> int:
    if theirs:
        return 409
    return 422 if wants_save else 200


def _form(request: SignedInRequest, persona: Persona | None, wants_save: bool) -> PersonaForm:
    if wants_save:
        return PersonaForm(request.POST, instance=persona)
    # A post that only changes the rule's shape keeps what was typed, without scolding.
    return PersonaForm(initial=request.POST.dict(), instance=persona)


def _builder(request: SignedInRequest, persona: Persona | None, known: Catalogue) -> RuleBuilder:
    if request.method == "POST":
        return RuleBuilder.from_post(request.POST, known, allows=ONLY_FACTS)
    return RuleBuilder.for_rule(persona.rule if persona else {}, known, allows=ONLY_FACTS)


def _save(request: SignedInRequest, persona: Persona | None, form: PersonaForm, builder: RuleBuilder) -> None:
    values = {**form.cleaned_data, "rule": builder.rule()}
    if persona is None:
        persona_create(actor=request.user, **values)
        return
    number = whole_number(request.POST.get("edit_number")) or 0
    persona_edit(persona=persona, actor=request.user, edit_number=number, **values)


@require_POST
def retire(request: SignedInRequest, key: str) -> HttpResponse:
    persona = get_object_or_404(persona_of(key))
    if persona.retired_at:
        persona_restore(persona=persona, actor=request.user)
    else:
        persona_retire(persona=persona, actor=request.user)
    return redirect("definitions:personas")
