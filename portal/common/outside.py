"""A POST to an address that a person typed in: never to inside the network, never elsewhere, never for long.

Names are resolved once, every address that comes back is judged, and the connection goes to the one that was
judged: a name that points elsewhere a moment later gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
# A name may stand for many addresses that all say nothing; together these take no longer than the whole may.
ADDRESSES_TRIED = 3
# Of an answer only the beginning is of interest, for the page that shows what went wrong.
ANSWER_BYTES = 2_000
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class CallFailed(Exception):
    """The other side could not be reached, or did not answer with 2xx. The text says so in words."""


def problem_of(url: str) -> str:
    """What is wrong with an address before anybody is asked, in words; empty when nothing is."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # Read for its ValueError.
    except ValueError:
        return _("This is not an address.")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return _("Give an address that begins with https://.")
    if parts.scheme == "http" and not settings.WEBHOOKS_INSIDE:
        return _("Give an address that begins with https://: what is sent would travel in the open.")
    if parts.username or parts.password:
        return _("Leave user and password out of the address: each call is signed instead.")
    return ""


def post(url: str, body: bytes, headers: dict[str, str]) -> None:
    """Send `body`; raises `CallFailed` unless the answer is 2xx."""
    problem = problem_of(url)
    if problem:
        raise CallFailed(problem)
    parts = urlsplit(url)
    addresses = _judged_addresses(parts)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Connection(parts, addresses)
    try:
        with _no_longer_than(connection):
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            said = answer.read(ANSWER_BYTES).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CallFailed(str(error) or type(error).__name__) from error
    finally:
        connection.close()
    if answer.status // 100 != 2:
        words = _("It answered %(status)d.") % {"status": answer.status}
        raise CallFailed(f"{words} {said}".strip())


def _judged_addresses(parts: SplitResult) -> list[str]:
    """The addresses that the name stands for; `CallFailed` if any of them is inside."""
    try:
        found = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFailed(_("Nobody knows the name %(name)s.") % {"name": parts.hostname}) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOKS_INSIDE and not all(is_outside(address) for address in addresses):
        raise CallFailed(
            _("%(name)s is an address inside a network. The portal calls public ones only.")
            % {"name": parts.hostname}
        )
    return addresses


def is_outside(text: str) -> bool:
    """Public: not private, loopback, link-local, shared, reserved or multicast, however it is written."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # IPv4 in the clothes of IPv6 is judged as what it leads to.
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_outside(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class _Connection(http.client.HTTPConnection):
    """To the judged addresses, in the name of the host: for its certificate as for its virtual hosts."""

    def __init__(self, parts: SplitResult, addresses: list[str]) -> None:
        self.is_secure = parts.scheme == "https"
        port = parts.port or (443 if self.is_secure else 80)
        super().__init__(str(parts.hostname), port, timeout=CONNECT_SECONDS)
        # What the Host header leaves out; the base class knows only its own.
        self.default_port = 443 if self.is_secure else 80
        self.addresses = addresses[:ADDRESSES_TRIED]
        self.wire: socket.socket | None = None  # kept: the answer takes the connection's own away

    def connect(self) -> None:
        self.sock = self._reach()
        if self.is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self.wire = self.sock

    def _reach(self) -> socket.socket:
        for address in self.addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, self.port), CONNECT_SECONDS)
        return socket.create_connection((self.addresses[-1], self.port), CONNECT_SECONDS)


@contextmanager
def _no_longer_than(connection: _Connection) -> Iterator[None]:
    """A time-out is of each byte; one that sends a byte now and then would hold the worker for hours."""

    is_over = threading.Event()

    def hang_up() -> None:
        is_over.set()
        if connection.wire is not None:
            with suppress(OSError):
                connection.wire.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(WHOLE_SECONDS, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if is_over.is_set():
        # What was read so far looks like a short answer, and is not one.
        raise TimeoutError(_("It did not answer in time."))
