"""One patient's cells from the vein to the vein, all by the services."""

import pytest

from config.demonstration import story
from tests import given

pytestmark = pytest.mark.django_db


def test_the_whole_journey_is_accepted_and_closes():
    player = given.until(given.a_journey(given.a_demo()), story.close_out)

    assert {c.status for c in player.containers()} <= {"closed", "consumed"}
    assert all(answer["outcome"] in ("accepted", "incomplete") for answer in player.answers)
