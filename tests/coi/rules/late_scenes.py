"""Scenes of steps that were done an hour ago on paper, and are recorded late."""

from collections.abc import Callable
from datetime import datetime, timedelta

from coi.rules.journey import PinState
from coi.rules.late import LateClaim, LateReason, Then
from tests.coi.rules.scenes import bedside, infusing, witness
from tests.coi.rules.world import LONG_AGO, NOW, Scene

HOUR = timedelta(hours=1)
DONE = NOW - HOUR


def claim(performed_at: datetime = DONE) -> LateClaim:
    """What is said of it."""
    return LateClaim(performed_at, LateReason.NETWORK_DOWN, "DT-0007")


def late(make: Callable[[], Scene], performed_at: datetime = DONE) -> Scene:
    """The same scene as a late entry: whoever does their part signs, and nothing stood against it then."""
    scene = make()
    scene.late, scene.then = claim(performed_at), Then(ordered_at=LONG_AGO)
    scene.pin = PinState.VALID
    if scene.checks:
        scene.change_check(late=scene.late)
        scene.late = None
    return scene


def late_bedside() -> Scene:
    """The first nurse of two."""
    return late(bedside)


def late_witness() -> Scene:
    """The second nurse."""
    return late(witness)


def late_infusing() -> Scene:
    """A step of one person: recorded late it takes two."""
    return late(infusing)
