"""What to do next, as one sentence: the codes of `next` in an answer made into an instruction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.forms import words

Sentence = str | Promise


@dataclass(frozen=True)
class Instruction:
    """One instruction: what to do, how, and which picture shows it."""

    text: str
    hint: str
    picture: str


_ITEMS: Mapping[str, tuple[Sentence, Sentence]] = {
    "order": (_("Scan the order code"), _("The large code on the order sheet.")),
    "wristband": (_("Scan the patient's wristband"), _("On the patient, never from a sheet.")),
    "container": (_("Scan the label on the container"), _("The label that is on it now.")),
    "containers": (_("Scan the next container"), _("Every container of the batch, one after the other.")),
    "cassette": (_("Scan the label on the cassette"), _("The cassette into which this bag goes.")),
    "label": (_("Scan the label that you applied"), _("On the container, after it was applied.")),
    "shipper": (_("Scan the shipper"), _("The code on the shipping container.")),
    "place": (_("Scan the place"), _("The code of the position where it goes.")),
}

_NEEDS: Mapping[str, tuple[Sentence, Sentence]] = {
    "values": (_("Enter the values"), _("As measured, with the units shown.")),
    "pin": (_("Enter your PIN to sign"), _("Your signature stands for what you have checked.")),
    "witness": (
        _("Second person: scan your badge"),
        _("Then scan the items again yourself. You are not shown what the first person scanned."),
    ),
    "choice": (_("What are you doing?"), _("Several steps fit. Choose one.")),
    "clearance": (
        _("Second qualified person: scan your badge"),
        _("Somebody other than the person who met this STOP."),
    ),
    "nothing": (_("Step complete"), _("Scan the next item, or badge out.")),
}


def instruction_for(after: Mapping[str, Any]) -> Instruction:
    """The instruction for what an answer waits for; what stays behind on hold is said with it."""
    found, left = _instruction(after), ", ".join(after.get("left_behind", ()))
    if not left:
        return found
    stays = str(_("On hold, stays here: {codes}.")).format(codes=left)
    return replace(found, hint=f"{stays} {found.hint}")


def _instruction(after: Mapping[str, Any]) -> Instruction:
    need, item = str(after["need"]), str(after["item"])
    if need != "scan":
        text, hint = _NEEDS[need]
        return Instruction(str(text), str(hint), need)
    kind, _colon, name = item.partition(":")
    if kind == "lot":
        return Instruction(
            str(_("Scan the lot: {name}")).format(name=words.step(name)),
            str(_("The code on the material.")),
            kind,
        )
    if kind == "equipment":
        return Instruction(
            str(_("Scan the device: {name}")).format(name=words.step(name)),
            str(_("The code on the device.")),
            kind,
        )
    text, hint = _ITEMS.get(item, (_("Scan an item"), _("Order, wristband, container, lot or device.")))
    return Instruction(str(text), str(hint), item or "any")
