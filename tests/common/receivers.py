"""The other side: a real SMTP server and a real HTTP server, which keep what they are sent."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from scripts.with_servers import free_port


class MailSink:
    """Takes mail until `refuses` says how it does not."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuses = ""
        self.port = free_port()

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.refuses:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # a line for every line of a mail
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class CallSink:
    """Answers every POST as `answer` says and keeps what came."""

    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: reply(handler, 204)


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def call_sink() -> Iterator[CallSink]:
    sink = CallSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sink.calls.append(Call(self.path, dict(self.headers.items()), body))
            sink.answer(self)

        def log_message(self, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
