"""What may be a badge: our own codes, and the staff identifiers of two standards."""

import pytest

from people.rules import codes
from people.rules.badges import bare, gs1_check_digit, is_badge

OURS = codes.make("B", "000001")


@pytest.mark.parametrize("text", [OURS, "='A999900395A", "8017950600013435000028"])
def test_a_badge_is_one_with_and_without_what_the_scanner_says_of_it(text: str) -> None:
    assert is_badge(text)
    assert not is_badge(f"]C1{text}")
    assert is_badge(bare(f"]C1{text}"))
    assert bare(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        OURS[:-1],
        OURS.lower(),
        codes.make("W", "000001"),
        "='A999900395a",
        "='A9999003950A",
        "='O999900395A",
        "8017950600013435000027",
        "8018950600013435000028",
        "801795060001343500002",
        " 8017950600013435000028",
        "]C1]C18017950600013435000028",
    ],
)
def test_all_else_is_none(text: str) -> None:
    assert not is_badge(text)


def test_every_wrong_digit_of_a_gs1_number_is_caught() -> None:
    right = "950600013435000028"
    for position in range(len(right)):
        for digit in "0123456789".replace(right[position], ""):
            wrong = right[:position] + digit + right[position + 1 :]
            assert gs1_check_digit(wrong[:-1]) != wrong[-1]
