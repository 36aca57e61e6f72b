"""How entries and questions become words for the search: both by one rule, so that what was written is found.

A word is a run of letters and digits, folded (NFKC, no capitals). Words of letters alone are found by their beginning
from four letters on; any other word, a code among them, is found whole. A lexeme says by its first letter what it is,
so that looking for the beginning of a word never walks through a million codes.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Any

MOST_WORDS = 12
# So much of a word counts, here and there alike.
_LONGEST = 64
_BEGINNING = 4
_RUN = re.compile(r"[^\W_]+")
# What machines call things; nobody types it.
_OF_MACHINES = re.compile(r"\b(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,})\b", re.IGNORECASE)


def lexemes(texts: Iterable[str], site: str) -> list[str]:
    """What an entry at a site is found by."""
    found = {_lexeme(word) for text in texts for word in _words(text)}
    return [of_site(site), *sorted(found)]


def of_site(site: str) -> str:
    """The lexeme of a site; entries of no site have one too."""
    return f"s:{site}"


def texts_in(value: Any) -> Iterator[str]:
    """Every text and number in the facts of an entry, without their names."""
    if isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield str(value)


def query(text: str, sites: Collection[str]) -> str:
    """The text as a question to the index (a tsquery of PostgreSQL): all of its words, at any of the sites.

    Empty where the text has no word. `sites` has at least one; "" stands for entries of no site.
    """
    words = list(dict.fromkeys(_words(text)))[:MOST_WORDS]
    if not words:
        return ""
    at = " | ".join(_quoted(of_site(site)) for site in sorted(sites))
    return " & ".join([*(_term(word) for word in words), f"({at})"])


def _words(text: str) -> Iterator[str]:
    plain = _OF_MACHINES.sub(" ", text)
    yield from (run[:_LONGEST] for run in _RUN.findall(unicodedata.normalize("NFKC", plain).casefold()))


def _lexeme(word: str) -> str:
    return f"{'a' if word.isalpha() else 'n'}:{word}"


def _term(word: str) -> str:
    is_beginning = word.isalpha() and _BEGINNING <= len(word) < _LONGEST
    return _quoted(_lexeme(word)) + (":*" if is_beginning else "")


def _quoted(lexeme: str) -> str:
    doubled = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
