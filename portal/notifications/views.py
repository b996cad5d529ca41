"""Doors: what comes by mail, the link that stops it, what could not be delivered, webhooks."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal.common.blame import blame
from portal.common.errors import Invalid
from portal.common.mail_choices import choices_of, who_stops
from portal.common.models import Topic
from portal.common.requests import SignedInRequest
from portal.notifications import policies, selectors, services
from portal.notifications.forms import MailChoicesForm, WebhookForm


def mail_choices(request: SignedInRequest) -> HttpResponse:
    person = request.user
    form = MailChoicesForm(request.POST or None, choices=choices_of(person), digest_hour=person.digest_hour)
    if request.method == "POST" and form.is_valid():
        services.mail_choices_set(
            person=person, modes=form.modes(), digest_hour=form.cleaned_data["digest_hour"]
        )
        messages.success(request, _("Saved."))
        return redirect("portal:mail_choices")
    return render(request, "portal/mail_choices.html", {"form": form}, status=422 if form.errors else 200)


# By a mail program as well, which has no cookie to prove that the portal sent it here: the link is the proof.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """A look asks once; a click stops. Says no name: whoever has the link may be somebody else."""
    found = who_stops(token)
    if found is None:
        raise Http404(_("This link is not one that the portal sent, or it was cut short."))
    person, what = found
    if request.method == "POST":
        services.mail_stop(person=person, what=what)
    words = Topic(what).label if what in Topic.values else ""
    return render(request, "portal/mail_stop.html", {"words": words, "is_done": request.method == "POST"})


# -- the outbox ------------------------------------------------------------------------------------------


def outbox(request: SignedInRequest) -> HttpResponse:
    policies.may_manage_outbox(request.user).require()
    context = {
        "counts": selectors.counts(),
        "mails": selectors.parked_mails()[: selectors.SHOWN],
        "calls": selectors.parked_calls()[: selectors.SHOWN],
        "shown": selectors.SHOWN,
    }
    return render(request, "portal/outbox.html", context)


@require_POST
def delivery_retry(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    policies.may_manage_outbox(request.user).require()
    delivery = get_object_or_404(selectors.deliveries(kind), pk=pk)
    services.delivery_retry(delivery=delivery, actor=request.user)
    messages.success(request, _("It is tried again now."))
    return redirect("portal:outbox")


@require_POST
def deliveries_retry(request: SignedInRequest) -> HttpResponse:
    count = services.deliveries_retry(actor=request.user)
    words = ngettext("%(n)d is tried again now.", "%(n)d are tried again now.", count)
    messages.success(request, words % {"n": count})
    return redirect("portal:outbox")


# -- webhooks --------------------------------------------------------------------------------------------


def webhooks(request: SignedInRequest) -> HttpResponse:
    policies.may_manage_webhooks(request.user).require()
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook = services.webhook_add(url=form.cleaned_data["url"], actor=request.user)
        except Invalid as error:
            blame(form, error)
        else:
            return render(request, "portal/webhook_added.html", {"webhook": webhook})
    context = {"form": form, "webhooks": selectors.webhooks()}
    return render(request, "portal/webhooks.html", context, status=422 if form.errors else 200)


@require_POST
def webhook_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_manage_webhooks(request.user).require()
    services.webhook_remove(webhook=get_object_or_404(selectors.webhooks(), pk=pk), actor=request.user)
    messages.success(request, _("It is called no more."))
    return redirect("portal:webhooks")


@require_POST
def webhook_try(request: SignedInRequest, pk: int) -> HttpResponse:
    policies.may_manage_webhooks(request.user).require()
    services.webhook_try(webhook=get_object_or_404(selectors.webhooks(), pk=pk), actor=request.user)
    messages.success(request, _("A call is on its way. In a moment the numbers below say how it fared."))
    return redirect("portal:webhooks")
