"""A real server for a real browser: the furnished site over HTTP, with a clock that moves on with every look."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections

from config.bundle import build
from tests.browser.acting import House
from tests.fmea.board import Board, a_board
from tests.furnished import Journeys
from tests.serving import serving


class QuietHandler(WSGIRequestHandler):
    """Says nothing: what goes wrong is seen by the page."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadedWSGIServer):
    """One thread a connection; its database connection ends with it."""

    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle is no error of ours."""


class Clock:
    """The doors' clock: it goes on a little with every look, so that nobody has to wait."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=4)
        return self.now

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@pytest.fixture
def clock(live_journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Goes on from the journey at the bedside, whose thawed bag has hours left."""
    found = Clock(live_journeys.bedside.now + timedelta(minutes=1))
    monkeypatch.setattr("django.utils.timezone.now", found)
    monkeypatch.setattr("coi.views.station.SECOND_PERSON_PAUSE_MS", 0)
    return found


@pytest.fixture(scope="session")
def bundle() -> None:
    """The script that pages with charts import is where they look for it."""
    build()


@pytest.fixture
def address(live_journeys: Journeys, clock: Clock, settings: Any, bundle: None) -> Iterator[str]:
    """Where the server answers, over plain HTTP on this machine alone."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SECURE_COOKIES = settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    server = Server(("127.0.0.1", 0), QuietHandler)
    server.set_app(get_wsgi_application())
    with serving(server) as found:
        yield found


@pytest.fixture
def house(address: str, chromium: Any, live_journeys: Journeys, clock: Clock) -> Iterator[House]:
    """Browsers at desks and stations. A page that complained to its console fails its test."""
    found = House(address, chromium, live_journeys, clock)
    yield found
    found.close()


@pytest.fixture
def board(house: House) -> Board:
    """A worksheet of risks at work at the plant; the house's clock goes on from there."""
    demo = house.journeys.demo
    demo.now = house.clock.now
    found = a_board(demo)
    house.clock.now = found.player.now
    return found
