"""Texts of recorded journeys with everything that is a journey's own cut out, so that clones can be written quickly."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from people.rules import codes

_TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00(?::00)?)")

# 300,000 clones fit: the numbers of a facility and year have six digits, and the first of them are given already.
FIRST_NUMBER = 100_000
FIRST_LABEL = 1_000_000


@dataclass(frozen=True)
class Clone:
    """Which clone is being written."""

    number: int  # of its journey
    label: int  # of its first label
    mask: int  # 128 random bits: every id of the template, exclusive or this, is an id of the clone
    back: timedelta  # so much earlier did it all happen


Change = Callable[[Clone], str]


def own_words(
    texts: Iterable[str],
    ids: set[str],
    *,
    core: str,
    din: str,
    batch: str,
    keys: Iterable[str],
    labels: list[str],
) -> dict[str, Change]:
    """What differs from clone to clone in these texts, and what stands there instead.

    `core` and `din` are a COI id and a donation number without prefix; `keys` digests that must be unique.
    """
    words: dict[str, Change] = {one: _other_id(one) for one in ids}
    for text in texts:
        words |= {found: _earlier(found) for found in _TIME.findall(text)}
    words |= {word: _numbered(word[:-6]) for word in (core, din, batch) if word}
    words |= {key: _digest_of(key) for key in keys if key}
    words |= {label: _label(place) for place, label in enumerate(labels)}
    return words


def _other_id(found: str) -> Change:
    number = UUID(found).int

    def change(clone: Clone) -> str:
        text = f"{number ^ clone.mask:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    return change


def _earlier(found: str) -> Change:
    at = datetime.fromisoformat(found)

    def change(clone: Clone) -> str:
        then = (at - clone.back).astimezone(UTC)
        if found.endswith("Z"):
            return then.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return then.isoformat(sep=found[10])

    return change


def _numbered(prefix: str) -> Change:
    return lambda clone: f"{prefix}{clone.number:06d}"


def _digest_of(key: str) -> Change:
    return lambda clone: hashlib.sha256(f"{key} {clone.number}".encode()).hexdigest()


def _label(place: int) -> Change:
    return lambda clone: codes.make("L", f"{clone.label + place:08d}")


@dataclass(frozen=True)
class Mould:
    """A text with holes where the clone's own words go."""

    pieces: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str, pattern: "re.Pattern[str] | None") -> "Mould":
        """Cut the words out of a text."""
        parts = pattern.split(text) if pattern else [text]
        return cls(tuple(parts[0::2]), tuple(parts[1::2]))

    def filled(self, words: Mapping[str, str]) -> str:
        """The text with these words."""
        parts = [self.pieces[0]]
        for word, piece in zip(self.words, self.pieces[1:], strict=True):
            parts.append(words[word])
            parts.append(piece)
        return "".join(parts)


def pattern_of(words: Mapping[str, Any]) -> "re.Pattern[str]":
    """Finds every one of the words; the longest first, since one may begin another."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, ordered)) + ")")
