"""The request that a view gets: the portal is closed unless opened, so somebody is signed in."""

from __future__ import annotations

from django.http import HttpRequest

from portal.common.models import User


class SignedInRequest(HttpRequest):
    """For annotations. `LoginRequiredMiddleware` has turned strangers away before the view runs."""

    user: User
