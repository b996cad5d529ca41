"""The pages of leads, asked by one person."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from portal.common.models import User
from tests.builders import signed_in


def get(person: User, name: str, /, *args: Any, **query: Any) -> str:
    """The page, which there is."""
    response = signed_in(person).get(reverse(f"leads:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(person: User, name: str, /, *args: Any, **values: Any) -> Any:
    return signed_in(person).post(reverse(f"leads:{name}", args=args), values)
