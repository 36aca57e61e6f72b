"""A house with three patients: what is where, what may be scanned there, and what an accepted request changes.

It keeps the facts as the services would after each accepted request.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from coi.rules.interlocks import Decision
from coi.rules.journey import (
    CheckFacts,
    CheckState,
    ContainerFacts,
    ContainerStatus,
    CopyStatus,
    DoneStep,
    PinState,
    Reading,
)
from coi.rules.protocol import CASSETTE, Does, Item, Scope, Step
from coi.rules.situation import Part, in_play
from tests.coi.rules import world
from tests.coi.rules.world import NOW, PROTOCOL, Scene

NAMES = ("ann", "ben", "cat")
STATUSES = {
    Does.APPLY_LABEL: ContainerStatus.AVAILABLE,
    Does.THAW: ContainerStatus.THAWED,
    Does.INFUSE: ContainerStatus.INFUSED,
    Does.CLOSE: ContainerStatus.CLOSED,
}


@dataclass(frozen=True)
class Thing:
    """A barcode in the world and whose it is ("" for stock and places): known to the machine, not to the rules."""

    owner: str
    make: Callable[[], Reading]
    container: str = ""


class House(RuleBasedStateMachine):
    """Every barcode of it, and all that was done; it decides nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.journeys: dict[str, world.Journey] = {}
        self.labels: dict[str, list[CopyStatus]] = {}
        self.uncased: set[str] = set()
        self.held: set[str] = set()
        self.checks: dict[str, CheckFacts] = {}
        self.counted = 0

    def _due(self, name: str) -> list[Step]:
        """Steps whose turn it seems to be: only a way to get somewhere, nothing is judged by it."""
        done = {d.step for d in self.journeys[name].done}
        turn = [
            s
            for s in PROTOCOL.steps
            if set(s.after) <= done and (s.is_repeatable or s.code not in done or s.scope is Scope.CONTAINER)
        ]
        return [s for s in turn if s.scope is Scope.ORDER or self._usable(name, s)]

    def _usable(self, name: str, step: Step) -> list[ContainerFacts]:
        return [c for c in self._of(name, step.kinds) if c.status in in_play(step)]

    def _waiting(self, name: str, step: Step) -> str:
        """The check at the step that waits for its second person."""
        order = self.journeys[name].order.id
        waiting = [c for c in self.checks.values() if c.state is CheckState.OPEN and c.performed_at]
        return next((c.id for c in waiting if (c.order_id, c.step) == (order, step.code)), "")

    def _patient_of(self, check: str) -> str:
        return self.checks[check].order_id.split("-", maxsplit=1)[0]

    def _journey(self, order_id: str) -> world.Journey:
        return self.journeys[order_id.split("-", maxsplit=1)[0]]

    def _lineage(self, c: ContainerFacts) -> set[str]:
        found, frontier = {c.id}, {c.id}
        pairs = self.journeys[c.id.split("-", maxsplit=1)[0]].parents
        while frontier:
            frontier = {parent for child, parent in pairs if child in frontier} - found
            found |= frontier
        return found

    # -- requests ----------------------------------------------------------------------------------------------------

    def _readings(self, data: st.DataObject, name: str, step: Step) -> list[Reading]:
        container = data.draw(st.sampled_from([*self._of(name, step.kinds), None]))
        wanted = self._wanted(name, step, container)
        if data.draw(st.booleans()) and wanted:
            other = data.draw(st.sampled_from(self._everything()))
            wanted[data.draw(st.integers(0, len(wanted) - 1))] = other
        if data.draw(st.booleans()):
            self._mix_up(data, wanted, step)
        if data.draw(st.integers(0, 3)) == 0:
            wanted.append(data.draw(st.sampled_from(self._everything())))
        wanted = data.draw(st.permutations(wanted))
        return [thing.make() for thing in wanted[: data.draw(st.integers(0, len(wanted)))] or wanted]

    def _scene(self, data: st.DataObject, readings: list[Reading], step: Step, check: str) -> Scene:
        named = data.draw(
            st.sampled_from([step.code, step.code, "", data.draw(st.sampled_from(PROTOCOL.steps)).code])
        )
        scene = self._plain(readings, step, check, data.draw(st.integers(1, 3)))
        scene.step = named
        return scene

    def _plain(self, readings: list[Reading], step: Step, check: str, user: int) -> Scene:
        site = world.SITES[step.party]
        values = {rule.name: rule.choices[0] if rule.choices else str(rule.low) for rule in step.values}
        is_witness = check in self.checks and self.checks[check].performed_at is not None
        return Scene(
            person=world.able(user),
            station=world.station(site, is_single_patient=False),
            readings=readings,
            journeys=dict(self.journeys),
            step=step.code,
            check_id=check,
            pin=PinState.VALID,
            values=values if (step.values_by == "witness") is is_witness else {},
            now=self.now,
            held=set(self.held),
            uncased=set(self.uncased),
            checks=dict(self.checks),
        )

    def _wanted(self, name: str, step: Step, container: ContainerFacts | None, copy: int = -1) -> list[Thing]:
        """What the step asks for, as things of this patient; labels in this copy."""
        order = self.journeys[name].order
        things = {
            Item.ORDER: [Thing(name, lambda: world.order_code(order))],
            Item.WRISTBAND: [Thing(name, lambda: world.wristband(order))],
            Item.SHIPPER: [Thing("", world.shipper)],
            Item.PLACE: [Thing("", world.place)],
            Item.CONTAINERS: [self._label(c, copy) for c in self._of(name, step.kinds)],
            Item.CASSETTE: [self._cassette(container)] if container is not None else [],
        }
        one = [self._label(container, copy)] if container is not None else []
        found = [thing for item in step.items for thing in things.get(item, one)]
        found += [Thing("", lambda lot=lot: world.lot(lot)) for lot in step.lots]
        return found + [Thing("", lambda kind=kind: world.device(kind)) for kind in step.equipment]

    def _label(self, c: ContainerFacts, copy: int = -1) -> Thing:
        copies = self.labels[c.id]
        number = copy % len(copies)
        return Thing(c.id.split("-", maxsplit=1)[0], lambda: world.label(c, copies[number], number + 1), c.id)

    def _cassette(self, c: ContainerFacts) -> Thing:
        status = CopyStatus.PRINTED if c.id in self.uncased else CopyStatus.APPLIED
        return Thing(c.id.split("-", maxsplit=1)[0], lambda: world.cassette(c, status), c.id)

    def _everything(self) -> list[Thing]:
        """Every barcode there is, void copies too."""
        orders = [self.journeys[name].order for name in NAMES]
        return [
            *(Thing(n, lambda o=o: world.order_code(o)) for n, o in zip(NAMES, orders, strict=True)),
            *(Thing(n, lambda o=o: world.wristband(o)) for n, o in zip(NAMES, orders, strict=True)),
            *(self._label(c, n) for c in self._containers() for n in range(len(self.labels[c.id]))),
            *(self._cassette(c) for c in self._containers() if c.kind == "product_bag"),
            Thing("", lambda: world.lot("vector")),
            Thing("", lambda: world.lot("vector", number=2)),
            Thing("", lambda: world.shipper(2)),
        ]

    def _containers(self) -> list[ContainerFacts]:
        return [c for name in NAMES for c in self.journeys[name].containers.values()]

    def _of(self, name: str, kinds: tuple[str, ...]) -> list[ContainerFacts]:
        return [c for c in self.journeys[name].containers.values() if c.kind in kinds]

    # -- what the services would write -------------------------------------------------------------------------------

    def _apply(self, decision: Decision) -> None:
        situation, step = decision.situation, decision.situation.step
        person = situation.attempt.person
        assert step is not None
        assert situation.order is not None
        assert person is not None
        check = situation.check or self._new_check(decision, person.user_id)
        check = replace(
            check,
            scans=(*check.scans, *decision.scans),
            values=decision.values,
            subjects=tuple(c.id for c in situation.subjects),
            state=CheckState.COMPLETE if decision.is_step_complete else CheckState.OPEN,
        )
        if situation.part is Part.WITNESS:
            check = replace(check, witness_id=person.user_id)
        elif decision.is_part_complete:
            check = replace(check, performed_at=self.now)
        self.checks[check.id] = check
        if decision.is_step_complete:
            self._complete(decision, step)

    def _new_check(self, decision: Decision, user: int) -> CheckFacts:
        self.counted += 1
        situation = decision.situation
        assert situation.order is not None
        assert situation.step is not None
        return CheckFacts(
            id=f"check{self.counted}",
            order_id=situation.order.id,
            step=situation.step.code,
            station=situation.attempt.station.code,
            state=CheckState.OPEN,
            performer_id=user,
            performer_name=f"Person {user}",
        )

    def _complete(self, decision: Decision, step: Step) -> None:
        situation = decision.situation
        assert situation.order is not None
        name = situation.order.id.split("-", maxsplit=1)[0]
        journey = self.journeys[name]
        subjects = [c.id for c in situation.subjects]
        if step.scope is not Scope.CONTAINER:
            subjects = [situation.order.id if step.scope is Scope.ORDER else journey.batch_id]
        together = tuple(c.id for c in situation.subjects)
        done = tuple(
            DoneStep(step.code, s, self.now, "x", (s,) if step.scope is Scope.CONTAINER else together)
            for s in subjects
        )
        self.journeys[name] = replace(journey, done=(*journey.done, *done))
        for c in situation.subjects:
            if step.does in STATUSES:
                self._change(c, status=STATUSES[step.does])
            if step.does is Does.START_BATCH:
                self._change(c, batch_id=journey.batch_id)
            if step.receiver is not None:
                self._change(c, custodian=world.SITES[step.receiver])
            if step.makes is not None and step.makes.is_consuming:
                self._change(c, status=ContainerStatus.CONSUMED)
            if step.does is Does.APPLY_LABEL:
                self.labels[c.id][-1] = CopyStatus.APPLIED
            if step.does is Does.INTO_CASSETTE:
                self.uncased.discard(c.id)
        if step.makes is not None:
            self._make(name, step, situation.subjects)

    def _make(self, name: str, step: Step, parents: tuple[ContainerFacts, ...]) -> None:
        assert step.makes is not None
        journey = self.journeys[name]
        number = sum(1 for c in journey.containers.values() if c.kind == step.makes.kind) + 1
        child = ContainerFacts(
            id=f"{name}-{step.makes.kind}-{number}",
            order_id=journey.order.id,
            code=f"{name}-{step.makes.kind}-{number}",
            kind=step.makes.kind,
            status=ContainerStatus.UNLABELLED,
            custodian=world.SITES[step.party],
            batch_id=parents[0].batch_id if parents else "",
        )
        self.labels[child.id] = [CopyStatus.PRINTED]
        if CASSETTE in PROTOCOL.carriers(child.kind):
            self.uncased.add(child.id)
        self.journeys[name] = replace(
            journey,
            containers={**journey.containers, child.id: child},
            parents=(*journey.parents, *((child.id, p.id) for p in parents)),
        )

    def _change(self, c: ContainerFacts, **values: object) -> None:
        name = c.id.split("-", maxsplit=1)[0]
        now = self.journeys[name].containers[c.id]
        changed = {**self.journeys[name].containers, c.id: replace(now, **values)}
        self.journeys[name] = replace(self.journeys[name], containers=changed)

    def _abandon(self, which: Callable[[CheckFacts], bool]) -> None:
        for key, check in self.checks.items():
            if check.state is CheckState.OPEN and which(check):
                self.checks[key] = replace(check, state=CheckState.ABANDONED)
