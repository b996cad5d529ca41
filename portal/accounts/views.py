"""Doors: the first administrator, invitations, people, one's own profile."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from portal.accounts import policies, selectors, services
from portal.accounts.forms import InviteForm, JoinForm, PersonForm, ProfileForm, SetUpForm
from portal.common.blame import blame
from portal.common.errors import Invalid, Refused
from portal.common.requests import SignedInRequest

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@sensitive_post_parameters("password")
def first_run(request: HttpRequest) -> HttpResponse:
    """Create the administrator; afterwards this page only leads on."""
    if selectors.has_anyone():
        return redirect("portal:home")
    if settings.PRODUCTION:
        # In production the portal may be reachable before its owner: the first person is made on the machine.
        return render(request, "portal/first_run_production.html", status=503)
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, services.workspace_set_up(**form.cleaned_data), backend=BACKEND)
        return redirect("portal:home")
    return render(request, "portal/first_run.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@sensitive_post_parameters("password")
def join(request: HttpRequest, token: str) -> HttpResponse:
    invitation = selectors.invitation_for(token)
    if invitation is None:
        return render(request, "portal/join_expired.html", status=404)
    form = JoinForm(request.POST or None, initial={"name": invitation.name})
    if request.method == "POST" and form.is_valid():
        user = services.invitation_accept(token=token, **form.cleaned_data)
        login(request, user, backend=BACKEND)
        messages.success(request, _("Welcome, %(name)s.") % {"name": user.get_short_name()})
        return redirect("portal:home")
    context = {"form": form, "invitation": invitation}
    return render(request, "portal/join.html", context, status=422 if form.errors else 200)


def people(request: SignedInRequest) -> HttpResponse:
    context = {
        "people": selectors.everyone(),
        "invitations": selectors.open_invitations(),
        "may_manage": policies.may_manage_people(request.user),
    }
    return render(request, "portal/people.html", context)


def person_invite(request: SignedInRequest) -> HttpResponse:
    policies.may_manage_people(request.user).require()
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        link = settings.SITE_URL + reverse("portal:join", args=["TOKEN"]).replace("TOKEN", "{token}")
        try:
            token = services.person_invite(**form.cleaned_data, link=link, actor=request.user)
        except Invalid as error:
            blame(form, error)
        else:
            context = {"email": form.cleaned_data["email"], "link": link.replace("{token}", token)}
            return render(request, "portal/invited.html", context)
    return render(request, "portal/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def invitation_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(selectors.open_invitations(), pk=pk)
    services.invitation_revoke(invitation=invitation, actor=request.user)
    messages.success(request, _("The invitation of %(email)s was withdrawn.") % {"email": invitation.email})
    return redirect("portal:people")


def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_manage_people(request.user).require()
    person = get_object_or_404(selectors.everyone(), pk=pk)
    initial = {name: getattr(person, name) for name in PersonForm.base_fields}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.person_edit(person=person, actor=request.user, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("portal:people")
    context = {"form": form, "person": person}
    return render(request, "portal/person_edit.html", context, status=422 if form.errors else 200)


def profile(request: SignedInRequest) -> HttpResponse:
    initial = {name: getattr(request.user, name) for name in ProfileForm.base_fields}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.profile_edit(person=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("portal:profile")
    return render(request, "portal/profile.html", {"form": form}, status=422 if form.errors else 200)


def email_stays(request: SignedInRequest) -> HttpResponse:
    """Who somebody is, in mails and ballots, is the address that an administrator invited."""
    raise Refused(_("You sign in with the address that you were invited with. It does not change."))


def sample_people_have_no_password(request: SignedInRequest) -> HttpResponse:
    raise Refused(_("The people of the sample data have no password: an administrator looks as them."))


@require_POST
def look_as(request: SignedInRequest, pk: int) -> HttpResponse:
    """Step into a sample person's shoes; the session remembers the way back."""
    person = get_object_or_404(selectors.everyone(), pk=pk)
    administrator = request.user
    services.look_as(person=person, actor=administrator)
    login(request, person, backend=BACKEND)
    request.session["looking_from"] = administrator.pk
    return redirect("portal:home")


@require_POST
def look_back(request: SignedInRequest) -> HttpResponse:
    administrator_id = request.session.pop("looking_from", None)
    administrator = get_object_or_404(selectors.everyone(), pk=administrator_id, is_active=True)
    login(request, administrator, backend=BACKEND)
    return redirect("portal:people")
