"""A printer at the chair, and the label that waits there."""

from typing import Any

from coi import services as coi
from coi.models import LabelCopy, PrintJob
from coi.rules.printing import PORTS, PrinterKind
from coi.selectors.labels import LabelCopyView, label_copy_by_id
from coi.services.printing import content
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger.selectors import entries_for_subject
from people.rules import codes
from tests import given
from tests.coi import printers

CHAIR = codes.make("S", "SCHAIR")
PDF = coi.LabelFile(PrinterKind.PDF)


def stock(**more: Any) -> coi.LabelStock:
    return coi.LabelStock(**{"width_mm": 100, "height_mm": 100, **more})


def a_printer(p: Player, code: str = "CHAIR", at: str = SECOND, **more: Any) -> str:
    """A supervisor registers a printer for the chair, with the stock that an apheresis bag needs."""
    who = {SECOND: "Saul", HOSPITAL: "Noah", PLANT: "Amir"}[at]
    loaded = {key: more.pop(key) for key in ("width_mm", "height_mm", "kinds") if key in more}
    setting = {"name": f"Printer {code}", "kind": PrinterKind.ZPL, "dpi": 203, "host": printers.HOST}
    setting |= {"port": PORTS.start, "stations": (CHAIR,) if at == SECOND else ()} | more
    size = needed(p)
    about = {"width_mm": size[0], "height_mm": size[1]} | loaded
    coi.register_printer(
        code=code,
        site=at,
        setting=coi.PrinterSetting(**setting),
        stock=coi.LabelStock(**about),
        **given.doing(p, who, at),
    )
    return code


def needed(p: Player) -> tuple[int, int]:
    """The size of the label that waits at the chair."""
    label = content.label_of(waiting(p))
    return label.width_mm, label.height_mm


def waiting(p: Player) -> LabelCopyView:
    """The label that waits at the chair."""
    copy = label_copy_by_id(LabelCopy.objects.get(code=p.label("apheresis_bag")).id)
    assert copy is not None
    return copy


def zpl(p: Player) -> bytes:
    """What a printer of labels at the chair is sent."""
    return content.content_for(waiting(p), PrinterKind.ZPL, 203)


def sweep(p: Player) -> None:
    """The worker: draws what is to be drawn, and sends what is to be sent."""
    given.sweep(p)


def job(p: Player) -> PrintJob:
    return PrintJob.objects.select_related("printer", "copy").get(copy__code=p.label("apheresis_bag"))


def told(label: str) -> list[str]:
    """The events of a copy."""
    return [entry.event.removeprefix("coi:") for entry in entries_for_subject("label", label)]


def handed_out(
    p: Player, file: coi.LabelFile = PDF, copy: str = "", name: str = "Sara", **more: Any
) -> bytes:
    """Somebody downloads the label that waits at the chair, to print it."""
    about = given.doing(p, name, SECOND) | more
    return coi.hand_out_label(copy=copy or p.label("apheresis_bag"), file=file, **about)
