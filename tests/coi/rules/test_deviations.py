"""When a STOP opens a deviation, how grave it is, and what it names."""

import pytest

from coi.rules.deviations import DUE, DeviationClass, deviation_for
from coi.rules.outcome import STOPS, Refusal, RefusalCode

WRONG, RIGHT = ("wrong",), ("right",)


@pytest.mark.parametrize("code", RefusalCode)
@pytest.mark.parametrize("is_critical", [True, False])
def test_only_stops_open_one_and_most_at_critical_steps_alone(code: RefusalCode, is_critical: bool) -> None:
    plan = deviation_for((Refusal(code, {}, WRONG),), is_critical=is_critical)
    always = {RefusalCode.HOLD_TIME_PASSED, RefusalCode.LABEL_VOID}
    is_due = code in STOPS and code is not RefusalCode.ON_HOLD and (is_critical or code in always)
    assert (plan is not None) is is_due


def test_it_names_the_wrong_items_of_the_gravest_causes_once_each() -> None:
    refusals = (
        Refusal(RefusalCode.IDENTITY_MISMATCH, {"kind": "label"}, WRONG),
        Refusal(RefusalCode.IDENTITY_MISMATCH, {"kind": "din"}, WRONG),
        Refusal(RefusalCode.NOT_RELEASED, {}, RIGHT),
        Refusal(RefusalCode.OUT_OF_SEQUENCE, {}, RIGHT),
    )
    plan = deviation_for(refusals, is_critical=True)
    assert plan is not None
    assert (plan.grade, plan.trigger, plan.containers, plan.blocks) == (
        DeviationClass.CRITICAL,
        RefusalCode.IDENTITY_MISMATCH,
        WRONG,
        True,
    )


def test_a_major_one_names_its_containers_and_blocks_none() -> None:
    plan = deviation_for((Refusal(RefusalCode.NOT_RELEASED, {}, WRONG),), is_critical=True)
    assert plan is not None
    assert (plan.grade, plan.containers, plan.blocks) == (DeviationClass.MAJOR, WRONG, False)


def test_what_is_contained_already_opens_no_other_for_its_time() -> None:
    late, held = (Refusal(code, {}, WRONG) for code in (RefusalCode.HOLD_TIME_PASSED, RefusalCode.ON_HOLD))
    assert deviation_for((held, late), is_critical=True) is None
    other = Refusal(RefusalCode.HOLD_TIME_PASSED, {}, RIGHT)
    plan = deviation_for((held, late, other), is_critical=True)
    assert plan is not None
    assert plan.containers == RIGHT


def test_the_graver_the_sooner() -> None:
    assert DUE[DeviationClass.CRITICAL] < DUE[DeviationClass.MAJOR] < DUE[DeviationClass.MINOR]
