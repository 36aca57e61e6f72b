"""No sequence of actions by anybody lets a batch go with an unmet criterion, but for what a dossier names.

Results in any order with any verdict, corrections, investigations with any outcome signed by anyone, retests, other
samples, holds, dossiers complete or not, reviews and releases by anyone: whatever the rules allow is done. What was let
go is then judged by the history of what was recorded, without asking the rules.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coi.rules.journey import Disposition
from qc.rules.criteria import Verdict
from qc.rules.exceptional import Part
from qc.rules.investigations import Answer, LaboratoryCheck, Outcome, ProductionCheck
from qc.rules.releases import Way
from qc.rules.results import AttemptKind
from tests.qc.rules.release_histories import DOSSIER_PARTS, FAIL, PASS, criteria, everybody, people
from tests.qc.rules.release_history import judge
from tests.qc.rules.release_world import World

analysts = st.sampled_from([3, 4, 3, 4, *everybody])
controllers = st.sampled_from([5, 5, 5, 5, 5, *everybody])
quality = st.sampled_from([6, 6, 6, 7, 7, 7, *everybody])
verdicts = st.sampled_from([PASS, PASS, FAIL, Verdict.NOT_JUDGED])
kinds = st.sampled_from([AttemptKind.RETEST, AttemptKind.RESAMPLE])
checks = st.sampled_from(LaboratoryCheck)
answers = st.sampled_from(Answer)


class Anybody(RuleBasedStateMachine):
    """Everybody tries everything."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(car=verdicts, final=st.sampled_from([None, PASS, FAIL]), is_tested=st.booleans())
    def begin(self, car: Verdict, final: Verdict | None, is_tested: bool) -> None:
        if is_tested:
            for criterion, verdict in (("CAR", car), ("STERILE", PASS), ("FINAL", final)):
                if verdict is not None:
                    self.world.record(criterion, verdict, 3)
            self.world.look_over(5)

    def one(self, data: st.DataObject) -> str:
        """One of the investigations, mostly the last."""
        codes = sorted(self.world.investigations)
        return data.draw(st.sampled_from([codes[-1], *codes]))

    @rule(criterion=criteria, verdict=verdicts, by=analysts)
    def record(self, criterion: str, verdict: Verdict, by: int) -> None:
        self.world.record(criterion, verdict, by)

    @precondition(lambda self: self.world.results)
    @rule(data=st.data(), verdict=verdicts, by=analysts)
    def correct(self, data: st.DataObject, verdict: Verdict, by: int) -> None:
        found = data.draw(st.sampled_from(self.world.results))
        self.world.correct(found.criterion, found.attempt, verdict, by)

    @rule(by=controllers)
    def look_over(self, by: int) -> None:
        self.world.look_over(by)

    @precondition(lambda self: self.world.results)
    @rule(data=st.data(), by=people)
    def open(self, data: st.DataObject, by: int) -> None:
        found = data.draw(st.sampled_from(self.world.results))
        self.world.open(found.criterion, found.attempt, by)

    @rule(by=controllers, check=st.none() | checks)
    def investigate(self, by: int, check: LaboratoryCheck | None) -> None:
        """The first phase of whatever fails, by one person, as far as they may."""
        for found in list(self.world.results):
            self.world.open(found.criterion, found.attempt, 5)
        for code in sorted(self.world.investigations):
            self.world.start(code, by)
            self.world.answer(code, LaboratoryCheck, Answer.IN_ORDER, by)
            if check is not None:
                self.world.answer(code, [check], Answer.NOT_IN_ORDER, by)
                self.world.assign(code, check, by)

    @precondition(lambda self: self.world.investigations)
    @rule(data=st.data(), by=controllers, answer=answers, check=checks)
    def answer(self, data: st.DataObject, by: int, answer: Answer, check: LaboratoryCheck) -> None:
        self.world.answer(self.one(data), [check], answer, by)

    @precondition(lambda self: self.world.investigations)
    @rule(data=st.data(), by=controllers, check=checks)
    def assign(self, data: st.DataObject, by: int, check: LaboratoryCheck) -> None:
        self.world.assign(self.one(data), check, by)

    @precondition(lambda self: self.world.investigations)
    @rule(data=st.data(), by=quality)
    def go_on_to_production(self, data: st.DataObject, by: int) -> None:
        code = self.one(data)
        self.world.escalate(code, by)
        self.world.answer(code, ProductionCheck, Answer.IN_ORDER, by)

    @precondition(lambda self: self.world.investigations)
    @rule(data=st.data(), kind=kinds, number=st.sampled_from([1, 1, 2, 0, 4]), by=quality)
    def plan(self, data: st.DataObject, kind: AttemptKind, number: int, by: int) -> None:
        self.world.plan(self.one(data), kind, number, by)

    @precondition(lambda self: self.world.investigations)
    @rule(data=st.data(), kind=kinds, verdict=verdicts, by=analysts)
    def test_again(self, data: st.DataObject, kind: AttemptKind, verdict: Verdict, by: int) -> None:
        self.world.test_again(self.one(data), kind, verdict, by)

    @precondition(lambda self: self.world.investigations)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome), one=controllers, other=quality)
    def conclude(self, data: st.DataObject, outcome: Outcome, one: int, other: int) -> None:
        self.world.conclude(self.one(data), outcome, (one, other))

    @rule(named=st.sampled_from([(), ("CAR",), ("CAR",), ("CAR", "FINAL"), ("STERILE",)]), by=quality)
    def begin_dossier(self, named: tuple[str, ...], by: int) -> None:
        self.world.begin_dossier(named, by)

    @rule(parts=st.sets(st.sampled_from(DOSSIER_PARTS)) | st.just(set(DOSSIER_PARTS)), by=quality)
    def write(self, parts: set[Part], by: int) -> None:
        for part in sorted(parts):
            self.world.write(part, by)

    @rule(is_approved=st.sampled_from([True, True, False]), by=quality)
    def decide_dossier(self, is_approved: bool, by: int) -> None:
        self.world.decide_dossier(is_approved, by)

    @rule()
    def hold(self) -> None:
        self.world.hold()

    @rule()
    def unhold(self) -> None:
        self.world.unhold()

    @rule(by=quality)
    def look_trail_over(self, by: int) -> None:
        self.world.look_trail_over(by)

    @rule()
    def submit(self) -> None:
        self.world.submit()

    @rule(by=quality)
    def review(self, by: int) -> None:
        self.world.review(by)

    @rule(way=st.sampled_from(Way), by=quality)
    def release(self, way: Way, by: int) -> None:
        if self.world.release(way, by):
            judge(self.world)

    @rule(way=st.sampled_from(Way), reviewer=quality, releaser=quality, is_held=st.booleans())
    def hurry(self, way: Way, reviewer: int, releaser: int, is_held: bool) -> None:
        """All of quality's part in one go, as far as it goes."""
        if not is_held:
            self.world.unhold()
        self.world.look_over(5)
        self.world.submit()
        self.world.look_trail_over(6)
        self.world.review(reviewer)
        if self.world.release(way, releaser):
            judge(self.world)

    @rule(reviewer=quality, releaser=quality)
    def complete(self, reviewer: int, releaser: int) -> None:
        before = self.world.disposition
        self.world.look_trail_over(6)
        self.world.review(reviewer)
        if self.world.complete(releaser):
            assert before is Disposition.CONDITIONALLY_RELEASED
            judge(self.world)

    @invariant()
    def nothing_is_let_go_unless_signed(self) -> None:
        assert self.world.disposition.is_release is bool(self.world.released)


TestAnybody = Anybody.TestCase
TestAnybody.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
