"""Label templates: what a kind of container's label holds, chosen from closed lists, as approved data.

A template is a controlled document of kind `label_template`; its fields are in docs/reference/labels.md. What must
stand on every label is not a choice: the identity, the copy's own symbol, and the mark of what is not for people.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from coi.rules.identifiers import Identifier, read
from coi.rules.identifiers.isbt128 import DIVIDED
from people.rules.documents import Problem

DOCUMENT_KIND = "label_template"
MAX_KIND = 20  # as in the column of a container's kind


class Layout(StrEnum):
    """Where things stand on a label."""

    FOUR_QUADRANT = "four_quadrant"
    BAG = "bag"
    TUBE = "tube"
    WRAP = "wrap"
    WRISTBAND = "wristband"
    SHIPPER = "shipper"


class LineName(StrEnum):
    """A line that a label may hold. One of which nothing is known is left out."""

    DIN = "din"
    BATCH = "batch"
    CONTAINER = "container"
    USE_BEFORE = "use_before"
    MADE = "made"


class SymbolName(StrEnum):
    """A symbol that a label may hold.

    `copy`: the copy's own code. `identity`: the donation on what was collected, the COI id on all else. `message`: COI
    id and donation together, in one ISBT 128 message. `din_linear`: the donation as a linear symbol. `product_code`
    and `expiry`: what it is and until when, as linear symbols (ISBT 128 structures 003 and 005).
    """

    COPY = "copy"
    IDENTITY = "identity"
    MESSAGE = "message"
    DIN_LINEAR = "din_linear"
    PRODUCT_CODE = "product_code"
    EXPIRY = "expiry"


class WarningName(StrEnum):
    """A warning that a label may hold."""

    AUTOLOGOUS = "autologous"
    NOT_EVALUATED = "not_evaluated"
    DO_NOT_IRRADIATE = "do_not_irradiate"
    NO_LEUKOREDUCTION = "no_leukoreduction"


@dataclass(frozen=True)
class Stock:
    """The label that a kind of container carries: what the kind is called on it, its size and layout."""

    heading: str
    width_mm: int
    height_mm: int
    layout: Layout = Layout.BAG


STOCK: Mapping[str, Stock] = {
    "apheresis_bag": Stock("APHERESIS, MNC", 100, 100, Layout.FOUR_QUADRANT),
    "culture": Stock("CELL CULTURE", 100, 60),
    "harvest": Stock("HARVEST, POOLED", 100, 60),
    "product_bag": Stock("T CELLS, CRYOPRESERVED", 100, 60),
    "cassette": Stock("CASSETTE, T CELLS", 100, 60),
    "sample": Stock("SAMPLE", 60, 30, Layout.TUBE),
    "cryovial": Stock("CRYOVIAL", 38, 19, Layout.WRAP),
}


@dataclass(frozen=True)
class LabelTemplate:
    """A template as read.

    `product_code`: the content of ISBT 128 structure 003. Which code is right stands in a table that is not ours: it is
    the site's to say.
    """

    kind: str
    layout: Layout
    width_mm: int
    height_mm: int
    lines: tuple[LineName, ...]
    symbols: tuple[SymbolName, ...]
    warnings: tuple[WarningName, ...]
    product_code: str = ""


@dataclass(frozen=True)
class Room:
    """What a layout has room for: the least and greatest size, and how many lines."""

    width_mm: tuple[int, int]
    height_mm: tuple[int, int]
    lines: int


# Wristbands and shippers are no containers: their labels are not chosen here.
ROOM: Mapping[Layout, Room] = {
    Layout.FOUR_QUADRANT: Room((100, 110), (100, 110), 5),
    Layout.BAG: Room((95, 110), (60, 80), 5),
    Layout.TUBE: Room((60, 110), (30, 50), 4),
    Layout.WRAP: Room((38, 60), (19, 25), 2),
}
_L, _S, _W = LineName, SymbolName, WarningName
_LINES: Mapping[Layout, tuple[LineName, ...]] = {
    Layout.FOUR_QUADRANT: (_L.CONTAINER, _L.MADE, _L.USE_BEFORE),
    Layout.BAG: (_L.DIN, _L.BATCH, _L.CONTAINER, _L.USE_BEFORE, _L.MADE),
    Layout.TUBE: (_L.CONTAINER, _L.USE_BEFORE),
    Layout.WRAP: (_L.CONTAINER, _L.USE_BEFORE),
}
_WARNINGS: Mapping[Layout, tuple[WarningName, ...]] = {
    Layout.FOUR_QUADRANT: (_W.AUTOLOGOUS, _W.NOT_EVALUATED),
    Layout.BAG: (_W.AUTOLOGOUS, _W.NOT_EVALUATED),
    Layout.TUBE: (_W.AUTOLOGOUS,),
    Layout.WRAP: (),
}


def stock_for(kind: str) -> Stock:
    """The label of a kind of container; one that is not in the list gets a large one under its own name."""
    return STOCK.get(kind) or Stock(kind.replace("_", " ").upper(), 100, 60)


def built_in(kind: str) -> LabelTemplate:
    """The template of a kind for which no document is in effect."""
    stock = stock_for(kind)
    is_donation = stock.layout is Layout.FOUR_QUADRANT
    symbols = (_S.COPY, _S.IDENTITY, *([_S.DIN_LINEAR] if is_donation else []))
    lines, warnings = _LINES[stock.layout], _WARNINGS[stock.layout]
    return LabelTemplate(kind, stock.layout, stock.width_mm, stock.height_mm, lines, symbols, warnings)


def codes_for(kind: str, site: str) -> tuple[str, str]:
    """The codes of the documents that may hold a kind's template: the site's own, then the general one."""
    general = f"LABEL-{kind.upper()}"
    return f"{general}-{site}", general


# --- reading ---------------------------------------------------------------------------------------------------------

_KIND = re.compile(rf"[a-z][a-z_]{{0,{MAX_KIND - 1}}}", re.ASCII)
_PRODUCT_CODE = 8
_Choice = TypeVar("_Choice", bound=StrEnum)


def parse(content: Any) -> tuple[LabelTemplate | None, tuple[Problem, ...]]:
    """Read a template document (schema 1). Answers (template, ()) or (None, every fault)."""
    if not isinstance(content, Mapping):
        return None, (Problem("", "not_an_object"),)
    faults = [*_unknown(content)]
    layout = _one(content, "layout", ROOM, faults)
    template = LabelTemplate(
        kind=_kind(content, faults),
        layout=layout or Layout.BAG,
        width_mm=_millimetres(content, "width_mm", faults),
        height_mm=_millimetres(content, "height_mm", faults),
        lines=_many(content, "lines", LineName, faults),
        symbols=_many(content, "symbols", SymbolName, faults),
        warnings=_many(content, "warnings", WarningName, faults),
        product_code=_product_code(content, faults),
    )
    if not faults:
        faults += [*_room_faults(template), *_symbol_faults(template), *_text_faults(template)]
    return (None, tuple(faults)) if faults else (template, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a template document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _unknown(content: Mapping[str, Any]) -> Iterator[Problem]:
    known = set(LabelTemplate.__dataclass_fields__)
    for key in sorted(str(key) for key in content if key not in known):
        yield Problem(key, "unknown_field")


def _kind(content: Mapping[str, Any], faults: list[Problem]) -> str:
    value = content.get("kind")
    if isinstance(value, str) and _KIND.fullmatch(value):
        return value
    faults.append(Problem("kind", "required" if value in (None, "") else "not_a_kind"))
    return ""


def _product_code(content: Mapping[str, Any], faults: list[Problem]) -> str:
    """As structure 003 writes it. One that ends in 99 says that a division (032) stands beside it, and none does."""
    value = content.get("product_code", "")
    if value == "":
        return ""
    is_one = isinstance(value, str) and value.isascii() and len(value) == _PRODUCT_CODE
    if not is_one or not isinstance(read(f"=<{value}".encode()), Identifier):
        faults.append(Problem("product_code", "not_a_product_code"))
    elif value.endswith(DIVIDED):
        faults.append(Problem("product_code", "division_missing"))
    else:
        return str(value)
    return ""


def _millimetres(content: Mapping[str, Any], key: str, faults: list[Problem]) -> int:
    value = content.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    faults.append(
        Problem(key, "required") if value is None else Problem(key, "wrong_type", {"wanted": "int"})
    )
    return 0


def _one(
    content: Mapping[str, Any], key: str, choices: Collection[_Choice], faults: list[Problem]
) -> _Choice | None:
    value = content.get(key)
    found = next((choice for choice in choices if choice == value), None)
    if found is None:
        about = {"given": str(value), "choices": [str(choice) for choice in choices]}
        faults.append(Problem(key, "required") if value is None else Problem(key, "not_choice", about))
    return found


def _many(
    content: Mapping[str, Any], key: str, choices: type[_Choice], faults: list[Problem]
) -> tuple[_Choice, ...]:
    values = content.get(key)
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        faults.append(
            Problem(key, "required") if values is None else Problem(key, "wrong_type", {"wanted": "list"})
        )
        return ()
    found = [
        _one({f"{key}[{n}]": value}, f"{key}[{n}]", list(choices), faults) for n, value in enumerate(values)
    ]
    chosen = tuple(choice for choice in found if choice is not None)
    if len(set(chosen)) < len(chosen):
        faults.append(Problem(key, "repeated"))
    return chosen


def _room_faults(template: LabelTemplate) -> Iterator[Problem]:
    room = ROOM[template.layout]
    for key, size, (low, high) in (
        ("width_mm", template.width_mm, room.width_mm),
        ("height_mm", template.height_mm, room.height_mm),
    ):
        if not low <= size <= high:
            yield Problem(key, "out_of_range", {"low": low, "high": high})
    if len(template.lines) > room.lines:
        yield Problem("lines", "too_many", {"most": room.lines})


# What may stand in the quadrants besides the donation number, which always does.
_IN_QUADRANTS = ((), (_S.PRODUCT_CODE,), (_S.EXPIRY,), (_S.PRODUCT_CODE, _S.EXPIRY))


def _symbol_faults(template: LabelTemplate) -> Iterator[Problem]:
    """The copy first, the identity second, and linear symbols of ISBT 128 only where there are quadrants for them."""
    symbols = template.symbols
    if symbols[:1] != (SymbolName.COPY,):
        yield Problem("symbols", "copy_first")
    if symbols[1:2] not in ((SymbolName.IDENTITY,), (SymbolName.MESSAGE,)):
        yield Problem("symbols", "identity_second")
    rest = [(_S.DIN_LINEAR, *more) for more in _IN_QUADRANTS]
    if symbols[2:] not in (rest if template.layout is Layout.FOUR_QUADRANT else [()]):
        yield Problem("symbols", "not_for_this_layout")
    if template.layout is Layout.WRAP and SymbolName.MESSAGE in symbols:
        yield Problem("symbols", "not_for_this_layout")
    if SymbolName.PRODUCT_CODE in symbols and not template.product_code:
        yield Problem("product_code", "required")
    if template.product_code and SymbolName.PRODUCT_CODE not in symbols:
        yield Problem("product_code", "without_symbol")


def _text_faults(template: LabelTemplate) -> Iterator[Problem]:
    """A person must find the container by its code; a bag, that it is for its donor alone (21 CFR 1271.90(c))."""
    if LineName.CONTAINER not in template.lines:
        yield Problem("lines", "container_required")
    # Whatever a symbol says, people read beside it (ICCBBA ST-001: electronic and eye-readable).
    if SymbolName.EXPIRY in template.symbols and LineName.USE_BEFORE not in template.lines:
        yield Problem("lines", "use_before_required")
    if template.layout is not Layout.WRAP and WarningName.AUTOLOGOUS not in template.warnings:
        yield Problem("warnings", "autologous_required")
    most = {Layout.WRAP: 0, Layout.TUBE: 1}.get(template.layout, len(WarningName))
    if len(template.warnings) > most:
        yield Problem("warnings", "too_many", {"most": most})
