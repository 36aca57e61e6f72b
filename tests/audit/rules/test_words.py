"""How entries and questions become words: what was written is found, and nobody's site is looked into."""

import pytest

from audit.rules.words import MOST_WORDS, lexemes, query, texts_in


def test_an_entry_is_found_by_its_words_and_its_site() -> None:
    found = lexemes(["Bag A9999-26 thawed, Ünïted", "42"], "PLANT")
    assert found == ["s:PLANT", "a:bag", "a:thawed", "a:ünïted", "n:26", "n:42", "n:a9999"]


def test_what_machines_call_things_is_no_word() -> None:
    assert lexemes(["6c8f1c1e-7d10-5d3b-9a55-000000000001", "ab" * 32], "") == ["s:"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thaw", "'a:thaw':* & ('s:A' | 's:B')"),
        ("bag", "'a:bag' & ('s:A' | 's:B')"),
        ("CHA999926000007", "'n:cha999926000007' & ('s:A' | 's:B')"),
        ("A9999-26 A9999", "'n:a9999' & 'n:26' & ('s:A' | 's:B')"),
        ("x' | '!", "'a:x' & ('s:A' | 's:B')"),
        ("...", ""),
        ("", ""),
    ],
)
def test_a_question_asks_for_all_words_at_any_of_the_sites(text: str, expected: str) -> None:
    assert query(text, {"B", "A"}) == expected


def test_a_site_cannot_leave_its_quotes() -> None:
    assert query("bag", {"A'|\\"}) == "'a:bag' & ('s:A''|\\\\')"


def test_a_question_has_so_many_words_at_most() -> None:
    text = " ".join(f"w{n}x" for n in range(50))
    assert query(text, {"A"}).count("'n:") == MOST_WORDS


def test_the_texts_of_facts_without_their_names() -> None:
    facts = {"why": "late", "parts": [{"n": 3}, None, True], "more": {"deep": "4.5"}}
    assert list(texts_in(facts)) == ["late", "3", "4.5"]
