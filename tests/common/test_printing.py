"""PDFs: what is in them, what is never fetched for them, and a machine that cannot write one."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from portal.common import printing
from portal.common.middleware import ErrorsAsSentencesMiddleware

BASE = Path(__file__).resolve().parent.parent.parent
STYLES = f'<link rel="stylesheet" href="{settings.STATIC_URL}css/paper.css">'


def written(html: str) -> bytes:
    press = printing._press()
    assert press is not None, "WeasyPrint needs Pango here: see docs/operate.md"
    return press.written(html)


def test_a_template_becomes_a_pdf() -> None:
    assert printing.can_print()
    assert printing.pdf_of("shared/paper.html", {}).startswith(b"%PDF-")


def test_the_portal_s_own_styles_are_applied() -> None:
    """An A4 page with them; without them WeasyPrint's own margins, and no number on the page."""
    with_styles, without = written(f"{STYLES}<p>One</p>"), written("<p>One</p>")
    assert with_styles != without
    assert len(with_styles) > len(without)


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server, and the paths that anybody asked it for."""
    paths: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_values: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_is_fetched_from_elsewhere(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    address, paths = asked
    secret = tmp_path / "secret.txt"
    secret.write_text("kept to itself")
    html = (
        f'<link rel="stylesheet" href="{address}/a.css"><link rel="attachment" href="{secret.as_uri()}">'
        f'<link rel="attachment" href="{settings.STATIC_URL}../manage.py">'
        f'<style>@import url("{address}/b.css"); p {{ background: url({address}/c.png) }}</style>'
        f'<img src="{address}/d.png"><object data="{address}/e.svg"></object><p>One</p>'
    )
    pdf = written(html)
    assert paths == []
    assert b"EmbeddedFile" not in pdf
    # The same door is open to our own files: the refusals above are no accident.
    assert b"EmbeddedFile" in written(f'<link rel="attachment" href="{settings.STATIC_URL}css/paper.css">One')


def test_a_machine_that_cannot_print_says_so(cannot_print: None) -> None:
    assert not printing.can_print()
    with pytest.raises(printing.CannotPrint) as caught:
        printing.pdf_of("shared/paper.html", {})
    request = HttpRequest()
    request.META["HTTP_HX_REQUEST"] = "true"  # The fragment needs no person and no session.
    middleware = ErrorsAsSentencesMiddleware(lambda _request: HttpResponse())
    answer = middleware.process_exception(request, caught.value)
    assert answer is not None
    assert answer.status_code == 501
    assert "Print the page from your browser" in answer.content.decode()


def test_a_missing_pango_is_no_fault() -> None:
    """The whole way down, in a process of its own: the loader of libraries does not find Pango."""
    script = (
        "import cffi, django; django.setup()\n"
        "load = cffi.FFI.dlopen\n"
        "def without(self, name, *flags):\n"
        "    if 'pango' in name: raise OSError('no such library')\n"
        "    return load(self, name, *flags)\n"
        "cffi.FFI.dlopen = without\n"
        "from portal.common.printing import can_print\n"
        "assert can_print() is False\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=BASE,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "cannot_print" in ended.stderr
