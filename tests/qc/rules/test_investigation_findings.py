"""Out of specification: who opens it, takes it up, answers its checks, names a cause and goes on, and when."""

from dataclasses import replace

import pytest

from qc.rules.investigations import (
    Answer,
    Cause,
    Experiment,
    Finding,
    Hypothesis,
    Investigation,
    LaboratoryCheck,
    Outcome,
    ProductionCheck,
    Support,
    Who,
    against_cause,
    against_escalation,
    against_finding,
    against_hypothesis,
    against_opening,
    against_starting,
)
from qc.rules.investigations import InvestigationRefusal as R
from tests.qc.rules.investigations_given import (
    ANA,
    ANALYST,
    ANSWERED,
    AT,
    CAUSE,
    ENDED,
    FAILING,
    FAULTY,
    HOUR,
    ITS_ANALYST,
    LABORATORY,
    LEO,
    MADE_IT,
    NURSE,
    OPENED,
    PHASE_1,
    PHASE_2,
    QA,
    QC,
    attempt,
    concluded,
    found,
    inquiry,
    refused,
)


@pytest.mark.parametrize(
    ("what", "investigations", "who", "expected"),
    [
        pytest.param(FAILING, (), ANALYST, refused(), id="by who saw it"),
        pytest.param(FAILING, (), QA, refused(), id="by quality"),
        pytest.param(FAILING, (), NURSE, refused(R.NO_ROLE), id="by anyone"),
        pytest.param(attempt(1), (), ANALYST, refused(R.NOT_FAILING), id="a result that passes"),
        pytest.param(FAILING, (OPENED,), ANALYST, refused(R.ALREADY_INVESTIGATED), id="twice"),
        pytest.param(FAILING, (ENDED,), ANALYST, refused(R.ALREADY_INVESTIGATED), id="once it is over"),
        pytest.param(
            replace(FAILING, failed_at=AT + 49 * HOUR), (ENDED,), ANALYST, refused(), id="failing again later"
        ),
        pytest.param(FAILING, (replace(OPENED, criterion="VIAB"),), ANALYST, refused(), id="of another one"),
        pytest.param(FAILING, (replace(OPENED, attempt=2),), ANALYST, refused(), id="of another attempt"),
    ],
)
def test_opening(what, investigations, who, expected):
    assert against_opening(what, investigations, who) == expected


@pytest.mark.parametrize(
    ("it", "who", "expected"),
    [
        pytest.param(OPENED, QC, refused(), id="taken up by QC"),
        pytest.param(OPENED, QA, refused(R.NO_ROLE), id="not by QA"),
        pytest.param(PHASE_1, QC, refused(R.NOT_NOW), id="twice"),
        pytest.param(OPENED, ITS_ANALYST, refused(R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(OPENED, MADE_IT, refused(R.BY_A_PRODUCER), id="by who made the cells"),
    ],
)
def test_starting(it: Investigation, who: Who, expected):
    assert against_starting(inquiry(it), who) == expected


BARE = Finding(LaboratoryCheck.REAGENTS, Answer.NOT_IN_ORDER, LEO, AT)


@pytest.mark.parametrize(
    ("it", "finding", "who", "expected"),
    [
        pytest.param(PHASE_1, FAULTY, QC, refused(), id="a fault"),
        pytest.param(
            PHASE_1, replace(BARE, answer=Answer.IN_ORDER), QC, refused(), id="in order needs no word"
        ),
        pytest.param(PHASE_1, BARE, QC, refused(R.REMARK_MISSING), id="a fault without a word"),
        pytest.param(
            PHASE_1,
            replace(BARE, answer=Answer.NOT_APPLICABLE),
            QC,
            refused(R.REMARK_MISSING),
            id="not applicable without a word",
        ),
        pytest.param(
            PHASE_1,
            found(LaboratoryCheck.REAGENTS, Answer.NOT_APPLICABLE),
            QC,
            refused(),
            id="no reagents",
        ),
        *(
            pytest.param(
                PHASE_1, found(check, Answer.NOT_APPLICABLE), QC, refused(R.ALWAYS_APPLIES), id=f"no {check}"
            )
            for check in (
                LaboratoryCheck.SAMPLE_IDENTITY,
                LaboratoryCheck.CALCULATION,
                LaboratoryCheck.SAMPLE_KEPT,
            )
        ),
        pytest.param(OPENED, FAULTY, QC, refused(R.NOT_NOW), id="before it was taken up"),
        pytest.param(ENDED, FAULTY, QC, refused(R.NOT_NOW), id="after it ended"),
        pytest.param(PHASE_1, FAULTY, QA, refused(R.NO_ROLE), id="the laboratory's is QC's"),
        pytest.param(PHASE_1, FAULTY, ITS_ANALYST, refused(R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(
            PHASE_1, found(ProductionCheck.PEOPLE), QA, refused(R.ONLY_IN_PHASE_2), id="production too early"
        ),
        pytest.param(PHASE_2, found(ProductionCheck.PEOPLE), QA, refused(), id="production"),
        pytest.param(PHASE_2, found(ProductionCheck.PEOPLE), QC, refused(R.NO_ROLE), id="production is QA's"),
        pytest.param(
            PHASE_2,
            found(ProductionCheck.PEOPLE),
            MADE_IT,
            refused(R.BY_A_PRODUCER),
            id="by who made the cells",
        ),
        pytest.param(PHASE_2, FAULTY, QC, refused(), id="the laboratory's may be found later"),
    ],
)
def test_findings(it, finding, who, expected):
    assert against_finding(inquiry(it), finding, who) == expected


TRIED = Hypothesis(LaboratoryCheck.INSTRUMENT, Experiment.OTHER_INSTRUMENT, Support.SUPPORTED, ANA, AT, "n3")


@pytest.mark.parametrize(
    ("it", "tried", "who", "expected"),
    [
        pytest.param(PHASE_1, TRIED, ANALYST, refused(), id="by its analyst"),
        pytest.param(PHASE_2, TRIED, QC, refused(), id="later"),
        pytest.param(OPENED, TRIED, QC, refused(R.NOT_NOW), id="too early"),
        pytest.param(PHASE_1, TRIED, NURSE, refused(R.NO_ROLE), id="by anyone"),
        pytest.param(PHASE_1, replace(TRIED, remark=" "), QC, refused(R.REMARK_MISSING), id="without a word"),
    ],
)
def test_hypotheses(it, tried, who, expected):
    assert against_hypothesis(inquiry(it), tried, who) == expected


FAULT_FOUND = replace(ANSWERED, findings=(*LABORATORY, FAULTY))


@pytest.mark.parametrize(
    ("it", "cause", "who", "expected"),
    [
        pytest.param(FAULT_FOUND, CAUSE, QC, refused(), id="assigned to what was found"),
        pytest.param(ANSWERED, CAUSE, QC, refused(R.CAUSE_NOT_FOUND), id="all was in order"),
        pytest.param(
            replace(FAULT_FOUND, findings=(FAULTY, found(LaboratoryCheck.INSTRUMENT))),
            CAUSE,
            QC,
            refused(R.CAUSE_NOT_FOUND),
            id="answered otherwise since",
        ),
        pytest.param(
            FAULT_FOUND,
            Cause(LaboratoryCheck.REAGENTS, LEO, AT, "n"),
            QC,
            refused(R.CAUSE_NOT_FOUND),
            id="another",
        ),
        pytest.param(
            FAULT_FOUND, replace(CAUSE, remark=""), QC, refused(R.REMARK_MISSING), id="without a word"
        ),
        pytest.param(FAULT_FOUND, CAUSE, ANALYST, refused(R.NO_ROLE, R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(
            concluded(Outcome.CONFIRMED, FAULT_FOUND), CAUSE, QC, refused(R.NOT_NOW), id="after the end"
        ),
    ],
)
def test_causes(it, cause, who, expected):
    assert against_cause(inquiry(it), cause, who) == expected


@pytest.mark.parametrize(
    ("it", "who", "expected"),
    [
        pytest.param(ANSWERED, QC, refused(), id="all is answered"),
        pytest.param(
            replace(ANSWERED, findings=LABORATORY[:-1]),
            QC,
            refused(R.LABORATORY_INCOMPLETE),
            id="one is not answered",
        ),
        pytest.param(PHASE_2, QA, refused(R.NOT_NOW), id="twice"),
        pytest.param(ANSWERED, ANALYST, refused(R.NO_ROLE, R.BY_ITS_ANALYST), id="by who tested"),
    ],
)
def test_escalating(it, who, expected):
    assert against_escalation(inquiry(it), who) == expected
