"""What blocks a release, made up case by case from one batch that nothing blocks."""

from dataclasses import replace

import pytest

from coi.rules.deviations import DeviationState
from coi.rules.journey import ContainerStatus, Disposition, Fate
from people.rules.signatures import SignatureView
from qc.rules import blockers as rules
from qc.rules.blockers import BlockerCode as B
from qc.rules.blockers import Case
from qc.rules.case import Fitness, StartingMaterial
from qc.rules.criteria import Verdict
from qc.rules.investigations import InvestigationState
from qc.rules.trail import Trail, TrailEntry, TrailKind, TrailReview
from tests.qc.rules.blockers_given import (
    AT,
    BAG,
    BATCH,
    CASE,
    COPY,
    DEVIATION,
    DOSSIER,
    HANDOVERS,
    HOLD,
    OPEN,
    SEEN,
    SOURCE,
    against_release,
    codes,
    concluded,
    digest,
    result,
    review,
    step,
    with_dossier,
)


def test_nothing_blocks_the_sound_batch():
    assert rules.blockers(CASE) == ()


@pytest.mark.parametrize(
    ("case", "expected", "target"),
    [
        pytest.param(replace(CASE, is_ledger_broken=True), B.LEDGER_BROKEN, ("batch", "B1"), id="ledger"),
        pytest.param(with_dossier(holds=(HOLD,)), B.OPEN_HOLD, ("hold", "h"), id="hold"),
        pytest.param(
            with_dossier(deviations=(DEVIATION,)), B.OPEN_DEVIATION, ("deviation", "D26-1"), id="deviation"
        ),
        pytest.param(
            with_dossier(handovers=HANDOVERS[1:]), B.CUSTODY_GAP, ("container", "APH1"), id="no first link"
        ),
        pytest.param(
            with_dossier(handovers=HANDOVERS[:1]), B.CUSTODY_GAP, ("container", "APH1"), id="no last link"
        ),
        pytest.param(
            with_dossier(containers=(SOURCE, replace(BAG, custodian="VAN"))),
            B.CUSTODY_GAP,
            ("container", "BAG1"),
            id="moved without a hand-over",
        ),
        pytest.param(
            with_dossier(containers=(SOURCE, replace(BAG, is_label_applied=False))),
            B.LABEL_NOT_APPLIED,
            ("container", "BAG1"),
            id="label",
        ),
        pytest.param(with_dossier(labels=(COPY, OPEN)), B.LABELS_OPEN, ("label", "VL2"), id="a copy is open"),
        pytest.param(with_dossier(containers=(SOURCE,)), B.NOTHING_TO_RELEASE, ("batch", "B1"), id="no bags"),
        pytest.param(
            with_dossier(steps=(step("label_bag"), step("into_cassette"))),
            B.STEP_NOT_DONE,
            ("container", "BAG1"),
            id="not frozen",
        ),
        pytest.param(
            replace(CASE, specification=None), B.SPECIFICATION_MISSING, ("batch", "B1"), id="no criteria"
        ),
        pytest.param(replace(CASE, protocol=None), B.PROTOCOL_MISSING, ("batch", "B1"), id="no protocol"),
        pytest.param(
            replace(CASE, results=(result("CAR"),)), B.RESULT_MISSING, ("criterion", "STERILE"), id="missing"
        ),
        pytest.param(
            replace(CASE, results=(result("CAR", is_current=False), result("STERILE"))),
            B.RESULT_MISSING,
            ("criterion", "CAR"),
            id="only a superseded one",
        ),
        pytest.param(
            replace(
                CASE,
                results=(result("CAR", Verdict.FAIL), result("STERILE")),
                investigations=(concluded("CAR"),),
            ),
            B.FAILING_RESULT,
            ("criterion", "CAR"),
            id="failing",
        ),
        pytest.param(
            replace(
                CASE,
                results=(*CASE.results, result("FINAL", Verdict.FAIL)),
                investigations=(concluded("FINAL"),),
            ),
            B.FAILING_RESULT,
            ("criterion", "FINAL"),
            id="a final one that is there and fails",
        ),
        pytest.param(
            replace(CASE, investigations=(replace(concluded("CAR"), state=InvestigationState.PHASE_2),)),
            B.OOS_OPEN,
            ("investigation", "OOS-CAR"),
            id="an investigation that is not concluded",
        ),
        pytest.param(
            replace(CASE, materials=(StartingMaterial("A9999", False), StartingMaterial("A9998", True))),
            B.MATERIAL_NOT_ACCEPTED,
            ("collection", "A9999"),
            id="material",
        ),
        pytest.param(replace(CASE, trail=Trail()), B.TRAIL_UNREVIEWED, ("batch", "B1"), id="nobody looked"),
        pytest.param(
            replace(CASE, trail=replace(SEEN, reviews=(TrailReview(1, "Alice", 9),))),
            B.TRAIL_UNREVIEWED,
            ("batch", "B1"),
            id="only a producer looked",
        ),
        pytest.param(
            replace(CASE, trail=replace(SEEN, entries=(TrailEntry(10, TrailKind.CORRECTION),))),
            B.TRAIL_UNREVIEWED,
            ("batch", "B1"),
            id="a correction since",
        ),
        *(
            pytest.param(
                replace(CASE, fitness={"r-CAR": Fitness(**{fact: False})}),
                code,
                ("criterion", "CAR"),
                id=fact,
            )
            for fact, code in (
                ("is_trained", B.ANALYST_UNTRAINED),
                ("is_method_valid", B.METHOD_NOT_VALID),
                ("are_controls_accepted", B.CONTROLS_REFUSED),
            )
        ),
        pytest.param(
            replace(CASE, results=(result("CAR", Verdict.NOT_JUDGED), result("STERILE"))),
            B.RESULT_UNDECIDED,
            ("criterion", "CAR"),
            id="undecided",
        ),
        pytest.param(
            replace(CASE, results=(result("CAR", reviewer_id=None, reviewed_at=None), result("STERILE"))),
            B.RESULT_UNREVIEWED,
            ("criterion", "CAR"),
            id="unreviewed",
        ),
    ],
)
def test_one_fault_is_one_blocker(case: Case, expected: B, target: tuple[str, str]):
    (found,) = rules.blockers(case)
    assert found.code is expected
    assert (found.target.kind, found.target.key) == target


def test_what_is_over_does_not_block():
    assert rules.blockers(replace(CASE, trail=SEEN, materials=(StartingMaterial("A9998", True),))) == ()
    over = with_dossier(
        holds=(replace(HOLD, released_at=AT),),
        deviations=(replace(DEVIATION, state=DeviationState.CLOSED),),
        labels=(COPY, replace(OPEN, fate=Fate.SPOILED), replace(OPEN, is_drawn=False, applied_at=None)),
    )
    assert rules.blockers(over) == ()


def test_the_gravest_stands_first():
    case = replace(with_dossier(holds=(HOLD,)), results=(), is_ledger_broken=True)
    assert codes(rules.blockers(case)) == [B.LEDGER_BROKEN, B.OPEN_HOLD, B.RESULT_MISSING, B.RESULT_MISSING]


def test_a_failing_result_goes_to_quality_and_a_missing_one_does_not():
    testing = replace(CASE, dossier=replace(DOSSIER, batch=replace(BATCH, disposition=Disposition.TESTING)))
    assert (
        rules.against_submission(replace(testing, results=(result("CAR", Verdict.FAIL), result("STERILE"))))
        == ()
    )
    assert codes(rules.against_submission(replace(testing, results=()))) == [
        B.RESULT_MISSING,
        B.RESULT_MISSING,
    ]
    assert codes(rules.against_submission(CASE)) == [B.NOT_IN_TESTING]


# --- signatures -----------------------------------------------------------------------------------------------------


def against(case: Case, signer: int, *signatures: SignatureView) -> list[B]:
    return codes(against_release(case, signer, signatures, digest(case)))


def test_a_second_person_of_quality_may_release_what_was_reviewed():
    assert against(CASE, 6, review(CASE)) == []


@pytest.mark.parametrize(
    ("signer", "signatures", "expected"),
    [
        pytest.param(6, (), [B.REVIEW_MISSING], id="no review"),
        pytest.param(5, (review(CASE),), [B.SIGNER_IS_REVIEWER], id="the reviewer"),
        pytest.param(1, (review(CASE),), [B.SIGNER_IS_PRODUCER], id="who performed a step"),
        pytest.param(2, (review(CASE),), [B.SIGNER_IS_PRODUCER], id="who witnessed a step"),
        pytest.param(9, (review(CASE),), [], id="who worked at another site"),
    ],
)
def test_who_may_not_release(signer: int, signatures: tuple[SignatureView, ...], expected: list[B]):
    assert against(CASE, signer, *signatures) == expected


def test_a_review_by_a_producer_is_none():
    assert against(CASE, 6, review(CASE, signer=2)) == [B.REVIEWER_IS_PRODUCER]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(replace(CASE, results=(*CASE.results, result("FINAL"))), id="a result more"),
        pytest.param(with_dossier(steps=(*DOSSIER.steps, step("sample_product"))), id="a step more"),
        pytest.param(with_dossier(holds=(replace(HOLD, released_at=AT),)), id="a hold that came and went"),
        pytest.param(
            with_dossier(deviations=(replace(DEVIATION, state=DeviationState.CLOSED),)), id="a deviation"
        ),
        pytest.param(with_dossier(containers=(SOURCE, replace(BAG, label="VL9"))), id="another label"),
    ],
)
def test_a_record_that_changed_makes_the_review_invalid(changed: Case):
    assert against(changed, 6, review(CASE)) == [B.REVIEW_INVALID]
    assert against(changed, 6, review(CASE), review(changed)) == [], "and a new review mends it"


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param(with_dossier(batch=replace(BATCH, disposition=Disposition.RELEASED)), id="disposition"),
        pytest.param(
            with_dossier(containers=(SOURCE, replace(BAG, status=ContainerStatus.THAWED))), id="status"
        ),
    ],
)
def test_what_moves_without_changing_the_record(moved: Case):
    assert digest(moved) == digest(CASE)


def test_a_decided_batch_is_not_decided_again():
    still = {Disposition.IN_PROCESS, Disposition.TESTING, Disposition.QA_REVIEW}
    for disposition in set(Disposition) - still:
        decided = with_dossier(batch=replace(BATCH, disposition=disposition))
        assert against(decided, 6, review(CASE)) == [B.DECIDED]
        assert codes(rules.against_rejection(decided, 6, [review(CASE)], digest(CASE))) == [B.DECIDED]
        is_conditional = disposition is Disposition.CONDITIONALLY_RELEASED
        assert codes(rules.against_review(decided, 6)) == ([] if is_conditional else [B.DECIDED])


def test_a_failing_batch_is_reviewed_and_rejected_but_not_released():
    failing = replace(with_dossier(holds=(HOLD,)), results=(result("CAR", Verdict.FAIL),))
    assert rules.against_review(failing, 5) == ()
    assert rules.against_rejection(failing, 6, [review(failing)], digest(failing)) == ()
    assert against(failing, 6, review(failing)) == [
        B.OPEN_HOLD,
        B.OOS_OPEN,
        B.FAILING_RESULT,
        B.RESULT_MISSING,
    ]
    assert codes(rules.against_review(failing, 1)) == [B.SIGNER_IS_PRODUCER]


def test_a_batch_still_in_testing_is_not_released():
    testing = with_dossier(batch=replace(BATCH, disposition=Disposition.TESTING))
    assert against(testing, 6, review(testing)) == [B.NOT_IN_REVIEW]
