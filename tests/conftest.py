"""What every test stands on: the database with its roles and grants, no network, and a browser where there is one."""

import gc
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pgtrigger
import pytest
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.db import connection, connections
from django.http import HttpRequest
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import fixtures
from pytest_django.plugin import DjangoDbBlocker

pytest_plugins = ["tests.furnished", "tests.validation"]

# a property that holds slowly on a busy machine still holds, however slowly its examples are made there
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")

# What takes a worker longest begins first: at the end the others would stand idle while it goes on.
LONGEST = (
    "tests/test_bench_smoke.py",
    "tests/permissions/",
    "tests/flows/",
    "tests/concurrency/",
    "tests/config/test_demonstration",
)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _let_flush_truncate() -> None:
    """Django empties every table after a test with real transactions; our append-only tables refuse TRUNCATE.

    It has to be wrapped here, at import: a fixture's patch is undone before that flush.
    """
    tear_down = TransactionTestCase._fixture_teardown

    def _fixture_teardown(self: TransactionTestCase) -> None:
        with pgtrigger.ignore():
            tear_down(self)

    TransactionTestCase._fixture_teardown = _fixture_teardown


_let_flush_truncate()


def _make_the_database_for_its_copies() -> None:
    """pytest-django makes the test database if a test opens it; `live_journeys` opens a copy of it."""
    ask = fixtures._get_databases_for_test

    def _get_databases_for_test(test: pytest.Item) -> Any:
        on_a_copy = "live_journeys" in getattr(test, "fixturenames", ())
        return (("default",), False) if on_a_copy else ask(test)

    fixtures._get_databases_for_test = _get_databases_for_test


_make_the_database_for_its_copies()


def _sign_in_by_force(sender: Any, request: HttpRequest, **more: Any) -> None:
    """A session that `Client.force_login` made knows of itself what one made at our doors knows."""
    from people.rules.sessions import Stamp
    from people.views import desk

    if not request.path:  # nobody's request
        now = timezone.now()
        desk.write(request, Stamp(now, now), session=None)


user_logged_in.connect(_sign_in_by_force)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, with the rights that the three roles have in earnest."""
    with django_db_blocker.unblock():
        call_command("grant_roles", verbosity=0)
    yield
    with django_db_blocker.unblock():
        connections.close_all()  # of the other aliases too: the database cannot be dropped under them


@pytest.fixture
def as_role(db: None) -> Any:
    """`with as_role("app"):` does what stands in it with the rights of that role alone."""

    @contextmanager
    def assume(role: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE veintrace_{role}")
            try:
                yield
            finally:
                if not connection.needs_rollback:
                    cursor.execute("RESET ROLE")

    def _assume(role: str) -> AbstractContextManager[None]:
        return assume(role)

    return _assume


# -- the browser ------------------------------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """The machine's own Chromium (CHROMIUM names another). None is downloaded."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, after they were shuffled; and no browser tests where no browser is."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    _skip_without_browser(items)


def _skip_without_browser(items: list[pytest.Item]) -> None:
    """Skip the browser tests, loudly; in CI that is a failure."""
    wanted = [item for item in items if item.get_closest_marker("browser")]
    if not wanted or find_chromium():
        return
    if os.environ.get("CI") == "true":
        raise pytest.UsageError("CI must have Chromium for the browser tests: .ci/run installs it")
    for item in wanted:
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Twelve thousand tests and all modules stay until the end: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The loud line."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "no Chromium" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_sep(
            "!", f"{len(skipped)} BROWSER TESTS DID NOT RUN: no Chromium on this machine", red=True
        )


@pytest.fixture(scope="session")
def chromium() -> Generator[Any, None, None]:
    """A headless Chromium (Playwright's Browser) for the browser tests."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; Django would take that for asynchronous code and refuse the database
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    quiet = [
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    quiet += ["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), headless=True, args=quiet, chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, request: pytest.FixtureRequest) -> Generator[Any, None, None]:
    """A fresh page. What went wrong on it is kept as a picture in test-results/."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    fresh = context.new_page()
    yield fresh
    report = getattr(request.node, "report_of_call", None)
    if report is not None and report.failed:
        folder = Path("test-results")
        folder.mkdir(exist_ok=True)
        fresh.screenshot(path=folder / f"{request.node.name}.png", full_page=True)
    context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Let `page` see whether its test failed."""
    report = yield
    if report.when == "call":
        item.report_of_call = report
    return report
