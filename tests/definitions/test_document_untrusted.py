"""A definition file that somebody wrote by hand, or in anger: a draft that can be read, or a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from definitions.models import Version
from definitions.services.documents import document_import
from portal.common.errors import Invalid
from tests.builders import a_document, maya

pytestmark = pytest.mark.django_db
Json = dict[str, Any]
RULE: Json = {"attribute": "account.industry", "is": "one_of", "values": ["software"]}


def in_clause(**fields: Any) -> Callable[[Json], None]:
    return lambda document: document["criteria"][0].update(fields)


def in_document(**fields: Any) -> Callable[[Json], None]:
    return lambda document: document.update(fields)


def a_persona(key: str, **fields: Any) -> Callable[[Json], None]:
    return in_document(personas={key: {"rule": RULE, **fields}})


LEFT_OUT = [
    *[in_clause(**{name: None}) for name in ("group", "owner", "reason", "personas", "review_on")],
    in_clause(review_on=""),
    in_document(minimums=None, caps={"fit": 40}, groups=None, personas=None),
    in_document(groups=[{"key": "g", "cap": 5}]),
    a_persona("buyer", name="Buyer"),
]
REFUSED = [
    *[in_clause(**{name: "a\ud800b"}) for name in ("wording", "owner", "reason", "group")],
    *[in_clause(**{name: "a\0b"}) for name in ("wording", "owner", "reason", "group")],
    in_clause(rule={"attribute": "account.employees", "is": "at_least", "value": 10**400}),
    in_clause(rule={"attribute": "account.industry", "is": "one_of", "values": ["v"] * 10_000}),
    in_document(title="x" * 300),
    in_document(title="\0"),
    in_document(title=["x"]),
    in_document(groups=[{"key": "g", "label": "\ud800", "cap": 5}]),
    in_document(groups=[{"key": "g", "label": [1], "cap": 5}]),
    in_document(**{"\ud800": 1}),
    in_document(threshold=10**30),
    a_persona("p"),
    a_persona("p", name=None),
    a_persona("p", name=["x"]),
    a_persona("p", name="x" * 999),
    a_persona("../p", name="Buyer"),
    a_persona("\ud800", name="Buyer"),
]


@pytest.mark.parametrize("change", LEFT_OUT)
def test_what_was_left_out_is_filled_in(client: Client, change: Callable[[Json], None]) -> None:
    document = a_document()
    change(document)
    draft = document_import(document=document, actor=maya())
    client.force_login(maya())
    for address in (f"/definitions/drafts/{draft.pk}/", f"/definitions/versions/{draft.pk}/definition.json"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("change", REFUSED)
def test_what_cannot_be_kept_is_refused_whole(change: Callable[[Json], None]) -> None:
    document = a_document()
    change(document)
    with pytest.raises(Invalid) as refusal:
        document_import(document=json.loads(json.dumps(document)), actor=maya())
    assert str(refusal.value).encode()
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"\0", b"null", b"1" * 5_000, b"NaN", b"\xff\xfe", b'{"\\ud800":1}', b"[" * 100_000],
    ids=["nothing", "NUL", "null", "a long number", "NaN", "no UTF-8", "half a pair", "deep"],
)
def test_an_upload_that_is_no_definition_is_told_so(client: Client, body: bytes) -> None:
    client.force_login(maya())
    upload = SimpleUploadedFile("../../etc/x\r\n.json", body)
    assert client.post("/definitions/import/", {"file": upload}).status_code == 422
