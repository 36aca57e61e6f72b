"""Line clearance: a place for one patient is free for the next once nothing is open at any of its stations."""

import pytest

from coi.models import Check, PlaceUse, Scan
from config.demonstration import story
from config.demonstration.site import HOSPITAL
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.doors import body, post
from tests.furnished import Journeys

PLACE = codes.make("P", "NBED")


@pytest.fixture
def begun(journeys: Journeys) -> Journeys:
    """A check begun at the bed, and a second station, a hand-held one, at the same place."""
    p = journeys.bedside
    made = people.register_station(
        site=HOSPITAL,
        place=PLACE,
        code=codes.make("S", "NBED2"),
        name="Bedside 12, hand-held",
        steps=("bedside",),
        **given.doing(p, "Ada", HOSPITAL),
    )
    journeys.demo.tokens["NBED2"] = made.token
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), p.wristband, step="bedside")
    return journeys


def is_occupied() -> bool:
    """Whether the bed is kept for a patient."""
    return PlaceUse.objects.filter(place=PLACE, closed_at__isnull=True).exists()


@pytest.mark.parametrize("station", ["NBED", "NBED2"])
def test_a_check_that_is_open_at_any_station_of_the_place_keeps_it(begun: Journeys, station: str) -> None:
    p, nurse = begun.bedside, begun.bedside.one(Role.NURSE, HOSPITAL)
    answer = p.scan(station, nurse, story.CLEAR)
    (refusal,) = answer["refusals"]
    assert (answer["outcome"], refusal["code"], refusal["kind"]) == ("refused", "checks_open", "hint")
    assert (refusal["params"]["station"], refusal["params"]["step"]) == (codes.make("S", "NBED"), "bedside")
    assert is_occupied()
    assert not Scan.objects.get(id=answer["scan_id"]).is_stop
    check = Check.objects.get(state="open", order__coi_id=p.coi_id)
    p.scan("NBED", nurse, codes.make("C", "CANCEL"), check=str(check.id))
    assert p.scan(station, nurse, story.CLEAR)["outcome"] == "accepted"
    assert not is_occupied()


def test_a_check_elsewhere_keeps_no_place(begun: Journeys) -> None:
    p = begun.neighbour
    p.now = begun.bedside.now
    assert p.scan("NLAB", p.one(Role.CELL_LAB, HOSPITAL), story.CLEAR)["outcome"] == "accepted"
    assert is_occupied()


def test_the_reason_is_told_by_the_names_of_step_and_station(begun: Journeys) -> None:
    p = begun.bedside
    nurse, token = p.one(Role.NURSE, HOSPITAL), begun.demo.tokens["NBED2"]
    told = post("/api/v1/scans/", body(nurse.badge, [story.CLEAR]), token=token).json()
    (refusal,) = told["refusals"]
    assert "“Check at the bedside” is begun" in refusal["message"]
    assert "“Bedside 12”" in refusal["message"]
    assert "titles" not in told
