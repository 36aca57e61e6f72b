"""Runs: what is used in them is fit, their controls gate them, and no result comes of one that was not accepted."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from coi import services as coi
from coi.rules.stock import StockStatus
from config.demonstration.site import PLANT
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from qc import selectors, services
from qc.rules.runs import RunState
from tests.qc.given import fields
from tests.qc.runs_given import GOOD, HIGH, LOW, begin, read


def test_a_run_is_opened_judged_by_its_controls_and_gives_results(lab):
    run = begin(lab)
    assert (run.state, run.code[:5], run.analyst) == (RunState.OPEN, f"R-{lab.player.now:%y}-", "Ana Lind")
    with pytest.raises(Invalid) as error:
        lab.record("VCN", run=run.code)
    assert fields(error) == {"run": "run_not_accepted"}
    run = read(lab, run)
    assert (run.state, run.breaches) == (RunState.ACCEPTED, ())
    assert [(reading.control, str(reading.z)) for reading in run.readings] == [
        ("one copy", "0.17"),
        ("four copies", "-0.28"),
    ]
    assert lab.record("VCN", run=run.code).run == run.code
    entries = [entry.event for entry in ledger.entries_for_subject("run", run.code)]
    assert entries == ["qc:run:opened", "qc:controls:read"]


@pytest.mark.parametrize(
    ("values", "state", "rules"),
    [
        ({LOW: ["1.14"], HIGH: ["4.05"]}, RunState.ACCEPTED, ()),
        ({LOW: ["1.15"], HIGH: ["4.05"]}, RunState.ACCEPTED, ("1_2s",)),
        ({LOW: ["1.20"], HIGH: ["4.05"]}, RunState.ACCEPTED, ("1_2s",)),
        ({LOW: ["1.21"], HIGH: ["4.05"]}, RunState.REFUSED, ("1_2s", "1_3s")),
        ({LOW: ["1.15"], HIGH: ["4.42"]}, RunState.REFUSED, ("1_2s", "2_2s")),
        ({LOW: ["1.15"], HIGH: ["3.68"]}, RunState.REFUSED, ("1_2s", "r_4s")),
    ],
)
def test_the_rules_of_westgard_gate_a_run(lab, values, state, rules):
    run = read(lab, begin(lab), values)
    assert (run.state, run.breaches) == (state, rules)
    if state is RunState.REFUSED:
        with pytest.raises(Invalid) as error:
            lab.record("VCN", run=run.code)
        assert fields(error) == {"run": "run_not_accepted"}


def test_rules_look_back_over_earlier_runs_and_not_over_void_ones(lab):
    drifting = {LOW: ["1.15"], HIGH: ["4.05"]}
    assert read(lab, begin(lab), drifting).state is RunState.ACCEPTED
    broken_off = begin(lab)
    services.void_run(run=UUID(broken_off.id), reason="power cut", **lab.doing("Ana"))
    again = read(lab, begin(lab), drifting)
    assert (again.state, again.breaches) == (RunState.REFUSED, ("1_2s", "2_2s"))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({LOW: ["1.0"]}, {HIGH: "empty"}),
        ({LOW: ["1.0"], HIGH: []}, {HIGH: "empty"}),
        ({LOW: ["1,0"], HIGH: ["4"]}, {LOW: "not_a_number"}),
        ({LOW: ["nan"], HIGH: ["4"]}, {LOW: "not_a_number"}),
        ({LOW: ["1"] * 9, HIGH: ["4"]}, {LOW: "too_many"}),
        ({**GOOD, "primer_set": ["1"]}, {"primer_set": "no_target"}),
        ({**GOOD, "VM0000": ["1"]}, {"VM0000": "no_target"}),
    ],
)
def test_controls_are_read_all_at_once_or_not_at_all(lab, values, expected):
    run, lots = begin(lab), lab.player.demo.lots
    with pytest.raises(Invalid) as error:
        read(lab, run, values)
    assert fields(error) == {lots.get((name, PLANT), name): code for name, code in expected.items()}
    assert selectors.run(run.id).state is RunState.OPEN
    assert read(lab, run).state is RunState.ACCEPTED
    with pytest.raises(Conflict, match="run_judged"):
        read(lab, run)
    with pytest.raises(Conflict, match="run_judged"):
        services.void_run(run=UUID(run.id), reason="I did not like it", **lab.doing("Ana"))


def test_what_is_used_is_there_fit_and_of_the_method(lab):
    demo = lab.player.demo
    reader, primers = demo.devices["droplet_reader", PLANT], demo.lots["primer_set", PLANT]
    all_lots = [primers, demo.lots[LOW, PLANT], demo.lots[HIGH, PLANT]]
    for more, expected in (
        ({"instruments": []}, {"instruments": "instrument_missing"}),
        ({"instruments": ["VE0"]}, {"instruments": "not_there"}),
        ({"instruments": ["\x00"]}, {"instruments": "not_there"}),
        ({"instruments": [reader, reader]}, {"instruments": "repeated"}),
        (
            {"instruments": [reader, demo.devices["flow_cytometer", PLANT]]},
            {"instruments": "instrument_not_of_method"},
        ),
        ({"reagents": all_lots[1:]}, {"reagents": "reagent_missing"}),
        ({"reagents": [*all_lots, demo.lots["vector", PLANT]]}, {"reagents": "reagent_not_of_method"}),
    ):
        with pytest.raises(Invalid) as error:
            begin(lab, **more)
        assert fields(error) == expected
    supervisor = {"reason": "cracked", **lab.doing("Amir")}
    coi.set_equipment_status(code=reader, status=StockStatus.BLOCKED, **supervisor)
    coi.set_lot_status(code=primers, status=StockStatus.BLOCKED, **supervisor | {"request_id": uuid4()})
    with pytest.raises(Invalid) as error:
        begin(lab)
    assert fields(error) == {"instruments": "instrument_unfit", "reagents": "reagent_unfit"}
    coi.set_equipment_status(code=reader, status=StockStatus.APPROVED, **supervisor | {"request_id": uuid4()})
    coi.set_lot_status(code=primers, status=StockStatus.APPROVED, **supervisor | {"request_id": uuid4()})
    assert begin(lab).state is RunState.OPEN


def test_an_analyst_is_trained_and_a_method_valid(lab):
    lab.player.wait(days=731)  # the training of the demonstration is for two years
    with pytest.raises(Invalid) as error:
        begin(lab)
    assert "analyst_untrained" in fields(error).values()
    with pytest.raises(Invalid) as error:
        lab.record("APPEARANCE")
    assert fields(error) == {"criterion": "analyst_untrained"}
    lab.player.wait(days=4 * 365)
    with pytest.raises(Invalid) as error:
        begin(lab)
    assert fields(error)["method"] == "method_expired"


def test_who_begins_a_run_and_of_what(lab):
    for who in ("Leo", "Bob", "Alice", "Dave"):
        with pytest.raises(NotAllowed):
            begin(lab, by=who)
    with pytest.raises(NotFound, match="method_not_effective"):
        begin(lab, "M-NONE")
    with pytest.raises(NotFound, match="run_unknown"):
        services.void_run(run=uuid4(), reason="x", **lab.doing("Ana"))
    run = begin(lab)
    for reason in (" ", "x" * 201):
        with pytest.raises(Invalid):
            services.void_run(run=UUID(run.id), reason=reason, **lab.doing("Ana"))


def test_a_run_asked_for_twice_is_one(lab):
    request = uuid4()
    first = begin(lab, request_id=request)
    assert begin(lab, request_id=request).id == first.id
    with pytest.raises(Conflict, match="request_id_used"):
        begin(lab, "M-FLOW", request_id=request)
    reading = uuid4()
    assert read(lab, first, request_id=reading) == read(lab, first, request_id=reading)


def test_a_result_names_a_run_that_fits(lab):
    other = lab.run_for("VIABILITY")
    for run, code in (("", "run_required"), ("R-26-99999", "not_choice"), (other, "run_of_another_method")):
        with pytest.raises(Invalid) as error:
            lab.record("VCN", run=run)
        assert fields(error) == {"run": code}
    late = begin(lab)
    read(lab, late)
    with pytest.raises(Invalid) as error:
        lab.record("VCN", run=late.code, tested_at=lab.player.now - timedelta(minutes=9))
    assert fields(error) == {"run": "before_the_run"}
