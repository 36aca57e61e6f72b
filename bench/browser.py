"""Somebody at a browser, through the whole of Django and without a network."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.test import Client

from people.rules.sessions import Stamp
from people.views import desk


def signed_in(user: Any) -> Client:
    """A session that knows of itself what one made at the door knows: the people of a bench have no passwords."""
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    request, now = HttpRequest(), datetime.now(UTC)
    request.session = client.session
    desk.write(request, Stamp(now, now), session=None)
    request.session.save()
    return client


def opens(client: Client, address: str) -> Callable[[], None]:
    """Open a page; it must be there."""

    def act() -> None:
        answer = client.get(address, secure=True)
        if answer.status_code != 200:
            raise ValueError(f"{address} answered {answer.status_code}")

    return act
