"""From journeys and results of the rooms below to the numbers of a plan."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.demonstration.site import PLANT, PRODUCT
from cpv.rules.programme.observing import LeftOutWhy, left_out, observed
from cpv.rules.programme.plan import By, ElapsedUnit, Parameter, Plan, Source, SourceKind, Stratum
from cpv.selectors.sources import batches_touched, facts_of, scans_of_weeks
from ledger.selectors import concerned
from tests.furnished import Journeys
from tests.qc.given import Laboratory

LOT = (Stratum(By.SITE), Stratum(By.MATERIAL, "vector"))
COUNTED, HOURS = ("viable_cells", "10*8"), ElapsedUnit.HOURS
PARAMETERS = (
    Parameter(
        "VIABILITY", "Viability", Source(SourceKind.RESULT, criterion="VIABILITY"), unit="%", strata=LOT
    ),
    Parameter("ENDOTOXIN", "Endotoxin", Source(SourceKind.RESULT, criterion="ENDOTOXIN"), unit="[EU]/mL"),
    Parameter("APPEARANCE", "Appearance", Source(SourceKind.RESULT, criterion="APPEARANCE")),
    Parameter(
        "CELLS", "Cells", Source(SourceKind.STEP_VALUE, step="pool", field=COUNTED[0]), unit=COUNTED[1]
    ),
    Parameter("CULTURE", "Culture", Source(SourceKind.ELAPSED, step="transduce", until="pool", unit=HOURS)),
    Parameter("VEIN", "Vein to vein", Source(SourceKind.ELAPSED, step="end_collection", until="infuse_end")),
)
PLAN = Plan("Every batch", PRODUCT, 120, PARAMETERS)


@pytest.fixture
def lab(journeys: Journeys) -> Laboratory:
    p = journeys.filled
    return Laboratory(p, p.containers("product_bag")[0].batch)


def test_a_batch_becomes_the_numbers_of_its_plan(lab: Laboratory) -> None:
    for code, value in (("VIABILITY", "92.40"), ("ENDOTOXIN", "<0.05"), ("APPEARANCE", None), ("CD3", "97")):
        result = lab.record(code, value)
        if code != "CD3":
            lab.review(result)
    facts = facts_of([lab.batch])[lab.batch]
    found = {it.parameter: it for it in observed(PLAN, facts)}
    vector = lab.player.demo.lots["vector", PLANT]
    assert found["VIABILITY"].value == "92.40"
    assert found["VIABILITY"].stratum == (PLANT, *facts.materials["vector"])
    assert facts.materials["vector"][0] in vector
    assert (found["ENDOTOXIN"].value, found["ENDOTOXIN"].is_below) == ("0.05", True)
    assert found["CELLS"].value == "18.40"
    assert 190 < float(found["CULTURE"].value) < 194
    assert set(found) == {"VIABILITY", "ENDOTOXIN", "CELLS", "CULTURE"}, "nothing was infused"
    assert [(it.parameter, it.why) for it in left_out(PLAN, facts)] == [
        ("APPEARANCE", LeftOutWhy.NOT_A_NUMBER)
    ]
    assert [it.criterion for it in facts.results] == ["APPEARANCE", "VIABILITY", "ENDOTOXIN"], (
        "CD3: nobody looked"
    )


def test_more_batches_cost_no_more_statements(lab: Laboratory, journeys: Journeys) -> None:
    codes = [p.containers("product_bag")[0].batch for p in (journeys.ready, journeys.bedside, lab.player)]
    lab.review(lab.record("VIABILITY"))
    with CaptureQueriesContext(connection) as one:
        facts_of(codes[:1])
    with CaptureQueriesContext(connection) as three:
        assert set(facts_of(codes)) == set(codes)
    assert len(one) == len(three) == 10


def test_what_is_new_leads_to_the_batches_that_it_concerns(lab: Laboratory) -> None:
    events = frozenset({"qc:result:reviewed"})
    before, _found = concerned(0, events)
    lab.review(lab.record("VIABILITY"))
    pairs = concerned(before, events)[1]
    assert batches_touched(pairs) == {lab.batch}
    assert batches_touched({it for it in pairs if it[0] == "order"}) == {lab.batch}, "by its journey"
    assert batches_touched(()) == frozenset()


def test_scans_of_weeks_are_those_of_the_sites(journeys: Journeys) -> None:
    now = journeys.neighbour.now
    weeks = scans_of_weeks([PLANT], journeys.demo.now, now + timedelta(days=1))
    assert {it.site for it in weeks} == {PLANT}
    assert {it.zone for it in weeks} == {"Europe/Amsterdam"}
    assert all(it.starts_on.weekday() == 0 and it.refused <= it.scans for it in weeks)
