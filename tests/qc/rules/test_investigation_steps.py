"""What an investigation waits for, and its parts as they are kept."""

from dataclasses import replace

import pytest

from ledger.rules.canonical import plain
from qc.rules.investigations import LaboratoryCheck, NextStep, Outcome, next_step, stored
from qc.rules.investigations.stored import kept
from tests.qc.rules.investigations_given import (
    ANSWERED,
    AT,
    CAUSE,
    CAUSED,
    COMPLETE,
    FAULTY,
    LABORATORY,
    LEO,
    OPENED,
    PHASE_1,
    PHASE_2,
    RESAMPLE,
    RETEST,
    attempt,
    concluded,
    inquiry,
)

PLANNED = replace(CAUSED, plans=(RETEST,))


@pytest.mark.parametrize(
    ("asked", "is_proposed", "expected"),
    [
        (inquiry(OPENED), False, NextStep.TAKE_UP),
        (inquiry(PHASE_1), False, NextStep.CHECK_LABORATORY),
        (inquiry(replace(PHASE_1, findings=LABORATORY[1:])), False, NextStep.CHECK_LABORATORY),
        (inquiry(ANSWERED), False, NextStep.ESCALATE),
        (inquiry(replace(ANSWERED, findings=(*LABORATORY, FAULTY))), False, NextStep.NAME_CAUSE),
        (inquiry(CAUSED), False, NextStep.PLAN_OR_PROPOSE),
        (inquiry(PLANNED), False, NextStep.TEST_AGAIN),
        (inquiry(PLANNED, attempt(2, is_reviewed=False)), False, NextStep.LOOK_OVER),
        (inquiry(PLANNED, attempt(2)), False, NextStep.PROPOSE),
        (inquiry(PLANNED, attempt(2)), True, NextStep.CONCLUDE),
        (inquiry(PHASE_2), False, NextStep.CHECK_PRODUCTION),
        (inquiry(COMPLETE), False, NextStep.PROPOSE),
        (inquiry(replace(COMPLETE, plans=(RETEST,))), False, NextStep.TEST_AGAIN),
        (inquiry(concluded(Outcome.CONFIRMED)), True, NextStep.NOTHING),
    ],
)
def test_what_is_next(asked, is_proposed, expected):
    assert next_step(asked, is_proposed=is_proposed) is expected


@pytest.mark.parametrize(
    ("part", "read"),
    [
        (FAULTY, stored.finding),
        (LABORATORY[0], stored.finding),
        (COMPLETE.findings[-1], stored.finding),
        (CAUSE, stored.cause),
        (RETEST, stored.plan),
        (RESAMPLE, stored.plan),
    ],
)
def test_a_part_is_read_back_as_it_was(part, read):
    assert read(plain(kept(part, name="Leo", text=""))) == part


def test_what_is_not_kept_is_nothing():
    assert stored.cause({}) is None
    assert stored.proposal({}) is None
    assert stored.check_of("nothing") is None
    assert stored.check_of("calculation") is LaboratoryCheck.CALCULATION


def test_a_proposal_is_read_back():
    part = plain({"outcome": "confirmed", "by": LEO, "at": AT, "digest": "d", "name": "Leo Marsh"})
    assert stored.proposal(part) == stored.Proposal(Outcome.CONFIRMED, LEO, AT, "d", "Leo Marsh")
