"""Checkpoints go out: to mailboxes and addresses, once in a while, until they have arrived."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from ledger import selectors, services
from ledger.models import Publication
from ledger.rules import EntryRef
from ledger.rules.destinations import mailboxes, web_addresses
from ledger.services import posting
from people.tasks import publish_checkpoints as publish_task
from tests.ledger.given import appended, now
from tests.serving import serving

pytestmark = pytest.mark.django_db


class Address(HTTPServer):
    """An address on this machine: what was posted to it, and what it answers."""

    def __init__(self, answers: tuple[int, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Inbox)
        self.got: list[str] = []
        self.answers = answers
        self.address = f"http://127.0.0.1:{self.server_port}/in?from=us"


class Inbox(BaseHTTPRequestHandler):
    """It keeps what is posted, and answers as it is told."""

    server: Address

    def do_POST(self) -> None:
        """Keep it."""
        self.server.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        status, body = self.server.answers
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def inbox(status: int = 200, body: bytes = b"") -> Iterator[Address]:
    """An address that answers so."""
    server = Address((status, body))
    with serving(server):
        yield server


def publish(at: datetime) -> int:
    """Publish what is due."""
    return services.publish_checkpoints(now=at)


def sealed() -> Any:
    """One more entry, sealed."""
    appended()
    return services.seal(now=now(), using="default")


def test_the_newest_checkpoint_is_mailed_whole(history: list[EntryRef], settings: Any) -> None:
    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example, auditor@b.example")
    assert publish(now()) == 2
    assert [message.to for message in mail.outbox] == [["qa@a.example"], ["auditor@b.example"]]
    message, newest = mail.outbox[0], selectors.latest_checkpoint()
    assert newest is not None
    assert message.subject == "Checkpoint of 5 entries: veintrace.local/ledger"
    assert message.body.endswith(newest.note)
    assert message.attachments[0][:2] == ("00000000000000000005.note", newest.note)


def test_at_most_one_goes_out_in_an_interval_and_it_is_the_newest(
    history: list[EntryRef], settings: Any
) -> None:
    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example")
    start = now()
    assert publish(start) == 1
    for _ in range(3):
        sealed()
    assert publish(start + timedelta(seconds=59)) == 0
    assert publish(start + timedelta(seconds=61)) == 1
    assert publish(start + timedelta(days=1)) == 0
    assert [message.subject.split(":")[0] for message in mail.outbox] == [
        "Checkpoint of 5 entries",
        "Checkpoint of 9 entries",
    ]


def test_it_is_posted_as_it_stands(history: list[EntryRef], settings: Any) -> None:
    newest = selectors.latest_checkpoint()
    assert newest is not None
    with inbox(status=204) as there:
        settings.CHECKPOINT_POST_TO = web_addresses(there.address)
        assert publish(now()) == 1
        assert there.got == [newest.note]


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(500, b"", "status 500"), (302, b"", "status 302"), (200, bytes(posting.MOST + 1), "more than")],
)
def test_what_is_no_delivery_is_tried_again(
    history: list[EntryRef], settings: Any, status: int, body: bytes, why: str
) -> None:
    start = now()
    with inbox(status=status, body=body) as there:
        settings.CHECKPOINT_POST_TO = web_addresses(there.address)
        assert publish(start) == 0
        assert publish(start + timedelta(seconds=14)) == 0
        assert len(there.got) == 1
        (state,) = selectors.publication_state()
        assert why in state.last_error
        assert state.size == 0
        there.answers = (200, b"ok")
        assert publish(start + timedelta(seconds=16)) == 1
    (state,) = selectors.publication_state()
    assert (state.size, state.last_error, state.waiting_for) == (5, "", None)


def test_nothing_is_lost_while_everything_is_away(
    history: list[EntryRef], settings: Any, client: Client
) -> None:
    settings.CHECKPOINT_POST_TO = web_addresses("http://127.0.0.1:9/nobody")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example")
    at = now()
    for attempt in range(30):  # more than any other effect gets
        assert publish(at + timedelta(hours=attempt)) == 0
    assert Publication.objects.filter(attempts=30).count() == 2
    part = client.get("/healthz").json()["parts"]["checkpoints_elsewhere"]
    assert (part["destinations"], part["waiting"], part["refused"]) == (2, 2, 0)
    assert part["oldest_waiting_seconds"] > 0
    assert "example" not in json.dumps(part)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert publish(at + timedelta(hours=40)) == 1
    assert selectors.publication_state()[0].waiting_for is None


def test_who_waits_too_long_degrades_the_house_and_breaks_nothing(
    history: list[EntryRef], settings: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config import health

    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example")
    assert client.get("/healthz").json()["parts"]["checkpoints_elsewhere"]["state"] == "ok"
    monkeypatch.setattr(health, "CHECKPOINT_LATE", timedelta())
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["parts"]["checkpoints_elsewhere"]["state"] == "degraded"


def test_without_destinations_or_checkpoints_nothing_is_done(settings: Any) -> None:
    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example")
    publish_task()
    assert not Publication.objects.exists()
    settings.CHECKPOINT_MAIL_TO = ()
    sealed()
    publish_task()
    assert not mail.outbox
    assert printed("--state") == "nowhere\n"


def test_the_application_role_may_publish(history: list[EntryRef], settings: Any, as_role: Any) -> None:
    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example")
    with as_role("app"):
        assert publish(now()) == 1


def printed(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("checkpoint", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_how_far_each_has_got(history: list[EntryRef], settings: Any) -> None:
    settings.CHECKPOINT_MAIL_TO = mailboxes("qa@a.example, b@b.example")
    publish(now())
    sealed()
    first, second = printed("--state").splitlines()
    assert first.startswith("mail:qa@a.example: 5 entries at ")
    assert "; behind for" in second
    newest = selectors.latest_checkpoint()
    assert newest is not None
    assert printed() == newest.note
    assert "\n4\n" in printed("--size", "4")
