"""No sequence of scans, hand-overs, relabels, retries and crashes is ever accepted for another patient's container."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from coi.rules import interlocks
from tests.coi.rules.machine import Ward, without

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def test_the_ward_is_lawful() -> None:
    run_state_machine_as_test(
        Ward,
        settings=settings(
            max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=QUIET
        ),
    )


# Without one of these a wall is missing, and the machine has to fall over it: it would notice nothing otherwise.
# (That each of the others matters is shown case by case in test_interlocks.)
WALLS = ("identity_interlock", "label_interlock", "life_interlock")


@pytest.mark.parametrize("wall", WALLS)
def test_the_machine_notices_a_missing_wall(wall: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interlocks, "INTERLOCKS", without(wall))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Ward,
            settings=settings(
                max_examples=300,
                stateful_step_count=30,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=QUIET,
                derandomize=True,
                print_blob=False,
            ),
        )
