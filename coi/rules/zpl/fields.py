"""The single fields of a ZPL format: texts, boxes and symbols at their places, and how wide they become.

Every place and size is in millimetres here and in dots in what is written. Whatever stands in a field is hexadecimal
where ZPL would take it for a command: a name may be anything at all.
"""

from dataclasses import dataclass
from math import ceil

from coi.rules.zpl import code128
from coi.rules.zpl.letters import CAPITAL, Letters, letters_for

MM_PER_INCH = 25.4
# Printers are sold as 203 dpi and burn 8 dots in a millimetre.
DOTS_PER_MM = {203: 8.0, 300: 300 / MM_PER_INCH}

# Quiet zones, in modules.
BAR_QUIET, CELL_QUIET = 10, 2

# Letters are made narrower to fit, to this part of their height; narrower nobody reads them.
_NARROWEST = 0.6

# How far each letter of font 0 goes, in parts of its height, rounded up: the font is proportional and a printer does
# not tell. What is not in the list (letters beyond ASCII) counts as a whole square.
_ADVANCES = {
    0.3: " !'(),./:;I[]`fijlt",
    0.35: "r",
    0.5: '"#$0123456789?JL\\^_abcdeghknopqsuvxyz{|}*',
    0.6: "ABCDEFGKOPQRSTVXYZ",
    0.65: "&HNU",
    0.7: "w",
    0.85: "MWm",
}
_ADVANCE = {char: advance for advance, chars in _ADVANCES.items() for char in chars}

# ECC 200 squares: modules of a side, and the codewords of data that they hold.
_SQUARES = {
    10: 3, 12: 5, 14: 8, 16: 12, 18: 18, 20: 22, 22: 30, 24: 36, 26: 44, 32: 62, 36: 86, 40: 114, 44: 144, 48: 174,
}  # fmt: skip


class TooMuch(ValueError):
    """There is more to say than the label has room for; nothing of it is left out silently."""


@dataclass(frozen=True)
class Scale:
    """The resolution of a printer, and the modules wanted. ValueError for one that labels are not made for.

    A bar is never thinner than wanted, since 0.25 mm is what a scanner is sure of; a cell is as near as dots allow.
    """

    dpi: int
    bar_mm: float = 0.25
    cell_mm: float = 0.5

    def __post_init__(self) -> None:
        if self.dpi not in DOTS_PER_MM:
            raise ValueError(
                f"labels are made for {', '.join(map(str, DOTS_PER_MM))} dpi, not for {self.dpi}"
            )

    def dots(self, mm: float) -> int:
        """Whole dots."""
        return round(mm * DOTS_PER_MM[self.dpi])

    def mm(self, dots: int) -> float:
        """How far so many dots go."""
        return dots / DOTS_PER_MM[self.dpi]

    @property
    def bar_dots(self) -> int:
        """The module of a Code 128 in dots."""
        return ceil(self.bar_mm * DOTS_PER_MM[self.dpi])

    @property
    def cell_dots(self) -> int:
        """The module of a Data Matrix in dots."""
        return self.dots(self.cell_mm)

    @property
    def bar(self) -> float:
        """The module of a Code 128 as it becomes."""
        return self.mm(self.bar_dots)

    @property
    def cell(self) -> float:
        """The module of a Data Matrix as it becomes."""
        return self.mm(self.cell_dots)


def escaped(text: str) -> str:
    """A text for ^FD after ^FH_: hexadecimal bytes of UTF-8 for what is no plain character or a command's first."""
    return "".join(
        char if " " <= char <= "}" and char not in "^_" else "".join(f"_{byte:02X}" for byte in char.encode())
        for char in text
    )


def extent(text: str, height: float) -> float:
    """The most room that a text of this height takes, in letters of full width."""
    return height * sum(_ADVANCE.get(char, 1.0) for char in text)


def fits(text: str, height: float, room: float) -> bool:
    """Whether a text can be printed in this room, in narrow letters if it must be."""
    return extent(text, height) * _NARROWEST <= room


def taken(text: str, height: float, room: float) -> float:
    """What a text takes of its room."""
    return min(extent(text, height), room)


@dataclass(frozen=True)
class Place:
    """Where a line of text begins, and the room that it has."""

    x: float
    y: float
    room: float


@dataclass(frozen=True)
class Box:
    """Four sides."""

    x: float
    y: float
    width: float
    height: float


def text_at(
    scale: Scale, place: Place, height: float, text: str, *, centred: bool = False, reverse: bool = False
) -> str:
    """One line in font 0; white where black is below, if reversed. Nothing for nothing. Raises TooMuch.

    The printer centres, who alone knows how wide its letters are; but a backslash would be a command to it then, and
    such a text is centred by what it takes at most.
    """
    if not text:
        return ""
    if not fits(text, height, place.room):
        raise TooMuch(f"{text!r} is too long for its place on the label")
    high = scale.dots(height)
    wide = min(high, int(high * place.room / extent(text, height)))
    font, x = f"^A0N,{high},{wide}{'^FR' if reverse else ''}", place.x
    if centred and "\\" in text:
        x += (place.room - taken(text, height, place.room)) / 2
    elif centred:
        font += f"^FB{scale.dots(place.room)},1,0,C,0"
    return f"{_origin(scale, x, place.y)}{font}^FH_^FD{escaped(text)}^FS"


def letters_at(scale: Scale, text: str, height: float, room: float) -> Letters | None:
    """In which letters a code is written for people, in place of font 0 of this height; None where none fit."""
    return letters_for(text, scale.dots(height), int(room * DOTS_PER_MM[scale.dpi]))


def code_at(scale: Scale, place: Place, height: float, text: str, letters: Letters) -> str:
    """A code on the line on which font 0 of this height would stand."""
    lower = max(0, round(scale.dots(height) * CAPITAL) - letters.capital)
    origin = f"^FO{scale.dots(place.x)},{scale.dots(place.y) + lower}"
    return f"{origin}{letters.command}^FH_^FD{escaped(text)}^FS"


def box_at(scale: Scale, box: Box, line: float | None = None) -> str:
    """A frame, or all black where no thickness of a line is given."""
    wide, high = scale.dots(box.width), scale.dots(box.height)
    thick = min(wide, high) if line is None else max(1, scale.dots(line))
    return f"{_origin(scale, box.x, box.y)}^GB{wide},{high},{thick}^FS"


def code_128_at(scale: Scale, x: float, y: float, height: float, content: str) -> str:
    """Bars without a text under them. ValueError for what Code 128 is not used for."""
    drawn = f"^BY{scale.bar_dots}^BCN,{scale.dots(height)},N,N,N,N"
    return f"{_origin(scale, x, y)}{drawn}^FH_^FD{escaped(code128.data(content))}^FS"


def data_matrix_at(scale: Scale, x: float, y: float, content: str) -> str:
    """A square ECC 200 symbol. `_` escapes its functions: GS becomes an FNC1. ValueError for control characters."""
    if not content or not all(char == code128.GS or " " <= char <= "~" for char in content):
        raise ValueError(f"Data Matrix on a label carries printable ASCII alone, not {content!r}")
    functions = content.replace("_", "__").replace(code128.GS, "_1")
    return f"{_origin(scale, x, y)}^BXN,{scale.cell_dots},200,0,0,,_,1^FH_^FD{escaped(functions)}^FS"


def code_128_width(scale: Scale, content: str) -> float:
    """With both quiet zones."""
    return (code128.modules(content) + 2 * BAR_QUIET) * scale.bar


def data_matrix_side(scale: Scale, content: str) -> float:
    """Without quiet zones, written in the plainest way: two digits or one character in a codeword. Raises TooMuch."""
    codewords, at = 0, 0
    while at < len(content):
        pair = content[at : at + 2]
        at += 2 if len(pair) == 2 and pair.isdigit() else 1
        codewords += 1
    for side, capacity in _SQUARES.items():
        if codewords <= capacity:
            return side * scale.cell
    raise TooMuch(f"{content!r} is too long for a Data Matrix on a label")


def _origin(scale: Scale, x: float, y: float) -> str:
    return f"^FO{scale.dots(x)},{scale.dots(y)}"
