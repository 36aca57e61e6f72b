"""What happened to a journey, for tests of the use cases that follow."""

from typing import Any

from coi.models import Deviation
from config.demonstration.player import Player
from people.rules.roles import Role
from tests import given
from tests.furnished import Journeys

RECORD = "ab" * 32  # the digest of a batch record


def refused(answer: dict[str, Any]) -> list[str]:
    """The codes of the refusals."""
    return [refusal["code"] for refusal in answer["refusals"]]


def at_bedside(p: Player) -> dict[str, Any]:
    """The first nurse shows the first bag."""
    nurse = p.one(Role.NURSE, p.site)
    return p.scan("NBED", nurse, p.wristband, p.label("product_bag"), step="bedside", pin=nurse.pin)


def mixed_up(j: Journeys) -> Deviation:
    """The neighbour's bag was shown at the bedside."""
    p, nurse = j.bedside, j.demo.member("Ines")
    answer = p.scan("NBED", nurse, p.wristband, j.neighbour.label("product_bag"), step="bedside")
    given.cleared(p, "NBED", answer["check"], j.demo.member("Ivan"))
    return Deviation.objects.get(code=answer["deviation"])
