"""What a station does with one patient at the apheresis chair, request by request. Standard library alone.

Eleven requests a journey: four items accepted, four steps completed, two refusals, a torn label. Each knows what must
be answered, so that a benchmark of wrong answers is noticed. No two are alike: the same codes by the same person at
the same station within three seconds are a double trigger, and the clients here are faster than people.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

ITEM, COMPLETING, REFUSED, UNREADABLE = "item", "completing", "refused", "unreadable"
KINDS = (ITEM, COMPLETING, REFUSED, UNREADABLE)
_OUTCOMES = {
    ITEM: "incomplete",
    COMPLETING: "accepted",
    REFUSED: "refused",
    UNREADABLE: "unreadable",
}

Body = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One person's scan and what kind of answer it must get."""

    kind: str
    body: Body

    def is_answered_by(self, answer: Mapping[str, Any]) -> bool:
        """Whether this is the answer that the story needs."""
        return answer.get("outcome") == _OUTCOMES[self.kind]


@dataclass
class Chair:
    """One station with its two people and its stock."""

    station: str
    token: str
    badges: tuple[str, str]
    lots: tuple[str, str]
    device: str


@dataclass
class Journey:
    """An enrolled patient with an order."""

    coi_id: str
    wristband: str
    unknown_label: str


@dataclass
class Telling:
    """One journey being told: remembers the check that is open."""

    chair: Chair
    journey: Journey
    check: str | None = None

    def ask(
        self, kind: str, step: str, *barcodes: str, badge: int = 0, values: Mapping[str, str] | None = None
    ) -> Request:
        """A request in the open check, if there is one."""
        body: Body = {"scan_id": str(uuid4()), "badge": self.chair.badges[badge], "barcodes": list(barcodes)}
        body |= {"step": step} if step else {}
        body |= {"check": self.check} if self.check else {}
        body |= {"values": dict(values)} if values else {}
        return Request(kind, body)


def tell(
    chair: Chair, journey: Journey, label_of: Callable[[str], str]
) -> Generator[Request, Mapping[str, Any], None]:
    """The requests of one journey, each made with what the earlier ones were answered.

    `label_of` says what stands on the bag's printed label; no answer does.
    """
    told = Telling(chair, journey)
    order, wristband = f"&/{journey.coi_id}", journey.wristband
    yield from _step(told, "identify", [order, wristband])
    yield told.ask(REFUSED, "identify", order, wristband)  # it is done already
    yield told.ask(COMPLETING, "collect", wristband, *chair.lots, chair.device)
    label = label_of(journey.coi_id)
    yield from _items(told, "label_collection", [wristband, label])
    yield told.ask(REFUSED, "label_collection", journey.unknown_label, badge=1)
    yield from _step(told, "label_collection", [wristband, label], badge=1)
    yield told.ask(UNREADABLE, "", f"{label}?")  # torn
    yield told.ask(COMPLETING, "end_collection", label, values={"volume": "182", "tnc": "11.4"})


def _items(
    told: Telling, step: str, barcodes: list[str], badge: int = 0
) -> Generator[Request, Mapping[str, Any], None]:
    """Items one by one, none of which completes the step."""
    for barcode in barcodes:
        answer = yield told.ask(ITEM, step, barcode, badge=badge)
        told.check = answer.get("check")


def _step(
    told: Telling, step: str, barcodes: list[str], badge: int = 0
) -> Generator[Request, Mapping[str, Any], None]:
    """Items one by one; the last completes the step."""
    yield from _items(told, step, barcodes[:-1], badge)
    yield told.ask(COMPLETING, step, barcodes[-1], badge=badge)
    told.check = None
