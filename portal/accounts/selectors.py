"""Reads about people."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.policies import SAMPLE_DOMAIN
from portal.common.models import Invitation, User


def everyone() -> QuerySet[User]:
    return User.objects.order_by("-is_active", "name", "pk")


def has_anyone() -> bool:
    return User.objects.exists()


def has_sample_people() -> bool:
    return User.objects.filter(email__endswith=SAMPLE_DOMAIN).exists()


def open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("invited_by")


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_for(token: str) -> Invitation | None:
    """The open, unexpired invitation that this secret belongs to."""
    return open_invitations().filter(token_hash=token_hash(token), expires_at__gt=timezone.now()).first()
