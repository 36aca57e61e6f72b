"""The guards of a protocol: whose acceptance counts for a container, and what is told of a plan that changed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from coi.rules.acceptance import DECIDED_BY, Acceptance, PlanChange, changes_fault
from coi.rules.guards import acceptance_of, missing_components, plan_changes
from coi.rules.journey import CollectionFacts, ContainerStatus, Disposition
from coi.rules.protocol import Guard
from coi.rules.waiting import of_order, waits_for
from people.rules.signatures import Meaning
from tests.coi.rules.scenes import APHERESIS, dosing, guarded, starting
from tests.coi.rules.world import NOW, Scene

A, P = Acceptance, PlanChange


@pytest.mark.parametrize(
    ("decision", "changes", "fault"),
    [
        (A.ACCEPTED, (), None),
        (A.ACCEPTED, (P.EXTEND_CULTURE,), "changes_without_need"),
        (A.ACCEPTED_WITH_CHANGES, (), "changes_missing"),
        (A.ACCEPTED_WITH_CHANGES, (P.EXTEND_CULTURE,), None),
        (A.ACCEPTED_WITH_CHANGES, (P.EXTEND_CULTURE, P.EXTRA_SELECTION), None),
        (A.ACCEPTED_WITH_CHANGES, (P.EXTEND_CULTURE, P.EXTEND_CULTURE), "changes_repeated"),
        (A.REFUSED, (), None),
        (A.REFUSED, (P.COLLECT_AGAIN,), None),
    ],
)
def test_changes_go_with_the_decision(
    decision: Acceptance, changes: tuple[PlanChange, ...], fault: str | None
) -> None:
    assert changes_fault(decision, changes) == fault


def test_what_is_accepted_is_approved_and_what_is_refused_rejected() -> None:
    assert {
        A.ACCEPTED: Meaning.APPROVAL,
        A.ACCEPTED_WITH_CHANGES: Meaning.APPROVAL,
        A.REFUSED: Meaning.REJECTION,
    } == DECIDED_BY
    assert {said for said in A if said.is_usable} == {A.ACCEPTED, A.ACCEPTED_WITH_CHANGES}


def pooled(first: Acceptance, second: Acceptance) -> Scene:
    """The bag is made from cells of two collections."""
    scene = starting()
    made = [replace(scene.container(APHERESIS), id=f"ann-day{n}-1", collection_id=f"c{n}") for n in (1, 2)]
    ann = scene.journeys["ann"]
    scene.journeys["ann"] = replace(
        ann,
        containers={**ann.containers, **{c.id: c for c in made}},
        parents=(*ann.parents, *((APHERESIS, c.id) for c in made)),
    )
    scene.change(APHERESIS, collection_id="")
    scene.collections = {"c1": CollectionFacts("c1", first), "c2": CollectionFacts("c2", second)}
    return scene


@pytest.mark.parametrize(("first", "second"), list(product(A, A)))
def test_every_collection_must_be_accepted(first: Acceptance, second: Acceptance) -> None:
    scene = pooled(first, second)
    found = acceptance_of(scene.known(), scene.container(APHERESIS))
    assert found in (first, second)
    assert found.is_usable is (first.is_usable and second.is_usable)
    assert (scene.decide().refusals == ()) is found.is_usable


def test_the_changes_are_told_before_and_while_the_material_is_taken() -> None:
    scene = starting()
    changes = (P.REDUCE_DOSE, P.EXTRA_SELECTION)
    scene.collections["apheresis-1"] = CollectionFacts("apheresis-1", A.ACCEPTED_WITH_CHANGES, changes)
    expected = (P.EXTRA_SELECTION, P.REDUCE_DOSE)
    assert plan_changes(scene.decide().situation) == expected
    scene.readings = []
    before = scene.decide().situation
    assert plan_changes(replace(before, step=starting().decide().situation.step)) == ()  # of whose journey?
    told = replace(before, step=starting().decide().situation.step, order=scene.journeys["ann"].order)
    assert plan_changes(told) == expected


def test_other_steps_say_nothing_of_the_plan() -> None:
    scene = starting()
    scene.collections["apheresis-1"] = CollectionFacts(
        "apheresis-1", A.ACCEPTED_WITH_CHANGES, (P.EXTRA_SELECTION,)
    )
    scene.protocol = guarded("start_batch")
    assert plan_changes(scene.decide().situation) == ()


@pytest.mark.parametrize(
    "took_part",
    [
        lambda s: s.change("ann-product_bag-2", status=ContainerStatus.INFUSED),
        lambda s: (s.did("thaw", "ann-product_bag-2"), s.change("ann-product_bag-2", custodian="SWIFT")),
        lambda s: s.change("ann-product_bag-2", status=ContainerStatus.THAWED),
        lambda s: s.dispositions.update({"batch-cd4": Disposition.EXCEPTIONALLY_RELEASED}),
    ],
)
def test_a_component_that_took_part_before_is_there(took_part: Callable[[Scene], object]) -> None:
    scene = dosing()
    took_part(scene)
    assert missing_components(scene.decide().situation) == ()


def test_a_component_of_another_patient_is_not_there() -> None:
    scene = dosing()
    scene.change("ann-product_bag-2", custodian="CELLS")
    scene.change("ben-product_bag-1", custodian="NORTH")
    assert scene.known().components["batch-ben-order"] == "CD4"
    assert missing_components(scene.decide().situation) == ("CD4",)


def test_a_journey_waits_for_the_other_component() -> None:
    scene, order = dosing(), dosing().journeys["ann"].order
    scene.dispositions["batch-cd4"] = Disposition.QA_REVIEW
    assert scene.protocol is not None
    found = {w.step: w for w in waits_for(of_order(scene.known(), order.id), order, scene.protocol, NOW)}
    assert found["thaw"].components == ("CD4",)


def test_what_was_rejected_is_closed_out_and_waits_for_nothing_else() -> None:
    scene = dosing()
    order = scene.journeys["ann"].order
    assert scene.protocol is not None
    scene.dispositions["batch-cd4"] = Disposition.REJECTED
    found = waits_for(of_order(scene.known(), order.id), order, scene.protocol, NOW)
    rejected = scene.container("ann-product_bag-2").code
    assert [w.step for w in found if rejected in w.containers] == ["close"]
    assert all(rejected not in w.containers for w in found if w.is_release)


@pytest.mark.parametrize("said", A)
def test_a_journey_waits_for_the_acceptance(said: Acceptance) -> None:
    scene = starting()
    scene.collections["apheresis-1"] = CollectionFacts("apheresis-1", said)
    order = scene.journeys["ann"].order
    for guards, is_asked in (((Guard.ACCEPTED_MATERIAL,), True), ((), False)):
        found = waits_for(of_order(scene.known(), order.id), order, guarded("start_batch", *guards), NOW)
        (start,) = [waiting for waiting in found if waiting.step == "start_batch"]
        assert start.is_acceptance is (is_asked and not said.is_usable)
