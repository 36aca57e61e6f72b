"""The mappings that come with the product, one for each kind: to begin with, not for any one instrument."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from qc.rules.imports.mapping import ImportKind, ImportMapping
from qc.rules.imports.mapping_reading import parse


def default_content(kind: ImportKind) -> dict[str, Any]:
    """The document that a new mapping of a kind begins with."""
    text = files("qc.rules.imports").joinpath("mappings", f"{kind}.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


@cache
def default_mapping(kind: ImportKind) -> ImportMapping:
    """The same, read. Raises ValueError where the shipped document has a fault, which a test excludes."""
    mapping, faults = parse(default_content(kind))
    if mapping is None:
        raise ValueError(f"{kind}: {faults}")
    return mapping
