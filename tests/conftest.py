"""What all tests share: a browser, a real worker, and the rule that CI skips nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from portal.celery import app as celery_app
from portal.common import printing

# Playwright's loop runs in the test's thread, where Django then refuses synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

BASE = Path(__file__).resolve().parent.parent
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
AXE = BASE / "node_modules" / "axe-core" / "axe.min.js"
LONG_FILES = {"test_every_address.py", "test_whole_loop.py", "test_seed.py", "test_platform_serve.py"}
ASKING_FIXTURES = {"db", "transactional_db", "live_server"}
# They start what they ask by themselves, or take it away.
SERVER_FILES = {"test_away.py", "test_platform_health.py", "test_storm.py"}
IN_CI = bool(os.environ.get("CI"))


# -- what cannot run here says why, and CI accepts no such excuse -------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Files are shared out whole: one that takes minutes must not begin when the others end.
    items.sort(key=lambda item: item.path.name not in LONG_FILES)
    is_on_servers = connection.vendor == "postgresql" and bool(settings.REDIS_URL)
    if is_on_servers:
        aside = {item for item in items if not _asks_a_server(item)}
        config.hook.pytest_deselected(items=list(aside))
        items[:] = [item for item in items if item not in aside]
    for item in items:
        if item.get_closest_marker("servers") and not is_on_servers:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL and Redis: scripts/with_servers.py"))
        if item.get_closest_marker("browser"):
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs Chromium on the PATH"))
            elif not AXE.exists():
                item.add_marker(
                    pytest.mark.skip(reason="needs the browser packages: npm ci --ignore-scripts")
                )


def _asks_a_server(item: pytest.Item) -> bool:
    """Whether PostgreSQL and Redis can make a difference; what they cannot touch ran beside SQLite."""
    if item.get_closest_marker("twin"):
        return False
    asks = any(map(item.get_closest_marker, ("django_db", "servers", "walk")))
    names = set(getattr(item, "fixturenames", ()))
    return bool(asks or names & ASKING_FIXTURES) or item.path.name in SERVER_FILES


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("CI skips nothing: the tests reported as skipped count as failed.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# -- a browser ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; without its sandbox, which does not work for root."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture
def page_faults() -> list[str]:
    """What went wrong on the page so far; a test that provokes an error takes it out again."""
    return []


@pytest.fixture
def open_page(new_context: Any, page_faults: list[str]) -> Iterator[Callable[..., Any]]:
    """Opens a page in a browser of its own, as somebody else has it; nothing may go wrong there unseen.

    That is: no error in the console or of a script, no failed request, no answer of 500 or more, no
    foreign host.
    """

    def look_at(request: Any) -> None:
        host = urlsplit(request.url).hostname
        if host not in {"localhost", "127.0.0.1", None}:
            page_faults.append(f"foreign host: {request.url}")

    def look_at_answer(response: Any) -> None:
        if response.status >= 500:
            page_faults.append(f"{response.status}: {response.url}")

    def look_at_message(message: Any) -> None:
        if message.type == "error":
            page_faults.append(f"console: {message.text}")

    def look_at_script(error: Any) -> None:
        page_faults.append(f"script: {error}")

    def look_at_failure(request: Any) -> None:
        # Leaving a page breaks off what it still polls; that is no fault.
        if request.failure != "net::ERR_ABORTED":
            page_faults.append(f"failed: {request.url} {request.failure}")

    def open_one(**options: Any) -> Any:
        page = new_context(**options).new_page()
        page.on("console", look_at_message)
        page.on("pageerror", look_at_script)
        page.on("requestfailed", look_at_failure)
        page.on("request", look_at)
        page.on("response", look_at_answer)
        page.set_default_timeout(10_000)
        return page

    yield open_one
    assert page_faults == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    return open_page()


@pytest.fixture
def assert_accessible(page_faults: list[str]) -> Callable[[Any], None]:
    """Runs axe-core on the page as it stands: no violation of any WCAG 2.2 A or AA rule."""
    source = AXE.read_text(encoding="utf-8")
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Any) -> None:
        # The console first: axe itself may write there.
        assert page_faults == [], page.url
        page.evaluate(source)
        result = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
        found = [
            f"{violation['id']} ({violation['impact']}): {violation['help']} at {node['target']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
        assert found == [], f"{page.url}: {found}"

    return check


# -- paper ------------------------------------------------------------------------------------------------


@pytest.fixture
def cannot_print(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine without WeasyPrint: its module cannot be imported."""
    printing._press.cache_clear()
    monkeypatch.setitem(sys.modules, "portal.common.press", None)
    yield
    printing._press.cache_clear()


# -- a real worker -------------------------------------------------------------------------------------------


class Worker:
    """A Celery worker in a process of its own, on the test's database and broker."""

    def __init__(self, log: Path, concurrency: int = 2) -> None:
        self.log = log
        self.concurrency = concurrency
        self.process: subprocess.Popen[bytes] | None = None

    def arguments(self) -> list[str]:
        options = ["-O", "fair", "--without-gossip", "--without-mingle"]
        return ["worker", "--loglevel", "INFO", *options, "--concurrency", str(self.concurrency)]

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "portal", *self.arguments()],
                cwd=BASE,
                env=environment_of_children(),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float = 300) -> None:
        self._wait(lambda: b"ready." in self.log.read_bytes(), seconds)

    def kill(self) -> None:
        """kill -9 of the parent and its pool at once, as when the machine goes."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def _wait(self, is_so: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                raise AssertionError(self.log.read_text(errors="replace")[-3000:])
            time.sleep(0.1)


def environment_of_children() -> dict[str, str]:
    """For processes that a test starts: the same settings, on the test's database and broker."""
    database = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{connection.settings_dict['NAME']}"
    else:
        host = f"{database['HOST']}:{database['PORT']}"
        password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
        url = f"postgres://{database['USER']}{password}@{host}/{connection.settings_dict['NAME']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ACCORD_DATA": str(settings.ACCORD_DATA),
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
    }


@pytest.fixture
def real_worker(transactional_db: None, tmp_path: Path) -> Iterator[Worker]:
    """A worker that is up; `.kill()` and `.start()` as you like. Ring it: `portal.tasks.sweep.delay()`."""
    # What earlier tests rang for nobody is not this worker's to answer.
    celery_app.control.purge()
    worker = Worker(tmp_path / "worker.log")
    worker.start()
    try:
        worker.wait_until_ready()
        yield worker
    finally:
        worker.stop()
