"""The whole API as described: whatever is sent by whomever, no answer is an error of ours, and none is undescribed."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from config.demonstration.site import HOSPITAL, PLANT
from people.rules.roles import Role
from tests.furnished import Journeys
from tests.permissions.house import House, a_house, routes
from tests.permissions.sent import Operation, operations, requests

EXAMPLES = 4  # of each operation for each who asks
# What any request can meet before the operation has a say: not found, no such method, too large, nobody or too often.
ANYWHERE = {400, 401, 403, 404, 405, 406, 413, 415, 422, 429}


@pytest.fixture
def house(journeys: Journeys, time_machine: Any, settings: Any) -> House:
    """The house at the hour at which its last thing was made, and nobody is turned away for knocking too often."""
    for name in ("STATION", "USER", "ADDRESS"):
        setattr(settings, f"{name}_REQUESTS_PER_MINUTE", 10**6)
    made = a_house(journeys)
    time_machine.move_to(journeys.demo.now, tick=True)
    return made


def real_addresses(house: House) -> dict[str, str]:
    """What exists, by the path of the description."""
    places = re.compile(r"<[a-z]+:([a-z_]+)>")
    found = [route for route, _view in routes() if route.startswith("api/v1/")]
    house.things |= {("api/v1/audit/", name): value for name, value in (("kind", "custody"), ("form", "pdf"))}
    return {"/" + places.sub(r"{\1}", route): house.address(route) for route in found}


def askers(house: House, journeys: Journeys) -> dict[str, tuple[Client, dict[str, str]]]:
    """Who asks, with what they show."""
    people = {
        "administrator": house.clients[Role.ADMINISTRATOR, PLANT],
        "quality": house.clients[Role.QA_RELEASER, PLANT],
        "auditor": house.clients[Role.AUDITOR, PLANT],
        "nurse": house.clients[Role.NURSE, HOSPITAL],
        "nobody": Client(),
    }
    station = {"HTTP_AUTHORIZATION": f"Station {journeys.demo.tokens['NBED']}"}
    return {name: (client, {}) for name, client in people.items()} | {"station": (Client(), station)}


def wrong_with(operation: Operation, answer: Any) -> str:
    """What an answer may not be; empty if it may."""
    if answer.status_code >= 500:
        return "an error of ours"
    if answer.status_code not in operation.statuses | ANYWHERE:
        return f"not among the described {sorted(operation.statuses)}"
    if answer.status_code >= 400 and set(answer.json()) != {"code", "message", "detail"}:
        return "not the body of an error"
    return ""


def test_no_answer_of_the_api_is_an_error_of_ours(house: House, journeys: Journeys) -> None:
    addresses, described, wrong, accepted = real_addresses(house), operations(), [], set()
    for name, (client, shown) in askers(house, journeys).items():
        client.raise_request_exception = False
        for operation in described:
            real = addresses[operation.path]
            for address, body in requests(operation, real, seed=name, count=EXAMPLES):
                sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
                answer = getattr(client, operation.method)(address, **sent, **shown)
                if answer.status_code < 300:
                    accepted.add((operation.method, operation.path))
                if problem := wrong_with(operation, answer):
                    wrong.append(
                        f"{name}: {operation.method} {address} {body!r:.200}: {answer.status_code} {problem}"
                    )
    assert not wrong, "\n".join(wrong)
    assert len(accepted) >= len(described) / 3, "hardly anything got through: the requests test nothing"
