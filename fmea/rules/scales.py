"""The scales of a worksheet: ten ratings of severity, occurrence and detection, and the rates that they stand for.

A scale is versioned and stored with the worksheet, so that a rating keeps the meaning it was given with. A rating of
occurrence stands for a rate for each opportunity (`per` says of what), one of detection for the probability that a
failure which is there is missed. Severity has words alone. The upper edge of a band belongs to it: a rate of exactly 1
in 2,000 has the rating whose band ends there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import Any

from fmea.rules.bands import Ladder, read_bands
from people.rules.documents import Problem
from qc.rules.specification_reading import SpecificationReader

LOWEST, HIGHEST = 1, 10
MOST_TEXT = 400


class ScaleKind(StrEnum):
    """What a scale rates."""

    SEVERITY = "severity"
    OCCURRENCE = "occurrence"
    DETECTION = "detection"


# The upper edges of ratings 1 to 9; what is above the last is 10. Occurrence: a proposal of this product for a centre
# of some hundred batches a year. Detection: the probability of missing a failure, after Pyzdek and Keller, The Six
# Sigma Handbook; rating 1 there is what cannot be missed, which no count can ever show.
STARTING_EDGES: Mapping[ScaleKind, tuple[str, ...]] = {
    ScaleKind.SEVERITY: (),
    ScaleKind.OCCURRENCE: (
        *("0.00001", "0.00005", "0.0002", "0.0005", "0.002"),
        *("0.005", "0.01", "0.02", "0.05"),
    ),
    ScaleKind.DETECTION: ("0", "0.01", "0.05", "0.2", "0.5", "0.7", "0.9", "0.95", "0.99"),
}


@dataclass(frozen=True)
class Level:
    """One rating: its words, and the highest rate that has it (None where the scale has no rates, and for 10)."""

    rating: int
    text: str = ""
    up_to: Decimal | None = None


@dataclass(frozen=True)
class Scale:
    """Ten levels, rating 1 first. `version` and `source` say which scale this is; `per` what one opportunity is."""

    kind: ScaleKind
    code: str
    version: str
    levels: tuple[Level, ...]
    source: str = ""
    per: str = ""

    @cached_property
    def edges(self) -> tuple[float, ...]:
        """The upper edges of ratings 1 to 9, rising; empty where the scale has words alone."""
        return tuple(float(it.up_to) for it in self.levels if it.up_to is not None)

    @cached_property
    def bands(self) -> Ladder | None:
        """The rates of each rating, as counts are judged by them; None where ratings stand for none.

        A probability ends at 1; occurrences may be more than one an opportunity.
        """
        if not self.edges:
            return None
        ends = (0.0, *self.edges, 1.0 if self.kind is ScaleKind.DETECTION else inf)
        return read_bands((rating, *pair) for rating, pair in enumerate(pairwise(ends), LOWEST))

    def text(self, rating: int) -> str:
        """The words of a rating; empty outside the scale."""
        return self.levels[rating - 1].text if LOWEST <= rating <= HIGHEST else ""


def read_scale(raw: Any, kind: ScaleKind, path: str, faults: list[Problem]) -> Scale:
    """Read a scale from a document; every fault is put at its path."""
    reader = SpecificationReader(raw, path, faults)
    reader.close(
        {"code", "version", "source", "levels"} | ({"per"} if kind is ScaleKind.OCCURRENCE else set())
    )
    raw_levels = reader.items("levels", HIGHEST, HIGHEST)
    levels = tuple(_level(it, n, f"{path}.levels[{n}]", faults) for n, it in enumerate(raw_levels))
    faults.extend(band_problems(levels, kind, path))
    return Scale(
        kind,
        code=reader.text("code", is_required=True, most=40),
        version=reader.text("version", is_required=True, most=40),
        levels=levels,
        source=reader.text("source", most=MOST_TEXT),
        per=reader.text("per", most=80) if kind is ScaleKind.OCCURRENCE else "",
    )


def _level(raw: Any, place: int, path: str, faults: list[Problem]) -> Level:
    reader = SpecificationReader(raw, path, faults)
    reader.close({"rating", "text", "up_to"})
    rating = reader.count("rating", LOWEST, HIGHEST)
    if rating and rating != place + 1:
        reader.fault("rating", "not_in_order", wanted=place + 1)
    return Level(place + 1, reader.text("text", most=MOST_TEXT), reader.number("up_to"))


def band_problems(levels: Sequence[Level], kind: ScaleKind, path: str = "") -> tuple[Problem, ...]:
    """What is wrong with the edges: all nine or none, strictly rising, none below zero or (detection) at 1 or above."""
    faults: list[Problem] = []
    given = [it for it in levels if it.up_to is not None]
    for it in levels:
        where = ".".join(part for part in (path, f"levels[{it.rating - 1}].up_to") if part)
        if it.up_to is None:
            if given and it.rating < HIGHEST:
                faults.append(Problem(where, "required"))
        elif kind is ScaleKind.SEVERITY or it.rating == HIGHEST:
            faults.append(Problem(where, "no_rate_here"))
        elif it.up_to < 0 or (kind is ScaleKind.DETECTION and it.up_to >= 1):
            faults.append(Problem(where, "not_a_rate"))
        elif it.rating > LOWEST and _edge(levels, it.rating - 1) >= it.up_to:
            faults.append(Problem(where, "not_rising"))
    return tuple(faults)


def _edge(levels: Sequence[Level], rating: int) -> Decimal:
    edge = levels[rating - 1].up_to
    return Decimal("-Infinity") if edge is None else edge


def scale_document(kind: ScaleKind, code: str, version: str, words: Sequence[str]) -> dict[str, Any]:
    """A scale to begin with, as it is stored: the starting edges, and ten texts of the caller (rating 1 first).

    ValueError: not ten texts.
    """
    if len(words) != HIGHEST:
        raise ValueError("ten ratings want ten texts")
    edges = STARTING_EDGES[kind]
    levels: list[dict[str, Any]] = [{"rating": n + 1, "text": text} for n, text in enumerate(words)]
    for level, edge in zip(levels, edges, strict=False):
        level["up_to"] = edge
    return {"code": code, "version": version, "levels": levels}
