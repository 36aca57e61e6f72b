"""The interlocks over what was read, before anything is asked of journeys: formats, elements, flags.

Each yields refusals like those of `coi.rules.interlocks`, which puts all of them in their order.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from coi.rules.identifiers import Identifier, IdentifierKind, Meaning, moment_of
from coi.rules.journey import ALONE, Reading
from coi.rules.outcome import Refusal, RefusalCode
from coi.rules.protocol import Does
from coi.rules.situation import Situation
from coi.rules.stock import supplier_lot


def read_interlock(situation: Situation) -> Iterator[Refusal]:
    """Unreadable and unknown barcodes; no record is ever made from them."""
    for reading in situation.attempt.readings:
        if reading.identifier is None:
            yield Refusal(RefusalCode.UNREADABLE, {"reason": str(reading.unreadable)})
        elif reading.identifier.kind is IdentifierKind.PRODUCT:
            yield from _product(situation, reading, reading.identifier)
        elif reading.target is None:
            yield Refusal(RefusalCode.UNKNOWN_CODE, {"kind": str(reading.identifier.kind)})


def _product(situation: Situation, reading: Reading, identifier: Identifier) -> Iterator[Refusal]:
    """Product, lot and dates name no subject: beside one in its barcode they are context, alone they are no scan."""
    beside = (r.identifier for r in situation.attempt.readings if r.group == reading.group != ALONE)
    if reading.target is not None or any(i is not None and i.kind is not identifier.kind for i in beside):
        return
    if supplier_lot(identifier) is not None:
        yield Refusal(RefusalCode.UNKNOWN_CODE, {"kind": str(IdentifierKind.LOT)})
    else:
        step = situation.step.code if situation.step is not None else ""
        yield Refusal(RefusalCode.WRONG_KIND, {"kind": str(identifier.kind), "step": step})


def element_interlock(situation: Situation) -> Iterator[Refusal]:
    """Elements that a supplier's label carries and the scanner did not send, and a division that was not scanned.

    A scanner that drops a separator runs a lot and what follows it together, without an error: so what is expected and
    not there is a stop. ISBT 128 asks for the division (032) wherever a product code (003) ends in 99.
    """
    for target in situation.targets():
        if target.missing:
            elements = ", ".join(code.removeprefix("gs1:") for code in target.missing)
            yield Refusal(RefusalCode.ELEMENT_MISSING, {"found": target.key, "elements": elements})
    found = [e for r in situation.attempt.readings if r.identifier for e in r.identifier.elements]
    is_divided = any(e.code == "003" and e.value.endswith("99") for e in found)
    if is_divided and not any(e.code == "032" for e in found):
        yield Refusal(RefusalCode.DIVISION_MISSING)


def expiry_interlock(situation: Situation) -> Iterator[Refusal]:
    """What an ISBT 128 label says of itself: it has expired, by the local time of the station.

    A supplier's lot is judged by the expiry that was registered of it, which its label has to agree with.
    """
    now, step, zone = situation.done_at, situation.step, ZoneInfo(situation.attempt.station.zone)
    if step is not None and (step.is_past or step.does is Does.CLOSE):
        return
    for element in (e for r in situation.attempt.readings if r.identifier for e in r.identifier.elements):
        moment = moment_of(element, zone, today=now.astimezone(zone).date())
        is_expiry = moment is not None and moment.meaning is Meaning.EXPIRY
        if moment is not None and is_expiry and not moment.code.startswith("gs1:") and moment.at <= now:
            yield Refusal(
                RefusalCode.LABEL_EXPIRED, {"until": f"{moment.at.astimezone(zone):%Y-%m-%d %H:%M}"}
            )


# Flags of a DIN that say that it is on a pilot tube or a test tube. All others mean nothing here: most are no warning,
# and 20 to 59 mean something to their own facility alone.
_TUBE_FLAGS = frozenset({"06", "07"})


def flag_interlock(situation: Situation) -> Iterator[Refusal]:
    """The donation number of a tube where a bag is asked for: the same number, on the wrong thing."""
    step = situation.step
    if step is None or not any(kind.endswith("bag") for kind in step.kinds):
        return
    for reading in situation.attempt.readings:
        found = reading.identifier
        if found is not None and found.kind is IdentifierKind.DIN and found.flags in _TUBE_FLAGS:
            yield Refusal(RefusalCode.WRONG_FLAG, {"flags": found.flags, "step": step.code})
