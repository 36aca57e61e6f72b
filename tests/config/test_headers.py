"""Every address answers with the headers that keep a browser from doing what nobody asked for."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.people import given
from tests.permissions.house import routes

PLACES = {"uuid": "11111111-2222-4333-8444-555555555555", "int": "1", "str": "X"}
WANTED = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}


def addresses() -> list[str]:
    """Every address of the product, with something of the right shape in each place of it."""
    return ["/" + re.sub(r"<(\w+):\w+>", lambda it: PLACES[it[1]], route) for route, _view in routes()]


def wrong_with(answer: HttpResponse) -> list[str]:
    """The headers that are missing or too lax."""
    policy = answer.get("Content-Security-Policy", "")
    wrong = [name for name, value in WANTED.items() if answer.get(name) != value]
    is_strict = (
        "default-src 'none'" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy
    )
    return wrong if is_strict else [*wrong, f"Content-Security-Policy: {policy}"]


@pytest.mark.django_db
def test_every_address_answers_with_the_headers_signed_in_or_not(settings: Any) -> None:
    for name in ("USER", "ADDRESS"):
        setattr(settings, f"{name}_REQUESTS_PER_MINUTE", 10**6)
    given.a_house()
    signed_in = Client()
    assert signed_in.login(username="admin", password=given.PASSWORD)
    for client in (Client(), signed_in):
        for address in addresses():
            assert wrong_with(client.get(address)) == [], address


@pytest.mark.django_db
def test_no_page_that_is_shown_to_somebody_is_kept_by_the_browser() -> None:
    given.a_house()
    client, shown = Client(), 0
    assert client.login(username="admin", password=given.PASSWORD)
    for address in addresses():
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            shown += 1
            assert "no-store" in answer.get("Cache-Control", ""), address
    assert shown > 20
