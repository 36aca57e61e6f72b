"""Tables and numbers of the written reference pages."""

import re
from collections.abc import Iterable, Mapping, Sequence


def shown(value: object, digits: int = 4) -> str:
    """A number at so many significant digits, large and small ones by powers of ten."""
    return format(float(str(value)), f".{digits}g")


def codes(words: Mapping[str, object]) -> str:
    """A table of codes and what they say."""
    return table(("code", "what it says"), ((f"`{code}`", _filled(text)) for code, text in words.items()))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of anything."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(content: object) -> str:
    return str(content).replace("|", "\\|")


def _filled(text: object) -> str:
    """A sentence with its places in braces."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", str(text))
