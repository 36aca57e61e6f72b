"""Lawful histories let a batch go; with something done otherwise, none lets go what it should not."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coi.rules.journey import Disposition
from qc.rules.criteria import Verdict
from qc.rules.investigations import Answer, Outcome
from qc.rules.releases import LEADS_TO, Way
from tests.qc.rules.release_batch import CRITERIA
from tests.qc.rules.release_histories import (
    ASIDE,
    FAIL,
    HISTORIES,
    PASS,
    Step,
    criteria,
    letting_go,
    people,
    play,
    sampling,
)
from tests.qc.rules.release_history import judge
from tests.qc.rules.release_world import World


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
