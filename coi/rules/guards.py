"""The protocol's own conditions of a step: each judged here, for the station and for what a journey waits for."""

from collections.abc import Iterator

from coi.rules import genealogy
from coi.rules.acceptance import Acceptance, PlanChange
from coi.rules.journey import CollectionFacts, ContainerFacts, Known, OrderKind
from coi.rules.outcome import Refusal, RefusalCode
from coi.rules.protocol import Guard
from coi.rules.situation import Situation, at_hand, is_released


def guard_interlock(situation: Situation) -> Iterator[Refusal]:
    """Order infusible, batch released, starting material accepted."""
    step, order = situation.step, situation.order
    if step is None or order is None:
        return
    if Guard.INFUSIBLE in step.guards and order.kind is not OrderKind.PATIENT:
        ids = tuple(container.id for container in situation.subjects)
        yield Refusal(RefusalCode.NOT_INFUSIBLE, {"kind": str(order.kind)}, ids)
    for container in situation.subjects:
        params = {"found": container.code}
        if Guard.RELEASED in step.guards and not is_released(situation.known, container):
            yield Refusal(RefusalCode.NOT_RELEASED, params, (container.id,))
        if Guard.ACCEPTED_MATERIAL in step.guards:
            judged = acceptance_of(situation.known, container)
            if not judged.is_usable:
                yield Refusal(
                    RefusalCode.MATERIAL_NOT_ACCEPTED, {**params, "acceptance": str(judged)}, (container.id,)
                )


def collections_of(known: Known, container: ContainerFacts) -> tuple[CollectionFacts, ...]:
    """The collections from which the container's cells come, in a fixed order."""
    lineage = {container.id} | genealogy.ancestors(container.id, known.parents)
    ids = {known.containers[key].collection_id for key in lineage if key in known.containers}
    return tuple(known.collections[key] for key in sorted(ids & known.collections.keys()))


def acceptance_of(known: Known, container: ContainerFacts) -> Acceptance:
    """The worst that was said of any collection that its cells come from; pending where none is known."""
    said = {collection.acceptance for collection in collections_of(known, container)}
    worst = (Acceptance.REFUSED, Acceptance.PENDING, Acceptance.ACCEPTED_WITH_CHANGES, Acceptance.ACCEPTED)
    return next((acceptance for acceptance in worst if acceptance in said), Acceptance.PENDING)


def plan_changes(situation: Situation) -> tuple[PlanChange, ...]:
    """What the plan became, for whoever takes the material into manufacturing: told before they go on."""
    step = situation.step
    if step is None or Guard.ACCEPTED_MATERIAL not in step.guards:
        return ()
    found = {
        change
        for container in situation.subjects or at_hand(situation, step)
        for collection in collections_of(situation.known, container)
        for change in collection.plan_changes
    }
    return tuple(change for change in PlanChange if change in found)
