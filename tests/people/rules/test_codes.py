"""Short codes: every slip of one character is caught, and reading gives back what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_2

from people.rules import codes
from people.rules.codes import ALPHABET, CodeType, check_char, make, parse

BODIES = st.text(alphabet=ALPHABET[:-1], min_size=1, max_size=codes.MAX_BODY)
TYPES = st.sampled_from(CodeType)


@given(BODIES)
def test_the_check_character_agrees_with_another_code_base(text):
    assert check_char(text) == mod_37_2.calc_check_digit(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("G123417654321", "A"),
        ("G123498654321", "H"),
        ("W000009123456", "G"),
        ("A999818123456", "N"),
        ("A999926000001", "8"),
        ("CHA999926000001", "*"),
    ],
)
def test_known_check_characters(text, expected):
    assert check_char(text) == expected


@given(TYPES, BODIES)
def test_what_is_written_is_read_and_nothing_else(type, body):
    text = make(type, body)
    code = parse(text)
    assert code is not None
    assert (code.type, code.body, code.text) == (type, body, text)


@given(TYPES, BODIES, st.data())
def test_every_substitution_of_one_character_is_caught(type, body, data):
    text = make(type, body)
    place = data.draw(st.integers(0, len(text) - 1))
    for other in ALPHABET:
        if other != text[place]:
            assert parse(text[:place] + other + text[place + 1 :]) is None


@given(TYPES, BODIES)
def test_every_swap_of_neighbours_is_caught(type, body):
    text = make(type, body)
    for i in range(len(text) - 1):
        swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        assert swapped == text or parse(swapped) is None


@given(st.text(max_size=40))
def test_any_text_is_read_back_exactly_or_not_at_all(text):
    code = parse(text)
    assert code is None or code.text == text


@pytest.mark.parametrize("text", ["", "V", "VB", "VB1", "VX1*", "vb0001", " VB1", "VB1\n", "VB١X"])
def test_what_is_not_a_code_is_not_read(text):
    assert parse(text) is None


@pytest.mark.parametrize("text", [" ", "\n"])
def test_surrounding_space_is_not_forgiven(text):
    good = make("B", "7")
    assert parse(good) is not None
    assert parse(good + text) is None


@pytest.mark.parametrize(("type", "body"), [("B", ""), ("B", "a"), ("B", "1*"), ("B", "0" * 25), ("Z", "1")])
def test_what_could_not_be_read_back_is_not_written(type, body):
    with pytest.raises(ValueError, match=r"body|CodeType"):
        make(type, body)


def test_a_star_cannot_be_checked():
    with pytest.raises(ValueError, match="only 0-9 and A-Z"):
        check_char("1*")


def test_is_code_wants_the_type():
    assert codes.is_code(make("B", "1"), CodeType.BADGE)
    assert not codes.is_code(make("B", "1"), CodeType.STATION)
