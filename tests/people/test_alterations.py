"""Old and new values in words, and what stays unsaid."""

import pytest

from ledger.rules.histories import Altered
from people.forms.alterations import Known, mentioned, told, told_on_page, value_text

GRANT, ID = "people.grant", "380df6d6-56f0-5856-bb8e-e32b4a35b28e"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ([], "nothing"),
        (False, "no"),
        (True, "yes"),
        (0, "0"),
        ("word", "word"),
        ("2026-03-02T08:00:00Z", "2026-03-02 09:00:00 CET"),
        ("2026-03-02 08:00", "2026-03-02 08:00"),
        ("2026-99-99T08:00:00Z", "2026-99-99T08:00:00Z"),
        (["a", None], "a, nothing"),
        ({"unit": "mL", "value": "3"}, "unit: mL, value: 3"),
        ([{"viable_cells": "3"}, {"viable_cells": "4"}], "viable cells: 3; viable cells: 4"),
        ("in_process", "in process"),
        ("VS_HOOD", "VS_HOOD"),
        ("x" * 400, "x" * 300 + " …"),
    ],
)
def test_a_value_as_people_read_it(value: object, expected: str) -> None:
    assert value_text(value, "Europe/Berlin") == expected


def altered(
    column: str, before: object, after: object, *, is_new: bool = False, is_known: bool = True
) -> Altered:
    return Altered(GRANT, ID, column, before, after, is_new, is_known)


def test_an_old_value_that_nobody_knows_is_not_nothing() -> None:
    line = told(altered("role", None, "nurse", is_known=False), "UTC")
    assert (line.thing, line.column, line.before, line.after) == ("grant", "role", "not known", "nurse")
    assert told(altered("role", None, "nurse", is_new=True), "UTC").before == ""


def test_a_page_leaves_out_references_and_what_is_empty_in_a_new_thing() -> None:
    lines = told_on_page(
        (
            altered("user_id", None, 3, is_new=True),
            altered("valid_until", None, None, is_new=True),
            altered("role", None, "nurse", is_new=True),
            altered("valid_until", "2026-03-02T08:00:00Z", None),
        ),
        "UTC",
    )
    assert [(it.column, it.before, it.after) for it in lines] == [
        ("role", "", "nurse"),
        ("valid until", "2026-03-02 08:00:00 UTC", "nothing"),
    ]


def test_what_a_team_has_not_opened_is_told_to_no_reader() -> None:
    blind = Altered("fmea.blindscore", ID, "ratings", {"severity": 1}, {"severity": 9})
    line = told(blind, "UTC")
    assert (line.before, line.after) == ("not shown", "not shown")


def test_things_are_told_by_their_codes_and_people_by_their_names() -> None:
    check = "coi.check"
    lines = (
        Altered(check, ID, "order_id", None, "b" + ID[1:], is_new=True),
        Altered(check, ID, "performer_id", 3, 4),
        Altered(check, ID, "scans", [], [{"target": "b" + ID[1:], "user": 3}]),
    )
    assert mentioned(lines) == ({ID, "b" + ID[1:]}, {3, 4})
    known = Known({"b" + ID[1:]: "CHA999926000001"}, {3: "Alice Adams", 4: "Amir Aziz"})
    order, performer, scans = (told(it, "UTC", known) for it in lines)
    assert (order.column, order.after, order.called) == ("order", "CHA999926000001", "")
    assert (performer.before, performer.after) == ("Alice Adams", "Amir Aziz")
    assert (scans.column, scans.after) == ("what was scanned", "target: CHA999926000001, user: Alice Adams")
    assert told(lines[1], "UTC").after == "4", "an id that nobody knows is told as it is"


def test_what_is_put_again_as_it_was_is_no_alteration() -> None:
    again = altered("role", "nurse", "nurse")
    assert again.is_same
    assert not altered("role", None, None, is_known=False).is_same
    assert told_on_page((again,), "UTC") == ()
