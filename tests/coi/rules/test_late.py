"""Late entries: what may be claimed, that two people sign, and that no interlock is weaker for them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from coi.rules.acceptance import Acceptance
from coi.rules.checks import Need
from coi.rules.journey import CollectionFacts, DoneStep, PinState
from coi.rules.late import LateFault, Then, stricter, time_fault
from coi.rules.outcome import Outcome, RefusalCode
from coi.rules.protocol import WitnessRule
from people.rules.authority import Grant, Training
from people.rules.qualifications import Held, Required, Work
from people.rules.roles import Role
from tests.coi.rules.faults import Case, container, scene
from tests.coi.rules.interlock_cases import CASES
from tests.coi.rules.late_scenes import DONE, HOUR, claim, late, late_bedside, late_infusing, late_witness
from tests.coi.rules.scenes import (
    APHERESIS,
    BAG,
    MINUTE,
    SCENES,
    bedside,
    dosing,
    identifying,
    infusing,
    opened,
    shipping,
    starting,
    vector,
)
from tests.coi.rules.world import HOSPITAL, LONG_AGO, NOW, PROTOCOL, Scene, lot, person, step

Code = RefusalCode
TICK = timedelta(microseconds=1)
LIMIT = timedelta(hours=72)


def why(found: Scene) -> list[tuple[RefusalCode, str]]:
    """The refusals of a scene with their reasons."""
    return [(r.code, r.params.get("why", "")) for r in found.decide().refusals]


# -- the time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("performed", "fault"),
    [
        (NOW, ""),
        (NOW + TICK, LateFault.IN_THE_FUTURE),
        (NOW - LIMIT, ""),
        (NOW - LIMIT - TICK, LateFault.TOO_LONG_AGO),
    ],
)
def test_the_time_lies_between_the_limit_and_now(performed, fault):
    assert time_fault(performed, ordered_at=LONG_AGO, limit=LIMIT, now=NOW) == fault


def test_nothing_was_done_before_the_order():
    assert time_fault(DONE, ordered_at=DONE, limit=LIMIT, now=NOW) == ""
    found = late_bedside()
    found.then = Then(ordered_at=DONE + TICK)
    assert why(found) == [(Code.LATE_TIME_NOT_VALID, LateFault.BEFORE_THE_ORDER)]


@pytest.mark.parametrize(("hours", "is_refused"), [(1, False), (0, True)])
def test_the_protocol_says_within_which_time(hours, is_refused):
    found = late_bedside()
    found.protocol = replace(PROTOCOL, late_hours=hours)
    assert why(found) == [(Code.LATE_NOT_POSSIBLE, "never")] * is_refused


@pytest.mark.parametrize(
    ("at", "performed", "is_refused"),
    [
        (DONE, None, False),
        (DONE + TICK, None, True),
        (NOW, DONE, False),  # itself recorded late: what counts is when it was done
        (NOW, DONE + TICK, True),
    ],
)
def test_no_step_is_done_before_the_one_before_it(at, performed, is_refused):
    found = late_bedside()
    found.undo("thaw")
    ann = found.journeys["ann"]
    thaw = DoneStep("thaw", BAG, at, "Person 9", (BAG,), performed)
    found.journeys["ann"] = replace(ann, done=(*ann.done, thaw))
    assert why(found) == [(Code.LATE_TIME_NOT_VALID, "before_a_step")] * is_refused


def test_the_step_of_another_bag_is_not_before_it():
    found = late_bedside()
    ann = found.journeys["ann"]
    other = DoneStep("thaw", "ann-product_bag-2", NOW, "Person 9", ("ann-product_bag-2",))
    found.journeys["ann"] = replace(ann, done=(*ann.done, other))
    assert why(found) == []


# -- two people, who sign ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", SCENES)
def test_every_step_can_be_recorded_late_and_takes_two(make: Callable[[], Scene]) -> None:
    found = late(make)
    decision = found.decide()
    assert decision.refusals == ()
    assert decision.is_part_complete
    if not found.checks:
        assert decision.next.need is Need.WITNESS
        assert not decision.is_step_complete


@pytest.mark.parametrize("make", SCENES)
def test_nobody_does_their_part_without_a_pin(make: Callable[[], Scene]) -> None:
    found = late(make)
    found.pin = PinState.ABSENT
    decision = found.decide()
    assert (decision.next.need, decision.is_part_complete) == (Need.PIN, False)


def test_a_step_of_one_person_is_witnessed_by_another_who_may_do_it():
    found = late_infusing()
    opened(found, (1, "wristband", found.readings[0]), (1, "container", found.readings[1]))
    found.change_check(performed_at=NOW - MINUTE, late=found.late)
    assert Code.WITNESS_SAME_PERSON in {r.code for r in found.decide().refusals}
    found.person = person(2, Role.COURIER)
    assert Code.NO_ROLE in {r.code for r in found.decide().refusals}
    found.person = person(2, Role.NURSE, topics=[])
    assert Code.NOT_TRAINED in {r.code for r in found.decide().refusals}
    found.person = person(2, Role.NURSE)
    assert found.decide().is_step_complete


def test_what_a_step_asks_for_beside_the_people_stays():
    for code in ("infuse_start", "bedside", "ship"):
        one, two = step(code), stricter(step(code))
        assert two.is_signed
        assert two.witness is (
            one.witness if one.witness is not WitnessRule.NONE else WitnessRule.INDEPENDENT
        )
        same = replace(two, is_signed=one.is_signed, witness=one.witness, witness_roles=one.witness_roles)
        assert same == one


# -- no interlock is weaker -------------------------------------------------------------------------------------------

# What had not run out when the step was done. Written out: what is judged by that time is not left to what is tested.
DATED = {Code.EXPIRED, Code.HOLD_TIME_PASSED, Code.LABEL_EXPIRED}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.scene.__name__}")
def test_whatever_refuses_a_step_refuses_it_late(case: Case) -> None:
    found = case.scene() if "late" in case.scene.__name__ else late(case.scene)
    if case.code in DATED:
        found.late = claim(NOW) if found.late is not None else None
        if found.checks:
            found.change_check(late=claim(NOW))
    case.fault(found)
    decision = found.decide()
    assert decision.outcome in (Outcome.REFUSED, Outcome.UNREADABLE)
    assert case.code in {refusal.code for refusal in decision.refusals}


@pytest.mark.parametrize(
    ("column", "code"), [("expires_at", Code.EXPIRED), ("hold_until", Code.HOLD_TIME_PASSED)]
)
def test_what_ran_out_is_judged_when_the_step_was_done(column, code):
    for at, is_refused in ((DONE - TICK, True), (DONE + TICK, False)):
        found = late_bedside()
        container(**{column: at})(found)
        assert why(found) == [(code, "")] * is_refused


def test_a_lot_that_is_not_usable_is_refused_late():
    found = late(vector)
    found.readings[1] = lot("vector", "expired")
    assert (Code.LOT_NOT_USABLE, "expired") in why(found)


@pytest.mark.parametrize("moment", [(LONG_AGO, DONE), (DONE + TICK, None)])
def test_a_role_counts_then_and_now(moment):
    found = late_bedside()
    nurse = person(1)
    found.person = replace(nurse, grants=(Grant(Role.NURSE, HOSPITAL, *moment),))
    assert why(found) == [(Code.NO_ROLE, "")]


@pytest.mark.parametrize("moment", [(LONG_AGO, NOW - TICK), (DONE + TICK, NOW + HOUR)])
def test_training_counts_then_and_now(moment):
    found = late_bedside()
    assert found.person is not None
    found.person = replace(found.person, training=(Training(step("bedside").training, *moment),))
    assert why(found) == [(Code.NOT_TRAINED, "")]


@pytest.mark.parametrize("held", [Held(LONG_AGO, NOW - TICK), Held(DONE + TICK, NOW + HOUR)])
def test_a_site_is_qualified_then_and_now(held):
    found = late(infusing)
    found.station = replace(found.station, required=(Required("REMS", Work.INFUSION, LONG_AGO, (held,)),))
    assert why(found) == [(Code.SITE_NOT_QUALIFIED, "")]


# -- what stood then --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "stood", "reason"),
    [
        (bedside, {"refused": "expired"}, "refused_since"),
        (bedside, {"is_stopped": True}, "stopped_then"),
        (bedside, {"is_reconciling": True}, "identity_then"),
        (bedside, {"place_order": "ben-order"}, "place_then"),
        (bedside, {"held": frozenset({BAG})}, "held_then"),
        (bedside, {"held": frozenset({"ann-harvest-1"})}, "held_then"),  # what it was made from
        (bedside, {"new_copies": frozenset({f"copy-{BAG}-1"})}, "label_since"),
        (identifying, {"new_copies": frozenset({"band"})}, "band_since"),
        (shipping, {"changed": frozenset({"batch-ann-order"})}, "not_released_then"),
        (dosing, {"changed": frozenset({"batch-cd4"})}, "not_released_then"),
        (starting, {"changed": frozenset({"apheresis-1"})}, "not_accepted_then"),
        (vector, {"changed": frozenset({"VMvector-1"})}, "stock_since"),
        (vector, {"changed": frozenset({"VEincubator"})}, "stock_since"),
    ],
)
def test_what_came_since_does_not_make_lawful_what_was_not(make, stood, reason):
    found = late(make)
    assert why(found) == []
    found.then = Then(ordered_at=LONG_AGO, **stood)
    assert set(why(found)) == {(Code.LATE_NOT_POSSIBLE, reason)}


@pytest.mark.parametrize(
    ("make", "stood"),
    [
        (bedside, {"place_order": "ann-order"}),
        (bedside, {"held": frozenset({"ann-product_bag-2"})}),
        (vector, {"changed": frozenset({"batch-ann-order", "VMother-1"})}),
        (starting, {"changed": frozenset({"apheresis-2"})}),
    ],
)
def test_what_does_not_concern_the_step_stands_not_against_it(make, stood):
    found = late(make)
    found.then = Then(ordered_at=LONG_AGO, **stood)
    assert why(found) == []


def test_a_journey_on_hold_takes_no_late_entry():
    found = late_bedside()
    scene(held={"ann-sample-1"})(found)  # another container of the journey
    (refusal,) = found.decide().refusals
    assert refusal.params == {"why": "held_now", "found": "ANN-SAMPLE-1"}
    scene(held={"ben-product_bag-1"})(found)
    assert why(found) == []


def test_without_knowing_what_stood_then_nothing_is_recorded_late():
    for make in (late_bedside, late_witness):
        found = make()
        found.then = None
        assert why(found) == [(Code.LATE_NOT_POSSIBLE, "unknown_then")]


# -- one check, one claim ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [None, claim(DONE - MINUTE), replace(claim(), paper="DT-0008")])
def test_a_claim_begins_a_check_and_changes_none(kept):
    found = late_witness()
    found.change_check(late=kept)
    found.late = claim()
    assert (Code.LATE_NOT_POSSIBLE, "check_begun") in why(found)


def test_the_same_claim_again_goes_on():
    found = late_witness()
    found.late = claim()
    assert found.decide().is_step_complete


def test_acceptance_still_asks_for_what_quality_says_now():
    found = late(starting)
    found.change(APHERESIS, collection_id="apheresis-1")
    found.collections["apheresis-1"] = CollectionFacts("apheresis-1", Acceptance.PENDING)
    assert (Code.MATERIAL_NOT_ACCEPTED, "") in why(found)
