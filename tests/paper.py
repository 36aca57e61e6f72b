"""What was printed, as it lies on a desk: a PDF is opened by PDFium, which knows nothing of how it was drawn.

Codes are read from its pixels. Text is what a person reads beside them.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from PIL import Image

from coi.rules.labels import Symbology
from coi.services.drawing import read_page

POINTS_PER_INCH = 72
MM_PER_INCH = 25.4
# Cards on A4, ten to a page (templates/coi/cards.typ), in millimetres.
LEFT, TOP, WIDE, HIGH, BETWEEN, ACROSS, DOWN = 18, 16, 85, 52, 2, 2, 5


class Seen(str):
    """A code that was read from pixels; nothing else makes one."""

    __slots__ = ()


@dataclass(frozen=True)
class Mark:
    """A symbol as read."""

    symbology: Symbology
    text: Seen


@dataclass(frozen=True)
class PrintedCard:
    """A card: the lines that a person reads, and its one symbol."""

    lines: tuple[str, ...]
    code: Seen

    @property
    def heading(self) -> str:
        """What it is a card of."""
        return self.lines[0]


def pages(pdf: bytes, resolution: int = 203) -> list[bytes]:
    """Each page as PNG."""
    assert pdf.startswith(b"%PDF-")
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [png(_shown(page, resolution)) for page in document]
    finally:
        document.close()


def _shown(page: pypdfium2.PdfPage, resolution: int) -> Image.Image:
    """A page in grey: a scanner sees no more, and less is to be packed and read."""
    return page.render(scale=resolution / POINTS_PER_INCH, grayscale=True).to_pil()


def marks(pdf: bytes, resolution: int = 203) -> list[Mark]:
    """Every symbol of a file."""
    return [mark for page in pages(pdf, resolution) for mark in marks_of(page)]


def marks_of(picture: bytes) -> list[Mark]:
    """Every symbol of a picture."""
    return [Mark(symbology, Seen(content.decode())) for symbology, content in read_page(picture)]


def cards(pdf: bytes, resolution: int = 203) -> list[PrintedCard]:
    """The cards of a sheet as they lie: on each what is written, and the one symbol that is read on its part."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            text, picture = page.get_textpage(), _shown(page, resolution)
            for box in _places():
                written = _written(text, page.get_height(), box)
                if not written:
                    continue
                (mark,) = marks_of(png(picture.crop(_pixels(box, resolution))))
                found.append(PrintedCard(written, mark.text))
    finally:
        document.close()
    return found


Box = tuple[float, float, float, float]


def _places() -> Iterator[Box]:
    for row in range(DOWN):
        for column in range(ACROSS):
            left, top = LEFT + column * (WIDE + BETWEEN), TOP + row * (HIGH + BETWEEN)
            yield left, top, left + WIDE, top + HIGH


def _written(text: pypdfium2.PdfTextPage, high: float, box: Box) -> tuple[str, ...]:
    left, top, right, bottom = (side / MM_PER_INCH * POINTS_PER_INCH for side in box)
    said = text.get_text_bounded(left=left, right=right, top=high - top, bottom=high - bottom)
    return tuple(line.strip() for line in said.splitlines() if line.strip())


def _pixels(box: Box, resolution: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side / MM_PER_INCH * resolution) for side in box)
    return left, top, right, bottom


def png(picture: Image.Image) -> bytes:
    """A picture as a file; it is read at once and kept nowhere, so that packing it small would be lost time."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
