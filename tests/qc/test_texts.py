"""Every code has its sentence, and every sentence gets the parameters that it asks for."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from coi.rules.journey import Disposition
from qc.forms import release_words, texts
from qc.rules import blockers as rules
from qc.rules.blockers import Blocker, BlockerCode, Target
from qc.rules.case import Fitness, StartingMaterial
from qc.rules.criteria import Assessment, Hindrance, Limit, Timing, ValueFault, Verdict
from qc.rules.exceptional import DossierState, ExceptionalDossier, Lack, Now, Region, Setting, missing
from qc.rules.releases import Lifting, Pending, Signing, Way, against_completion, open_ways
from qc.rules.results import CorrectionReason, RejectionReason
from qc.rules.subjects import SubjectRefusal
from qc.rules.trail import Trail
from tests.qc.rules.blockers_given import (
    BATCH,
    CASE,
    DEVIATION,
    HOLD,
    OPEN,
    against_release,
    digest,
    result,
    review,
    with_dossier,
)
from tests.qc.rules.test_criteria import REPORT, STERILITY, quantity
from tests.qc.rules.test_unmet import DOSED, EITHER, PARTS, SINGLE, assessment


def test_nothing_is_without_words():
    assert set(texts.BLOCKERS) == set(BlockerCode)
    assert set(texts.VERDICTS) == set(Verdict)
    assert set(release_words.LACKS) == set(Lack)
    assert set(release_words.DOSSIER_STATES) == set(DossierState)
    assert {str(lack) for lack in release_words.LACKS_AT_FIELDS} <= set(texts.FIELDS)
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
            batch=replace(BATCH, disposition=Disposition.TESTING),
        ),
        results=(result("CAR", Verdict.FAIL, reviewed_at=None), result("FINAL", Verdict.NOT_JUDGED)),
        is_ledger_broken=True,
    )
    found = [
        *against_release(broken, 5, [replace(review(CASE), record_digest="0")], digest(CASE)),
        *against_release(CASE, 6, [review(CASE, signer=1)], digest(CASE)),
        *rules.blockers(replace(CASE, specification=None, protocol=None)),
        *rules.blockers(with_dossier(containers=())),
        *against_release(with_dossier(batch=replace(BATCH, disposition=Disposition.RELEASED)), 1, [], ""),
        *rules.against_submission(CASE),
        *of_criteria(),
        *of_ways(),
    ]
    assert {blocker.code for blocker in found} == set(BlockerCode), "every code is met once"
    for blocker in found:
        assert "%(" not in texts.blocker_text(blocker)


def of_criteria() -> Iterator[Blocker]:
    """What criteria, the trail and the starting material lead to."""
    either = (result("A", Verdict.FAIL), result("B", Verdict.FAIL))
    unfit = Fitness(is_trained=False, is_method_valid=False, are_controls_accepted=False)
    lost = result("MAYBE", Verdict.NOT_JUDGED, value="not tested: sample_lost")
    early = Assessment(Verdict.NOT_JUDGED, (Hindrance.READ_TOO_EARLY,))
    parts = (result("DOSE", Verdict.NOT_JUDGED, value="45"),)
    for case in (
        replace(CASE, specification=EITHER, results=either),
        replace(CASE, fitness={"r-CAR": unfit}),
        replace(CASE, specification=SINGLE, results=(lost,)),
        replace(DOSED, assessments={"r-DOSE": assessment(None)}),
        replace(DOSED, assessments={"r-DOSE": assessment("50", days=15)}),
        replace(DOSED, assessments={"r-DOSE": early}),
        replace(CASE, specification=PARTS, results=parts),
        replace(CASE, trail=Trail(), materials=(StartingMaterial("A9999", False),)),
    ):
        yield from rules.blockers(case)


def of_ways() -> Iterator[Blocker]:
    """What speaks against the ways of a release, and against completing one."""
    batch, dossier = Target("batch", "B1"), ExceptionalDossier("B1", Setting.TRIAL)
    lifting = Lifting(dossier, DossierState.OPEN, missing(dossier, Region.EU, Now(frozenset())))
    late = (Pending("FINAL", "final"),)
    for ways in (open_ways((), (), None, batch), open_ways((), late, lifting, batch)):
        for way in Way:
            yield from ways.against[way]
    signing = Signing(6, (review(CASE),), digest(CASE))
    yield from against_completion(CASE, open_ways((), (), None, batch), signing)


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
