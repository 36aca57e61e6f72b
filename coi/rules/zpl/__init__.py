"""A label in ZPL II, the language of Zebra's label printers and of many others.

The printer draws the symbols itself, from exactly the characters that the drawn label carries. The format says what
it depends on (size, origin, one copy, UTF-8, nothing mirrored or reversed) and asks for nothing that outlives it: no
`~` command, no stored graphic or format, no setting saved.
"""

from coi.rules.labels import Label
from coi.rules.zpl.fields import TooMuch
from coi.rules.zpl.layout import laid_out

__all__ = ["TooMuch", "to_zpl"]


def to_zpl(label: Label, dpi: int) -> bytes:
    """One copy of a label for a printer of 203 or 300 dpi. ASCII throughout.

    Raises TooMuch (a ValueError) where it has no room, ValueError for other resolutions and symbols beyond ASCII.
    """
    scale, fields = laid_out(label, dpi)
    size = f"^PW{scale.dots(label.width_mm)}^LL{scale.dots(label.height_mm)}"
    body = "\n".join(fields)
    return f"^XA^CI28{size}^LH0,0^LRN^PMN\n{body}\n^PQ1^XZ\n".encode("ascii")
