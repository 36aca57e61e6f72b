"""One cell of a file: what of the worksheet is written into it, and what one that was read means.

Texts mean what they mean on the sheet (`fmea.rules.cell_texts`). A control is followed by what it is linked to, as
`Packed is what is expected. [interlock:wrong_container]`; one without stays linked where its text stays. Ratings, days
and rates are read strictly: no rounding, no guessing which of two numbers is the month.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from fmea.rules.cell_texts import read, shown
from fmea.rules.layout import Column, Kind, Written
from fmea.rules.scales import HIGHEST, LOWEST
from people.rules.days import can_be_told, day_in
from qc.rules.document_tables import number_in


class Unread(StrEnum):
    """What stands in a cell where it is no value: something to reckon, or the word for a failed reckoning."""

    FORMULA = "formula"
    ERROR = "error"


Raw = str | int | float | Decimal | bool | date | datetime | time | Unread | None
# Longer texts are not kept by spreadsheets.
MOST_CELL = 32_767
# What no spreadsheet holds; the line ends that it does hold are left.
_BARRED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Fault(Exception):
    """A cell that cannot be read: a code, and parameters."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def written(column: Column, value: Any) -> Written:
    """What is written for a value of the worksheet; as it was typed where it is none."""
    if value is None:
        return None
    if column.kind is Kind.RATING and type(value) is int:
        return value
    if column.kind is Kind.DECIMAL and isinstance(value, str):
        number = number_in(value)
        return value if number is None else number
    if column.kind is Kind.DAY and (day := day_in(value)) is not None:
        return day
    return _text(column, value) or None


def _text(column: Column, value: Any) -> str:
    if column.kind is Kind.CHOICE:
        found = column.choices.get(value, value) if isinstance(value, str) else ""
    elif column.kind is Kind.CONTROLS:
        found = "\n".join(_control(it) for it in value) if isinstance(value, list) else ""
    else:
        found = shown(column.table, column.column, value)
    found = _BARRED.sub("\ufffd", _line_ends(found))
    return found if len(found) < MOST_CELL else found[:MOST_CELL]


def _control(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    links = one.get("links")
    linked = [it for it in links if isinstance(it, Mapping)] if isinstance(links, list) else []
    return " ".join([str(one.get("text", "")), *(f"[{it.get('kind')}:{it.get('ref')}]" for it in linked)])


def value_of(column: Column, raw: Raw, before: Any = None) -> Any:
    """The value that a cell means in a place that held `before`; None for nothing. Raises Fault."""
    if raw is Unread.FORMULA or raw is Unread.ERROR:
        raise Fault("formula" if raw is Unread.FORMULA else "error_in_cell")
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return before if _is_nothing(column, before) else None
    if column.kind is Kind.RATING:
        return _rating(raw)
    if column.kind is Kind.DAY:
        return _day(raw)
    if column.kind is Kind.DECIMAL:
        return _decimal(raw, before)
    text = text_of(raw)
    if column.kind is Kind.CHOICE:
        return _choice(column, text)
    return _read(column, text, before)


def _is_nothing(column: Column, value: Any) -> bool:
    """Whether nothing is written for a value: an empty cell then leaves it as it is."""
    return written(column, value) is None


def text_of(raw: Raw) -> str:
    """What was typed as a text; a whole number is what its digits are. Raises Fault."""
    if isinstance(raw, str):
        return _line_ends(raw)
    if isinstance(raw, bool | date | time):
        raise Fault("not_a_text", given=str(raw))
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)


def _line_ends(text: str) -> str:
    if "\r" not in text and "_x000D_" not in text:
        return text
    return text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")


def _rating(raw: Raw) -> int:
    text = text_of(raw).strip() if not isinstance(raw, bool | date | time) else ""
    if re.fullmatch(r"[0-9]{1,2}", text, re.ASCII) and LOWEST <= int(text) <= HIGHEST:
        return int(text)
    raise Fault("not_a_rating", given=str(raw), low=LOWEST, high=HIGHEST)


def _day(raw: Raw) -> str:
    if isinstance(raw, datetime):
        day = raw.date() if raw.time() == time() else None
    elif isinstance(raw, date):
        day = raw
    else:
        day = day_in(raw.strip() if isinstance(raw, str) else raw)
    if day is None or not can_be_told(day):
        raise Fault("not_a_day", given=str(raw))
    return day.isoformat()


def _decimal(raw: Raw, before: Any) -> Any:
    """A decimal as it is stored. A number equal to what stands there leaves its zeros as they are."""
    if isinstance(raw, bool | date | time):
        raise Fault("not_decimal_text", given=str(raw))
    text = (
        raw.strip()
        if isinstance(raw, str)
        else f"{Decimal(repr(raw) if isinstance(raw, float) else raw or 0):f}"
    )
    if isinstance(raw, float) and raw.is_integer():
        text = str(int(raw))
    known = number_in(before) if isinstance(before, str) else None
    return before if known is not None and number_in(text) == known else text


def _choice(column: Column, text: str) -> str:
    wanted = plain(text)
    for code, word in column.choices.items():
        if wanted in (plain(code), plain(word)):
            return str(code)
    raise Fault("not_a_choice", given=text, choices=list(column.choices.values()))


def plain(text: str) -> str:
    """A heading or a choice whatever its case and its spaces."""
    return " ".join(text.split()).casefold()


def _read(column: Column, text: str, before: Any) -> Any:
    if text.strip() == str(written(column, before) or "").strip():
        return before
    if len(text) >= MOST_CELL:
        raise Fault("cut_off", most=MOST_CELL)
    if column.kind is Kind.CONTROLS:
        return _controls(column, text, before)
    found = read(column.table, column.column, text, before)
    if isinstance(found, list) and column.column == "evidence" and column.table == "rows":
        for line in found:
            if isinstance(line, str):
                raise Fault("not_evidence", given=line)
    return found


def _controls(column: Column, text: str, before: Any) -> Any:
    known = {_BARRED.sub("\ufffd", _control(it)): it for it in before} if isinstance(before, list) else {}
    found = [
        known[line] if line in known else read(column.table, column.column, line, before)[0]
        for line in (it.strip() for it in text.split("\n"))
        if line
    ]
    return found or None
