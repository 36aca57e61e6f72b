"""Signals of control charts are noted on batches: as information, which moves nothing."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from qc import selectors
from qc.models import NotedSignal
from qc.rules.noted_signals import NotedState
from tests.qc.given import SIGNAL, Laboratory

pytestmark = pytest.mark.django_db


def note(lab: Laboratory, state: str = "raised", **more: Any) -> None:
    lab.note_signal(state, **more)


def told(lab: Laboratory) -> list[tuple[str, str]]:
    return [(it.parameter, str(it.state)) for it in lab.view().noted]


def entries(lab: Laboratory) -> list[Any]:
    return [it for it in ledger.entries_for_subject("batch", lab.batch) if it.event == "qc:signal:noted"]


def test_a_signal_is_noted_on_its_batch(lab):
    before = lab.view()
    note(lab)
    after = lab.view()
    ((found),) = after.noted
    assert (found.id, found.criterion, found.by, found.side) == (SIGNAL, "VIABILITY", "nelson_1", "lower")
    assert found.state is NotedState.RAISED
    ((entry),) = entries(lab)
    assert entry.facts["signal"] == SIGNAL
    assert ledger.entries_for_subject("signal", SIGNAL) == [entry]
    assert after.batch == before.batch, "its disposition stays"
    assert (after.digest, after.blockers) == (before.digest, before.blockers), "nothing of the record changed"


def test_the_same_signal_stands_otherwise_later_and_is_not_another_one(lab):
    note(lab)
    note(lab, "acknowledged")
    assert told(lab) == [("Viability", "acknowledged")]
    assert [it.facts["state"] for it in entries(lab)] == ["raised", "acknowledged"]
    assert NotedSignal.objects.count() == 1
    note(lab, "withdrawn")
    assert told(lab) == [], "what was withdrawn is no information any more"
    assert NotedSignal.objects.get().state == "withdrawn"


def test_what_is_noted_already_is_not_noted_again(lab):
    note(lab)
    note(lab)
    assert len(entries(lab)) == 1
    note(lab, side="upper")
    assert len(entries(lab)) == 2


def test_the_same_request_twice_is_one(lab):
    request_id, now = uuid4(), lab.player.now
    note(lab, request_id=request_id)
    note(lab, "acknowledged")
    lab.player.now = now
    note(lab, request_id=request_id)
    assert told(lab) == [("Viability", "acknowledged")], "the first request has its answer and does nothing"
    with pytest.raises(Conflict):
        note(lab, "closed", request_id=request_id)


def test_signals_of_one_batch_stand_beside_each_other(lab):
    note(lab)
    note(lab, signal=str(uuid4()), parameter="Vein to vein", criterion="", by="ewma")
    assert told(lab) == [("Viability", "raised"), ("Vein to vein", "raised")]


@pytest.mark.parametrize(
    ("field", "given", "why"),
    [
        ("signal", "7", "not_an_id"),
        ("state", "forgotten", "not_choice"),
        ("parameter", " ", "empty"),
        ("parameter", "x" * 201, "too_long"),
        ("by", "a\x00b", "not_printable"),
        ("criterion", "C" * 41, "too_long"),
    ],
)
def test_what_makes_no_sense_is_not_noted(lab, field, given, why):
    with pytest.raises(Invalid) as refused:
        note(lab, **{field: given})
    assert refused.value.detail["fields"] == {field: why}
    assert told(lab) == []


def test_a_batch_that_is_not_there_is_not_found(lab):
    with pytest.raises(NotFound):
        note(lab, batch="NONE")


def test_a_person_needs_a_role_for_it_and_charts_none(lab):
    for first_name in ("Leo", "Bob", "Rosa"):
        note(lab, signal=str(uuid4()), **lab.doing(first_name))
    with pytest.raises(NotAllowed):
        note(lab, **lab.doing("Ana"))
    assert len(told(lab)) == 3


def test_a_signal_is_of_one_batch(lab, monkeypatch):
    note(lab)
    other = selectors.noted_signal(UUID(SIGNAL))
    assert other is not None
    assert other[0] == lab.batch
    monkeypatch.setattr(selectors, "noted_signal", lambda _id: ("ANOTHER", replace(other[1])))
    with pytest.raises(Conflict):
        note(lab, "acknowledged")


def test_the_pages_tell_it_as_information(lab, as_):
    lab.test_all()
    note(lab, "acknowledged")
    note(lab, signal=str(uuid4()), parameter="Vein to vein", criterion="", by="ewma", side="upper")
    client = as_("Bob")
    page = client.get(lab.url("batch")).content.decode()
    own = "A control chart signals: Viability, downwards, rule 1 of Nelson; acknowledged"
    other = "A control chart signals: Vein to vein, upwards, moving average (EWMA); nobody has acknowledged it yet"
    assert page.index('id="VIABILITY"') < page.index(own) < page.index("</tr>", page.index('id="VIABILITY"'))
    assert other in page
    board = client.get(reverse("qc:home")).content.decode()
    assert own in board
    assert other in board


def test_many_signals_cost_no_more_statements_than_none(lab, as_):
    client = as_("Bob")

    def statements(url: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    pages = (lab.url("batch"), reverse("qc:home"))
    before = [statements(page) for page in pages]
    for _count in range(5):
        note(lab, signal=str(uuid4()))
    assert [statements(page) for page in pages] == before
