"""Whatever people do in whatever order, no batch is let go with an unmet criterion but by a dossier.

What must hold is reckoned here anew, from the recorded values alone and without the rules that the services judge by.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.rules.errors import DomainError
from qc import services
from qc.models import Result
from qc.rules.releases import Way
from qc.rules.results import RejectionReason
from tests.qc.given import PASSING, Laboratory

pytestmark = pytest.mark.django_db

FINAL = "STERILITY_FINAL"
GOOD = PASSING | {FINAL: "no growth"}
# Report-only: whatever it is, nothing is asked of it.
WANTED = sorted(set(PASSING) - {"CD4_CD8"})
BAD = {"CAR": "4", "VIABILITY": "61", "VCN": "5.2", FINAL: "growth", "STERILITY_INTERIM": "growth"}
PEOPLE = ("Ana", "Leo", "Bob", "Rosa", "Alice")

codes = st.sampled_from(sorted(BAD))
people = st.sampled_from(PEOPLE)
ACTIONS = st.one_of(
    st.tuples(st.just("record"), st.just(FINAL), st.booleans()),
    st.tuples(st.just("correct"), codes, st.booleans()),
    st.tuples(st.just("look over a result"), codes),
    st.tuples(st.just("look the trail over"), people),
    st.tuples(st.just("sign the review"), people),
    st.tuples(st.just("release"), st.sampled_from(Way), people),
    st.tuples(st.just("complete"), people),
    st.tuples(st.just("wait"), st.integers(1, 15)),
    st.tuples(st.just("reject"), people),
)
# People mostly do what leads on; chance alone would hardly ever come to a release.
STEPS = st.one_of(
    ACTIONS,
    st.sampled_from(
        [
            ("look the trail over", "Bob"),
            ("sign the review", "Bob"),
            ("release", Way.CONDITIONAL, "Rosa"),
            ("record", FINAL, True),
            ("look over a result", FINAL),
            ("complete", "Rosa"),
        ]
    ),
)


@pytest.fixture(scope="module")
def in_review(filled: Laboratory, django_db_blocker: Any) -> Iterator[Laboratory]:
    """A sound batch with quality; the last reading of its culture is to come."""
    with django_db_blocker.unblock(), transaction.atomic():
        filled.to_review(has_finals=False)
        yield filled
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """What happens in one example is gone for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def current(lab: Laboratory, criterion: str) -> Any:
    return next(line.result for line in lab.view().lines if line.criterion.code == criterion)


def value(criterion: str, is_good: bool) -> str:
    return GOOD[criterion] if is_good else BAD[criterion]


def release(lab: Laboratory, way: Way, who: str) -> object:
    if way is Way.CONDITIONAL:
        return lab.release_conditionally(by=who)
    return services.release_batch(batch=lab.batch, way=way, **lab.signing(who))


DO: dict[str, Callable[..., object]] = {
    "record": lambda lab, code, is_good: lab.record(code, value(code, is_good)),
    "correct": lambda lab, code, is_good: lab.correct(current(lab, code), value(code, is_good)),
    "look over a result": lambda lab, code: lab.review(current(lab, code)),
    "look the trail over": lambda lab, who: lab.look_over(who),
    "sign the review": lambda lab, who: lab.sign_review(who),
    "release": release,
    "complete": lambda lab, who: lab.complete(who),
    "wait": lambda lab, days: lab.player.wait(days=days),
    "reject": lambda lab, who: services.reject_batch(
        batch=lab.batch, reason=RejectionReason.WITHDRAWN, **lab.signing(who)
    ),
}


def tried(lab: Laboratory, step: tuple[Any, ...]) -> None:
    name, *about = step
    if name in ("correct", "look over a result") and current(lab, about[0]) is None:
        return
    with suppress(DomainError):
        DO[name](lab, *about)


def unmet(lab: Laboratory, criteria: list[str]) -> list[str]:
    """Those of which no value counts that is the good one, or of which any ever failed."""
    rows = list(Result.objects.filter(batch__code=lab.batch).values("criterion", "is_current", "value"))
    good = {row["criterion"] for row in rows if row["is_current"] and row["value"] == GOOD[row["criterion"]]}
    bad = {row["criterion"] for row in rows if row["value"] == BAD.get(row["criterion"])}
    return [code for code in criteria if code not in good or code in bad]


def judged(lab: Laboratory, was: str) -> str:
    """What a step made of the batch is allowed by what is recorded now."""
    now = lab.disposition
    if now != was:
        assert now != "exceptionally_released", "there is no dossier"
        if now == "conditionally_released":
            assert unmet(lab, WANTED) == []
        if now == "released":
            assert unmet(lab, [*WANTED, FINAL]) == []
    return now


@pytest.mark.requirement("URS-REL-01")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_no_order_of_steps_lets_an_unmet_criterion_go(
    in_review: Laboratory, db: None, steps: list[tuple[Any, ...]]
) -> None:
    with undone():
        lab, stood = copy.deepcopy(in_review), "qa_review"
        for step in steps:
            tried(lab, step)
            stood = judged(lab, stood)


def test_the_steps_do_lead_to_releases(in_review: Laboratory, db: None) -> None:
    """Else the test above would say nothing."""
    lab, stood, seen = copy.deepcopy(in_review), "qa_review", []
    for step in (
        ("sign the review", "Bob"),
        ("release", Way.CONDITIONAL, "Rosa"),
        ("wait", 14),
        ("record", FINAL, True),
        ("look over a result", FINAL),
        ("sign the review", "Bob"),
        ("complete", "Rosa"),
    ):
        tried(lab, step)
        stood = judged(lab, stood)
        seen.append(stood)
    assert seen[1] == "conditionally_released"
    assert seen[-1] == "released"
