"""Every code has its sentence, and every sentence gets the parameters that it asks for."""

from dataclasses import replace
from decimal import Decimal

import pytest

from qc.forms import texts
from qc.rules import blockers as rules
from qc.rules.blockers import Blocker, BlockerCode, Target
from qc.rules.criteria import Limit, Timing, ValueFault, Verdict
from qc.rules.results import CorrectionReason, RejectionReason
from qc.rules.subjects import SubjectRefusal
from tests.qc.rules.test_blockers import (
    BATCH,
    CASE,
    DEVIATION,
    HOLD,
    OPEN,
    digest,
    result,
    review,
    with_dossier,
)
from tests.qc.rules.test_criteria import REPORT, STERILITY, quantity


def test_nothing_is_without_words():
    assert set(texts.BLOCKERS) == set(BlockerCode)
    assert set(texts.VERDICTS) == set(Verdict)
    assert set(texts.TIMINGS) == set(Timing)
    assert set(texts.CORRECTIONS) == set(CorrectionReason)
    assert set(texts.REJECTIONS) == set(RejectionReason)
    assert {fault.value for fault in ValueFault} <= set(texts.FIELDS)
    assert {refusal.value for refusal in SubjectRefusal} <= set(texts.ERRORS)


def test_every_blocker_that_rules_give_reads_as_a_sentence():
    broken = replace(
        with_dossier(
            holds=(HOLD,),
            deviations=(DEVIATION,),
            labels=(OPEN,),
            handovers=(),
            steps=(),
            containers=(
                replace(CASE.dossier.containers[1], is_label_applied=False),
                CASE.dossier.containers[0],
            ),
            batch=replace(BATCH, disposition="testing"),
        ),
        results=(result("CAR", Verdict.FAIL, reviewed_at=None), result("FINAL", Verdict.NOT_JUDGED)),
        is_ledger_broken=True,
    )
    found = [
        *rules.against_release(broken, 5, [replace(review(CASE), record_digest="0")], digest(CASE)),
        *rules.blockers(replace(CASE, specification=None, protocol=None)),
        *rules.blockers(with_dossier(containers=())),
        *rules.against_release(with_dossier(batch=replace(BATCH, disposition="released")), 1, [], ""),
        *rules.against_submission(CASE),
    ]
    assert {blocker.code for blocker in found} == set(BlockerCode), "every code is met once"
    for blocker in found:
        assert "%(" not in texts.blocker_text(blocker)


def test_a_hold_says_why():
    found = Blocker(
        BlockerCode.OPEN_HOLD, Target("hold", "h"), {"container": "BAG1", "reason": "identity_mismatch"}
    )
    assert texts.blocker_text(found) == "BAG1 is on hold: another patient's journey."


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        (quantity(">=80"), "≥ 80 %"),
        (quantity(high="<5"), "< 5 %"),
        (replace(quantity(">=0.2", "<=5.0"), unit="10*6/kg"), "≥ 0.2, ≤ 5.0 ×10⁶/kg"),
        (replace(quantity(), low=Limit(Decimal("1.50")), unit="1"), "≥ 1.50"),
        (STERILITY, "no growth"),
        (replace(STERILITY, accepted=("no growth", "growth")), "no growth or growth"),
        (REPORT, "report only"),
    ],
)
def test_limits_as_people_read_them(criterion, said):
    assert texts.limits(criterion) == said
