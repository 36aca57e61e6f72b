"""Mistakes for journeys of tests, and the journeys beside which they happen."""

from dataclasses import fields

from config.demonstration import mistakes
from config.demonstration.player import Player, Slip
from tests.furnished import Journeys


def given_slips(turn: int) -> dict[str, Slip]:
    """Before each step that has any mistake in the demonstration: its first one, or its second, if it has two."""
    found: dict[str, list[Slip]] = {}
    for slips in (*mistakes.OF_FINISHED.values(), *mistakes.OF_OPEN.values()):
        for step, slip in slips.items():
            if slip.__qualname__ not in [it.__qualname__ for it in found.setdefault(step, [])]:
                found[step].append(slip)
    return {step: several[min(turn, len(several) - 1)] for step, several in found.items()}


def players_of(journeys: Journeys) -> tuple[Player, ...]:
    """Everybody of the furnished site."""
    return tuple(getattr(journeys, it.name) for it in fields(journeys)[1:])
