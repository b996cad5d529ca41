"""The request that a view gets: the portal is closed unless opened, so somebody is signed in."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from portal.common.models import User


class SignedInRequest(HttpRequest):
    """For annotations. `SignedInMiddleware` has turned strangers away before the view runs."""

    user: User


# No name is longer; more is cut off.
LONGEST_QUERY = 200


def words_sought(request: HttpRequest) -> str:
    """`?q=`: at most 200 characters, without the one that PostgreSQL cannot take."""
    return request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY]


def next_address(request: HttpRequest, otherwise: str) -> str:
    """The page that a form came from, when it names one of ours in `next`; else `otherwise`."""
    following = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        following, {request.get_host()}, require_https=request.is_secure()
    )
    return following if is_ours and following.startswith("/") else otherwise
