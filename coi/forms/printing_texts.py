"""Why a label is not printed, and what to do, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.rules.printing import Shown, Trouble
from coi.selectors.printing import JobView

Sentence = str | Promise


@dataclass(frozen=True)
class TroubleText:
    """A sentence about it, and what to do."""

    message: Sentence
    remedy: Sentence


_ELSEWHERE = _("Print it at another printer, or download it.")

TROUBLES: Mapping[Trouble, TroubleText] = {
    Trouble.NO_PRINTER: TroubleText(
        _("No printer is set for the station that asked for this label."),
        _("Choose a printer, or download the label and print it."),
    ),
    Trouble.BY_HAND: TroubleText(
        _("Nothing is sent to {printer}: it has no address here."),
        _("Download the label and print it there."),
    ),
    Trouble.OUT_OF_SERVICE: TroubleText(_("{printer} is out of service: the label is waiting."), _ELSEWHERE),
    Trouble.WRONG_STOCK: TroubleText(
        _("{printer} has labels of {loaded} loaded, and this one needs {needed}."),
        _("Load the right labels and say so at the printer's page, or print it elsewhere."),
    ),
    Trouble.WRONG_KIND: TroubleText(
        _("What is loaded in {printer} is not for this kind of container."),
        _("Load the right labels and say so at the printer's page, or print it elsewhere."),
    ),
    Trouble.NOT_DRAWN: TroubleText(_("The label could not be made for {printer}."), _ELSEWHERE),
    Trouble.ADDRESS_NOT_ALLOWED: TroubleText(
        _("The address of {printer} is in no network of printers: nothing was sent."),
        _("Whoever runs the server sets PRINTER_NETWORKS. Until then print it elsewhere, or download it."),
    ),
    Trouble.OFFLINE: TroubleText(
        _("{printer} is offline: the label is waiting."),
        _("Switch it on, print the label elsewhere, or download it."),
    ),
    Trouble.INTERRUPTED: TroubleText(
        _("{printer} broke off while the label was being sent: it may be there, or half of it."),
        _("Look at the printer, and say whether the label came out whole."),
    ),
    Trouble.SILENT: TroubleText(
        _("{printer} took the label and has said nothing since: it may be there."),
        _("Look at the printer, and say whether the label came out whole."),
    ),
    Trouble.DID_NOT_COME_OUT: TroubleText(
        _("It did not come out: this copy is void."),
        _("Reprint it: the next copy has its own code."),
    ),
}


def size(width_mm: int, height_mm: int) -> str:
    """A size of label as people write it."""
    return f"{width_mm} \u00d7 {height_mm} mm"


def explained(job: JobView) -> tuple[str, str]:
    """A job's trouble as a sentence, and what to do about it."""
    if not job.trouble:
        return ("", str(_("Look at the printer, or just scan the label back on its container.")))
    text = TROUBLES[Trouble(job.trouble)]
    if job.shown is Shown.ASKS and job.trouble == Trouble.BY_HAND:
        return str(_("It was downloaded to be printed.")), str(TROUBLES[Trouble.SILENT].remedy)
    printer = job.printer
    filled = {
        "printer": printer.title if printer is not None else "",
        "loaded": size(printer.width_mm, printer.height_mm) if printer is not None else "",
        "needed": size(job.width_mm, job.height_mm),
    }
    return str(text.message).format_map(filled), str(text.remedy)
