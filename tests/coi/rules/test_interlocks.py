"""Every reason to refuse, one case at least: a scene that is accepted, one fault in it, and the coded refusal."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from coi.rules.checks import Need
from coi.rules.identifiers import IdentifierKind
from coi.rules.journey import CopyStatus, Disposition, OrderKind, PinState, Target
from coi.rules.outcome import NEAR_MISSES, STOPS, Outcome, RefusalCode, RefusalKind
from coi.rules.qualified import work_of
from people.rules.qualifications import Required, Work
from people.rules.roles import Role
from tests.coi.rules import world
from tests.coi.rules.faults import Case, Code, also, bens, expiring, scene, swap, tube_number
from tests.coi.rules.interlock_cases import CASES
from tests.coi.rules.scenes import (
    BAG,
    MINUTE,
    RELEASES,
    SCENES,
    bedside,
    closing,
    dosing,
    encasing,
    freezing,
    identifying,
    infusing,
    labelling,
    receiving,
    shipping,
    starting,
    two,
    vector,
    witness,
)
from tests.coi.rules.world import NOW, PLANT, Scene, label, lot, person, station

# -- scenes that are accepted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", SCENES)
def test_the_scenes_are_accepted(scene: Callable[[], Scene]) -> None:
    decision = scene().decide()
    assert decision.refusals == ()
    assert decision.is_part_complete
    is_first_of_two = scene in (bedside, labelling, starting, dosing, vector, shipping, encasing)
    assert decision.outcome is (Outcome.INCOMPLETE if is_first_of_two else Outcome.ACCEPTED)
    assert decision.next.need is (Need.WITNESS if is_first_of_two else Need.NOTHING)


@pytest.mark.parametrize("state", RELEASES)
@pytest.mark.parametrize("scene", [bedside, witness, infusing, shipping, receiving])
def test_every_release_lets_the_product_go_on(scene: Callable[[], Scene], state: Disposition) -> None:
    found = scene()
    found.journeys["ann"] = replace(found.journeys["ann"], disposition=state)
    assert found.decide().refusals == ()


# -- faults -----------------------------------------------------------------------------------------------------------


def test_parts_of_one_barcode_that_the_step_has_no_use_for_are_context() -> None:
    """A label's message names the journey, the donation and the product: the order is what is asked for."""
    scene = identifying()
    order = scene.readings[0]
    din = world.reading(Target(IdentifierKind.DIN, "A999926000001", scene.journeys["ann"].order.id))
    parts = [replace(part, group=0) for part in (order, din, world.product("003", "S12954A0"))]
    scene.readings[:1] = parts
    assert scene.decide().refusals == ()
    scene.readings[1] = replace(din, target=replace(din.target, order_id="ben-order"), group=0)
    assert [refusal.code for refusal in scene.decide().refusals] == [Code.IDENTITY_MISMATCH]
    scene.readings[:3] = [order, din]  # scanned by itself it is another scan
    assert [refusal.code for refusal in scene.decide().refusals] == [Code.WRONG_KIND]


@pytest.mark.parametrize(
    ("zone", "content", "code", "is_over"),
    [
        ("UTC", "0260791200", "005", True),  # the scenes' own time
        ("UTC", "0260791201", "005", False),
        ("Europe/Amsterdam", "0260791300", "005", True),  # an hour ahead of UTC
        ("Europe/Amsterdam", "0260791301", "005", False),
        ("America/New_York", "0260791200", "005", False),
        ("UTC", "026079", "004", False),  # to the end of the day
        ("UTC", "026078", "004", True),
        ("UTC", "0260781000", "007", False),  # when it was collected
        ("Asia/Tokyo", "2001202603201200", "031", True),  # in UTC, whatever the zone
        ("Asia/Tokyo", "2001202603201201", "031", False),
        ("Asia/Tokyo", "2002202603201200", "031", False),  # when it was collected
    ],
)
def test_a_label_that_says_that_it_has_expired_is_believed(
    zone: str, content: str, code: str, *, is_over: bool
) -> None:
    scene = bedside()
    scene.station = replace(scene.station, zone=zone)
    expiring(scene, content, code)
    codes = [refusal.code for refusal in scene.decide().refusals]
    assert codes == [Code.LABEL_EXPIRED] * is_over


def test_other_flags_mean_nothing() -> None:
    """Those of 20 to 59 mean something to their own facility alone."""
    for flags in ("00", "01", "05", "08", "15", "20", "59", "99"):
        scene = bedside()
        tube_number(scene, flags)
        assert Code.WRONG_FLAG not in {refusal.code for refusal in scene.decide().refusals}


def test_what_has_happened_is_recorded_while_the_identity_is_in_question() -> None:
    both = two("running")
    bag = label(both["ann"].containers[BAG])
    scene = Scene(person(1, Role.NURSE), station(), [bag], both, step="infuse_end", values={"volume": "60"})
    scene.change_order("ann", is_reconciling=True)
    assert scene.decide().refusals == ()


def named(case: Case) -> str:
    return f"{case.code}-{case.scene.__name__}"


@pytest.mark.requirement("URS-SEQ-01")
@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_fault_and_nothing_else_refuses(case: Case) -> None:
    found = case.scene()
    assert found.decide().refusals == ()
    case.fault(found)
    decision = found.decide()
    assert decision.outcome in (Outcome.REFUSED, Outcome.UNREADABLE)
    (refusal,) = [r for r in decision.refusals if r.code is case.code]
    assert set(case.params) <= set(refusal.params.items())
    assert refusal.containers == case.names
    # nothing of a refused request counts
    assert decision.scans == ()
    assert decision.values == {}
    assert not decision.is_part_complete
    assert not decision.is_step_complete


@pytest.mark.requirement("URS-SEQ-01")
def test_no_code_is_without_a_case() -> None:
    of_commands = {Code.CHECKS_OPEN}  # line clearance asks no interlock
    assert {case.code for case in CASES} == set(RefusalCode) - of_commands


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_stop_waits_for_its_clearance_and_a_hint_does_not(case: Case) -> None:
    found = case.scene()
    case.fault(found)
    decision = found.decide()
    is_stop = any(r.code in STOPS for r in decision.refusals)
    assert decision.is_stop is is_stop
    assert (decision.next.need is Need.CLEARANCE) is (is_stop or bool(found.open_stop))
    assert decision.is_near_miss is any(r.code in NEAR_MISSES for r in decision.refusals)


@pytest.mark.requirement("URS-SEQ-02")
def test_near_misses_are_stops() -> None:
    assert NEAR_MISSES < STOPS
    assert {Code.IDENTITY_MISMATCH, Code.WRONG_CONTAINER, Code.PLACE_OCCUPIED} <= NEAR_MISSES


def test_every_fault_of_a_request_is_told_most_severe_first() -> None:
    found = bedside()
    faults = (
        swap(1, bens("product_bag-1")),
        also(lambda s: label(s.container(BAG), CopyStatus.VOID)),
        also(lambda s: world.unknown()),
        also(lambda s: world.unreadable()),
        also(lambda s: lot("vector", "expired")),
        scene(held={BAG}, place_order="ben-order", open_stop="stop-1", pin=PinState.INVALID),
        scene(person=person(1), station=station("SOUTH", "thaw"), values={"dose": "1"}),
        lambda s: s.change(BAG, custodian=PLANT, expires_at=NOW, hold_until=NOW - MINUTE),
        lambda s: s.change_order("ann", kind=OrderKind.ENGINEERING),
        lambda s: s.undo("thaw"),
    )
    for fault in faults:
        fault(found)
    codes = [r.code for r in found.decide().refusals]
    assert codes == sorted(codes, key=list(RefusalCode).index)
    assert set(codes) == {
        Code.IDENTITY_MISMATCH,
        Code.WRONG_CONTAINER,
        Code.PLACE_OCCUPIED,
        Code.LABEL_VOID,
        Code.NOT_INFUSIBLE,
        Code.ON_HOLD,
        Code.EXPIRED,
        Code.HOLD_TIME_PASSED,
        Code.CUSTODY_ELSEWHERE,
        Code.LOT_NOT_USABLE,
        Code.STOP_NOT_CLEARED,
        Code.NO_ROLE,
        Code.WRONG_SITE,
        Code.WRONG_STATION,
        Code.OUT_OF_SEQUENCE,
        Code.PIN_NOT_VALID,
        Code.VALUE_NOT_VALID,
        Code.WRONG_KIND,
        Code.UNKNOWN_CODE,
        Code.UNREADABLE,
    } - {Code.WRONG_CONTAINER}


def test_a_scanner_is_asked_for_at_critical_steps_that_can_still_be_refused() -> None:
    made = {s.code: s for s in world.PROTOCOL.steps}
    assert not made["freeze"].is_critical
    assert made["infuse_end"].is_past
    for build in (freezing, closing):
        found = build()
        found.scanner_until = None
        assert found.decide().refusals == ()
    ending = infusing()
    ending.did("infuse_start", BAG)
    ending.readings, ending.step, ending.scanner_until = ending.readings[1:], "infuse_end", None
    assert Code.SCANNER_NOT_QUALIFIED not in [r.code for r in ending.decide().refusals]


def test_a_programme_is_asked_for_its_own_work_and_not_of_what_has_happened() -> None:
    need = tuple(Required("FACT", work, world.LONG_AGO) for work in (Work.ORDERS, Work.COLLECTION))
    for build in (bedside, freezing):
        found = build()
        found.station = replace(found.station, required=need)
        assert found.decide().refusals == ()
    ending = infusing()
    ending.did("infuse_start", BAG)
    ending.readings, ending.step = ending.readings[1:], "infuse_end"
    ending.station = replace(ending.station, required=(Required("REMS", Work.INFUSION, world.LONG_AGO),))
    assert Code.SITE_NOT_QUALIFIED not in [r.code for r in ending.decide().refusals]
    works = {step.code: work_of(step) for step in world.PROTOCOL.steps}
    assert works["collect"] is Work.COLLECTION
    assert works["thaw"] is works["bedside"] is Work.INFUSION
    assert works["infuse_end"] is works["freeze"] is None


def test_each_kind_is_a_stop_or_a_hint_by_its_code_alone() -> None:
    for case in CASES:
        found = case.scene()
        case.fault(found)
        for refusal in found.decide().refusals:
            assert (refusal.kind is RefusalKind.STOP) is (refusal.code in STOPS)
