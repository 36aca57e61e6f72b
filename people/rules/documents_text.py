"""Content as text for people: written out one way, read with every fault, and compared line by line."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import chain
from typing import Any

from people.rules.documents import LARGEST_INTEGER, Problem, content_problems

MAX_TEXT = 100_000
# Comparing is quadratic at worst; the longest document of the demonstration has a thousand lines.
MAX_COMPARED = 2_000
_LONGEST_NUMBER = 20
_AROUND = 3


def pretty(content: Mapping[str, Any]) -> str:
    """Content as text: keys in order, one value a line, so that the same content is always the same text."""
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


def read(text: str) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    """Read what a person wrote: the content, and every fault. Nothing is mended or guessed.

    Content with faults is there to be looked at further and is not to be kept; None is what is no object at all.
    """
    repeated: list[Problem] = []

    def pairs(found: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(name for name, _ in found)
        repeated.extend(Problem("", "repeated_key", {"key": key}) for key, n in counts.items() if n > 1)
        return dict(found)

    try:
        content = json.loads(text, object_pairs_hook=pairs, parse_int=_integer, parse_constant=float)
    except json.JSONDecodeError as error:
        return None, (Problem("", "not_json", {"line": error.lineno, "column": error.colno}),)
    except RecursionError:
        return None, (Problem("", "too_deep"),)
    problems = (*repeated, *content_problems(content))
    return content if isinstance(content, dict) else None, problems


def _integer(digits: str) -> int:
    """A number that is too long is one that is too large: it is not worked out first."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else LARGEST_INTEGER


class LineKind(StrEnum):
    """What became of a line between two texts; `gap` stands for lines that are the same and not shown."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True)
class ComparedLine:
    """One line of a comparison."""

    kind: LineKind
    text: str = ""


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[ComparedLine, ...] | None:
    """What differs, line by line, with a few lines around it; nothing when equal, None when too long to compare."""
    old, new = pretty(before).splitlines(), pretty(after).splitlines()
    if max(len(old), len(new)) > MAX_COMPARED:
        return None
    lines: list[ComparedLine] = []
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(_AROUND):
        if group[0][1] > 0:
            lines.append(ComparedLine(LineKind.GAP))
        lines += chain.from_iterable(_lines(opcode, old, new) for opcode in group)
    return tuple(lines)


def _lines(opcode: tuple[str, int, int, int, int], old: list[str], new: list[str]) -> list[ComparedLine]:
    tag, i, i_end, j, j_end = opcode
    if tag == "equal":
        return [ComparedLine(LineKind.SAME, line) for line in old[i:i_end]]
    removed = [ComparedLine(LineKind.REMOVED, line) for line in old[i:i_end]]
    return removed + [ComparedLine(LineKind.ADDED, line) for line in new[j:j_end]]
