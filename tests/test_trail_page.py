"""The audit trail, to read."""

from __future__ import annotations

from django.test import Client

from portal.common import audit
from tests.builders import ada, maya


def test_the_trail_shows_what_was_before_and_after_whatever_the_fields_are_called(
    db: None, client: Client
) -> None:
    audit.record(
        "meeting.closed", subject=maya(), actor=ada(), before={"items": None}, after={"items": 3, "keys": 1}
    )
    audit.record(
        "person.moved", subject=maya(), actor=ada(), before={"team": "sales"}, after={"team": "none"}
    )
    client.force_login(ada())
    text = client.get("/settings/trail").content.decode()
    assert "items: 3" in text
    assert "keys: 1" in text
    assert "team: sales → none" in text
