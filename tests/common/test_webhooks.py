"""Webhooks: signed, once each, never to inside the network, never elsewhere, parked after five failures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.common import outside
from portal.common.models import AuditEntry, OutgoingCall, OutgoingMail, Webhook
from portal.common.outside import CallFailed, is_outside, post, problem_of
from portal.common.webhooks import Event, new_secret, oldest_due, owe_calls, send_owed_calls
from tests.builders import NOW, ada, rita, signed_in
from tests.common.receivers import CallSink, call_sink, reply

pytestmark = pytest.mark.django_db

EVENT = Event("clock.warned", "clock:1:warn", NOW, {"handoff": 7, "name": "Zoë"})


@pytest.fixture
def sink(settings: Any) -> Iterator[CallSink]:
    """Listens on loopback, which only an installation that allows it is called on."""
    settings.WEBHOOKS_INSIDE = True
    with call_sink() as found:
        yield found


def a_webhook(url: str) -> Webhook:
    return Webhook.objects.create(url=url, secret=new_secret(), created_by=ada())


def test_a_call_is_made_once_and_signed(sink: CallSink) -> None:
    hook = a_webhook(f"{sink.url}/in?team=sales")
    for _ in range(2):
        owe_calls([EVENT])
        send_owed_calls()
    (call,) = sink.calls
    assert call.path == "/in?team=sales"
    assert json.loads(call.body) == {
        "type": "clock.warned",
        "timestamp": NOW.isoformat(),
        "data": {"handoff": 7, "name": "Zoë"},
    }
    headers = {name.lower(): value for name, value in call.headers.items()}
    # As a receiver checks it, by the description in docs/operate.md and nothing of ours.
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 3_600
    row = OutgoingCall.objects.get()
    assert (row.status, row.attempts, oldest_due(NOW)) == ("sent", 1, None)


def test_every_webhook_is_called(sink: CallSink) -> None:
    for path in ("/a", "/b"):
        a_webhook(sink.url + path)
    owe_calls([EVENT])
    send_owed_calls()
    assert sorted(call.path for call in sink.calls) == ["/a", "/b"]


def test_what_fails_is_tried_again_later_and_parked_at_last(sink: CallSink) -> None:
    sink.answer = lambda handler: reply(handler, 500, b"the tank is empty")
    a_webhook(sink.url)
    with time_machine.travel(NOW, tick=False) as clock:
        owe_calls([EVENT])
        waits = []
        for _ in range(5):
            send_owed_calls()
            send_owed_calls()  # Not before its time.
            row = OutgoingCall.objects.get()
            waits.append(row.due_at - timezone.now())
            clock.move_to(row.due_at)
        minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert (row.status, row.attempts, len(sink.calls)) == ("parked", 5, 5)
    assert minutes == [1, 2, 4, 8, 16]
    assert row.error == "It answered 500. the tank is empty"


def test_an_answer_that_no_column_takes_is_a_failure_like_any_other(sink: CallSink) -> None:
    sink.answer = lambda handler: reply(handler, 500, b"the\0tank \xff is empty")
    a_webhook(sink.url)
    owe_calls([EVENT])
    send_owed_calls()
    row = OutgoingCall.objects.get()
    assert (row.status, row.attempts, row.lease_until) == ("waiting", 1, None)
    assert row.error == "It answered 500. thetank \ufffd is empty"


def test_of_many_addresses_that_say_nothing_a_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute of silence would be longer than the lease, and somebody else would call as well."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"93.184.216.{n}", 0)) for n in range(1, 41)]
    tried: list[str] = []

    def silence(address: tuple[str, int], timeout: float) -> None:
        tried.append(address[0])
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **named: found)
    monkeypatch.setattr(socket, "create_connection", silence)
    with pytest.raises(CallFailed, match="timed out"):
        post("https://example.com/", b"{}", {})
    assert len(tried) * outside.CONNECT_SECONDS <= outside.WHOLE_SECONDS


def test_what_a_call_said_is_kept_until_it_is_made(sink: CallSink) -> None:
    sink.answer = lambda handler: reply(handler, 500)
    a_webhook(sink.url)
    owe_calls([EVENT])
    send_owed_calls()
    assert "Zoë" in OutgoingCall.objects.get().body
    sink.answer = lambda handler: reply(handler, 204)
    OutgoingCall.objects.update(due_at=timezone.now())
    send_owed_calls()
    owe_calls([EVENT])  # Its key stays, so it is the same call for ever.
    row = OutgoingCall.objects.get()
    assert (row.status, row.body, row.key) == ("sent", "", EVENT.key)


def test_one_that_fails_keeps_no_other_waiting(sink: CallSink) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, 500 if handler.path == "/dead" else 204)

    sink.answer = answer
    a_webhook(f"{sink.url}/dead")
    a_webhook(f"{sink.url}/well")
    owe_calls(Event("clock.warned", f"k-{number}", NOW, {}) for number in range(5))
    send_owed_calls()
    paths = [call.path for call in sink.calls]
    assert (paths.count("/dead"), paths.count("/well")) == (1, 5)
    # The other four wait with all their attempts, and do not look as if no worker were there.
    assert OutgoingCall.objects.filter(status="waiting", attempts=0).count() == 4
    assert oldest_due(timezone.now()) is None


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(sink: CallSink, status: int) -> None:
    sink.answer = lambda handler: reply(handler, status, Location=f"{sink.url}/elsewhere")
    with pytest.raises(CallFailed, match=f"It answered {status}"):
        post(sink.url, b"{}", {})
    assert len(sink.calls) == 1


def test_a_long_answer_is_read_no_further(sink: CallSink) -> None:
    sink.answer = lambda handler: reply(handler, 400, b"x" * 5_000_000)
    with pytest.raises(CallFailed) as failure:
        post(sink.url, b"{}", {})
    assert len(str(failure.value)) < 2 * outside.ANSWER_BYTES


def test_an_answer_that_drips_is_hung_up_on(sink: CallSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "WHOLE_SECONDS", 0.5)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            try:
                handler.wfile.write(b"X-%d: 1\r\n" % number)
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    sink.answer = drip
    with pytest.raises(CallFailed, match="It did not answer in time"):
        post(sink.url, b"{}", {})


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(CallFailed):
            post(f"https://localhost:{taken.getsockname()[1]}/", b"{}", {})


# -- inside ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # where clouds keep their credentials
        ("100.64.0.1", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),  # what fc00::/7 was before
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("2002:a00:1::", False),
    ],
)
def test_which_addresses_are_outside(address: str, expected: bool) -> None:
    assert is_outside(address) == expected


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1", "127.1"],
)
def test_nothing_inside_is_called_however_it_is_written(host: str) -> None:
    """The loopback has many names; none of them gets as far as a connection."""
    with call_sink() as sink:
        port = sink.url.rpartition(":")[2]
        with pytest.raises(CallFailed, match=r"inside a network|Nobody knows"):
            post(f"https://{host}:{port}/", b"{}", {})
        assert sink.calls == []


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://example.com/in", ""),
        ("http://example.com/in", "would travel in the open"),
        ("ftp://example.com/in", "begins with https://"),
        ("https://", "begins with https://"),
        ("https://user:secret@example.com/", "Leave user and password out"),
        ("https://example.com:99999/", "not an address"),
        ("https://[::1", "not an address"),
    ],
)
def test_what_is_wrong_with_an_address(url: str, sentence: str) -> None:
    assert sentence in problem_of(url)
    assert bool(problem_of(url)) == bool(sentence)


# -- the pages -------------------------------------------------------------------------------------------


def test_without_a_webhook_the_page_says_what_to_do() -> None:
    client, address = signed_in(ada()), reverse("portal:webhooks")
    assert "No program is called yet" in client.get(address).content.decode()
    assert client.post(address, {"url": "nowhere"}).status_code == 422


def test_the_secret_is_shown_once() -> None:
    client = signed_in(ada())
    answer = client.post(reverse("portal:webhooks"), {"url": "https://example.com/in"})
    hook = Webhook.objects.get()
    assert hook.secret in answer.content.decode()
    assert len(base64.b64decode(hook.secret.removeprefix("whsec_"))) == 32
    page = client.get(reverse("portal:webhooks")).content.decode()
    assert "https://example.com/in" in page
    assert hook.secret not in page
    entry = AuditEntry.objects.get(verb="webhook.added")
    assert hook.secret not in f"{entry.after}{entry.subject_label}"


@pytest.mark.parametrize("url", ["http://example.com", "not an address", "", "https://example.com/in"])
def test_an_address_that_will_not_do_is_refused(url: str) -> None:
    a_webhook("https://example.com/in")
    assert signed_in(ada()).post(reverse("portal:webhooks"), {"url": url}).status_code == 422
    assert Webhook.objects.count() == 1


def test_a_webhook_is_tried_and_removed(sink: CallSink) -> None:
    client, hook = signed_in(ada()), a_webhook(sink.url)
    client.post(reverse("portal:webhook_try", args=[hook.pk]))
    send_owed_calls()
    assert json.loads(sink.calls[0].body)["type"] == "webhook.tried"
    assert client.post(reverse("portal:webhook_remove", args=[hook.pk])).status_code == 302
    assert not Webhook.objects.exists()
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "webhook.tried",
        "webhook.removed",
    ]


def _parked() -> tuple[OutgoingMail, OutgoingCall]:
    values: dict[str, Any] = {"status": "parked", "attempts": 5, "error": "No route", "due_at": NOW}
    mail = OutgoingMail.objects.create(key="m", to_email="a@example.com", subject="Ballot", text="", **values)
    hook = a_webhook("https://example.com/in")
    call = OutgoingCall.objects.create(webhook=hook, key="c", event="clock.due", body="{}", **values)
    return mail, call


def test_what_is_parked_stands_on_a_page_with_its_error() -> None:
    _parked()
    page = signed_in(ada()).get(reverse("portal:outbox")).content.decode()
    for words in ("Ballot", "a@example.com", "No route", "clock.due", "https://example.com/in"):
        assert words in page


@pytest.mark.parametrize("number", [0, 1])
def test_one_is_tried_again(number: int) -> None:
    delivery, kind = _parked()[number], ("mail", "call")[number]
    client, address = signed_in(ada()), reverse("portal:delivery_retry", args=[kind, delivery.pk])
    assert client.post(address).status_code == 302
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("waiting", 0)
    assert client.post(address).status_code == 404
    assert AuditEntry.objects.filter(verb="delivery.retried").count() == 1


def test_all_are_tried_again() -> None:
    _parked()
    signed_in(ada()).post(reverse("portal:deliveries_retry"))
    assert not OutgoingMail.objects.filter(status="parked").exists()
    assert not OutgoingCall.objects.filter(status="parked").exists()
    assert AuditEntry.objects.get(verb="deliveries.retried").after == {"deliveries": 2}


@pytest.mark.parametrize(
    ("method", "route", "kind"),
    [
        ("get", "outbox", ""),
        ("post", "deliveries_retry", ""),
        ("post", "delivery_retry", "call"),
        ("get", "webhooks", ""),
        ("post", "webhooks", ""),
        ("post", "webhook_try", "hook"),
        ("post", "webhook_remove", "hook"),
    ],
)
def test_only_an_administrator_sees_and_changes_them(method: str, route: str, kind: str) -> None:
    _mail, call = _parked()
    arguments: list[Any] = {"call": ["call", call.pk], "hook": [call.webhook_id]}.get(kind, [])
    answer = getattr(signed_in(rita()), method)(reverse(f"portal:{route}", args=arguments))
    assert answer.status_code == 403
    assert "Only an administrator" in answer.content.decode()
    assert OutgoingCall.objects.filter(status="parked").count() == Webhook.objects.count() == 1
    assert not AuditEntry.objects.exists()
