"""Which disposition may follow which, who decides it, and what is told of a release that is not outright."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from coi.rules.dispositions import DECIDED_BY, MOVES, MOVING, SIGNING
from coi.rules.journey import CAUTIONED, ContainerStatus, Disposition
from coi.rules.situation import cautions
from coi.rules.waiting import of_order, waits_for
from people.rules.roles import Role
from people.rules.signatures import Meaning
from tests.coi.rules import world
from tests.coi.rules.world import NOW, Scene, journey, label, order_code, person, station, wristband

D = Disposition
LAWFUL = {
    (D.IN_PROCESS, D.TESTING),
    (D.IN_PROCESS, D.REJECTED),
    (D.TESTING, D.QA_REVIEW),
    (D.TESTING, D.REJECTED),
    (D.QA_REVIEW, D.TESTING),
    (D.QA_REVIEW, D.RELEASED),
    (D.QA_REVIEW, D.CONDITIONALLY_RELEASED),
    (D.QA_REVIEW, D.EXCEPTIONALLY_RELEASED),
    (D.QA_REVIEW, D.REJECTED),
    (D.CONDITIONALLY_RELEASED, D.RELEASED),
}


@pytest.mark.parametrize("to", D)
@pytest.mark.parametrize("was", D)
def test_a_move_is_one_of_the_table(was: Disposition, to: Disposition) -> None:
    assert (to in MOVES[was]) is ((was, to) in LAWFUL)


def test_no_release_is_ever_taken_back() -> None:
    releases = {state for state in D if state.is_release}
    assert releases == {D.RELEASED, D.CONDITIONALLY_RELEASED, D.EXCEPTIONALLY_RELEASED}
    for state in releases:
        assert MOVES[state] <= releases


def test_every_decision_has_a_signature_of_its_own_meaning() -> None:
    assert {
        D.RELEASED: Meaning.RELEASE,
        D.CONDITIONALLY_RELEASED: Meaning.CONDITIONAL_RELEASE,
        D.EXCEPTIONALLY_RELEASED: Meaning.EXCEPTIONAL_RELEASE,
        D.REJECTED: Meaning.REJECTION,
    } == DECIDED_BY
    for state, meaning in DECIDED_BY.items():
        assert MOVING[state].roles == SIGNING[meaning].roles == {Role.QA_RELEASER}
    assert SIGNING[Meaning.REVIEW].roles == {Role.QA_REVIEWER}


# -- what is told before the step goes on ------------------------------------------------------------------------------


def released(scene: Scene, state: Disposition, name: str = "ann") -> Scene:
    """The patient's batch is in this state."""
    scene.journeys[name] = replace(scene.journeys[name], disposition=state)
    return scene


def at_the_bed(*readings: str) -> Scene:
    """Two patients; at the bedside of the first these were scanned."""
    both = {"ann": journey("ann", "thawed"), "ben": journey("ben", "thawed", number=2)}
    ann = both["ann"]
    made = {"wristband": wristband(ann.order), "bag": label(ann.containers["ann-product_bag-1"])}
    return Scene(person(1, Role.NURSE), station(), [made[name] for name in readings], both, step="bedside")


def confirming() -> Scene:
    """Whether the patient is ready: a step of the order, before any bag is in anybody's hands."""
    both = {"ann": journey("ann", "ready"), "ben": journey("ben", "ready", number=2)}
    ann = both["ann"].order
    scene = Scene(
        person(1, Role.NURSE), station(), [order_code(ann), wristband(ann)], both, step="patient_ready"
    )
    scene.undo("patient_ready")
    return scene


SCENES: list[Callable[[], Scene]] = [
    lambda: at_the_bed("wristband"),
    lambda: at_the_bed("bag"),
    lambda: at_the_bed("wristband", "bag"),
    confirming,
]


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("state", D)
def test_a_release_with_a_caution_is_told_before_the_step_goes_on(
    scene: Callable[[], Scene], state: Disposition
) -> None:
    decision = released(scene(), state).decide()
    assert cautions(decision.situation) == ((state,) if state in CAUTIONED else ())


def test_nothing_is_told_of_another_patients_batch() -> None:
    scene = released(at_the_bed("wristband"), D.CONDITIONALLY_RELEASED, "ben")
    assert cautions(scene.decide().situation) == ()


def test_what_is_closed_out_is_told_nothing_of() -> None:
    both = {"ann": journey("ann", "ready")}
    readings = [label(both["ann"].containers["ann-product_bag-1"])]
    scene = Scene(person(1, Role.NURSE), station(), readings, both, step="close", values={"fate": "empty"})
    assert cautions(released(scene, D.CONDITIONALLY_RELEASED).decide().situation) == ()


def test_nothing_is_told_of_what_is_elsewhere_or_used() -> None:
    scene = released(confirming(), D.CONDITIONALLY_RELEASED)
    for name in ("ann-product_bag-1", "ann-product_bag-2"):
        scene.change(name, custodian=world.COURIER)
    assert cautions(scene.decide().situation) == ()
    scene = released(confirming(), D.CONDITIONALLY_RELEASED)
    for name in ("ann-product_bag-1", "ann-product_bag-2"):
        scene.change(name, status=ContainerStatus.INFUSED)
    assert cautions(scene.decide().situation) == ()


@pytest.mark.parametrize("state", D)
def test_a_journey_waits_for_a_release_or_tells_what_it_is(state: Disposition) -> None:
    scene = released(at_the_bed("wristband"), state)
    known = of_order(scene.known(), "ann-order")
    waits = {w.step: w for w in waits_for(known, scene.journeys["ann"].order, world.PROTOCOL, NOW)}
    if state is D.REJECTED:
        assert "bedside" not in waits, "what was rejected goes nowhere any more"
        return
    assert waits["bedside"].is_release is not state.is_release
    assert waits["bedside"].cautions == ((state,) if state in CAUTIONED else ())
