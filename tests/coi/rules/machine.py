"""Made-up histories over the pure rules: patients, containers, relabels, hand-overs, retries, crashes.

The machine keeps the facts as the services would after each accepted request, and judges each answer by what it knows
itself: whose cells are in which bag is written into the bag's name and is never asked of the rules.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coi.rules import interlocks
from coi.rules.interlocks import Decision
from coi.rules.journey import (
    CheckFacts,
    CheckState,
    ContainerFacts,
    ContainerStatus,
    CopyStatus,
    Disposition,
    DoneStep,
    PinState,
    Reading,
)
from coi.rules.outcome import Outcome
from coi.rules.protocol import CASSETTE, Does, Guard, Item, Scope, Step
from coi.rules.situation import Part, in_play
from tests.coi.rules import world
from tests.coi.rules.world import NOW, PROTOCOL, Scene

NAMES = ("ann", "ben", "cat")
RELEASES = (
    Disposition.RELEASED,
    Disposition.CONDITIONALLY_RELEASED,
    Disposition.EXCEPTIONALLY_RELEASED,
)
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


class Ward(RuleBasedStateMachine):
    """Three patients, seven people, every step; anybody scans anything."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.journeys: dict[str, world.Journey] = {}
        self.labels: dict[str, list[CopyStatus]] = {}
        self.uncased: set[str] = set()
        self.held: set[str] = set()
        self.checks: dict[str, CheckFacts] = {}
        self.counted = 0

    @initialize(stages=st.tuples(*[st.sampled_from(world.STAGES)] * len(NAMES)))
    def enrol(self, stages: tuple[str, ...]) -> None:
        """Each patient somewhere on the way; two of them often at the same place."""
        for number, (name, stage) in enumerate(zip(NAMES, stages, strict=True), 1):
            self.journeys[name] = world.journey(name, stage, number=number)
        for name in NAMES:
            for c in self.journeys[name].containers.values():
                is_new = c.status is ContainerStatus.UNLABELLED
                self.labels[c.id] = [CopyStatus.PRINTED if is_new else CopyStatus.APPLIED]

    # -- what happens ------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def scan(self, data: st.DataObject) -> None:
        """A request: mostly what a step asks for, with things of others among it; carried out, or lost in a crash."""
        name = data.draw(st.sampled_from(NAMES))
        step = data.draw(st.sampled_from([*self._due(name), *self._due(name), *PROTOCOL.steps]))
        check = data.draw(st.sampled_from(["", *self.checks])) if self.checks else ""
        if check and data.draw(st.booleans()):
            name, step = self._patient_of(check), world.step(self.checks[check].step)
        readings = self._readings(data, name, step)
        self._judge(data, self._scene(data, readings, step, check))

    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def do_what_is_due(self, data: st.DataObject, name: str) -> None:
        """Two people do one step as they should, or nearly: histories get on, so that later steps are met too."""
        due = self._due(name)
        step = data.draw(st.sampled_from([*due, *due, *due, *PROTOCOL.steps]))
        usable = self._usable(name, step)
        container = data.draw(st.sampled_from([*usable, *usable, *self._of(name, step.kinds)] or [None]))
        mix_up = data.draw(st.sampled_from([False, False, True]))
        for user in data.draw(st.sampled_from([(1, 2), (1, 2), (1, 1)])):
            things = self._wanted(name, step, container)
            if (mix_up and user == 2) or (mix_up and step.witness == "none"):
                self._mix_up(data, things, step)
            scene = self._plain([t.make() for t in things], step, self._waiting(name, step), user)
            self._judge(data, scene, may_crash=False)
            self.now += timedelta(seconds=5)

    def _mix_up(self, data: st.DataObject, things: list[Thing], step: Step) -> None:
        """The same kind of thing from the next bed, or the next bag of the same patient, in place of one."""
        name = data.draw(st.sampled_from(NAMES))
        container = data.draw(st.sampled_from(self._of(name, step.kinds) or [None]))
        others = self._wanted(name, step, container, data.draw(st.sampled_from([-1, 0])))
        position = data.draw(st.integers(0, 5))
        if position < min(len(things), len(others)):
            things[position] = others[position]

    @precondition(lambda self: self.checks)
    @rule(data=st.data())
    def witness(self, data: st.DataObject) -> None:
        """The second person scans what the first did, or what lies beside it."""
        check = data.draw(st.sampled_from(sorted(self.checks)))
        step = world.step(self.checks[check].step)
        name = self._patient_of(check)
        if data.draw(st.integers(0, 3)) == 0:
            name = data.draw(st.sampled_from(NAMES))
        container = data.draw(st.sampled_from([*self._of(name, step.kinds), None]))
        readings = [t.make() for t in self._wanted(name, step, container)]
        self._judge(data, self._scene(data, readings, step, check))

    @rule(data=st.data())
    def meddle(self, data: st.DataObject) -> None:
        """What else happens in a house."""
        common = [self._relabel, self._relabel, self._hold, self._hold]
        rare = [self._dispose, self._carry, self._wait, self._cancel]
        happening = data.draw(st.sampled_from([*common, *rare]))
        happening(data)

    def _relabel(self, data: st.DataObject) -> None:
        """The newest copy is void and another one printed; then somebody sticks the old one back on."""
        found = [c for c in self._containers() if c.status is ContainerStatus.AVAILABLE]
        if not found:
            return
        c = data.draw(st.sampled_from(found))
        self.labels[c.id] = [CopyStatus.VOID for _ in self.labels[c.id]] + [CopyStatus.PRINTED]
        self._change(c, status=ContainerStatus.UNLABELLED)
        if data.draw(
            st.booleans()
        ):  # by the service the checks begun are over; the rules must not rely on it
            self._abandon(lambda check: c.id in check.subjects)
        name = c.id.split("-", maxsplit=1)[0]
        for step in PROTOCOL.steps:
            if step.does is Does.APPLY_LABEL and c.kind in step.kinds:
                for user in (1, 2):
                    things = self._wanted(name, step, self._journey(c.order_id).containers[c.id], 0)
                    scene = self._plain([t.make() for t in things], step, self._waiting(name, step), user)
                    self._judge(data, scene)
                    self.now += timedelta(seconds=5)

    def _hold(self, data: st.DataObject) -> None:
        """Quality holds something, or lets all go."""
        in_use = (ContainerStatus.AVAILABLE, ContainerStatus.THAWED)
        found = [c for c in self._containers() if c.status in in_use]
        if not found or (self.held and data.draw(st.booleans())):
            self.held = set()
            return
        self.held.add(data.draw(st.sampled_from(found)).id)

    def _dispose(self, data: st.DataObject) -> None:
        """Quality moves a batch."""
        name, state = data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(Disposition))
        self.journeys[name] = replace(self.journeys[name], disposition=state)

    def _carry(self, data: st.DataObject) -> None:
        """A container turns up in somebody else's custody."""
        sites = sorted({*world.SITES.values(), world.ELSEWHERE})
        if found := self._containers():
            self._change(data.draw(st.sampled_from(found)), custodian=data.draw(st.sampled_from(sites)))

    def _wait(self, data: st.DataObject) -> None:
        """Time passes."""
        self.now += timedelta(hours=data.draw(st.sampled_from([0, 0, 0, 3, 24 * 40])), seconds=4)

    def _cancel(self, data: st.DataObject) -> None:
        """Somebody cancels a check."""
        if self.checks:
            chosen = data.draw(st.sampled_from(sorted(self.checks)))
            self._abandon(lambda check: check.id == chosen)

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

    # -- what the rules answer ---------------------------------------------------------------------------------------

    def _judge(self, data: st.DataObject, scene: Scene, *, may_crash: bool = True) -> None:
        decision = scene.decide()
        if decision.outcome in (Outcome.REFUSED, Outcome.UNREADABLE) or decision.situation.step is None:
            assert not decision.scans
            return
        self._hold_to_the_law(decision)
        assert scene.decide() == decision  # a retry is judged alike: nothing in the rules remembers
        if may_crash and data.draw(st.integers(0, 5)) == 0:
            return  # rolled back: nothing of it is known
        self._apply(decision)

    def _hold_to_the_law(self, decision: Decision) -> None:
        """What must never be accepted, by what the machine knows itself."""
        situation, step = decision.situation, decision.situation.step
        assert step is not None
        assert situation.order is not None
        patient = situation.order.id.split("-", maxsplit=1)[0]
        before = situation.check.scans if situation.check is not None else ()
        targets = [scan.target for scan in (*before, *decision.scans)]
        for target in targets:
            for name in NAMES:
                assert name == patient or name not in target, f"{target} was accepted for {patient}"
        for c in situation.subjects:
            self._lawful_container(decision, step, self.journeys[patient].containers[c.id])
        scanned = {t.container_id for t in situation.targets() if t.container_id}
        assert scanned <= {c.id for c in situation.subjects}
        if decision.is_step_complete:
            self._lawful_completion(decision, step)

    def _lawful_container(self, decision: Decision, step: Step, c: ContainerFacts) -> None:
        is_closing = step.does is Does.CLOSE
        is_free = is_closing or step.is_past  # an infusion that ended can only be recorded
        assert c.kind in step.kinds
        if decision.situation.part is Part.PERFORMER or step.receiver is None:
            assert c.custodian == world.SITES[step.party]
        assert is_free or not self._lineage(c) & self.held, f"{c.id} is on hold"
        assert is_free or c.expires_at is None or c.expires_at > self.now
        assert is_free or c.hold_until is None or c.hold_until >= self.now
        if Guard.RELEASED in step.guards:
            assert self.journeys[c.id.split("-", maxsplit=1)[0]].disposition in RELEASES
        if step.does is not Does.APPLY_LABEL:
            assert c.status is not ContainerStatus.UNLABELLED
        assert not (step.is_by_cassette and c.id in self.uncased), (
            f"{c.id} moves without its cassette's label"
        )
        if not is_closing:
            used = (ContainerStatus.CONSUMED, ContainerStatus.INFUSED, ContainerStatus.CLOSED)
            assert c.status not in used
        for target in decision.situation.targets():
            if target.container_id == c.id:
                if target.sort:
                    assert step.is_by_cassette or step.does is Does.INTO_CASSETTE
                    continue
                number = int(target.ref.rsplit("-", maxsplit=1)[1])
                assert self.labels[c.id][number - 1] is not CopyStatus.VOID

    def _lawful_completion(self, decision: Decision, step: Step) -> None:
        """Everything that the step asks for was scanned, by as many people as it asks for, in its turn."""
        situation = decision.situation
        assert situation.order is not None
        check = situation.check
        scans = [*(check.scans if check is not None else ()), *decision.scans]
        people = {scan.user_id for scan in scans}
        if step.witness != "none":
            assert check is not None
            assert check.performed_at is not None
            assert len(people) == 2
        for user in people:
            mine = {scan.item for scan in scans if scan.user_id == user}
            assert {str(item) for item in step.items if item is not Item.PLACE} <= mine
        for code in step.after:
            for c in situation.subjects or (None,):
                journey = self._journey(situation.order.id)
                around = {situation.order.id}
                around |= self._lineage(c) if c is not None else journey.containers.keys()
                assert any(d.step == code and around & {d.subject, *d.containers} for d in journey.done), (
                    f"{step.code} without {code}"
                )
        assert situation.subjects or step.scope is Scope.ORDER

    def _journey(self, order_id: str) -> world.Journey:
        return self.journeys[order_id.split("-", maxsplit=1)[0]]

    def _lineage(self, c: ContainerFacts) -> set[str]:
        found, frontier = {c.id}, {c.id}
        pairs = self.journeys[c.id.split("-", maxsplit=1)[0]].parents
        while frontier:
            frontier = {parent for child, parent in pairs if child in frontier} - found
            found |= frontier
        return found

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

    @invariant()
    def families_stay_apart(self) -> None:
        """No bag of one patient was made from another's, whatever was accepted."""
        for name, found in self.journeys.items():
            assert all(key.startswith(name) for key in found.containers)
            assert all(parent.startswith(name) for _, parent in found.parents)


def without(name: str) -> tuple[interlocks.Interlock, ...]:
    """The interlocks but one: a house with that wall taken out."""
    return tuple(one for one in interlocks.INTERLOCKS if one.__name__ != name)
