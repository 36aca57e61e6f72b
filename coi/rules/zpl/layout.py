"""Where everything stands on a label, in millimetres: every layout as it is drawn, for a printer that draws itself.

What is below is moved by what is above, and nothing runs into another: what has no room is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from coi.rules.label_templates import Layout, SymbolName
from coi.rules.labels import CODES, USE_BEFORE, Label, Symbol
from coi.rules.zpl.fields import Box, Place, Scale, TooMuch, extent
from coi.rules.zpl.sheet import CAPTION, FRAME, GAP, LEADING, THIN, UNDER, Sheet, band_height, in_lines, until

# A text counted as so much higher stays on its line in nearly full width alone.
_WIDE = 1.5

# The modules of Code 128 and Data Matrix. A box is read from afar if its code is short enough.
_USUAL = ((0.25, 0.5),)
_MODULES: Mapping[Layout, tuple[tuple[float, float], ...]] = {
    Layout.WRAP: ((0.25, 0.375),),
    Layout.FOUR_QUADRANT: ((0.25, 0.75), (0.25, 0.5)),
    Layout.SHIPPER: ((0.5, 1.0), (0.375, 1.0), (0.25, 0.75)),
}


def laid_out(label: Label, dpi: int) -> tuple[Scale, tuple[str, ...]]:
    """The fields of a label. Raises TooMuch; ValueError for symbols that cannot be written, or have no place."""
    if len(label.symbols) < 2:
        raise ValueError("a label has its own symbol and one of what it belongs to")
    *greater, least = (Scale(dpi, *modules) for modules in _MODULES.get(label.layout, _USUAL))
    for scale in greater:
        with suppress(TooMuch):
            return scale, _fields(label, scale)
    return least, _fields(label, least)


def _fields(label: Label, scale: Scale) -> tuple[str, ...]:
    sheet = Sheet(label, scale)
    _LAYOUTS[label.layout](sheet)
    if sheet.symbols != len(label.symbols):
        raise ValueError(
            f"{label.layout} has a place for {sheet.symbols} symbols, not for {len(label.symbols)}"
        )
    return tuple(sheet.fields)


def _bag(sheet: Sheet) -> None:
    label, side, end = sheet.label, 3.0, 2.4
    right = label.width_mm - side
    copy, identity = label.symbols[:2]
    top = sheet.head(Place(side, end, right - side), 3.6)
    corner = sheet.column(identity)
    below = sheet.symbol(identity, Place(right - corner, top, corner), 0)
    room = right - corner - GAP - side
    y = sheet.text(label.identity_name, Place(side, top, room), CAPTION) + LEADING
    y = sheet.identity(Place(side, y, room), 5.6)
    y = sheet.wrapped(label.product, Place(side, y, room), 3.0)
    y = sheet.wrapped(label.by, Place(side, y, room), CAPTION)
    middle = max(below, y) + UNDER
    band = label.height_mm - end - band_height(label.warnings, 3.0)
    left = side + sheet.column(copy)
    until(sheet.symbol(copy, Place(side, middle, left - side), 13), band)
    sheet.facts(label.lines, Place(left + GAP, middle, right - left - GAP), band - UNDER, (3.0, 1.8))
    sheet.band(label.warnings, Place(side, band, right - side), 3.0)


def _tube(sheet: Sheet) -> None:
    label, side, end, small = sheet.label, 1.6, 1.4, 2.0
    right, bottom = label.width_mm - side, label.height_mm - end
    copy, identity = label.symbols[:2]
    top = sheet.head(Place(side, end, right - side), 2.4)
    corner = sheet.column(identity, small)
    below = sheet.symbol(identity, Place(right - corner, top, corner), 0, small)
    room = right - corner - GAP - side
    y = sheet.identity(Place(side, top, room), 3.4)
    y = sheet.wrapped(label.product, Place(side, y, room), small)
    bars = bottom - 5.5 - UNDER - small
    y = sheet.facts(label.lines, Place(side, y, room), bars - LEADING, (2.1, 1.6))
    until(max(y, below), bars)
    width = sheet.column(copy, small)
    sheet.symbol(copy, Place(side, bars, width), 5.5, small)
    left = side + width + GAP
    warnings = _broken(label.warnings, small, right - left - GAP, bottom - bars)
    band = bottom - band_height(warnings, small)
    until(bars, band)
    sheet.band(warnings, Place(left, band, right - left), small)


def _broken(warnings: Sequence[str], high: float, room: float, deep: float) -> Sequence[str]:
    """Warnings on more lines in wide letters, where there is the height for it."""
    broken = [line for text in warnings for line in in_lines(text, high * _WIDE, room)]
    return broken if band_height(broken, high) <= deep else warnings


def _wrap(sheet: Sheet) -> None:
    """Round a vial: both symbols are square, one above the other, and lines have no names."""
    label, side, small = sheet.label, 0.8, 1.6
    right, bottom = label.width_mm - side, label.height_mm - side
    copy, identity = label.symbols[:2]
    column = max(sheet.width(copy), sheet.width(identity))
    sheet.symbol(copy, Place(side, side, column), 0, 0)
    middle = side + sheet.width(copy)
    until(middle + sheet.width(identity), bottom + side)
    sheet.symbol(identity, Place(side, middle, column), 0, 0)
    x = side + column + side
    room = right - x
    until_mark = sheet.mark(right, side, small)
    sheet.text(f"{label.heading} {label.count}", Place(x, side + UNDER / 2, until_mark - x), 1.8)
    y = sheet.identity(Place(x, side + 1.8 + UNDER + LEADING, room), 2.4)
    y = sheet.wrapped(label.product, Place(x, y - LEADING, room), small)
    for line in label.lines:
        write = sheet.code if line.name in CODES else sheet.text
        y = write(line.value, Place(x, y, room), small)
        y = sheet.text(line.under, Place(x, y, room), small)
    for warning in label.warnings:
        y = sheet.text(warning, Place(x, y, room), small)
    until(y, bottom - small)
    copies = extent(label.copy, small)
    sheet.code(copy.caption, Place(x, bottom - small, room - copies - GAP), small)
    beside = sheet.code_width(copy.caption, small, room - copies - GAP) + GAP
    sheet.text(label.copy, Place(x + beside, bottom - small, room - beside), small)


def _wristband(sheet: Sheet) -> None:
    label, side, end, gap = sheet.label, 3.0, 1.5, 4.0
    copy, identity = label.symbols[:2]
    left = side + sheet.column(copy) + gap
    sheet.symbol(copy, Place(side, 4, left - gap - side), 10)
    corner = sheet.column(identity)
    right = sheet.mark(label.width_mm - side, end, 4.2) - gap - corner
    until(sheet.symbol(identity, Place(right, 4, corner), 0), label.height_mm - end)
    room = right - gap - left
    heading = "  ".join(
        text for text in (label.heading, label.count, label.identity_name, label.copy) if text
    )
    y = sheet.text(heading, Place(left, end, room), CAPTION) + LEADING
    y = sheet.identity(Place(left, y, room), 5.6)
    y = sheet.wrapped(label.product, Place(left, y, room), 2.6)
    y = sheet.wrapped(label.by, Place(left, y, room), CAPTION)
    y = sheet.facts(label.lines, Place(left, y, room), label.height_mm - end, (CAPTION, 1.8))
    y = sheet.band(label.warnings, Place(left, y, room), CAPTION)
    until(y, label.height_mm - end)


def _shipper(sheet: Sheet) -> None:
    label, side = sheet.label, 4.0
    right = label.width_mm - side
    room = right - side
    copy, identity = label.symbols[:2]
    y = sheet.head(Place(side, side, room), 5.6)
    y = sheet.wrapped(label.product, Place(side, y + GAP, room), 5.0) + GAP
    y = sheet.wrapped(label.by, Place(side, y, room), 3.6) + GAP
    # Where the identity is the code in the symbol, its caption says it.
    if label.identity != copy.caption or label.identity_check:
        y = sheet.text(label.identity_name, Place(side, y, room), CAPTION)
        y = sheet.identity(Place(side, y, room), 5.6)
    band = label.height_mm - side - band_height(label.warnings, 4.0)
    symbols = band - GAP - 20 - UNDER - 4.4 - LEADING
    until(sheet.facts(label.lines, Place(side, y, room), symbols - UNDER, (3.4, 2.0)), symbols)
    corner = sheet.column(identity)
    sheet.symbol(copy, Place(side, symbols, room - corner), 20, 4.4)
    until(sheet.symbol(identity, Place(right - corner, symbols, corner), 0), band)
    sheet.band(label.warnings, Place(side, band, room), 4.0)


def _four_quadrant(sheet: Sheet) -> None:
    """The quadrants of an ISBT 128 label: the donation, the kind of product, what it is and whose, until when."""
    label, margin, inset = sheet.label, 1.0, 2.0
    across, down = label.width_mm / 2, label.height_mm / 2
    sheet.box(Box(across, margin, THIN, label.height_mm - 2 * margin), THIN)
    for left in (margin, across + 2 * THIN):  # beside the other line, not over it
        sheet.box(Box(left, down, across - margin - 3 * THIN, THIN), THIN)
    room, first = across - margin - 2 * inset, margin + inset
    _donation(sheet, Place(first, first, room), down - inset)
    _kind(sheet, Place(across + inset, first, room), down - inset)
    end = label.height_mm - margin - inset
    _whose(sheet, Place(first, down + inset, room), end)
    _until_when(sheet, Place(across + inset, down + inset, room), end)


def _donation(sheet: Sheet, at: Place, end: float) -> None:
    label = sheet.label
    y = sheet.wrapped(label.by, at, CAPTION) + 5
    linear = label.named(SymbolName.DIN_LINEAR)
    if linear is None:
        sheet.text("No donation number", Place(at.x, y, at.room), 3.6, centred=True)
        return
    y = sheet.symbol(linear, Place(at.x, y, at.room), 13) + UNDER
    high, flags = 4.4, extent(label.din_flags, CAPTION) + GAP
    room = at.room - flags - high - 2 * GAP
    sheet.code(label.din, Place(at.x, y, room), high)
    x = at.x + sheet.code_width(label.din, high, room) + 2 * GAP
    sheet.text(label.din_flags, Place(x, y + (high - CAPTION) / 2, flags), CAPTION)
    sheet.boxed(label.din_check, Place(x + flags, y, high), high)
    until(sheet.text("Donation number", Place(at.x, y + high + UNDER, at.room), CAPTION, centred=True), end)


def _kind(sheet: Sheet, at: Place, end: float) -> None:
    label = sheet.label
    right = sheet.mark(at.x + at.room, at.y - UNDER / 2, 3.6)
    sheet.text(label.copy, Place(at.x, at.y, right - at.x), CAPTION)
    y = sheet.wrapped(label.heading, Place(at.x, at.y + 7, at.room), 5.2, centred=True) + GAP
    y = sheet.text(label.count, Place(at.x, y, at.room), 4.6, centred=True)
    framed = end - 4.0 - 2 * GAP if label.warnings else end
    bars = framed - 10 - UNDER - CAPTION - LEADING - GAP
    until(y, bars)
    sheet.symbol(label.symbols[0], Place(at.x, bars, at.room), 10)
    for warning in label.warnings[:1]:
        sheet.box(Box(at.x, framed, at.room, end - framed), FRAME)
        sheet.text(warning, Place(at.x + GAP, framed + GAP, at.room - 2 * GAP), 4.0, centred=True)


def _whose(sheet: Sheet, at: Place, end: float) -> None:
    label = sheet.label
    y = _linear(sheet, label.named(SymbolName.PRODUCT_CODE), at)
    y = sheet.wrapped(label.product, Place(at.x, y, at.room), 3.2) + UNDER
    y = sheet.text(label.identity_name, Place(at.x, y, at.room), CAPTION)
    y = sheet.identity(Place(at.x, y, at.room), 4.6)
    others = [line for line in label.lines if line.name != USE_BEFORE]
    until(sheet.facts(others, Place(at.x, y + UNDER, at.room), end, (2.6, 1.8)), end)


def _until_when(sheet: Sheet, at: Place, end: float) -> None:
    label = sheet.label
    y = _linear(sheet, label.named(SymbolName.EXPIRY), at)
    for line in label.lines:
        if line.name == USE_BEFORE:
            y = sheet.text(line.name, Place(at.x, y, at.room), 2.6)
            y = sheet.text(line.value, Place(at.x, y, at.room), 3.8)
            y = sheet.text(line.under, Place(at.x, y, at.room), 2.6)
    others = label.warnings[1:]
    high = 2.6 if len(others) < 3 else CAPTION
    band = end - band_height(others, high)
    until(sheet.symbol(label.symbols[1], Place(at.x, y + LEADING, at.room), 0), band)
    sheet.band(others, Place(at.x, band, at.room), high)


def _linear(sheet: Sheet, symbol: Symbol | None, at: Place) -> float:
    """The symbol on top of a quadrant; without one, what follows begins there."""
    return at.y if symbol is None else sheet.symbol(symbol, at, 7) + UNDER


_LAYOUTS: Mapping[Layout, Callable[[Sheet], None]] = {
    Layout.BAG: _bag,
    Layout.TUBE: _tube,
    Layout.WRAP: _wrap,
    Layout.WRISTBAND: _wristband,
    Layout.SHIPPER: _shipper,
    Layout.FOUR_QUADRANT: _four_quadrant,
}
