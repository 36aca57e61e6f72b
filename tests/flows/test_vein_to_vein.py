"""One patient's cells from the vein to the vein, all by the services."""

from datetime import timedelta

import pytest
from django.db import connection

from coi.models import Deviation, Order
from config.demonstration import story
from ledger import services as ledger
from people.rules.roles import Role
from tests import given
from tests.furnished import Journeys


@pytest.mark.requirement("URS-SEQ-01")
def test_the_whole_journey_is_accepted_and_closes(journeys: Journeys) -> None:
    """With the rights of web and worker alone: the database's owner is never needed."""
    player = journeys.fresh
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE veintrace_app")
        given.until_end(player)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("RESET ROLE")

    assert {c.status for c in player.containers()} == {"closed", "consumed"}
    assert all(answer["outcome"] in ("accepted", "incomplete") for answer in player.answers)
    assert Order.objects.get(coi_id=player.coi_id).closed_at is not None
    assert not Deviation.objects.filter(order__coi_id=player.coi_id).exists()
    assert ledger.verify(now=given.now(), record=False).findings == ()


def test_a_closed_journey_takes_no_more_steps(journeys: Journeys) -> None:
    player = given.until_end(journeys.fresh)
    nurse = player.one(Role.NURSE, player.site)
    values = {"weight": "70"}
    answer = player.scan(
        "NBED", nurse, player.order_code, player.wristband, step="patient_ready", values=values
    )
    assert [refusal["code"] for refusal in answer["refusals"]] == ["journey_closed"]


@pytest.mark.requirement("URS-SEQ-02")
def test_two_journeys_side_by_side_do_not_meet(journeys: Journeys) -> None:
    """Two patients of one hospital, stage by stage in turn; each has its own containers and both close."""
    start = journeys.filled.now
    pair = [
        given.a_journey(journeys.demo, number=91 + n, now=start + timedelta(minutes=37 * n)) for n in (0, 1)
    ]
    # a place for one patient is used by one after the other
    for stages in (
        (story.identify, story.collect, story.label_collection),
        (story.send_collection,),
        (story.receive_collection,),
        (story.start_batch, story.select_split),
        (story.transduce,),
        (story.harvest, story.fill),
        (given.release,),
        (story.ship,),
        (story.receive_product,),
        (story.infuse_all, story.close_out),
    ):
        for player in pair:
            story.play(player, stages)
    for player in pair:
        assert {c.status for c in player.containers()} == {"closed", "consumed"}
        assert all(c.code.startswith(player.coi_id[2:]) for c in player.containers())
