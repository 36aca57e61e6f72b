"""Which releases are open, what speaks against each, who signs, and how a conditional one is completed."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from coi.rules.journey import Disposition
from people.rules.signatures import Meaning
from qc.rules import releases
from qc.rules.blockers import Blocker, Case, Target
from qc.rules.blockers import BlockerCode as B
from qc.rules.criteria import Verdict
from qc.rules.exceptional import DossierState, ExceptionalDossier, Held, Lack, Missing, Setting
from qc.rules.passed import CheckCode, Passed, passed_checks
from qc.rules.releases import (
    LEADS_TO,
    Lifting,
    Pending,
    Signing,
    Way,
    against_completion,
    against_way,
    open_ways,
    pending,
    ways_of,
)
from qc.rules.trail import Trail, TrailEntry, TrailKind
from tests.qc.rules.blockers_given import (
    AT,
    BATCH,
    CASE,
    COPY,
    DEVIATION,
    DOSSIER,
    HOLD,
    OPEN,
    SEEN,
    codes,
    concluded,
    digest,
    result,
    review,
    with_dossier,
)

DUE = AT + timedelta(days=14)
UNIT = Target("batch", "B1")
LATE = Pending("FINAL", "final", DUE)
FAILING = Blocker(B.FAILING_RESULT, Target("criterion", "CAR"))
OTHER = Blocker(B.FAILING_RESULT, Target("criterion", "VIAB"))
APPROVED = Lifting(
    ExceptionalDossier("B1", Setting.TRIAL, held=(Held("CAR", "OOS-CAR", "d"),)), DossierState.APPROVED
)


class Ways(NamedTuple):
    """What blocks a batch and what it waits for, and what then speaks against each way."""

    found: tuple[Blocker, ...]
    waiting: tuple[Pending, ...]
    lifting: Lifting | None
    release: list[B]
    conditional: list[B]
    exceptional: list[B]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Ways((), (), None, [], [B.NOTHING_PENDING], [B.DOSSIER_MISSING]), id="all is there"),
        pytest.param(
            Ways((), (LATE,), None, [B.FINAL_PENDING], [], [B.DOSSIER_MISSING]), id="a final is pending"
        ),
        pytest.param(
            Ways(
                (),
                (replace(LATE, due_at=None),),
                None,
                [B.FINAL_PENDING],
                [B.FINAL_WITHOUT_DATE],
                [B.FINAL_WITHOUT_DATE, B.DOSSIER_MISSING],
            ),
            id="nobody knows when",
        ),
        pytest.param(
            Ways(
                (FAILING,),
                (),
                None,
                [B.FAILING_RESULT],
                [B.FAILING_RESULT, B.NOTHING_PENDING],
                [B.FAILING_RESULT, B.DOSSIER_MISSING],
            ),
            id="failing",
        ),
        pytest.param(
            Ways((FAILING,), (), APPROVED, [B.FAILING_RESULT], [B.FAILING_RESULT, B.NOTHING_PENDING], []),
            id="failing and approved",
        ),
        pytest.param(
            Ways((FAILING,), (LATE,), APPROVED, [B.FAILING_RESULT, B.FINAL_PENDING], [B.FAILING_RESULT], []),
            id="with a final to come",
        ),
        pytest.param(
            Ways(
                (FAILING, OTHER),
                (),
                APPROVED,
                [B.FAILING_RESULT, B.FAILING_RESULT],
                [B.FAILING_RESULT, B.FAILING_RESULT, B.NOTHING_PENDING],
                [B.FAILING_RESULT],
            ),
            id="a second one that is not named",
        ),
        pytest.param(
            Ways((), (), APPROVED, [], [B.NOTHING_PENDING], [B.NOTHING_TO_LIFT]), id="approved for nothing"
        ),
        pytest.param(
            Ways(
                (FAILING,),
                (),
                replace(APPROVED, state=DossierState.READY),
                [B.FAILING_RESULT],
                [B.FAILING_RESULT, B.NOTHING_PENDING],
                [B.FAILING_RESULT, B.DOSSIER_NOT_APPROVED],
            ),
            id="not decided",
        ),
        pytest.param(
            Ways(
                (FAILING,),
                (),
                Lifting(
                    APPROVED.dossier, DossierState.INVALID, (Missing(Lack.INVESTIGATION_CHANGED, "CAR"),)
                ),
                [B.FAILING_RESULT],
                [B.FAILING_RESULT, B.NOTHING_PENDING],
                [B.FAILING_RESULT, B.DOSSIER_INCOMPLETE, B.DOSSIER_NOT_APPROVED],
            ),
            id="no longer valid",
        ),
        pytest.param(
            Ways(
                (FAILING,),
                (),
                replace(APPROVED, dossier=replace(APPROVED.dossier, batch="B2")),
                [B.FAILING_RESULT],
                [B.FAILING_RESULT, B.NOTHING_PENDING],
                [B.DOSSIER_MISSING],
            ),
            id="another batch's",
        ),
    ],
)
def test_ways(case: Ways):
    ways = open_ways(case.found, case.waiting, case.lifting, UNIT)
    assert codes(ways.against[Way.RELEASE]) == case.release
    assert codes(ways.against[Way.CONDITIONAL]) == case.conditional
    assert codes(ways.against[Way.EXCEPTIONAL]) == case.exceptional
    assert ways.pending == case.waiting
    assert ways.open == tuple(way for way in Way if not ways.against[way])


@pytest.mark.requirement("URS-REL-01")
@pytest.mark.parametrize("code", B)
@pytest.mark.parametrize("way", Way)
def test_every_blocker_blocks_every_way_but_what_a_dossier_names(code: B, way: Way):
    blocker = Blocker(code, Target("criterion", "CAR"))
    lifted = way is Way.EXCEPTIONAL and code in {B.FAILING_RESULT, B.GROUP_UNMET}
    ways = open_ways((blocker,), (LATE,), APPROVED, UNIT)
    assert (blocker in ways.against[way]) is not lifted


@pytest.mark.parametrize("state", DossierState)
def test_only_an_approved_dossier_lifts(state: DossierState):
    ways = open_ways((FAILING,), (), replace(APPROVED, state=state), UNIT)
    assert ways.is_open(Way.EXCEPTIONAL) is (state is DossierState.APPROVED)


# --- a whole batch --------------------------------------------------------------------------------------------------

READY = replace(CASE, trail=SEEN)
WHOLE = replace(READY, results=(*CASE.results, result("FINAL")))


def test_a_whole_batch_is_released_outright_and_one_that_waits_conditionally():
    assert ways_of(WHOLE).open == (Way.RELEASE,)
    assert ways_of(READY, {"FINAL": DUE}).open == (Way.CONDITIONAL,)
    assert ways_of(READY, {"FINAL": DUE}).pending == (LATE,)
    assert ways_of(READY).open == ()


def test_what_is_missing_for_the_release_is_not_pending():
    missing = replace(READY, results=(result("CAR"),))
    assert pending(missing) == (Pending("FINAL", "final"),)
    assert codes(ways_of(missing, {"FINAL": DUE}).against[Way.CONDITIONAL]) == [B.RESULT_MISSING]


def test_a_trail_that_nobody_told_of_was_not_looked_over():
    for way in Way:
        assert B.TRAIL_UNREVIEWED in codes(ways_of(CASE, {"FINAL": DUE}).against[way])


def moved(case: Case, disposition: Disposition) -> Case:
    return replace(case, dossier=replace(case.dossier, batch=replace(BATCH, disposition=disposition)))


def signing(case: Case, signer: int = 6, reviewer: int = 5) -> Signing:
    return Signing(signer, (review(case, reviewer),), digest(case))


@pytest.mark.parametrize("disposition", Disposition)
@pytest.mark.parametrize("way", Way)
def test_only_a_batch_in_review_is_released(disposition: Disposition, way: Way):
    case = moved(WHOLE, disposition)
    reasons = codes(against_way(case, ways_of(case), way, signing(case)))
    expected = {
        Disposition.QA_REVIEW: [],
        Disposition.IN_PROCESS: [B.NOT_IN_REVIEW],
        Disposition.TESTING: [B.NOT_IN_REVIEW],
    }.get(disposition, [B.DECIDED])
    assert [code for code in reasons if code in (B.NOT_IN_REVIEW, B.DECIDED)] == expected
    assert (reasons == []) is (disposition is Disposition.QA_REVIEW and way is Way.RELEASE)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (signing(WHOLE), []),
        (signing(WHOLE, signer=5), [B.SIGNER_IS_REVIEWER]),
        (signing(WHOLE, signer=1), [B.SIGNER_IS_PRODUCER]),
        (signing(WHOLE, signer=2), [B.SIGNER_IS_PRODUCER]),
        (signing(WHOLE, reviewer=1), [B.REVIEWER_IS_PRODUCER]),
        (signing(WHOLE, signer=1, reviewer=1), [B.SIGNER_IS_PRODUCER, B.SIGNER_IS_REVIEWER, B.REVIEWER_IS_PRODUCER]),
        (Signing(6, (), digest(WHOLE)), [B.REVIEW_MISSING]),
        (Signing(6, (review(WHOLE),), "0"), [B.REVIEW_INVALID]),
        (Signing(6, (replace(review(WHOLE), meaning=Meaning.RELEASE),), digest(WHOLE)), [B.REVIEW_MISSING]),
    ],
)  # fmt: skip
def test_two_people_sign_and_neither_made_it(who: Signing, expected: list[B]):
    assert codes(against_way(WHOLE, ways_of(WHOLE), Way.RELEASE, who)) == expected
    done = moved(WHOLE, Disposition.CONDITIONALLY_RELEASED)
    assert codes(against_completion(done, ways_of(done), who)) == expected


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (WHOLE, []),
        (READY, [B.FINAL_PENDING]),
        (replace(READY, results=(*CASE.results, result("FINAL", Verdict.NOT_JUDGED))), [B.RESULT_UNDECIDED]),
        (
            replace(READY, results=(*CASE.results, result("FINAL", reviewer_id=None, reviewed_at=None))),
            [B.RESULT_UNREVIEWED],
        ),
        (
            replace(READY, results=(*CASE.results, result("FINAL", Verdict.FAIL))),
            [B.OOS_OPEN, B.FAILING_RESULT],
        ),
        (
            replace(
                READY,
                results=(*CASE.results, result("FINAL", Verdict.FAIL)),
                investigations=(concluded("FINAL"),),
            ),
            [B.FAILING_RESULT],
        ),
        (replace(WHOLE, dossier=replace(DOSSIER, holds=(HOLD,))), [B.OPEN_HOLD]),
    ],
)
def test_completing_a_conditional_release(case: Case, expected: list[B]):
    conditional = moved(case, Disposition.CONDITIONALLY_RELEASED)
    ways = ways_of(conditional, {"FINAL": DUE})
    assert codes(against_completion(conditional, ways, signing(conditional))) == expected


@pytest.mark.parametrize("disposition", set(Disposition) - {Disposition.CONDITIONALLY_RELEASED})
def test_only_a_conditional_release_is_completed(disposition: Disposition):
    case = moved(WHOLE, disposition)
    assert codes(against_completion(case, ways_of(case), signing(case))) == [B.NOT_CONDITIONAL]


def test_each_way_leads_to_a_disposition_of_its_own():
    assert set(LEADS_TO) == set(Way)
    assert set(LEADS_TO.values()) == {it for it in Disposition if it.is_release}


def test_what_is_overdue():
    assert releases.overdue((LATE,), DUE) == ()
    assert releases.overdue((LATE, Pending("X", "x")), DUE + timedelta(seconds=1)) == (LATE,)


# --- what passed by itself ------------------------------------------------------------------------------------------


def passed(case: Case) -> dict[CheckCode, tuple[int, int]]:
    return {it.code: (it.passed, it.checked) for it in passed_checks(case)}


def test_what_passed_is_counted():
    assert passed(replace(WHOLE, investigations=(concluded("CAR"),))) == {
        CheckCode.LEDGER: (1, 1),
        CheckCode.CUSTODY: (2, 2),
        CheckCode.INVESTIGATIONS: (1, 1),
        CheckCode.STEPS: (3, 3),
        CheckCode.LABELS_APPLIED: (2, 2),
        CheckCode.CRITERIA: (2, 2),
        CheckCode.REVIEWS: (3, 3),
        CheckCode.TRAIL: (1, 1),
    }


def test_a_trail_that_nobody_looked_over_has_not_passed():
    assert passed(replace(WHOLE, trail=Trail(last=3)))[CheckCode.TRAIL] == (0, 1)


def test_a_final_result_that_failed_is_not_met():
    late = tuple(replace(it, verdict=Verdict.FAIL) if it.criterion == "FINAL" else it for it in WHOLE.results)
    assert passed(replace(WHOLE, results=late))[CheckCode.CRITERIA] == (2, 3)


def test_what_did_not_pass_is_counted_and_stands_first():
    poor = replace(
        with_dossier(
            holds=(HOLD, replace(HOLD, id="h2", released_at=AT)),
            deviations=(DEVIATION,),
            labels=(COPY, OPEN),
            steps=DOSSIER.steps[:2],
            handovers=(),
        ),
        results=(result("CAR", Verdict.FAIL), result("STERILE", reviewer_id=None, reviewed_at=None)),
        trail=replace(SEEN, entries=(TrailEntry(3, TrailKind.CHANGE), TrailEntry(11, TrailKind.CHANGE))),
        is_ledger_broken=True,
    )
    found = passed(poor)
    assert found == {
        CheckCode.LEDGER: (0, 1),
        CheckCode.CUSTODY: (1, 2),
        CheckCode.HOLDS: (1, 2),
        CheckCode.DEVIATIONS: (0, 1),
        CheckCode.STEPS: (2, 3),
        CheckCode.LABELS: (1, 2),
        CheckCode.CRITERIA: (1, 2),
        CheckCode.REVIEWS: (1, 2),
        CheckCode.TRAIL: (1, 2),
        CheckCode.LABELS_APPLIED: (2, 2),
    }
    assert [it.is_all for it in passed_checks(poor)] == [False] * 9 + [True]
    assert not Passed(CheckCode.LEDGER, 0, 1).is_all
