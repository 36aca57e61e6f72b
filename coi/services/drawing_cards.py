"""Draw the card of test symbols, and read every symbol back from the page before anybody scans it.

As with labels, another code base reads than wrote: see `coi.services.drawing`. Here the symbology identifier is
compared as well, since the card is what proves that a scanner sends the right one.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
import zxingcpp
from barcode.codex import Code128, Gs1_128
from django.conf import settings
from PIL import Image

from coi.rules.scanner_card import CARD_MADE_AT, text_of_card
from coi.rules.scanners import CARD, GS, CardSymbol, Symbology
from coi.services.drawing import PDF_STANDARD, RESOLUTIONS

_FNC1 = "\xf1"  # as python-barcode writes it
_READABLE = zxingcpp.barcode_formats_from_str("Code128,DataMatrix")
_HALF = 128

Rows = list[list[bool]]
Read = tuple[str, bytes]


class CardNotReadBack(Exception):
    """What was drawn does not read as what was meant: such a card would blame good scanners."""

    def __init__(self, resolution: int, meant: Sequence[Read], read: Sequence[Read]) -> None:
        super().__init__(f"at {resolution} dpi the card reads {list(read)!r}, and {list(meant)!r} was meant")


@lru_cache(maxsize=1)
def test_card() -> bytes:
    """The card on A4 as PDF/A, always the same bytes. Raises CardNotReadBack."""
    meant = sorted((symbol.aim, symbol.content.encode("ascii")) for symbol in CARD)
    for resolution in RESOLUTIONS:
        found = sorted(read_card(test_card_picture(resolution)))
        if found != meant:
            raise CardNotReadBack(resolution, meant, found)
    return _compiled(format="pdf", pdf_standards=PDF_STANDARD, timestamp=int(CARD_MADE_AT.timestamp()))


def test_card_picture(resolution: int) -> bytes:
    """The card as PNG, at so many dots per inch."""
    return _compiled(format="png", ppi=resolution)


def read_card(picture: bytes) -> list[Read]:
    """Every symbol on the page as a printer of black dots would leave it: its identifier, and its very bytes."""
    page = Image.open(io.BytesIO(picture)).convert("L").point(lambda level: 255 if level >= _HALF else 0)
    found = zxingcpp.read_barcodes(page, formats=_READABLE, try_invert=False, try_downscale=False)
    return [(symbol.symbology_identifier, bytes(symbol.bytes)) for symbol in found]


def rows_of(symbol: CardSymbol) -> Rows:
    """The symbol's modules, row by row; black is True."""
    return _WRITERS[symbol.symbology](symbol.content)


def _linear(modules: str) -> Rows:
    return [[module == "1" for module in modules]]


def _matrix(content: str, **more: Any) -> Rows:
    written = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, force_square=True, **more)
    image: Any = written.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(image).tolist()
    return [[dot == 0 for dot in row] for row in rows]


def _in_brackets(content: str) -> str:
    """The element string as GS1 writes it for people, from which zint places FNC1: fixed lengths first."""
    gtin, first, *others = (content[:16], *content[16:].split(GS))
    return "".join(f"({field[:2]}){field[2:]}" for field in (gtin, first, *others))


_WRITERS: Mapping[Symbology, Callable[[str], Rows]] = {
    Symbology.CODE_128: lambda content: _linear(Code128(content).build()[0]),
    Symbology.GS1_128: lambda content: _linear(Gs1_128(content.replace(GS, _FNC1)).build()[0]),
    Symbology.DATA_MATRIX: _matrix,
    Symbology.GS1_DATA_MATRIX: lambda content: _matrix(_in_brackets(content), gs1=True),
}


def _compiled(**wanted: Any) -> bytes:
    card = text_of_card()
    content = asdict(card) | {
        "rows": [
            {"number": row.number, "title": row.title, "meaning": row.meaning, "modules": rows_of(row.symbol)}
            for row in card.rows
        ]
    }
    source = (Path(settings.BASE_DIR) / "templates" / "coi" / "test_card.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False)  # the same on every machine
    made = typst.compile(source, sys_inputs={"data": json.dumps(content)}, font_paths=fonts, **wanted)
    page: bytes
    (page,) = made if isinstance(made, list) else [made]
    return page
