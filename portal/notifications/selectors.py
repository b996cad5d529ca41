"""Reads about deliveries: what is parked, what waits, and the webhooks with how their calls fared."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet

from portal.common.models import Delivery, OutgoingCall, OutgoingMail, Webhook

SHOWN = 50
# As the addresses name them.
KINDS: dict[str, type[OutgoingMail] | type[OutgoingCall]] = {"mail": OutgoingMail, "call": OutgoingCall}


def parked_mails() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(status=Delivery.Status.PARKED).order_by("-id")


def parked_calls() -> QuerySet[OutgoingCall]:
    return (
        OutgoingCall.objects.filter(status=Delivery.Status.PARKED).select_related("webhook").order_by("-id")
    )


def deliveries(kind: str) -> QuerySet[OutgoingMail] | QuerySet[OutgoingCall]:
    """The parked ones of one kind; none where there is no such kind."""
    if kind == "mail":
        return parked_mails()
    calls = parked_calls()
    return calls if kind == "call" else calls.none()


def counts() -> dict[str, dict[str, int]]:
    """For mails and for calls how many wait, were tried in vain at least once, and are parked."""
    waiting = Q(status=Delivery.Status.WAITING)
    return {
        kind: model.objects.exclude(status=Delivery.Status.SENT).aggregate(
            waiting=Count("pk", filter=waiting),
            failing=Count("pk", filter=waiting & ~Q(error="")),
            parked=Count("pk", filter=Q(status=Delivery.Status.PARKED)),
        )
        for kind, model in KINDS.items()
    }


def webhooks() -> QuerySet[Webhook]:
    status = Delivery.Status
    return Webhook.objects.select_related("created_by").annotate(
        sent=Count("calls", filter=Q(calls__status=status.SENT)),
        waiting=Count("calls", filter=Q(calls__status=status.WAITING)),
        parked=Count("calls", filter=Q(calls__status=status.PARKED)),
        last_sent_at=Max("calls__sent_at"),
    )
