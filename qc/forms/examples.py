"""Specifications to begin with: published criteria and dose ranges, each line with its source (`qc/examples`).

They are examples and no advice: whoever takes one checks every line against its source and their own approval.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent / "examples"


@cache
def example_names() -> tuple[str, ...]:
    """The names of all examples, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json")))


def example(name: str) -> dict[str, Any] | None:
    """The content of an example, as a document would hold it; None where there is none of that name."""
    if name not in example_names():
        return None
    content: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content
