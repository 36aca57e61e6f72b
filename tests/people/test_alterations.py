"""Old and new values in words, and what stays unsaid."""

import pytest

from ledger.rules.histories import Altered
from people.forms.alterations import told, told_on_page, value_text

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
