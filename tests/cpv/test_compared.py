"""What comparisons read of the charts: numbers of batches and of other programs, and when each could be seen."""

from datetime import timedelta
from uuid import UUID

from config.demonstration import site
from config.demonstration.site import HOSPITAL, PLANT
from cpv import services
from cpv.selectors.compared import Asked, Measured, all_series
from qc.rules.results import CorrectionReason
from qc.services import Found, correct_result
from tests.cpv.given import PLAN, Process, a_plan, parameter
from tests.qc.given import Laboratory, a_laboratory

VIABILITY = parameter("VIABILITY", source={"kind": "result", "criterion": "VIABILITY"}, unit="%")

CD3 = parameter("CD3", source={"kind": "result", "criterion": "CD3"}, unit="%")


def series_of(plan: str, parameter: str, sites: list[str]) -> tuple[Measured, ...]:
    return all_series([Asked(plan, [parameter], sites)])[0][parameter]


def test_numbers_of_other_programs_are_lots_of_nobodys_order(process: Process):
    process.hand_in(("10.1", "9.4"))
    first, second = series_of(process.plan, process.parameter, [process.site])
    assert (first.batch, first.value, first.order, first.excluded) == ("EXT-0001", 10.1, "", False)
    assert first.at < second.at
    assert first.observed_at is None
    assert series_of(process.plan, process.parameter, ["NORTH"]) == ()
    assert series_of(process.plan, "OTHER", [process.site]) == ()


def test_a_result_is_as_old_as_its_first_test_whatever_happens_to_it(demo, django_assert_num_queries):
    lab: Laboratory = a_laboratory(demo)
    demo.now = lab.player.now
    site.document(demo, "cpv_plan", PLAN, PLAN, a_plan(VIABILITY, CD3))
    lab.player.wait(hours=1)
    result = lab.record("VIABILITY", "92.4")
    lab.review(result)
    tested = result.tested_at
    lab.player.wait(days=3)
    # the correction names a later test: the number was there to be seen from the first one on
    found = Found(value="91.0", tested_at=lab.player.now, container=result.container, run=result.run)
    about = {"result": UUID(result.id), "found": found, "reason": CorrectionReason.CALCULATION}
    corrected = correct_result(**about, **lab.doing("Ana"))
    assert corrected.tested_at > tested
    lab.review(corrected)
    about = {"batches": [lab.batch], "now": lab.player.now, "request_id": lab.doing("Leo")["request_id"]}
    lab.review(lab.record("CD3"))
    services.observe_batches(**about)
    asked = [
        *(Asked(PLAN, ["VIABILITY", "CD3"], [PLANT]), Asked(PLAN, ["VIABILITY"], [HOSPITAL])),
        *(Asked(PLAN, ["CD3"], [HOSPITAL, PLANT]), Asked("OTHER", ["VIABILITY"], [PLANT])),
    ]
    with django_assert_num_queries(2):
        both, elsewhere, one, other = all_series(asked)
    assert (elsewhere, other) == ({"VIABILITY": ()}, {"VIABILITY": ()})
    assert one == {"CD3": both["CD3"]}
    assert len(both["CD3"]) == 1
    (lot,) = both["VIABILITY"]
    assert (lot.batch, lot.value, lot.is_below) == (lab.batch, 91.0, False)
    assert lot.order == lab.view().batch.coi_id
    assert lot.observed_at == tested
    assert lab.player.now - lot.observed_at > timedelta(days=2)
