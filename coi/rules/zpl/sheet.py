"""A label on its way to paper: what every layout is put together from. All in millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coi.rules.labels import CODES, Label, Line, Symbol, Symbology
from coi.rules.zpl.fields import (
    BAR_QUIET,
    CELL_QUIET,
    Box,
    Place,
    Scale,
    TooMuch,
    box_at,
    code_128_at,
    code_128_width,
    code_at,
    data_matrix_at,
    data_matrix_side,
    extent,
    fits,
    letters_at,
    taken,
    text_at,
)
from coi.rules.zpl.letters import CAPITAL

GAP = 1.0
LEADING = 0.4
UNDER = 0.7
THIN, FRAME = 0.15, 0.25
CAPTION = 2.4


@dataclass
class Sheet:
    """A label and the fields that it has so far. What draws answers where it ends below; it raises TooMuch."""

    label: Label
    scale: Scale
    fields: list[str] = field(default_factory=list)
    symbols: int = 0

    def text(
        self, text: str, place: Place, high: float, *, centred: bool = False, reverse: bool = False
    ) -> float:
        """One line; a line of nothing takes no room."""
        if not text:
            return place.y
        self.fields.append(text_at(self.scale, place, high, text, centred=centred, reverse=reverse))
        return place.y + high + LEADING

    def code(self, text: str, place: Place, high: float, *, centred: bool = False, longest: int = 0) -> float:
        """A code for people, in letters that tell 0 from O where those have the room; else as any other text.

        Codes that stand together have the letters in which the longest of them fits.
        """
        letters = letters_at(self.scale, text.ljust(longest), high, place.room) if text else None
        if letters is None:
            return self.text(text, place, high, centred=centred)
        if centred:
            spare = place.room - self.scale.mm(letters.width(text))
            place = Place(place.x + spare / 2, place.y, place.room)
        self.fields.append(code_at(self.scale, place, high, text, letters))
        return place.y + high + LEADING

    def code_width(self, text: str, high: float, room: float) -> float:
        """What a code takes of its room."""
        letters = letters_at(self.scale, text, high, room)
        return taken(text, high, room) if letters is None else self.scale.mm(letters.width(text))

    def wrapped(self, text: str, place: Place, high: float, *, centred: bool = False) -> float:
        """A text on as many lines as it takes."""
        y = place.y
        for line in in_lines(text, high, place.room):
            y = self.text(line, Place(place.x, y, place.room), high, centred=centred)
        return y

    def box(self, box: Box, line: float | None = None) -> None:
        """A frame, or all black."""
        self.fields.append(box_at(self.scale, box, line))

    def boxed(self, text: str, place: Place, high: float) -> None:
        """A check character in its frame, as high as the text that it stands beside."""
        if not text:
            return
        frame, letter = high * 0.9, high * 0.7
        self.box(Box(place.x, place.y, frame, frame), FRAME)
        # a capital is in the middle, not the letter's whole height
        inside = Place(place.x, place.y + (frame - letter * CAPITAL) / 2, frame)
        self.code(text, inside, letter, centred=True)

    def identity(self, place: Place, high: float) -> float:
        """Whose it is."""
        room = place.room - high - 1.5 * GAP
        self.code(self.label.identity, Place(place.x, place.y, room), high)
        x = place.x + self.code_width(self.label.identity, high, room) + 1.5 * GAP
        self.boxed(self.label.identity_check, Place(x, place.y, high), high)
        return place.y + high + UNDER

    def mark(self, right: float, y: float, high: float) -> float:
        """What is not for people says so, in black at the right; answers where it begins."""
        if not self.label.mark:
            return right
        width = extent(self.label.mark, high) + 2 * GAP
        self.box(Box(right - width, y, width, high + UNDER))
        place = Place(right - width + GAP, y + UNDER / 2, width - GAP)
        self.text(self.label.mark, place, high, reverse=True)
        return right - width - GAP

    def head(self, place: Place, high: float) -> float:
        """What it is at the left, which copy and the mark at the right, and a rule below."""
        small = min(high, CAPTION)
        right = self.mark(place.x + place.room, place.y - UNDER / 2, high)
        width = extent(self.label.copy, small)
        self.text(self.label.copy, Place(right - width, place.y + high - small, width), small)
        room = right - width - GAP - place.x
        self.text(f"{self.label.heading}  {self.label.count}".strip(), Place(place.x, place.y, room), high)
        rule = place.y + high + UNDER
        self.box(Box(place.x, rule, place.room, THIN), THIN)
        return rule + UNDER

    def facts(self, lines: Sequence[Line], place: Place, end: float, sizes: tuple[float, float]) -> float:
        """Names and values in two columns, in letters of the first height or smaller, and at least of the second."""
        rows = [row for line in lines for row in _rows(line)]
        if not rows:
            return place.y
        high = min(sizes[0], (end - place.y) / len(rows) - LEADING)
        if high < sizes[1]:
            raise TooMuch(f"{len(rows)} rows have no room on the label")
        values = max(extent(name, high) for name, _ in rows) + GAP
        longest = max((len(value) for name, value in rows if name in CODES), default=0)
        y = place.y
        for name, value in rows:
            self.text(name, Place(place.x, y, values), high)
            beside = Place(place.x + values, y, place.room - values)
            if name in CODES:
                self.code(value, beside, high, longest=longest)
            else:
                self.text(value, beside, high)
            y += high + LEADING
        return y

    def band(self, warnings: Sequence[str], place: Place, high: float) -> float:
        """White on black, one under the other."""
        if not warnings:
            return place.y
        self.box(Box(place.x, place.y, place.room, band_height(warnings, high)))
        y, inside = place.y + UNDER, place.room - GAP
        for text in warnings:
            self.text(text, Place(place.x + GAP / 2, y, inside), high, centred=True, reverse=True)
            y += high + LEADING
        return place.y + band_height(warnings, high)

    def symbol(self, symbol: Symbol, place: Place, bars: float, caption: float = CAPTION) -> float:
        """A symbol with its quiet zones in the middle of the room, and its caption."""
        self.symbols += 1
        width = self.width(symbol)
        if width > place.room:
            raise TooMuch(f"{symbol.content!r} has no room on the label")
        x = place.x + (place.room - width) / 2
        if symbol.symbology is Symbology.CODE_128:
            quiet, y = BAR_QUIET * self.scale.bar, place.y + bars + UNDER
            self.fields.append(code_128_at(self.scale, x + quiet, place.y, bars, symbol.content))
        else:
            quiet, y = CELL_QUIET * self.scale.cell, place.y + width + LEADING
            self.fields.append(data_matrix_at(self.scale, x + quiet, place.y + quiet, symbol.content))
        if not caption:
            return y
        write = self.code if symbol.content.endswith(symbol.caption) else self.text
        return write(symbol.caption, Place(place.x, y, place.room), caption, centred=True)

    def width(self, symbol: Symbol) -> float:
        """How wide a symbol becomes, with its quiet zones."""
        if symbol.symbology is Symbology.CODE_128:
            return code_128_width(self.scale, symbol.content)
        return data_matrix_side(self.scale, symbol.content) + 2 * CELL_QUIET * self.scale.cell

    def column(self, symbol: Symbol, caption: float = CAPTION) -> float:
        """How wide a symbol becomes with its caption."""
        return max(self.width(symbol), extent(symbol.caption, caption))


def band_height(warnings: Sequence[str], high: float) -> float:
    """How high the black band becomes."""
    return len(warnings) * (high + LEADING) + UNDER if warnings else 0.0


def until(bottom: float, end: float) -> None:
    """Raises TooMuch for what runs into what is below."""
    if bottom > end + 0.01:
        raise TooMuch(f"what ends at {bottom:.1f} mm had room until {end:.1f}")


def _rows(line: Line) -> list[tuple[str, str]]:
    return [(line.name, line.value), *([("", line.under)] if line.under else [])]


def in_lines(text: str, height: float, room: float) -> tuple[str, ...]:
    """A text on one line, or broken at spaces onto as few as it takes. Raises TooMuch for a word with no room."""
    if not text or fits(text, height, room):
        return (text,) if text else ()
    first, *words = text.split(" ")
    lines = [first]
    for word in words:
        longer = f"{lines[-1]} {word}"
        if fits(longer, height, room):
            lines[-1] = longer
        else:
            lines.append(word)
    if all(fits(line, height, room) for line in lines):
        return tuple(lines)
    raise TooMuch(f"{text!r} is too long for its place on the label")
