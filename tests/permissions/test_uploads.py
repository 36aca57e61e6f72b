"""Every door that takes a file, and every one that takes JSON: what is too large, empty or of another kind is refused
in words, and nothing is written.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator

from audit.forms.bundle_asking import LONGEST_NOTE
from config.demonstration.site import PLANT
from ledger.models import Entry, Evidence
from ledger.rules.evidence import SIZE_LIMIT
from people.rules.roles import Role
from tests.furnished import Journeys
from tests.permissions.furnishing import a_house
from tests.permissions.house import House, routes

ROOT = Path(configured.BASE_DIR)
MB, PNG, PDF = 1024 * 1024, b"\x89PNG\r\n\x1a\n", b"%PDF-1.7 x"
EMPTY = "The submitted file is empty."


@dataclass(frozen=True)
class Door:
    """Where a file goes in: the module of its view, its address, whose it is, and what else is sent with it."""

    view: str
    route: str
    role: Role
    most: int  # bytes
    wrong: bytes
    said: tuple[str, str]  # of what is too large, and of what is something else
    sent: dict[str, str] = field(default_factory=dict)
    name: str = "file"


def doors(house: House) -> list[Door]:
    """All of them."""
    table = ("larger than 5 MB", "This is no text")
    shown = ("larger than 20 MB", "not what its name says")
    letter = ("larger than 10 MB", "This is no PDF")
    at = "2026-03-01T10:00"
    days = {"since": "2026-01-01", "until": "2030-01-01"}
    part = "batches/<str:code>/exceptional/<str:dossier>/"
    imported = {"kind": "csv", "mapping": "", "run": house.things["runs/", "code"], "tested_at": at}
    return [
        Door(
            *(
                "people/views/giving.py",
                "people/<int:user_id>/training/",
                Role.SUPERVISOR,
                SIZE_LIMIT,
                PNG,
                shown,
            ),
            {"topic": "thaw", "site": PLANT, **days},
            "evidence",
        ),
        Door(
            *("people/views/programmes.py", "people/sites/<str:code>/qualify/", Role.QA_REVIEWER, SIZE_LIMIT),
            *(PNG, shown, {"programme": "FACT", **days}, "evidence"),
        ),
        Door("qc/views/imports.py", "files/new/<str:site>/", Role.ANALYST, 5_000_000, PNG, table, imported),
        Door("qc/views/plates.py", "runs/<str:code>/potency/", Role.ANALYST, 5_000_000, PNG, table),
        Door(
            *(
                "qc/views/validations.py",
                f"studies/{house.validation}/measurements/",
                Role.ANALYST,
                5_000_000,
            ),
            *(PNG, ("larger than 5 MB", "Nothing was taken")),
        ),
        Door(
            *("qc/views/exceptional.py", f"{part}request/", Role.QA_REVIEWER, 10 * MB, PNG, letter),
            {"physician": "J", "requested_at": at},
        ),
        Door(
            *("qc/views/exceptional.py", f"{part}acceptance/", Role.QA_REVIEWER, 10 * MB, PNG, letter),
            {"risk_sent_at": at, "accepted_at": at},
        ),
        Door(
            *("fmea/views/files.py", "risk/<str:code>/files/hand-in/", Role.SUPERVISOR, 10 * MB, PDF),
            ("larger than 10 MB", "This is no spreadsheet file"),
        ),
        Door(
            *("audit/views/bundles.py", "audit/bundles/new/", Role.AUDITOR, LONGEST_NOTE, b"\xff\x00"),
            ("not a checkpoint", "not a checkpoint"),
            {"journey": house.things["audit/", "key"]},
        ),
    ]


def takers() -> set[str]:
    """The modules of views that look at what files came."""
    found = set()
    for path in ROOT.glob("*/views/**/*.py"):
        read = (
            node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
        )
        if "FILES" in read:
            found.add(path.relative_to(ROOT).as_posix())
    return found


def written() -> tuple[int, int]:
    """How much there is in the ledger."""
    return Entry.objects.count(), Evidence.objects.count()


def bad_files(door: Door) -> Iterator[tuple[str, bytes, str]]:
    """What is wrong, the file, and what is said of it."""
    yield "too large", b"x" * (door.most + 1), door.said[0]
    yield "another kind", door.wrong, door.said[1]
    yield "empty", b"", EMPTY


def wrong_at(house: House, door: Door) -> Iterator[str]:
    """What a door does with a bad file that it should not."""
    client, address = house.clients[door.role, PLANT], house.address(door.route)
    for what, data, said in bad_files(door):
        before = written()
        file = SimpleUploadedFile("x.pdf", data, "application/pdf")
        answer = client.post(address, {"request_id": str(uuid4()), **door.sent, door.name: file})
        told = " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
        if answer.status_code != 422 or said not in told:
            yield f"{address} {what}: {answer.status_code}, and not: {said}"
        if written() != before:
            yield f"{address} {what}: something was written"


def too_long_for(house: House) -> Iterator[str]:
    """Operations of the API that take a body of two megabytes, or another thing than JSON, or write."""
    client, before = house.clients[Role.QA_REVIEWER, PLANT], written()
    described = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    known = {"/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route): house.address(route) for route, _view in routes()}
    for path, methods in described.items():
        for method in set(methods) & {"post", "put", "patch"}:
            body = b'{"x": "' + b"x" * 2 * MB + b'"}'
            kinds = set(methods[method].get("requestBody", {}).get("content", {}))
            answer = getattr(client, method)(known[path], body, content_type="application/json")
            plain = getattr(client, method)(known[path], PDF, content_type="application/pdf")
            found = (kinds, answer.status_code, plain.status_code)
            if found not in (({"application/json"}, 413, 415), ({"application/json"}, 401, 401)):
                yield f"{path} {found}"
    if written() != before:
        yield "something was written"


def test_bad_files_are_refused_in_words_and_nothing_is_written(
    journeys: Journeys, time_machine: Any, settings: Any
) -> None:
    house = a_house(journeys)
    time_machine.move_to(journeys.demo.now, tick=True)
    known = doors(house)
    assert {door.view for door in known} == takers(), "enter the door that takes a file"
    assert [fault for door in known for fault in wrong_at(house, door)] == []
    assert list(too_long_for(house)) == []
