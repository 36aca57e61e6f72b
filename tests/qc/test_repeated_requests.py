"""A request that comes again is the same only when it asks the same; another content under its id is refused."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from ledger.rules.errors import Conflict
from ledger.selectors import entry_for_request
from qc.rules.investigations import LaboratoryCheck
from qc.services.recording import asking

WHO_AND_WHERE = {"actor", "where", "now", "request_id", "credential"}
USED = pytest.raises(Conflict, match="request_id_used")


def use_cases(room: str) -> Iterator[tuple[str, set[str], set[str]]]:
    """Every service of a room: its name, what it takes, and what of that its request is known by."""
    for path in sorted((Path(settings.BASE_DIR) / room / "services").glob("*.py")):
        for found in ast.parse(path.read_text()).body:
            takes = {it.arg for it in found.args.kwonlyargs} if isinstance(found, ast.FunctionDef) else set()
            if {"actor", "request_id"} <= takes:
                calls = [it for it in ast.walk(found) if isinstance(it, ast.Call)]
                asked = [one for it in calls if _name(it) == "asking" for one in it.keywords]
                known = {
                    name for one in asked for name in ([one.arg] if one.arg else _keys(found, one.value))
                }
                yield f"{path.stem}.{found.name}", takes - WHO_AND_WHERE, known


def _keys(function: ast.AST, name: ast.AST) -> set[str]:
    """The keys of a dictionary that is written down in a function under a name, and handed on as keywords."""
    written = {
        one.targets[0].id: one.value
        for one in ast.walk(function)
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
    }
    found = written.get(name.id) if isinstance(name, ast.Name) else None
    keys = found.keys if isinstance(found, ast.Dict) else []
    return {it.value for it in keys if isinstance(it, ast.Constant) and isinstance(it.value, str)}


@pytest.fixture
def begun(oos):
    oos.open()
    oos.start()
    return oos


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


@pytest.mark.parametrize(("room", "fewest"), [("qc", 41), ("fmea", 16)])
def test_every_service_knows_its_request_by_all_that_it_asks(room, fewest):
    found = list(use_cases(room))
    assert len(found) >= fewest
    assert [name for name, takes, known in found if takes - known] == []


def test_the_digest_follows_the_content_and_not_its_order(lab):
    about = lab.doing("Ana")
    who = (about["actor"], about["where"], about["now"], about["request_id"])
    first = asking(*who, names={"a", "b", "c"}, at={"x": 1, "y": 2}, data=b"1")
    assert asking(*who, at={"y": 2, "x": 1}, data=b"1", names={"c", "b", "a"}) == first
    for other in ({"data": b"2"}, {"names": {"a", "b"}}, {"at": {"x": 1, "y": 3}}):
        assert (
            asking(*who, **{"names": {"a", "b", "c"}, "at": {"x": 1, "y": 2}, "data": b"1"} | other) != first
        )


def test_another_value_is_another_result(lab):
    request = uuid4()
    lab.record("CAR", "26.0", request_id=request)
    assert entry_for_request(request).facts["asked_sha256"]
    for criterion, value in (("CAR", "27.0"), ("VIABILITY", "26.0")):
        with USED:
            lab.record(criterion, value, request_id=request)


def test_another_answer_is_another_check(begun):
    request = uuid4()
    assert begun.answer(LaboratoryCheck.CALCULATION, request_id=request).is_done
    with USED:
        begun.answer(LaboratoryCheck.REAGENTS, request_id=request)


def test_a_refused_request_with_another_content_is_no_repeat(begun):
    request = uuid4()
    assert not begun.answer(LaboratoryCheck.CALCULATION, by="Ana", request_id=request).is_done
    with USED:
        begun.answer(LaboratoryCheck.REAGENTS, by="Ana", request_id=request)


def test_the_same_request_may_arrive_later(lab):
    """The moment of its arrival is no part of what a request asks."""
    lab.player.wait(hours=2)
    about = {"request_id": uuid4(), "tested_at": lab.player.now - timedelta(hours=1)}
    first = lab.record("APPEARANCE", **about)
    assert lab.record("APPEARANCE", **about) == first, "the laboratory's clock went on by a minute"
