"""The protocol's own conditions of a step: each judged here, for the station and for what a journey waits for."""

from collections.abc import Iterator

from coi.rules import genealogy
from coi.rules.acceptance import Acceptance, PlanChange
from coi.rules.journey import CollectionFacts, ContainerFacts, ContainerStatus, Known, OrderKind
from coi.rules.outcome import Refusal, RefusalCode
from coi.rules.protocol import Guard, Step
from coi.rules.situation import Situation, at_hand, done_for_container, is_held, is_released


def guard_interlock(situation: Situation) -> Iterator[Refusal]:
    """Order infusible, batch released, starting material accepted, every component of the dose there."""
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

    missing = missing_components(situation)
    for container in situation.subjects if missing else ():
        params = {"found": container.code, "component": ", ".join(missing)}
        yield Refusal(RefusalCode.COMPONENT_MISSING, params, (container.id,))


def missing_components(situation: Situation) -> tuple[str, ...]:
    """The components of the dose of which nothing is there that might be used, where the step asks for all of them."""
    step, protocol = situation.step, situation.protocol
    if step is None or protocol is None or Guard.ALL_COMPONENTS not in step.guards:
        return ()
    there = {
        situation.known.components.get(container.batch_id)
        for container in situation.known.containers.values()
        if _is_there(situation, step, container)
    }
    return tuple(component for component in protocol.components if component not in there)


def _is_there(situation: Situation, step: Step, container: ContainerFacts) -> bool:
    """Whether the container may take part in the dose: released, at hand and usable; or it has done so already."""
    known, order, now = situation.known, situation.order, situation.attempt.now
    if order is None or container.order_id != order.id or container.kind not in step.kinds:
        return False
    has_taken_part = (
        container.status is ContainerStatus.INFUSED or done_for_container(known, step, container) is not None
    )
    is_usable = (
        container.custodian == order.sites.get(step.party, "")
        and container.status in (ContainerStatus.AVAILABLE, ContainerStatus.THAWED)
        and not is_held(known, container)
        and (container.expires_at is None or container.expires_at > now)
    )
    return is_released(known, container) and (has_taken_part or is_usable)


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
