"""A whole journey with nothing but what was read from pixels: no code reaches a station that no printed symbol gave."""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from coi.models import LabelCopy, Order
from coi.rules import labels
from coi.rules.identifiers import Identifier, IdentifierKind, read
from coi.rules.labels import Card, label_for
from coi.rules.protocol import CASSETTE
from coi.selectors.labels import label_copy_by_id
from coi.services import drawing
from config.demonstration.player import Answer, Player
from config.demonstration.site import Member
from ledger import services as ledger
from people.rules import codes
from tests import given
from tests.furnished import Journeys

RESOLUTION = 203
HEADINGS = {
    IdentifierKind.COI: "ORDER",
    IdentifierKind.WRISTBAND: "WRISTBAND",
    IdentifierKind.LOT: "LOT",
    IdentifierKind.EQUIPMENT: "DEVICE",
    IdentifierKind.SHIPPER: "SHIPPER",
    IdentifierKind.PLACE: "PLACE",
}


@dataclass
class Reader(Player):
    """A player whose scanner sees pictures alone."""

    read_before: dict[str, str] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)

    def scan(self, station: str, who: Member, *barcodes: str, **more: Any) -> Answer:
        """What is sent is what was read."""
        who = replace(who, badge=self.see(who.badge))
        return super().scan(station, who, *(self.see(code) for code in barcodes), **more)

    def see(self, code: str) -> str:
        """What the symbol reads in which this code was printed."""
        if code not in self.read_before:
            self.read_before[code] = self._from_pixels(code)
        return self.read_before[code]

    def _from_pixels(self, code: str) -> str:
        identified = read(code.encode())
        assert isinstance(identified, Identifier)
        picture = self._label(code) if identified.kind is IdentifierKind.LABEL else _card(identified, code)
        found = [content.decode() for _symbology, content in drawing.read_page(picture)]
        of_its_kind = [text for text in found if getattr(read(text.encode()), "kind", "") is identified.kind]
        assert len(of_its_kind) == 1, f"{found} on the print of {code}"
        return of_its_kind[0]

    def _label(self, code: str) -> bytes:
        ledger.sweep_effects(now=self.now)
        copy = label_copy_by_id(LabelCopy.objects.get(code=code).id)
        assert copy is not None
        assert copy.file, "it was drawn, read back and kept"
        self.kinds.add(copy.facts.kind)
        return drawing.draw_picture(label_for(copy.facts), RESOLUTION)


def _card(identified: Identifier, code: str) -> bytes:
    (picture,) = drawing.draw_card_pictures([_card_of(identified, code)], RESOLUTION)
    return picture


def _card_of(identified: Identifier, code: str) -> Card:
    if identified.kind is IdentifierKind.BADGE:
        return labels.badge_card(name="Somebody", site="Somewhere", roles=["operator"], code=code)
    if identified.kind is IdentifierKind.COMMAND:
        body = next(body for body in labels.COMMANDS if codes.make("C", body) == code)
        return labels.command_card(body)
    return labels.item_card(heading=HEADINGS[identified.kind], name="Thing", lines=[], code=code)


def test_a_journey_is_walked_by_what_was_read_from_pictures(journeys: Journeys) -> None:
    told = {one.name: getattr(journeys.fresh, one.name) for one in fields(Player)}
    reader = given.until_end(Reader(**told))

    assert isinstance(reader, Reader)
    assert Order.objects.get(coi_id=reader.coi_id).closed_at is not None
    assert {c.kind for c in reader.containers()} | {CASSETTE} <= reader.kinds
    assert len(reader.read_before) > 25
    assert all(code == text for code, text in reader.read_before.items())
