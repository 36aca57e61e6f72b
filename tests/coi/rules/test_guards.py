"""The guards of a protocol: whose acceptance counts for a container, and what is told of a plan that changed."""

from dataclasses import replace
from itertools import product

import pytest

from coi.rules.acceptance import DECIDED_BY, Acceptance, PlanChange, changes_fault
from coi.rules.guards import acceptance_of, plan_changes
from coi.rules.journey import CollectionFacts
from coi.rules.protocol import Guard
from coi.rules.waiting import of_order, waits_for
from people.rules.signatures import Meaning
from tests.coi.rules.test_interlocks import APHERESIS, guarded, starting
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


@pytest.mark.parametrize("said", A)
def test_a_journey_waits_for_the_acceptance(said: Acceptance) -> None:
    scene = starting()
    scene.collections["apheresis-1"] = CollectionFacts("apheresis-1", said)
    order = scene.journeys["ann"].order
    for guards, is_asked in (((Guard.ACCEPTED_MATERIAL,), True), ((), False)):
        found = waits_for(of_order(scene.known(), order.id), order, guarded("start_batch", *guards), NOW)
        (start,) = [waiting for waiting in found if waiting.step == "start_batch"]
        assert start.is_acceptance is (is_asked and not said.is_usable)
