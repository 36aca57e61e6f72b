"""No sequence of actions by anybody lets a batch go with an unmet criterion, but for what a dossier names.

Results in any order with any verdict, corrections, investigations with any outcome signed by anyone, retests, other
samples, holds, dossiers complete or not, reviews and releases by anyone: whatever the rules allow is done. What was let
go is then judged by the history of what was recorded, without asking the rules.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coi.rules.journey import Disposition
from qc.rules.criteria import Verdict
from qc.rules.exceptional import Part
from qc.rules.investigations import Answer, LaboratoryCheck, Outcome, ProductionCheck
from qc.rules.releases import LEADS_TO, Way
from qc.rules.results import AttemptKind
from tests.qc.rules.release_world import CRITERIA, PEOPLE, PRODUCERS, World

PASS, FAIL = Verdict.PASS, Verdict.FAIL
everybody = sorted(PEOPLE)
# Mostly those whose work it is, so that histories get far; and everybody else as well.
people = st.sampled_from(everybody)
analysts = st.sampled_from([3, 4, 3, 4, *everybody])
controllers = st.sampled_from([5, 5, 5, 5, 5, *everybody])
quality = st.sampled_from([6, 6, 6, 7, 7, 7, *everybody])
criteria = st.sampled_from(["CAR", "CAR", *CRITERIA])
verdicts = st.sampled_from([PASS, PASS, FAIL, Verdict.NOT_JUDGED])
kinds = st.sampled_from([AttemptKind.RETEST, AttemptKind.RESAMPLE])
checks = st.sampled_from(LaboratoryCheck)
answers = st.sampled_from(Answer)
DOSSIER_PARTS = (Part.RISK, Part.ALTERNATIVES, Part.REQUEST, Part.ACCEPTANCE, Part.CONSENT)


def judge(world: World) -> None:
    """What was let go, by the history alone."""
    way, reviewer, releaser = world.released[-1]
    assert reviewer != releaser, "one person"
    assert PRODUCERS.isdisjoint({reviewer, releaser}), "a producer"
    assert not world.is_unseen(), "a result that nobody looked over"
    assert all(hold.released_at is not None for hold in world.holds), "on hold"
    for criterion, timing in CRITERIA.items():
        is_awaited = timing == "final" and way is not Way.RELEASE and not world.is_recorded(criterion)
        is_excepted = way is Way.EXCEPTIONAL and world.is_excepted(criterion)
        assert world.is_met(criterion) or is_awaited or is_excepted, f"{way} with {criterion} unmet"


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


# --- lawful histories, with something done otherwise ----------------------------------------------------------------

RETEST, RESAMPLE = AttemptKind.RETEST, AttemptKind.RESAMPLE
Step = tuple[str, tuple[Any, ...]]


def sampling(car: Verdict, final: Verdict | None) -> list[Step]:
    """All is tested and looked over."""
    results = [("CAR", car), ("STERILE", PASS), ("FINAL", final)]
    return [
        *[("record", (code, verdict, 3)) for code, verdict in results if verdict is not None],
        ("look_over", (5,)),
    ]


def first_phase(check: LaboratoryCheck) -> list[Step]:
    """The first phase, in which this was found."""
    return [
        ("open", ("CAR", 1, 3)),
        ("start", ("OOS-1", 5)),
        ("answer", ("OOS-1", tuple(LaboratoryCheck), Answer.IN_ORDER, 5)),
        ("answer", ("OOS-1", (check,), Answer.NOT_IN_ORDER, 5)),
        ("assign", ("OOS-1", check, 5)),
    ]


def letting_go(way: Way) -> list[Step]:
    """Quality's part."""
    return [
        ("submit", ()),
        ("look_trail_over", (6,)),
        ("review", (6,)),
        ("release", (way, 7)),
    ]


def again(kind: AttemptKind, check: LaboratoryCheck) -> list[Step]:
    """An error of the laboratory, and one more test."""
    return [
        *sampling(FAIL, PASS),
        *first_phase(check),
        ("plan", ("OOS-1", kind, 1, 6)),
        ("test_again", ("OOS-1", kind, PASS, 4)),
        ("look_over", (5,)),
        ("conclude", ("OOS-1", Outcome.LABORATORY_ERROR, (5, 6))),
        *letting_go(Way.RELEASE),
    ]


HISTORIES: dict[str, list[Step]] = {
    "sound": [*sampling(PASS, PASS), *letting_go(Way.RELEASE)],
    "retest": again(RETEST, LaboratoryCheck.INSTRUMENT),
    "resample": again(RESAMPLE, LaboratoryCheck.SAMPLE_KEPT),
    "two retests": [
        *sampling(FAIL, PASS),
        *first_phase(LaboratoryCheck.REAGENTS),
        ("plan", ("OOS-1", RETEST, 2, 6)),
        ("test_again", ("OOS-1", RETEST, PASS, 4)),
        ("test_again", ("OOS-1", RETEST, PASS, 4)),
        ("look_over", (5,)),
        ("conclude", ("OOS-1", Outcome.LABORATORY_ERROR, (5, 6))),
        *letting_go(Way.RELEASE),
    ],
    "correction": [
        *sampling(FAIL, PASS),
        *first_phase(LaboratoryCheck.CALCULATION),
        ("correct", ("CAR", 1, PASS, 3)),
        ("look_over", (5,)),
        ("conclude", ("OOS-1", Outcome.LABORATORY_ERROR, (5, 6))),
        *letting_go(Way.RELEASE),
    ],
    "conditional": [
        *sampling(PASS, None),
        *letting_go(Way.CONDITIONAL),
        ("record", ("FINAL", PASS, 3)),
        ("look_over", (5,)),
        ("look_trail_over", (6,)),
        ("review", (6,)),
        ("complete", (7,)),
    ],
    "exceptional": [
        *sampling(FAIL, None),
        *first_phase(LaboratoryCheck.INSTRUMENT)[:3],
        ("escalate", ("OOS-1", 5)),
        ("answer", ("OOS-1", tuple(ProductionCheck), Answer.IN_ORDER, 6)),
        ("conclude", ("OOS-1", Outcome.CONFIRMED, (5, 6))),
        ("begin_dossier", (("CAR",), 6)),
        *[("write", (part, 6)) for part in DOSSIER_PARTS],
        ("decide_dossier", (True, 7)),
        *letting_go(Way.EXCEPTIONAL),
    ],
}
CONFIRMING: list[Step] = [
    ("escalate", ("OOS-1", 5)),
    ("answer", ("OOS-1", tuple(ProductionCheck), Answer.IN_ORDER, 6)),
    ("conclude", ("OOS-1", Outcome.CONFIRMED, (5, 6))),
]
ASIDE: list[list[Step]] = [
    CONFIRMING,
    [("hold", ())],
    [("look_over", (5,))],
    [("look_trail_over", (6,))],
    [("review", (6,))],
    [("open", ("CAR", 2, 3))],
    [("open", ("STERILE", 1, 3))],
    [("correct", ("CAR", 1, PASS, 3))],
    [("correct", ("CAR", 2, FAIL, 3)), ("look_over", (5,))],
    [("correct", ("STERILE", 1, FAIL, 3)), ("look_over", (5,))],
    [("test_again", ("OOS-1", RETEST, PASS, 4))],
    [("test_again", ("OOS-1", RETEST, FAIL, 4))],
    [("plan", ("OOS-1", RETEST, 2, 6))],
    [("record", ("FINAL", FAIL, 3)), ("look_over", (5,))],
    letting_go(Way.RELEASE),
    letting_go(Way.EXCEPTIONAL),
]


def otherwise(data: st.DataObject, value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return data.draw(people)
    if isinstance(value, StrEnum):
        return data.draw(st.sampled_from(type(value)))
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return data.draw(st.tuples(people, people))
    if isinstance(value, tuple) and value:
        return value[: data.draw(st.integers(0, len(value)))]
    return data.draw(criteria) if value in CRITERIA else value


def by_another(steps: list[Step], instead_of: frozenset[int], by: int) -> list[Step]:
    """All that some people did, done by one: their hands, and every role that these may lack."""

    def swapped(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(swapped(part) for part in value)
        return by if type(value) is int and value in instead_of else value

    return [(name, swapped(values)) for name, values in steps]


def altered(data: st.DataObject, history: list[Step]) -> list[Step]:
    """The history with a few things done by another, not at all, in another order, or between."""
    steps = list(history)
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(steps) - 1))
        change = data.draw(st.sampled_from(["other", "found", "people", "leave", "later", "between"]))
        if change == "other":
            steps[at] = with_other(data, steps[at], object)
        elif change == "found":
            judged = [n for n, (_name, values) in enumerate(steps) if any(map(is_found, values))]
            chosen = data.draw(st.sampled_from(judged)) if judged else at
            steps[chosen] = with_other(data, steps[chosen], Verdict | Outcome | Answer)
        elif change == "people":
            instead_of = data.draw(st.sampled_from([{3, 4}, {4}, {5}, {6}, {7}, {5, 6}, {6, 7}, {4, 5}]))
            by = data.draw(st.sampled_from([8, 8, 1, 4, 7]))
            steps = [*by_another(steps[:at], frozenset(instead_of), by), *steps[at:]]
        elif change == "leave" and len(steps) > 1:
            del steps[at]
        elif change == "later":
            steps.insert(data.draw(st.integers(at, len(steps) - 1)), steps.pop(at))
        elif change == "between":
            steps[at:at] = data.draw(st.sampled_from(ASIDE))
    return steps


def is_found(value: Any) -> bool:
    """Whether it is something that people find, and not what they do."""
    return isinstance(value, Verdict | Outcome | Answer)


def with_other(data: st.DataObject, step: Step, kind: Any) -> Step:
    """The step with another value of this kind."""
    name, values = step
    places = [n for n, value in enumerate(values) if isinstance(value, kind)]
    if not places:
        return step
    n = data.draw(st.sampled_from(places))
    return (name, (*values[:n], otherwise(data, values[n]), *values[n + 1 :]))


def play(world: World, steps: list[Step]) -> None:
    """Do what the rules allow, and judge whatever is let go."""
    for name, values in steps:
        is_known = not values or not str(values[0]).startswith("OOS") or values[0] in world.investigations
        if is_known and getattr(world, name)(*values) and name in ("release", "complete"):
            judge(world)


def alternatives(value: Any) -> list[Any]:
    """Every other value that is worth a try."""
    if isinstance(value, tuple) and value and isinstance(value[0], int):
        return [*product((1, 4, 8), repeat=2), (value[0],), (1, value[1]), (value[0], 1)]
    if isinstance(value, bool) or not isinstance(value, int | StrEnum):
        return []
    return [1, 3, 4, 8] if isinstance(value, int) else list(type(value))


def each_alone(history: list[Step]) -> Iterator[list[Step]]:
    """The history with every single thing done otherwise, left out, or done before something else."""
    for at, (name, values) in enumerate(history):
        yield history[:at] + history[at + 1 :]
        for n, value in enumerate(values):
            for other in alternatives(value):
                yield [*history[:at], (name, (*values[:n], other, *values[n + 1 :])), *history[at + 1 :]]


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_with_any_one_thing_done_otherwise(name: str) -> None:
    for steps in each_alone(HISTORIES[name]):
        play(World(), steps)


@pytest.mark.parametrize("aside", ASIDE)
@pytest.mark.parametrize("name", ["correction", "two retests", "exceptional"])
def test_a_history_with_something_done_aside(name: str, aside: list[Step]) -> None:
    for at in range(3, len(HISTORIES[name])):
        play(World(), [*HISTORIES[name][:at], *aside, *HISTORIES[name][at:]])


@pytest.mark.parametrize("name", HISTORIES)
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_a_history_with_something_done_otherwise(name: str, data: st.DataObject) -> None:
    play(World(), altered(data, HISTORIES[name]))


@pytest.mark.parametrize("name", HISTORIES)
def test_each_history_as_it_is_lets_the_batch_go(name: str) -> None:
    world = World()
    play(world, HISTORIES[name])
    assert world.released
    assert world.disposition is LEADS_TO[world.released[-1][0]]


# --- what the histories do not show ---------------------------------------------------------------------------------


def conditionally_released() -> World:
    world = World()
    play(world, [*sampling(PASS, None), *letting_go(Way.CONDITIONAL)])
    assert world.disposition is Disposition.CONDITIONALLY_RELEASED
    return world


def test_a_conditional_release_is_completed_over_the_record_as_it_is():
    world = conditionally_released()
    assert not world.complete(7)
    assert world.record("FINAL", PASS, 3)
    assert world.look_over(5)
    assert not world.complete(7), "the review was of another record"
    assert world.review(6)
    assert world.complete(7)
    assert world.disposition is Disposition.RELEASED


def test_a_late_failure_flips_nothing_and_completes_nothing():
    world = conditionally_released()
    assert world.record("FINAL", FAIL, 3)
    assert world.look_over(5)
    assert world.review(6)
    assert not world.complete(7)
    assert world.disposition is Disposition.CONDITIONALLY_RELEASED


def test_a_failing_result_is_not_written_away():
    world = World()
    play(world, sampling(FAIL, PASS))
    assert not world.correct("CAR", 1, PASS, 3)
    assert not world.correct("CAR", 1, Verdict.NOT_JUDGED, 3)
    assert world.correct("CAR", 1, FAIL, 3)


def test_whoever_wrote_a_part_of_the_dossier_does_not_decide_it():
    world = World()
    play(world, HISTORIES["exceptional"][:-5])
    assert world.dossier is not None
    assert world.dossier.decision is None
    assert not world.decide_dossier(True, 6)
    assert world.decide_dossier(True, 7)


def test_the_history_tells_unmet_from_met():
    """The judge itself can fail: it is what makes all this worth running."""
    sound, failing = World(), World()
    play(sound, sampling(PASS, PASS))
    assert sound.is_met("CAR")
    assert not failing.is_met("CAR")
    play(failing, HISTORIES["exceptional"][:-11])
    assert not failing.is_met("CAR")
    assert not failing.is_excepted("CAR")
    sound.released.append((Way.RELEASE, 6, 6))
    with pytest.raises(AssertionError, match="one person"):
        judge(sound)
    failing.released.append((Way.RELEASE, 6, 7))
    with pytest.raises(AssertionError, match="CAR unmet"):
        judge(failing)
