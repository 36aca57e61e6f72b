"""What a journey waits for: the steps of its protocol that could be done now, and by whose site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coi.rules import genealogy
from coi.rules.guards import acceptance_of, missing_components
from coi.rules.journey import (
    Attempt,
    CheckState,
    ContainerFacts,
    ContainerStatus,
    Disposition,
    Known,
    OrderFacts,
    StationFacts,
)
from coi.rules.protocol import Does, Guard, Party, Protocol, Scope, Step
from coi.rules.situation import (
    Part,
    Situation,
    cautions,
    done_for,
    done_for_container,
    in_play,
    is_released,
    missing_before,
)

_NOWHERE = StationFacts(code="", site="", steps=frozenset())


@dataclass(frozen=True)
class Waiting:
    """One step that could be done now. `is_release`: once quality has released the batch.

    `is_acceptance`: once quality has accepted the starting material. `components`: of the dose, those not there yet.
    `cautions`: what there is to be told of a release that has been made.
    """

    step: str
    title: str
    party: Party
    site: str
    containers: tuple[str, ...] = ()
    is_second_person: bool = False
    is_release: bool = False
    is_acceptance: bool = False
    components: tuple[str, ...] = ()
    is_held: bool = False
    is_timed: bool = False
    cautions: tuple[Disposition, ...] = ()


def of_order(known: Known, order_id: str) -> Known:
    """What is known of one journey, out of what is known of many."""
    containers = {key: c for key, c in known.containers.items() if c.order_id == order_id}
    batches = {c.batch_id for c in containers.values()}
    subjects = {order_id, *containers, *batches}
    return replace(
        known,
        orders={order_id: known.orders[order_id]},
        containers=containers,
        parents=tuple(pair for pair in known.parents if pair[0] in containers),
        held=known.held & containers.keys(),
        dispositions={batch: state for batch, state in known.dispositions.items() if batch in batches},
        done=tuple(done for done in known.done if done.subject in subjects),
        checks={key: check for key, check in known.checks.items() if check.order_id == order_id},
    )


def waits_for(known: Known, order: OrderFacts, protocol: Protocol, now: datetime) -> tuple[Waiting, ...]:
    """Steps in the order of the protocol, those whose time runs first; closing out when nothing else is left to do.

    `known` is of this journey alone (`of_order`).
    """
    if not order.is_open:
        return ()
    attempt = Attempt(now=now, station=_NOWHERE, person=None, badge_state="", readings=())
    situation = Situation(attempt, known, protocol, order, None, None, Part.PERFORMER)
    gates = {code for step in protocol.steps for code in step.after}
    steps = [s for s in protocol.steps if not s.is_repeatable or s.code in gates]
    closing = [s for s in steps if s.does is Does.CLOSE]
    here = list(known.containers.values())
    going_on = sorted(
        _waiting(situation, [s for s in steps if s.does is not Does.CLOSE], here),
        key=lambda w: not w.is_timed,
    )
    if not going_on:
        return tuple(_waiting(situation, closing, here))
    over = [c for c in here if _is_rejected(known, c) and c.status is not ContainerStatus.CONSUMED]
    return (*going_on, *_waiting(situation, closing, over))


def _waiting(
    situation: Situation, steps: list[Step], containers: Sequence[ContainerFacts]
) -> Iterator[Waiting]:
    for step in steps:
        if step.scope is Scope.ORDER:
            if done_for(situation, step) is None and not missing_before(situation, step, None):
                yield _one(situation, step, ())
            continue
        due = tuple(c for c in containers if _is_due(situation, step, c))
        if due:
            yield _one(situation, step, due)


def _is_rejected(known: Known, container: ContainerFacts) -> bool:
    return known.dispositions.get(container.batch_id) is Disposition.REJECTED


def _is_due(situation: Situation, step: Step, container: ContainerFacts) -> bool:
    is_in_play = container.kind in step.kinds and container.status in in_play(step)
    is_there = situation.order is not None and container.custodian == situation.order.sites[step.party]
    # What was rejected goes nowhere any more: it gets its label, if it waits for one, and is closed out.
    is_ending = step.does in (Does.CLOSE, Does.APPLY_LABEL)
    is_over = _is_rejected(situation.known, container) and not is_ending
    return (
        is_in_play
        and is_there
        and not is_over
        and done_for_container(situation.known, step, container) is None
        and not missing_before(situation, step, container)
    )


def _one(situation: Situation, step: Step, due: tuple[ContainerFacts, ...]) -> Waiting:
    known, order = situation.known, situation.order
    held = genealogy.descendants(known.held, known.parents)
    is_unreleased = Guard.RELEASED in step.guards and not all(is_released(known, c) for c in due)
    told = replace(situation, step=step, subjects=due)
    return Waiting(
        step=step.code,
        title=step.title,
        party=step.party,
        site=order.sites[step.party] if order is not None else "",
        containers=tuple(sorted(c.code for c in due)),
        is_second_person=any(
            check.step == step.code and check.state is CheckState.OPEN and check.performed_at is not None
            for check in known.checks.values()
        ),
        is_release=is_unreleased,
        is_acceptance=Guard.ACCEPTED_MATERIAL in step.guards
        and not all(acceptance_of(known, c).is_usable for c in due),
        is_timed=any(c.hold_until is not None for c in due),
        is_held=bool(due) and all(c.id in held for c in due),
        components=missing_components(told),
        cautions=cautions(told),
    )
