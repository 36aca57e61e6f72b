"""Draw symbols, labels and cards, and read every symbol back from the picture before anybody relies on it.

What one code base wrote, another reads: a fault in a shared encoder and decoder would cancel itself out. Code 128 is
written by python-barcode and read by zxing-cpp. Data Matrix is written by zint, the library inside zxing-cpp that
writes, and read by zxing-cpp's own detector and decoder, which share no code with it. What is read is the whole page
as it will be printed: the quiet zones, the text beside and everything that could cover a bar are part of the proof.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import typst
import zxingcpp
from barcode.codex import Code128
from django.conf import settings
from PIL import Image

from coi.rules.labels import DEMO_MARK, Card, Label, Symbol, Symbology

# The two resolutions of common label printers, in dots per inch.
RESOLUTIONS = (203, 300)
PDF_STANDARD = "a-2b"
# A thermal printer burns a dot or does not.
_HALF = 128

_FORMATS = {
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
}
# The sizes of the pages (points) in a PDF that Typst wrote.
_SIZE = re.compile(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]")
_PAGES = "coi/pages.typ"
_READABLE = zxingcpp.barcode_formats_from_str("Code128,DataMatrix")

Runs = tuple[tuple[int, int, int], ...]
PictureForm = Literal["pdf", "png", "svg"]
Grid = tuple[int, int, Runs]
Reading = tuple[Symbology, bytes]


class NotReadBack(Exception):
    """What was drawn does not read as what was meant: it must not be printed."""

    def __init__(self, resolution: int, meant: Sequence[Reading], read: Sequence[Reading]) -> None:
        super().__init__(f"at {resolution} dpi the page reads {list(read)!r}, and {list(meant)!r} was meant")
        self.resolution = resolution


class DoesNotFit(Exception):
    """There is more to say than the label has room for; nothing of it is left out silently."""


@dataclass(frozen=True)
class Feet:
    """What stands at the foot of each page, drawn by itself: the template of the feet, and its content.

    Hundreds of pages are read so in a tenth of the time. Typst draws the foot of a page over the rest of it, so what
    is read from a foot alone is not covered on the page.
    """

    template: str
    content: dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """What is handed to Typst: the template (its path under templates/), its content, and every symbol that the pages
    must read."""

    template: str
    content: dict[str, Any]
    symbols: Sequence[Symbol]
    most_pages: int | None = None
    # At which resolutions the pages are read back; a label at those of both kinds of printers.
    resolutions: Sequence[int] = RESOLUTIONS
    # Where every page must read every symbol: its foot. None where the pages together must read each of them once.
    feet: Feet | None = None

    @property
    def inputs(self) -> dict[str, str]:
        return {"data": json.dumps(self.content, sort_keys=True, default=str)}


def draw(label: Label, form: PictureForm, specimen: str = "") -> bytes:
    """The label as a file of this form; as the functions below."""
    if form == "pdf":
        return draw_label(label, specimen)
    return draw_svg(label, specimen) if form == "svg" else draw_picture(label, specimen=specimen)


def draw_label(label: Label, specimen: str = "") -> bytes:
    """The label as PDF/A; raises NotReadBack, DoesNotFit.

    With `specimen`, here and below: the same label to be looked at alone, with these words across it and an empty
    place for each symbol. Such a page is refused when anything at all can be read from it.
    """
    return draw_sheet(_label_sheet(label, specimen), label.issued_at)


def draw_picture(label: Label, resolution: int = RESOLUTIONS[1], specimen: str = "") -> bytes:
    """The label as PNG, at so many dots per inch; what is read back is this very picture. Raises as `draw_label`."""
    (picture,) = _read_back(_label_sheet(label, specimen), resolution)
    return picture


def draw_svg(label: Label, specimen: str = "") -> bytes:
    """The label as SVG, its text as outlines; raises as `draw_label`."""
    sheet = _label_sheet(label, specimen)
    for resolution in RESOLUTIONS:
        _read_back(sheet, resolution)
    (drawn,) = _compile(sheet.template, sheet.inputs, format="svg")
    return drawn


def draw_cards(cards: Sequence[Card], *, heading: str, is_demonstration: bool, now: datetime) -> bytes:
    """Cards on A4 as PDF/A; raises NotReadBack, ValueError without cards."""
    return draw_sheet(_card_sheet(cards, heading, is_demonstration), now)


def draw_card_pictures(
    cards: Sequence[Card],
    resolution: int = RESOLUTIONS[0],
    *,
    heading: str = "Cards",
    is_demonstration: bool = False,
) -> list[bytes]:
    """The same as PNG, page by page, each read back; raises as `draw_cards`."""
    return _read_back(_card_sheet(cards, heading, is_demonstration), resolution)


def _label_sheet(label: Label, specimen: str) -> Sheet:
    content = asdict(label) | {"title": f"Label {label.symbols[0].content}", "specimen": specimen}
    drawn = [drawn_symbol(symbol) for symbol in label.symbols]
    # A specimen keeps the places of its symbols, and not one of their bars or cells.
    content["symbols"] = [symbol | {"runs": ()} for symbol in drawn] if specimen else drawn
    return Sheet("coi/label.typ", content, () if specimen else label.symbols, most_pages=1)


def _card_sheet(cards: Sequence[Card], heading: str, is_demonstration: bool) -> Sheet:
    if not cards:
        raise ValueError("a sheet has at least one card")
    content = {
        "title": heading,
        "mark": DEMO_MARK if is_demonstration else "",
        "cards": [asdict(card) | {"symbol": drawn_symbol(card.symbol)} for card in cards],
    }
    return Sheet("coi/cards.typ", content, [card.symbol for card in cards])


def drawn_symbol(symbol: Symbol) -> dict[str, Any]:
    """A symbol as a template takes it: what it holds, and its black runs."""
    columns, rows, runs = grid_of(symbol)
    return asdict(symbol) | {"columns": columns, "rows": rows, "runs": runs}


def grid_of(symbol: Symbol) -> Grid:
    """Columns, rows, and the black runs (column, row, length) of a symbol."""
    rows = _WRITERS[symbol.symbology](symbol.content)
    runs = tuple((start, y, length) for y, row in enumerate(rows) for start, length in _black(row))
    return len(rows[0]), len(rows), runs


def _black(row: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for x, is_black in enumerate([*row, False]):
        if is_black and start is None:
            start = x
        elif not is_black and start is not None:
            yield start, x - start
            start = None


def _code_128(content: str) -> list[list[bool]]:
    (modules,) = Code128(content).build()
    return [[module == "1" for module in modules]]


def _data_matrix(content: str) -> list[list[bool]]:
    written = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    image: Any = written.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(image).tolist()
    return [[dot == 0 for dot in row] for row in rows]


_WRITERS: dict[Symbology, Callable[[str], list[list[bool]]]] = {
    Symbology.CODE_128: _code_128,
    Symbology.DATA_MATRIX: _data_matrix,
}


def draw_sheet(sheet: Sheet, at: datetime) -> bytes:
    """The pages as PDF/A, once every symbol on them was read back; raises NotReadBack, DoesNotFit.

    Rooms above draw their own templates by this.
    """
    for resolution in sheet.resolutions if sheet.feet is None else ():
        _read_back(sheet, resolution)
    # The time in the file is given: the same label is the same bytes, whenever it is drawn.
    (pdf,) = _compile(
        sheet.template,
        sheet.inputs,
        format="pdf",
        pdf_standards=PDF_STANDARD,
        timestamp=int(at.timestamp()),
    )
    if sheet.feet is not None:
        for resolution in sheet.resolutions:
            _read_feet(sheet, sheet.feet, pdf, resolution)
    return pdf


def _read_feet(sheet: Sheet, feet: Feet, pdf: bytes, resolution: int) -> None:
    """Read the foot of every page, drawn by itself, and the first and the last page as they lie in the very file."""
    meant = _meant(sheet)
    sizes = [(float(width), float(height)) for width, height in _SIZE.findall(pdf)]
    pages = [{"number": n, "width": sizes[n - 1][0], "height": sizes[n - 1][1]} for n in {1, len(sizes)}]
    content = feet.content | {"widths": [width for width, _height in sizes]}
    pictures = _compile(
        feet.template, {"data": json.dumps(content, default=str)}, format="png", ppi=resolution
    )
    with TemporaryDirectory() as folder:
        (Path(folder) / "made.pdf").write_bytes(pdf)
        inputs = {"data": json.dumps(pages)}
        pictures += _compile(_PAGES, inputs, root=Path(folder), format="png", ppi=resolution)
    for picture in pictures:
        if (found := sorted(read_page(picture))) != meant:
            raise NotReadBack(resolution, meant, found)


def _meant(sheet: Sheet) -> list[Reading]:
    """What the symbols of a sheet are to be read as."""
    return sorted((symbol.symbology, symbol.content.encode("ascii")) for symbol in sheet.symbols)


def _read_back(sheet: Sheet, resolution: int) -> list[bytes]:
    """The pages as pictures, once every symbol on them reads as meant and no other is there."""
    pages = _compile(sheet.template, sheet.inputs, format="png", ppi=resolution)
    meant = _meant(sheet)
    if sheet.most_pages is not None and len(pages) > sheet.most_pages:
        raise DoesNotFit(f"{len(pages)} pages for {sheet.most_pages}")
    found = sorted(item for page in pages for item in read_page(page))
    if found != meant:
        raise NotReadBack(resolution, meant, found)
    return pages


def read_page(picture: bytes) -> list[Reading]:
    """Every symbol on a page (PNG), as a printer of black dots would leave it: what kind, and its very bytes."""
    page = Image.open(io.BytesIO(picture)).convert("L").point(lambda level: 255 if level >= _HALF else 0)
    found = zxingcpp.read_barcodes(page, formats=_READABLE, try_invert=False, try_downscale=False)
    symbologies = {written: ours for ours, written in _FORMATS.items()}
    return [(symbologies[symbol.format], bytes(symbol.bytes)) for symbol in found]


def _compile(
    template: str, inputs: dict[str, str], *, root: Path | None = None, **wanted: Any
) -> list[bytes]:
    templates = Path(settings.BASE_DIR) / "templates"
    source = (templates / template).read_bytes()
    # The root: a template may take pieces from another ("/qc/_frame.typ"), and nothing from elsewhere.
    made: Any = typst.compile(
        source, root=root or templates, sys_inputs=inputs, font_paths=_fonts(), **wanted
    )
    return made if isinstance(made, list) else [made]


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """Only the fonts inside Typst: a label looks the same on every machine. Zero is dotted, so it is no O."""
    return typst.Fonts(include_system_fonts=False)
