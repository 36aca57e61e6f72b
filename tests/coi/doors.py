"""What the tests of the doors share: a client over HTTPS, people who sign in, stations that scan."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.test import Client

from config.demonstration.site import COURIER, HOSPITAL, PASSWORD, PLANT, PRODUCT, Demo, Member
from people.rules import codes

SCANS = "/api/v1/scans/"


def browser() -> Client:
    """A browser over HTTPS."""
    client = Client()
    client.defaults["wsgi.url_scheme"] = "https"
    return client


def signed_in(member: Member) -> Client:
    """A browser in which this person has signed in."""
    client = browser()
    answer = client.post("/sign-in/", {"username": member.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def bound(demo: Demo, station: str) -> Client:
    """A browser that is bound to a station."""
    client = browser()
    answer = client.post("/station/bind/", binding(demo, station))
    assert answer.status_code == 302, answer.content
    return client


def binding(demo: Demo, station: str, by: Member | None = None, **more: str) -> dict[str, str]:
    """What a supervisor (or somebody else) fills in to bind a device to a station, or to release it."""
    who = by or demo.binder(station)
    return {
        "request_id": str(uuid4()),
        "token": demo.tokens[station],
        "who": who.badge,
        "secret": who.pin,
        "gap_ms": "100",
    } | more


def body(badge: str, barcodes: Sequence[str], **more: Any) -> dict[str, Any]:
    """A scan's body with a fresh id."""
    return {"scan_id": str(uuid4()), "badge": badge, "barcodes": list(barcodes), **more}


def post(path: str, content: Any, *, token: str = "", client: Client | None = None, **more: Any) -> Any:
    """POST a value as JSON (or bytes as they are), with a station's token if there is one."""
    data = content if isinstance(content, bytes) else json.dumps(content)
    headers = {"Authorization": f"Station {token}"} if token else {}
    options = {"content_type": "application/json", "headers": headers | more.pop("headers", {})} | more
    return (client or browser()).post(path, data, **options)


def text_of(answer):
    return answer.content.decode()


def place(client, number=0, **more):
    content = {
        "request_id": uuid4(),
        "family_name": "Newcomer",
        "given_name": "Nelly",
        "born_on": "1980-05-04",
        "mrn": f"MRN77{number}",
        "mrn_again": f"MRN77{number}",
        "wristband": codes.make("W", f"NEW{number:05d}"),
        "product": PRODUCT,
        "kind": "patient",
        "phase": "commercial",
        "treating": HOSPITAL,
        "collection": HOSPITAL,
        "courier": COURIER,
        "manufacturer": PLANT,
        **more,
    }
    return client.post("/orders/new/", content)
