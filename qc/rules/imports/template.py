"""Our own template for results, as a file to download and fill in: the file that the built-in `csv` mapping reads."""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = ("sample", "criterion", "value", "unit", "replicate", "tested_at", "comment")
_NEEDS_QUOTES = (",", '"', "\r", "\n")


@dataclass(frozen=True)
class TemplateLine:
    """One value to be filled in."""

    sample: str
    criterion: str
    unit: str = ""
    replicate: int = 1


def template(lines: Sequence[TemplateLine] = ()) -> bytes:
    """The template as UTF-8 with a byte order mark (spreadsheets know it by that), comma and CRLF."""
    rows = [
        COLUMNS,
        *((one.sample, one.criterion, "", one.unit, str(one.replicate), "", "") for one in lines),
    ]
    text = "".join(",".join(_field(cell) for cell in row) + "\r\n" for row in rows)
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in _NEEDS_QUOTES) else text
