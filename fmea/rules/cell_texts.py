"""What a cell says as text, and what a text typed or pasted into one means.

A text that is what the cell says already leaves the cell as it is, whatever stands there. What cannot be read is kept
as typed: the reader of the document says what is wrong with it. Evidence is written one a line as
`refusal:wrong_container@pack_out,receive`, controls one a line (what they are behind them, as
`Label is read. [interlock:wrong_container]`; without that links stay with a control whose text stays), people and names
one a line or between semicolons. Blind ratings, the team and the scales are no texts.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from fmea.rules.cells import Table
from fmea.rules.worksheet import LinkKind

_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)
_EVIDENCE = re.compile(r"([a-z_]+) *: *([^@\s]+) *(?:@ *(.+))?", re.ASCII)
_KINDS = "|".join(LinkKind)
_LINK = re.compile(rf"\[({_KINDS}):([^\]\s]+)\]", re.ASCII)
_LINKED = re.compile(rf"(.*?)((?:\s*\[(?:{_KINDS}):[^\]\s]+\])+)", re.ASCII)


class CellKind(StrEnum):
    """How a cell is written."""

    TEXT = "text"
    RATING = "rating"
    NAMES = "names"
    CONTROLS = "controls"
    EVIDENCE = "evidence"
    FIXED = "fixed"


_CONTROLS = ("prevention_controls", "detection_controls")
_FIXED = ("team", "priorities", "votes")


@cache
def kind_of(table: Table, column: str) -> CellKind:
    """How the cells of a column are written; FIXED ones are not written as text."""
    last = column.rpartition(".")[2]
    if last in _FIXED or column.startswith("scales."):
        return CellKind.FIXED
    if column in _CONTROLS:
        return CellKind.CONTROLS
    if (table, column) == (Table.ROWS, "evidence"):
        return CellKind.EVIDENCE
    if last in ("by", "protocol_steps", "evidence") and column != "residual.by":
        return CellKind.NAMES
    return CellKind.RATING if last == "rating" else CellKind.TEXT


def shown(table: Table, column: str, value: Any) -> str:
    """The text of a cell; empty for nothing and for what is no text."""
    kind = kind_of(table, column)
    if value is None or kind is CellKind.FIXED:
        return ""
    if isinstance(value, list):
        return "\n".join(_line(it, kind) for it in value)
    return str(value)


def _line(one: Any, kind: CellKind) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    if kind is CellKind.CONTROLS:
        return str(one.get("text", ""))
    at = one.get("at")
    where = f"@{','.join(map(str, at))}" if isinstance(at, list) and at else ""
    return f"{one.get('kind', '')}:{one.get('ref', '')}{where}"


def read(table: Table, column: str, text: str, before: Any = None) -> Any:
    """The value that a text means in a cell that held `before`; None for nothing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    kind = kind_of(table, column)
    if kind is CellKind.FIXED or text == shown(table, column, before).strip():
        return before
    if kind is CellKind.RATING:
        return int(text) if _WHOLE.fullmatch(text) else text or None
    if kind is CellKind.TEXT:
        return text or None
    ends = r"[\n;]" if kind is CellKind.NAMES else r"\n"
    lines = [line.strip() for line in re.split(ends, text) if line.strip()]
    if kind is CellKind.CONTROLS:
        return [_control(line, before) for line in lines] or None
    return ([_evidence(line) for line in lines] if kind is CellKind.EVIDENCE else lines) or None


def _linked(line: str) -> dict[str, Any] | None:
    """A control with what it is; None where the line does not say what it is."""
    match = _LINKED.fullmatch(line)
    if match is None:
        return None
    links = [{"kind": kind, "ref": ref} for kind, ref in _LINK.findall(match[2])]
    return {"text": match[1].strip(), "links": links}


def _control(line: str, before: Any) -> dict[str, Any]:
    if (found := _linked(line)) is not None:
        return found
    known = before if isinstance(before, list) else []
    same = (it for it in known if isinstance(it, Mapping) and str(it.get("text", "")).strip() == line)
    return dict(next(same, {"text": line}))


def _evidence(line: str) -> Any:
    found = _EVIDENCE.fullmatch(line)
    if found is None:
        return line
    kind, ref, at = found.groups()
    names = [name.strip() for name in (at or "").split(",") if name.strip()]
    return {"kind": kind, "ref": ref, **({"at": names} if names else {})}
