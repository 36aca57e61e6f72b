"""The whole API as it describes itself: whatever is sent by whomever, nothing breaks, and every answer is described.

Schemathesis makes the requests from the description that the product hands out, the same ones at every run: what fits
and what does not. Each goes to the product's WSGI application as every asker, and what it did is undone. What its
generators do not put into an address stands in STRANGE.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.demonstration.site import HOSPITAL, PLANT
from people.rules.roles import Role
from tests.furnished import Journeys, undone
from tests.permissions.furnishing import a_house
from tests.permissions.house import House, routes

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 4  # at most, of each operation and each sort of request
CSRF = "a" * 32
# What people and programs put into addresses by mistake or on purpose: each has felled a product before.
STRANGE = ("\x00", "a\x00b", "\ud800", "\u202e1", "x" * 5000, "../../etc/passwd", "%s{0}'\"--", "\n")


@dataclass(frozen=True)
class Asker:
    """Who asks, and what they show."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def house(journeys: Journeys, time_machine: Any) -> Iterator[House]:
    """The house at the hour at which its last thing was made."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # a request would end the transaction of this test
    made = a_house(journeys)
    time_machine.move_to(journeys.demo.now, tick=True)
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def askers(house: House, journeys: Journeys) -> dict[str, Asker]:
    """One of each kind that the API tells apart; those with a session send what its pages would."""
    people = {
        "administrator": house.clients[Role.ADMINISTRATOR, PLANT],
        "quality": house.clients[Role.QA_RELEASER, PLANT],
        "operator": house.clients[Role.OPERATOR, PLANT],
        "auditor": house.clients[Role.AUDITOR, PLANT],
        "nurse": house.clients[Role.NURSE, HOSPITAL],
    }
    sessions = {name: client.cookies["sessionid"].value for name, client in people.items()}
    signed_in = {
        name: Asker({"sessionid": session, "csrftoken": CSRF}, {"X-CSRFToken": CSRF})
        for name, session in sessions.items()
    }
    station = Asker(headers={"Authorization": f"Station {journeys.demo.tokens['NBED']}"})
    return {**signed_in, "station": station, "nobody": Asker()}


def described() -> list[Any]:
    """Every operation of the description that the product hands out."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    schema.config.generation.update(with_security_parameters=False)  # askers show their own
    schema.config.analysis.constants.enabled = (
        False  # looking for words in the whole source takes ten seconds
    )
    return [found.ok() for found in schema.get_all_operations()]


def in_places(house: House, path: str) -> dict[str, str]:
    """What exists, for each place of an address of the description."""
    route = next(it for it, _view in routes() if "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", it) == path)
    shape = re.sub(r"<\w+:(\w+)>", r"(?P<\1>[^/]+)", route.replace(".", r"\."))
    found = re.fullmatch(shape, house.address(route).removeprefix("/"))
    assert found is not None
    return found.groupdict()


def made(operation: Any, mode: GenerationMode, places: dict[str, str] | None) -> list[Any]:
    """Requests of an operation, the same at every run; with these in the places of its address, or with any."""
    found: list[Any] = []

    @effort(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode, path_parameters=places))
    def keep(case: Any) -> None:
        found.append(case)

    keep()
    return found


def requests(operation: Any, places: dict[str, str]) -> Iterator[Any]:
    """What fits and what does not, of what there is; and what fits, of what there is not."""
    yield from made(operation, GenerationMode.POSITIVE, places)
    if operation.body or operation.query:
        yield from made(operation, GenerationMode.NEGATIVE, places)
    if places:
        yield from made(operation, GenerationMode.POSITIVE, None)


def answer_to(case: Any, asker: Asker) -> Any:
    """What is answered; nothing of it stays."""
    with undone():
        return case.call(cookies=asker.cookies, headers=asker.headers)


def problems(case: Any, answer: Any) -> list[str]:
    """What an answer may not be."""
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as found:
        return [f"{one.title}: {one.message}" for one in found.exceptions]
    return []


def test_every_operation_answers_every_request_as_described(house: House, journeys: Journeys) -> None:
    operations, everybody = described(), askers(house, journeys)
    asked, accepted, wrong = set(), set(), []
    for operation in operations:
        for case in requests(operation, in_places(house, operation.path)):
            for name, asker in everybody.items():
                answer = answer_to(case, asker)
                asked.add((operation.label, name))
                accepted |= {operation.label} if answer.status_code < 300 else set()
                found = "; ".join(problems(case, answer))
                wrong += [f"{name}: {operation.label} {case!r:.300}: {found}"] if found else []
    assert not wrong, "\n".join(wrong)
    assert asked == {(operation.label, name) for operation in operations for name in everybody}
    assert len(accepted) >= len(operations) / 3, "hardly anything got through: the requests test nothing"


def test_strange_addresses_are_told_and_break_nothing(house: House) -> None:
    client, wrong = house.clients[Role.QA_RELEASER, PLANT], []
    client.raise_request_exception = False
    for operation in described():
        ask = getattr(client, operation.method)
        for strange in STRANGE if "{" in operation.path else ():
            value = quote(strange.encode("utf-8", "surrogatepass"), safe="")
            answer = ask(re.sub(r"\{\w+\}", lambda _found, it=value: it, operation.path))
            if answer.status_code >= 500 or set(answer.json()) != {"code", "message", "detail"}:
                wrong.append(f"{operation.label} {strange!r:.30}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
