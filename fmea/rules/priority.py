"""What a row's three ratings come to: the risk priority number, and the action priority of a table.

The number is shown for continuity alone: a product of ordinal ranks has no unit, 1,000 triples share 120 values, and
thresholds on it are backwards (9, 6, 1 makes 54 and is high; 3, 7, 10 makes 210 and is low). The table is data,
versioned and stored with the worksheet, and an organisation may change it. The one shipped states the result of the
AIAG & VDA FMEA Handbook (2019) for a design or a process as facts; the handbook is its publishers', so that whoever
uses the table has to confirm it against their own copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeGuard

from fmea.rules.scales import HIGHEST, LOWEST
from people.rules.documents import Problem
from qc.rules.specification_reading import SpecificationReader


class ActionPriority(StrEnum):
    """High: an action is named, or why none is; medium: one should be; low: one could be."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"


_RANK = {ActionPriority.LOW: 0, ActionPriority.MEDIUM: 1, ActionPriority.HIGH: 2}


def rpn(severity: int | None, occurrence: int | None, detection: int | None) -> int | None:
    """S x O x D, from 1 to 1,000; None where a rating is missing or is not one of 1 to 10."""
    if not (_is_rating(severity) and _is_rating(occurrence) and _is_rating(detection)):
        return None
    return severity * occurrence * detection


def ways(number: int) -> int:
    """How many of the 1,000 triples make this risk priority number: 24 for 60, 72 and 120, none for 11."""
    ratings = range(LOWEST, HIGHEST + 1)
    return sum(
        number % (s * o) == 0 and LOWEST <= number // (s * o) <= HIGHEST for s in ratings for o in ratings
    )


def _is_rating(rating: int | None) -> TypeGuard[int]:
    return rating is not None and LOWEST <= rating <= HIGHEST


@dataclass(frozen=True)
class Ratings:
    """Neighbouring ratings that a table treats alike; both ends belong to them."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """How many ratings these are."""
        return self.high - self.low + 1


@dataclass(frozen=True)
class PriorityTable:
    """Bands of severity, occurrence and detection, the worst first, and a letter for each meeting of three.

    `cells[s][o]` is a text with one letter (H, M or L) a detection band.
    """

    code: str
    version: str
    source: str
    severity: tuple[Ratings, ...]
    occurrence: tuple[Ratings, ...]
    detection: tuple[Ratings, ...]
    cells: tuple[tuple[str, ...], ...]

    @cached_property
    def _places(self) -> tuple[Mapping[int, int], ...]:
        return tuple(
            {rating: n for n, it in enumerate(bands) for rating in range(it.low, it.high + 1)}
            for bands in (self.severity, self.occurrence, self.detection)
        )

    def priority(
        self, severity: int | None, occurrence: int | None, detection: int | None
    ) -> ActionPriority | None:
        """The priority of three ratings; None where one is missing or is not one of 1 to 10."""
        if severity is None or occurrence is None or detection is None:
            return None
        s, o, d = (at.get(it) for at, it in zip(self._places, (severity, occurrence, detection), strict=True))
        return None if s is None or o is None or d is None else ActionPriority(self.cells[s][o][d])

    def counts(self) -> dict[ActionPriority, int]:
        """How many of the 1,000 triples have each priority."""
        found = dict.fromkeys(ActionPriority, 0)
        for s, rows in zip(self.severity, self.cells, strict=True):
            for o, letters in zip(self.occurrence, rows, strict=True):
                for d, letter in zip(self.detection, letters, strict=True):
                    found[ActionPriority(letter)] += s.width * o.width * d.width
        return found


_AXES = ("severity", "occurrence", "detection")


def read_table(raw: Any, path: str, faults: list[Problem]) -> PriorityTable:
    """Read a table from a document. It has to be complete, and monotone: no rating gets better by being worse."""
    reader = SpecificationReader(raw, path, faults)
    reader.close({"code", "version", "source", "cells", *_AXES})
    before = len(faults)
    s, o, d = (_bands(reader, axis) for axis in _AXES)
    cells = _cells(reader, (len(s), len(o), len(d))) if len(faults) == before else ()
    table = PriorityTable(
        code=reader.text("code", is_required=True, most=40),
        version=reader.text("version", is_required=True, most=40),
        source=reader.text("source", is_required=True, most=400),
        severity=s,
        occurrence=o,
        detection=d,
        cells=cells,
    )
    if len(faults) == before:
        faults.extend(inversions(table, path))
    return table


def _bands(reader: SpecificationReader, axis: str) -> tuple[Ratings, ...]:
    found: list[Ratings] = []
    for n, raw in enumerate(reader.items(axis, 1, HIGHEST)):
        wanted = found[-1].low - 1 if found else HIGHEST
        is_pair = isinstance(raw, list) and len(raw) == 2 and all(type(it) is int for it in raw)
        if not is_pair or raw[1] != wanted or not LOWEST <= raw[0] <= raw[1]:
            reader.fault(f"{axis}[{n}]", "not_the_next_ratings", to=wanted)
            return tuple(found)
        found.append(Ratings(*raw))
    if found and found[-1].low != LOWEST:
        reader.fault(axis, "ratings_missing", low=LOWEST, high=found[-1].low - 1)
    return tuple(found)


def _cells(reader: SpecificationReader, size: tuple[int, int, int]) -> tuple[tuple[str, ...], ...]:
    found = []
    for n, row in enumerate(reader.items("cells", size[0], size[0])):
        if not isinstance(row, list) or len(row) != size[1]:
            reader.fault(f"cells[{n}]", "out_of_range", low=size[1], high=size[1])
            continue
        for m, letters in enumerate(row):
            if not isinstance(letters, str) or len(letters) != size[2] or set(letters) - set("HML"):
                reader.fault(f"cells[{n}][{m}]", "not_letters", wanted=size[2])
        found.append(tuple(row))
    return tuple(found)


def inversions(table: PriorityTable, path: str = "") -> tuple[Problem, ...]:
    """Every cell whose priority is higher than that of a worse neighbour; `axis` says along which rating."""
    faults = []
    for s, o, d in (
        (s, o, d)
        for s in range(len(table.severity))
        for o in range(len(table.occurrence))
        for d in range(len(table.detection))
    ):
        mine = _RANK[ActionPriority(table.cells[s][o][d])]
        worse = ((s - 1, o, d), (s, o - 1, d), (s, o, d - 1))
        for axis, (x, y, z) in zip(_AXES, worse, strict=True):
            if min(x, y, z) >= 0 and _RANK[ActionPriority(table.cells[x][y][z])] < mine:
                where = ".".join(part for part in (path, f"cells[{s}][{o}]") if part)
                faults.append(Problem(where, "not_monotone", {"axis": axis, "letter": d}))
    return tuple(faults)


# 318 H, 214 M, 468 L of 1,000. Confirm it against the handbook before relying on it.
TABLE_2019: Mapping[str, Any] = {
    "code": "AIAG-VDA-AP",
    "version": "2019",
    "source": "AIAG & VDA FMEA Handbook, 1st edition, 2019: action priority of DFMEA and PFMEA",
    "severity": [[9, 10], [7, 8], [4, 6], [2, 3], [1, 1]],
    "occurrence": [[8, 10], [6, 7], [4, 5], [2, 3], [1, 1]],
    "detection": [[7, 10], [5, 6], [2, 4], [1, 1]],
    "cells": [
        ["HHHH", "HHHH", "HHHM", "HMLL", "LLLL"],
        ["HHHH", "HHHM", "HMMM", "MMLL", "LLLL"],
        ["HHMM", "MMML", "MLLL", "LLLL", "LLLL"],
        ["MMLL", "LLLL", "LLLL", "LLLL", "LLLL"],
        ["LLLL", "LLLL", "LLLL", "LLLL", "LLLL"],
    ],
}
PRIORITY_2019 = read_table(TABLE_2019, "", [])


def table_of(header: Mapping[str, Any]) -> PriorityTable:
    """A worksheet's own table; that of 2019 where it brings none, or one that cannot be read."""
    faults: list[Problem] = []
    raw = header.get("priorities")
    table = PRIORITY_2019 if raw is None else read_table(raw, "priorities", faults)
    return PRIORITY_2019 if faults else table
