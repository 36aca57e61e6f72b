"""The timeline of a journey, as it is told after a STOP was met and cleared."""

from uuid import UUID, uuid4

from coi import services
from coi.selectors.timeline import timeline
from config.demonstration.site import HOSPITAL
from people import selectors as people
from people.rules.roles import Role
from tests.furnished import Journeys


def test_a_stop_and_its_clearance_stand_in_both_timelines(journeys: Journeys) -> None:
    mine, other = journeys.bedside, journeys.neighbour
    mine.now = other.now = max(mine.now, other.now)
    nurse = mine.one(Role.NURSE, HOSPITAL)
    second = mine.one(Role.NURSE, HOSPITAL, but=nurse)
    answer = mine.scan("NBED", nurse, mine.wristband, other.label("product_bag"), step="bedside")
    assert answer["refusals"][0]["code"] == "identity_mismatch"
    mine.wait(minutes=1)
    services.clear_stop(
        check=UUID(answer["check"]),
        token=mine.demo.tokens["NBED"],
        badge=second.badge,
        pin=second.pin,
        now=mine.now,
        request_id=uuid4(),
    )

    viewer = people.person(nurse.user_id, mine.now)
    assert viewer is not None
    for player in (mine, other):
        told = timeline(viewer, player.coi_id, mine.now)
        refused = [entry for entry in told.entries if entry.event == "coi:scan:refused"]
        assert refused[-1].facts["refusals"][0]["code"] == "identity_mismatch"
    cleared = [entry for entry in timeline(viewer, mine.coi_id, mine.now).entries if "cleared" in entry.event]
    assert "identity_mismatch" in cleared[-1].facts["refusals"]
