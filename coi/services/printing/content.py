"""The bytes of a label as a printer takes them: ZPL, or the very PDF that was kept when it was drawn."""

from coi.rules.labels import Label, label_for
from coi.rules.printing import PrinterKind
from coi.selectors.labels import LabelCopyView, label_file


class NotDrawn(Exception):
    """The label cannot be handed to the printer: it has not been drawn, or not in the printer's language."""


def label_of(copy: LabelCopyView) -> Label:
    """What stands on a copy."""
    return label_for(copy.facts)


def content_for(copy: LabelCopyView, kind: PrinterKind, dpi: int) -> bytes:
    """What is sent. Raises NotDrawn."""
    if kind is PrinterKind.ZPL:
        return _zpl(copy, dpi)
    data = label_file(copy)
    if data is None:
        raise NotDrawn("the label has not been drawn yet")
    return data


def _zpl(copy: LabelCopyView, dpi: int) -> bytes:
    from coi.rules.zpl import to_zpl  # noqa: PLC0415

    return to_zpl(label_of(copy), dpi)
