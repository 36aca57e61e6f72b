"""What a bad file is, and how one is made from an example."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.qc.rules.imports.imported import SAM1, good

Place = tuple[int, str, str]


@dataclass(frozen=True)
class Case:
    """A bad file."""

    name: str
    kind: str
    data: bytes
    faults: tuple[Place, ...]
    mapping: Mapping[str, Any] = field(default_factory=dict)


def _case(kind: str, name: str, data: bytes, *faults: Place, **mapping: Any) -> Case:
    return Case(f"{kind}: {name}", kind, data, faults, mapping)


CSV, FLOW, COUNT = good("csv"), good("flow_cytometry"), good("cell_counter")
HEAD = "sample,criterion,value,unit,replicate,tested_at,comment\r\n"


def _csv(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\r\n" for row in rows)).encode()


def _value(text: str, unit: str = "%", criterion: str = "CAR") -> bytes:
    return _csv(f"{SAM1},{criterion},{text},{unit},1,,")
