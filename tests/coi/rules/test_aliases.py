"""What an alias may look like, and what it is stored as."""

import pytest

from coi.rules.aliases import GIVERS, OF_PATIENT, PERSONAL, AliasKind, key_of, value_problem
from people.rules import codes

KEY = b"k" * 32
BAND = codes.make("W", "N00000001")
RIGHT = {AliasKind.WRISTBAND: BAND, AliasKind.DIN: "A999926000001"}


@pytest.mark.parametrize("kind", AliasKind)
def test_every_kind_has_a_form_and_somebody_who_may_give_it(kind: AliasKind) -> None:
    assert value_problem(kind, RIGHT.get(kind, "J-1 b")) is None
    assert GIVERS[kind]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "text_required"),
        ("  ", "text_required"),
        (" J-1", "spaces_around"),
        ("J-1 ", "spaces_around"),
        ("J\x001", "not_printable"),
        ("J\n1", "not_printable"),
        ("Jé", "not_printable"),
        ("x" * 41, "too_long"),
    ],
)
def test_nothing_is_trimmed_or_put_right(value: str, problem: str) -> None:
    assert value_problem(AliasKind.JOIN, value) == problem


def test_numbers_of_a_standard_are_held_to_its_form() -> None:
    assert value_problem(AliasKind.DIN, "A99992600001") == "not_a_din"
    assert value_problem(AliasKind.DIN, "a999926000001") == "not_a_din"
    assert value_problem(AliasKind.WRISTBAND, codes.make("B", "1")) == "not_a_wristband_code"


def test_what_names_a_person_is_never_stored_in_clear() -> None:
    for kind in AliasKind:
        value = RIGHT.get(kind, "J-1")
        stored = key_of(KEY, kind, "NORTH", value)
        assert (stored == value) is (kind not in PERSONAL)
        assert (key_of(KEY, kind, "SOUTH", value) == stored) is (kind not in OF_PATIENT)
        assert kind not in PERSONAL or key_of(b"l" * 32, kind, "NORTH", value) != stored
