"""A small reader of ZPL, as a printer reads it; it knows nothing of how labels are written.

It takes commands apart, undoes the hexadecimal escapes, follows the subsets of Code 128, and says where things lie.
To see them, `printed` has the label drawn by zplkit, which has the printers' own letters dot by dot.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import zxingcpp
from zplkit import Options, render

COMMAND = re.compile(r"\^([A-Z][A-Z0-9])([^^~]*)")


@dataclass(frozen=True)
class Drawn:
    """One thing on the label: where it lies (left, top, right, bottom, in dots), and what it says."""

    kind: str
    area: tuple[int, int, int, int]
    said: str = ""
    is_reverse: bool = False


def commands(sent: bytes) -> list[tuple[str, str]]:
    """Name and parameters of each; everything sent belongs to one."""
    text = sent.decode("ascii")
    assert "~" not in text
    found = [(name, rest.strip("\n")) for name, rest in COMMAND.findall(text)]
    assert "".join(f"^{name}{rest}" for name, rest in found) == text.replace("\n", "")
    return found


def fields(sent: bytes) -> Iterator[dict[str, str]]:
    """Every field, from ^FO to ^FS, by its commands."""
    field: dict[str, str] | None = None
    for name, rest in commands(sent):
        if name == "FO":
            assert field is None, "a field inside a field"
            field = {name: rest}
        elif name == "FS":
            assert field is not None
            assert rest == ""
            assert ("FD" in field) != ("GB" in field)
            yield field
            field = None
        elif field is not None:
            assert name not in field
            assert name in {"A0", "AB", "AD", "FB", "FR", "FH", "FD", "GB", "BY", "BC", "BX"}
            field[name] = rest
        else:
            assert name in {"XA", "CI", "PW", "LL", "LH", "LR", "PM", "PQ", "XZ"}
    assert field is None, "a field without an end"


def unescaped(data: str) -> str:
    """^FH: an underline and two hexadecimal digits are a byte."""
    assert re.fullmatch(r"(?:[ -}]|_[0-9A-F]{2})*", data)
    assert not re.search(r"_(?![0-9A-F]{2})", data)
    raw = re.sub(rb"_([0-9A-F]{2})", lambda hit: bytes([int(hit[1], 16)]), data.encode("ascii"))
    return raw.decode("utf-8")


def code_128(data: str) -> tuple[str, int]:
    """What a ^BC field encodes, FNC1 as GS, and its symbol characters between start and check."""
    subset = {">:": "B", ">;": "C"}[data[:2]]
    content, count, at = "", 0, 2
    while at < len(data):
        pair, count = data[at : at + 2], count + 1
        if pair in {">5", ">6"}:
            subset = "C" if pair == ">5" else "B"
        elif pair == ">8":
            content += "\x1d"
        elif subset == "C":
            assert re.fullmatch("[0-9]{2}", pair), f"{pair} in subset C"
            content += pair
        elif data[at] == ">":
            content += {">0": ">", "><": "^", ">=": "~"}[pair]
        else:
            content, at = content + data[at], at - 1
        at += 2
    return content, count


def data_matrix(data: str) -> str:
    """What a ^BX field encodes, FNC1 as GS."""
    return re.sub("_(.)", lambda hit: {"_": "_", "1": "\x1d"}[hit[1]], data)


def drawn(sent: bytes) -> list[Drawn]:
    """Everything on the label."""
    return [_drawn(field) for field in fields(sent)]


def _drawn(field: dict[str, str]) -> Drawn:
    x, y = map(int, field["FO"].split(","))
    if "GB" in field:
        width, height, thick = map(int, field["GB"].split(","))
        kind = "black" if thick == min(width, height) else "frame"
        return Drawn(kind, (x, y, x + width, y + height))
    assert field["FH"] == "_"
    said = unescaped(field["FD"])
    if area := _written(field, said):
        left, top, right, bottom = area
        return Drawn("text", (x + left, y + top, x + right, y + bottom), said, "FR" in field)
    if "BC" in field:
        content, count = code_128(said)
        parts = field["BC"].split(",")
        assert parts == ["N", parts[1], "N", "N", "N", "N"]
        module = int(field["BY"])
        width = (11 * (count + 2) + 13) * module
        return Drawn("bars", (x - 10 * module, y, x + width + 10 * module, y + int(parts[1])), content)
    _, cell, quality, *rest = field["BX"].split(",")
    assert (quality, rest) == ("200", ["0", "0", "", "_", "1"])
    content = data_matrix(said)
    written = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    columns = memoryview(written.to_image(scale=1, add_quiet_zones=False)).shape[0]
    quiet, side = 2 * int(cell), int(cell) * columns
    return Drawn("cells", (x - quiet, y - quiet, x + side + quiet, y + side + quiet), content)


# What the fonts of fixed width are made of: rows, columns, and columns from one letter to the next. Rows of capitals.
MATRICES = {"AB": (11, 7, 9, 11), "AD": (18, 10, 12, 14)}


def _written(field: dict[str, str], said: str) -> tuple[int, int, int, int] | None:
    """Where the letters are, from the field's origin; nothing where it has none."""
    for font, (rows, columns, step, capital) in MATRICES.items():
        if font in field:
            _, height, width = field[font].split(",")
            times = int(width) // columns
            assert (int(height), int(width)) == (rows * times, columns * times), (
                "not a multiple of the matrix"
            )
            assert re.fullmatch("[ -_]*", said), "a letter that the font has not"
            assert "FB" not in field
            return 0, 0, (len(said) * step - (step - columns)) * times, capital * times
    if "A0" not in field:
        return None
    _, height, width = field["A0"].split(",")
    # the narrowest estimate that holds for words
    wide, left = len(said) * int(width) * 2 // 5, 0
    if "FB" in field:
        room, *rest = field["FB"].split(",")
        assert rest == ["1", "0", "C", "0"]
        assert "\\" not in said, "a command in a block"
        left = (int(room) - wide) // 2
    return left, 0, left + wide, int(height)


def texts(sent: bytes) -> list[str]:
    return [thing.said for thing in drawn(sent) if thing.kind == "text"]


def printed(sent: bytes, dpi: int) -> bytes:
    """The label as PNG, as a printer draws it."""
    # how many copies is no matter of drawing, and the renderer has no word for it
    (label,) = render(sent.replace(b"^PQ1", b""), Options(profile="zd621", dpi=dpi)).labels
    return label.png()


Area = tuple[int, int, int, int]


def meet(one: Area, other: Area) -> bool:
    """Whether two areas have a dot in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
