"""The bytes of a label as a printer takes them: ZPL, or the very PDF that was kept when it was drawn."""

from coi.rules.labels import Label, label_for
from coi.rules.printing import PrinterKind
from coi.rules.zpl import to_zpl
from coi.selectors.labels import LabelCopyView, label_file, template_of


class NotDrawn(Exception):
    """The label cannot be handed to the printer: it has not been drawn, or not in the printer's language."""


def label_of(copy: LabelCopyView) -> Label:
    """What stands on a copy, by the template with which it was drawn. Raises TemplateUnusable."""
    found = template_of(copy)
    return label_for(copy.facts, found.template if found is not None else None)


def content_for(copy: LabelCopyView, kind: PrinterKind, dpi: int) -> bytes:
    """What is sent. Raises NotDrawn."""
    if kind is PrinterKind.ZPL:
        return _zpl(copy, dpi)
    data = label_file(copy)
    if data is None:
        raise NotDrawn("the label has not been drawn yet")
    return data


def _zpl(copy: LabelCopyView, dpi: int) -> bytes:
    return to_zpl(label_of(copy), dpi)
