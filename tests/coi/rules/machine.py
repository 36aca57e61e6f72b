"""Made-up histories over the pure rules: patients, containers, relabels, hand-overs, retries, crashes.

The machine keeps the facts as the services would after each accepted request, and judges each answer by what it knows
itself: whose cells are in which bag is written into the bag's name and is never asked of the rules.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from coi.rules import interlocks
from coi.rules.interlocks import Decision
from coi.rules.journey import ContainerFacts, ContainerStatus, CopyStatus, Disposition
from coi.rules.outcome import Outcome
from coi.rules.protocol import Does, Guard, Item, Scope, Step
from coi.rules.situation import Part
from tests.coi.rules import world
from tests.coi.rules.house import NAMES, House, Thing
from tests.coi.rules.world import PROTOCOL, Scene

RELEASES = (
    Disposition.RELEASED,
    Disposition.CONDITIONALLY_RELEASED,
    Disposition.EXCEPTIONALLY_RELEASED,
)


class Ward(House):
    """Three patients, seven people, every step; anybody scans anything."""

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

    @invariant()
    def families_stay_apart(self) -> None:
        """No bag of one patient was made from another's, whatever was accepted."""
        for name, found in self.journeys.items():
            assert all(key.startswith(name) for key in found.containers)
            assert all(parent.startswith(name) for _, parent in found.parents)


def without(name: str) -> tuple[interlocks.Interlock, ...]:
    """The interlocks but one: a house with that wall taken out."""
    return tuple(one for one in interlocks.INTERLOCKS if one.__name__ != name)
