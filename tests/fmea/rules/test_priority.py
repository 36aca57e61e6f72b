"""Risk priority numbers and action priorities: every cell, against the table in another shape, and published values."""

import copy
from collections import Counter
from itertools import product
from typing import Any

import pytest

from fmea.rules.priority import (
    PRIORITY_2019,
    TABLE_2019,
    ActionPriority,
    read_table,
    rpn,
    ways,
)
from people.rules.documents import Problem, content_problems

TRIPLES = list(product(range(1, 11), repeat=3))
RANK = {"L": 0, "M": 1, "H": 2}


def slow_priority(s: int, o: int, d: int) -> str:
    """The same facts said as what is high, and what is medium, from the worst rating down."""
    if s >= 9:
        high = o >= 6 or (o >= 4 and d >= 2) or (o >= 2 and d >= 7)
        medium = o >= 4 or (o >= 2 and d >= 5)
    elif s >= 7:
        high = o >= 8 or (o >= 6 and d >= 2) or (o >= 4 and d >= 7)
        medium = o >= 4 or (o >= 2 and d >= 5)
    elif s >= 4:
        high = o >= 8 and d >= 5
        medium = o >= 8 or (o >= 6 and d >= 2) or (o >= 4 and d >= 7)
    else:
        high, medium = False, s >= 2 and o >= 8 and d >= 5
    return "H" if high else "M" if medium else "L"


def test_every_cell() -> None:
    assert [PRIORITY_2019.priority(*it) for it in TRIPLES] == [slow_priority(*it) for it in TRIPLES]


def test_counts() -> None:
    wanted = {"H": 318, "M": 214, "L": 468}
    assert PRIORITY_2019.counts() == wanted
    assert Counter(PRIORITY_2019.priority(*it) for it in TRIPLES) == wanted


def test_no_rating_gets_better_by_being_worse() -> None:
    for s, o, d in TRIPLES:
        mine = RANK[str(PRIORITY_2019.priority(s, o, d))]
        for worse in ((s + 1, o, d), (s, o + 1, d), (s, o, d + 1)):
            found = PRIORITY_2019.priority(*worse)
            assert found is None or RANK[found] >= mine


# Cells at which known wrong tables differ: severity 9 and 10 are not always high.
@pytest.mark.parametrize(
    ("triple", "priority"),
    [
        ((9, 6, 1), "H"),
        ((7, 8, 1), "H"),
        ((3, 7, 10), "L"),
        ((6, 5, 6), "L"),
        ((10, 1, 10), "L"),
        ((10, 2, 4), "L"),
        ((10, 2, 5), "M"),
        ((9, 3, 7), "H"),
        ((9, 4, 1), "M"),
        ((9, 5, 2), "H"),
        ((8, 7, 1), "M"),
        ((8, 4, 7), "H"),
        ((4, 10, 4), "M"),
        ((4, 10, 5), "H"),
        ((2, 10, 10), "M"),
        ((2, 8, 4), "L"),
        ((1, 10, 10), "L"),
        ((10, 10, 10), "H"),
        ((1, 1, 1), "L"),
    ],
)
def test_named_cells(triple: tuple[int, int, int], priority: str) -> None:
    assert PRIORITY_2019.priority(*triple) == priority


# Severity, occurrence, detection before and after, as composed for the demonstration; priorities by the table.
DEMONSTRATION = [
    ((10, 3, 6), 180, "M", (10, 2, 2), 40, "L"),
    ((10, 4, 6), 240, "H", (10, 2, 2), 40, "L"),
    ((5, 6, 4), 120, "M", (5, 3, 2), 30, "L"),
    ((10, 3, 5), 150, "M", (10, 1, 2), 20, "L"),
    ((8, 3, 6), 144, "M", (8, 2, 2), 32, "L"),
    ((9, 2, 5), 90, "M", (9, 1, 2), 18, "L"),
    ((10, 3, 7), 210, "H", (10, 1, 2), 20, "L"),
    ((10, 2, 5), 100, "M", (10, 1, 2), 20, "L"),
    ((9, 3, 4), 108, "L", (9, 1, 2), 18, "L"),
    ((8, 3, 5), 120, "M", (8, 1, 2), 16, "L"),
    ((9, 4, 5), 180, "H", (9, 2, 2), 36, "L"),
    ((8, 4, 5), 160, "M", (8, 2, 2), 32, "L"),
    ((9, 2, 4), 72, "L", (9, 1, 1), 9, "L"),
    ((7, 3, 4), 84, "L", (7, 2, 2), 28, "L"),
    ((10, 2, 6), 120, "M", (10, 1, 2), 20, "L"),
    ((8, 3, 4), 96, "L", (8, 1, 2), 16, "L"),
    ((10, 3, 6), 180, "M", (10, 1, 2), 20, "L"),
    ((6, 4, 5), 120, "L", (6, 2, 2), 24, "L"),
    ((5, 5, 5), 125, "L", (5, 3, 3), 45, "L"),
    ((7, 4, 8), 224, "H", (7, 2, 1), 14, "L"),
]


@pytest.mark.parametrize("row", DEMONSTRATION, ids=lambda row: "-".join(map(str, row[0])))
def test_the_demonstration_worksheet(row: tuple[Any, ...]) -> None:
    before, number, priority, after, number_after, priority_after = row
    assert (rpn(*before), PRIORITY_2019.priority(*before)) == (number, priority)
    assert (rpn(*after), PRIORITY_2019.priority(*after)) == (number_after, priority_after)


# Published rows, as severity, occurrence, detection.
@pytest.mark.parametrize(
    ("triple", "number"),
    [
        ((4, 1, 4), 16),  # BMC Health Serv Res 2017;17:453, scale of 1 to 5: look-alike names, O1 D4 S4
        ((3, 5, 3), 45),  # the same: incomplete request
        ((4, 1, 5), 20),  # the same: incorrect entry
        ((5, 2, 5), 50),  # the same: incorrect patient identification
        ((8, 5, 8), 320),  # Materials 2021, PMC8269498, table 5: wrong cell type, O5 S8 D8
        ((10, 4, 2), 80),  # the same: contamination at isolation
        ((9, 5, 2), 90),  # the same: characterisation
        ((6, 8, 2), 96),  # the same: expansion
    ],
)
def test_published_numbers(triple: tuple[int, int, int], number: int) -> None:
    assert rpn(*triple) == number


def test_what_is_no_rating_has_neither_number_nor_priority() -> None:
    for wrong in (None, 0, 11, -3):
        for triple in ((wrong, 5, 5), (5, wrong, 5), (5, 5, wrong)):
            assert rpn(*triple) is None
            assert PRIORITY_2019.priority(*triple) is None


def test_numbers_are_no_measure() -> None:
    """Wheeler 2011, and counted: 120 values for 1,000 triples, the commonest three 24 times each."""
    found = Counter(rpn(*it) for it in TRIPLES)
    assert len(found) == 120
    assert {value for value, count in found.items() if count == 24} == {60, 72, 120}
    assert sum(count for value, count in found.items() if value is not None and value <= 100) == 499
    assert sum(value is not None and value > 500 for value in found) == 17
    assert all(ways(value) == count for value, count in found.items() if value is not None)
    assert (ways(11), ways(1001), ways(0)) == (0, 0, 0)


def faults_of(**changes: Any) -> list[tuple[str, str]]:
    faults: list[Problem] = []
    read_table({**copy.deepcopy(dict(TABLE_2019)), **changes}, "priorities", faults)
    return [(it.path.removeprefix("priorities."), it.code) for it in faults]


def with_letters(s: int, o: int, letters: str) -> list[list[str]]:
    cells = copy.deepcopy(TABLE_2019["cells"])
    cells[s][o] = letters
    found: list[list[str]] = cells
    return found


def test_the_table_can_be_stored_and_changed() -> None:
    assert not content_problems(TABLE_2019)
    assert faults_of() == []
    faults: list[Problem] = []
    stricter = read_table(TABLE_2019 | {"version": "own", "cells": with_letters(0, 4, "HLLL")}, "", faults)
    assert faults == []
    assert stricter.priority(10, 1, 7) == "H"
    assert PRIORITY_2019.priority(10, 1, 7) == "L"
    assert stricter.counts()[ActionPriority.HIGH] == 318 + 2 * 1 * 4


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cells": with_letters(0, 4, "LLLH")}, ("cells[0][4]", "not_monotone")),
        ({"cells": with_letters(0, 0, "HHHM")}, ("cells[0][1]", "not_monotone")),
        ({"cells": with_letters(1, 0, "MHHH")}, ("cells[1][0]", "not_monotone")),
        ({"cells": with_letters(4, 0, "HHHH")}, ("cells[4][0]", "not_monotone")),
        ({"cells": with_letters(0, 4, "LLL")}, ("cells[0][4]", "not_letters")),
        ({"cells": with_letters(0, 4, "LLLX")}, ("cells[0][4]", "not_letters")),
        ({"cells": TABLE_2019["cells"][:4]}, ("cells", "out_of_range")),
        ({"cells": [*TABLE_2019["cells"][:4], ["LLLL"]]}, ("cells[4]", "out_of_range")),
        ({"detection": [[7, 10], [5, 6], [2, 4]]}, ("detection", "ratings_missing")),
        ({"detection": [[7, 10], [5, 5], [2, 4], [1, 1]]}, ("detection[1]", "not_the_next_ratings")),
        ({"severity": [[1, 1], [2, 10]]}, ("severity[0]", "not_the_next_ratings")),
        ({"severity": [["9", 10]]}, ("severity[0]", "not_the_next_ratings")),
        ({"source": ""}, ("source", "required")),
        ({"bands": []}, ("bands", "unknown_field")),
    ],
)
def test_a_table_that_is_none(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults_of(**changes)
