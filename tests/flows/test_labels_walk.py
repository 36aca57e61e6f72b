"""A whole journey with nothing but what was read from paper: no code reaches a station that no printed symbol gave.

Everything is printed before the first scan, or by the product as the journey goes: cards and badges from the page of
the cards, the order from its sheet, the wristband and the shippers' labels from their doors, containers' labels as the
files that the product kept. The walker knows things as people do, by what is written beside a symbol. What the codes
should have been is compared when the journey is over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from coi.models import LabelCopy, Order
from coi.rules.cards import CardKind
from coi.rules.identifiers import Identifier, IdentifierKind, read
from coi.rules.label_templates import STOCK
from coi.rules.labels import Symbology, label_for
from coi.rules.protocol import CASSETTE
from coi.rules.scanners import CARD
from coi.selectors.containers import ContainerView
from coi.selectors.labels import LabelCopyView, label_copy_by_id, label_file, template_for
from coi.services import drawing, drawing_cards
from coi.services.printing.content import label_of
from config.demonstration import story
from config.demonstration.cards import card_sheets
from config.demonstration.player import Answer, Player
from config.demonstration.site import COURIER, DEVICES, HOSPITAL, PLANT, SECOND, SITES, Demo, Member
from tests import given, paper
from tests.coi.doors import signed_in
from tests.furnished import Journeys
from tests.paper import Mark, PrintedCard, Seen

CRYOVIAL = "cryovial"
CLEAR = story.CLEAR
NAMES_OF = (IdentifierKind.COI, IdentifierKind.DIN, IdentifierKind.MESSAGE)


def kind_of(code: str) -> IdentifierKind:
    found = read(code.encode())
    assert isinstance(found, Identifier), code
    return found.kind


def only(found: Iterable[Seen]) -> Seen:
    """The one code that several prints of the same thing have."""
    (code,) = set(found)
    return code


# -- printing ----------------------------------------------------------------------------------------------------------


def asked(page: Any, name: str) -> dict[str, Any]:
    """Every box of the page ticked, as a hand would."""
    text = page.content.decode().replace("&#x27;", "'")
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', text), "request_id": str(uuid4())}


def fetched(answer: Any) -> bytes:
    """The file that a door hands out."""
    assert answer.status_code == 200, answer.content
    content: bytes = answer.content
    return content


@dataclass
class Desk:
    """What lies there before the first scan."""

    cards: list[PrintedCard] = field(default_factory=list)
    shippers: dict[str, list[Mark]] = field(default_factory=dict)  # by the name on the page of the cards
    wristband: list[Mark] = field(default_factory=list)
    order: str = ""

    def card(self, heading: str, *said: str) -> Seen:
        """The code of the card on which this is written."""
        return only(
            card.code
            for card in self.cards
            if card.heading.split()[0] == heading and all(line in card.lines for line in said)
        )


def printed(player: Player) -> Desk:
    """Everything that can be printed of the four sites, for this patient, by those who print it."""
    desk, ada = Desk(), signed_in(player.demo.member("Ada"))
    for site in (HOSPITAL, SECOND, COURIER, PLANT):
        page = ada.get(f"/cards/?site={site}")
        for name in ("cards", "badges"):
            sheet = ada.post(f"/cards/{site}/{name}.pdf", asked(page, name))
            desk.cards += paper.cards(fetched(sheet))
        for door, name in re.findall(
            r'href="([^"]+/label.pdf)">PDF<span[^>]*> ([^<]+)<', page.content.decode()
        ):
            desk.shippers[name] = paper.marks(fetched(ada.get(door)))
    olga = signed_in(player.demo.member("Olga"))
    about = {"wristband": player.wristband, "request_id": str(uuid4())}
    desk.wristband = paper.marks(fetched(olga.post("/cards/wristband.pdf", about)))
    desk.order = order_on(fetched(olga.get(f"/orders/{player.coi_id}/placed/")).decode())
    return desk


def order_on(page: str, module: int = 3, quiet: int = 10) -> Seen:
    """What the bars of an order sheet read, as a browser paints them."""
    width, high = (int(size) for size in re.findall(r'class="barcode" viewBox="0 0 (\d+) (\d+)"', page)[0])
    picture = Image.new("L", ((width + 2 * quiet) * module, (high + 2 * quiet) * module), 255)
    for left, bar in re.findall(r'<rect x="(\d+)" y="0" width="(\d+)"', page):
        at = (quiet + int(left)) * module
        picture.paste(0, (at, quiet * module, at + int(bar) * module, (quiet + high) * module))
    (mark,) = paper.marks_of(paper.png(picture))
    return mark.text


# -- walking -----------------------------------------------------------------------------------------------------------


@dataclass
class Walker(Player):
    """A player who has paper in place of codes. The site's people, stock and containers carry what was read."""

    desk: Desk = field(default_factory=Desk)
    labels: dict[str, list[Mark]] = field(default_factory=dict)  # of each copy, by the id of its row
    scanned: set[Seen] = field(default_factory=set)

    @property
    def order_code(self) -> str:
        """The order's sheet; once there is a final bag, the message on it, which names the order too."""
        bags = (self.labels[str(row.pk)] for row in self.copies() if row.container.kind == "product_bag")
        messages = [
            mark.text for marks in bags for mark in marks if kind_of(mark.text) is IdentifierKind.MESSAGE
        ]
        return messages[0] if messages else self.desk.order

    def scan(self, station: str, who: Member, *barcodes: str, **more: Any) -> Answer:
        """Nothing is sent that was not read from pixels."""
        for code in (who.badge, *barcodes):
            assert isinstance(code, Seen), f"{code} at {station}"
            self.scanned.add(code)
        return super().scan(station, who, *barcodes, **more)

    def containers(self, kind: str = "") -> list[ContainerView]:
        """The containers, each with the labels that are read on it."""
        return [
            replace(one, label=self.on(one, ""), cassette=self.on(one, CASSETTE) if one.cassette else "")
            for one in super().containers(kind)
        ]

    def on(self, container: ContainerView, carrier: str) -> Seen:
        """The copy's own code on the container, or on its cassette."""
        (row,) = [r for r in self.copies() if (r.container.code, r.carrier) == (container.code, carrier)]
        return only(
            mark.text for mark in self.labels[str(row.pk)] if kind_of(mark.text) is IdentifierKind.LABEL
        )

    def copies(self) -> list[LabelCopy]:
        """Every copy of the journey; what is new comes out of the printer and is read."""
        rows = LabelCopy.objects.select_related("container").filter(order__coi_id=self.coi_id)
        for row in rows:
            if str(row.pk) not in self.labels:
                given.sweep(self)
                kept = label_file(view_of(row))
                assert kept is not None, "it was drawn, read back and kept"
                self.labels[str(row.pk)] = paper.marks(kept)
        return list(rows)


def view_of(row: LabelCopy) -> LabelCopyView:
    found = label_copy_by_id(row.pk)
    assert found is not None
    return found


def on_paper(demo: Demo, desk: Desk) -> Demo:
    """The demonstration, its codes as they were read beside the names."""
    return replace(
        demo,
        members={
            name: replace(member, badge=desk.card("BADGE", name))
            for name, member in demo.members.items()
            if member.username != "admin"
        },
        lots={
            key: desk.card("LOT", key[0].replace("_", " ").capitalize(), _name(key[1])) for key in demo.lots
        },
        devices={key: desk.card("DEVICE", key[0].replace("_", " "), _name(key[1])) for key in demo.devices},
        shippers=[
            only(mark.text for mark in desk.shippers[f"Shipper {len(DEVICES) + n + 1}"])
            for n in range(len(demo.shippers))
        ],
        freezer=desk.card("PLACE", "Freezer room"),
    )


def _name(site: str) -> str:
    return next(spec.name for spec in SITES if spec.code == site)


@pytest.fixture
def walker(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """A journey of which nothing is done, and all of its paper on the desk."""
    player = journeys.fresh
    monkeypatch.setattr(timezone, "now", lambda: player.now)
    desk = printed(player)
    told = {one.name: getattr(player, one.name) for one in fields(Player)}
    told |= {"demo": on_paper(player.demo, desk), "wristband": _linear(desk.wristband)}
    walker = Walker(**told, desk=desk)
    monkeypatch.setattr(timezone, "now", lambda: walker.now)
    monkeypatch.setattr(story, "CLEAR", desk.card("COMMAND", "Line is clear"))
    return walker


def _linear(marks: list[Mark]) -> Seen:
    return only(mark.text for mark in marks if mark.symbology is Symbology.CODE_128)


def test_a_journey_is_walked_by_what_was_read_from_paper(journeys: Journeys, walker: Walker) -> None:
    given.until_end(walker)

    assert Order.objects.get(coi_id=walker.coi_id).closed_at is not None
    assert len(walker.scanned) > 30
    assert {kind_of(code) for code in walker.scanned} == {
        *(IdentifierKind.BADGE, IdentifierKind.COMMAND, IdentifierKind.COI, IdentifierKind.MESSAGE),
        *(IdentifierKind.LABEL, IdentifierKind.WRISTBAND, IdentifierKind.LOT, IdentifierKind.EQUIPMENT),
        *(IdentifierKind.SHIPPER, IdentifierKind.PLACE),
    }
    _is_what_it_should_be(journeys.fresh, walker)
    _every_symbol_is_the_one_meant(walker)
    _whatever_names_a_journey_finds_it(walker)


def _is_what_it_should_be(player: Player, walker: Walker) -> None:
    """Only now what was read is held against what the site and the journey have."""
    demo, seen = player.demo, walker.demo
    assert {name: m.badge for name, m in seen.members.items()} == {
        name: m.badge for name, m in demo.members.items() if m.username != "admin"
    }
    assert (seen.lots, seen.devices, seen.freezer) == (demo.lots, demo.devices, demo.freezer)
    assert (seen.shippers, story.CLEAR) == (demo.shippers, CLEAR)
    assert (walker.wristband, walker.desk.order) == (player.wristband, player.order_code)
    assert {mark.text for mark in walker.desk.wristband} == {player.wristband, player.order_code}
    kinds = {card.heading.split()[0].lower() for card in walker.desk.cards}
    assert kinds == {"badge", *CardKind}
    # what is written for people under the bars is what the bars say
    assert all(card.lines[-1] == card.code for card in walker.desk.cards)


def _every_symbol_is_the_one_meant(walker: Walker) -> None:
    """On every label, of every kind that a journey makes, each symbol and no other."""
    rows = walker.copies()
    views = [view_of(row) for row in rows]
    for view in views:
        template = template_for(view.facts.kind, view.site, walker.now)
        assert template is not None, "by the approved template, and not by the built-in one"
        assert view.template_id == template.id
        meant = sorted((symbol.symbology, symbol.content) for symbol in label_of(view).symbols)
        assert sorted((mark.symbology, mark.text) for mark in walker.labels[view.id]) == meant
    assert {view.facts.kind for view in views} == set(STOCK) - {CRYOVIAL}


def _whatever_names_a_journey_finds_it(walker: Walker) -> None:
    """The codes that no step asks for are read by the page that finds journeys."""
    marks = [mark for found in walker.labels.values() for mark in found] + walker.desk.wristband
    texts = {mark.text for mark in marks if kind_of(mark.text) is not IdentifierKind.PRODUCT}
    assert {*NAMES_OF, IdentifierKind.LABEL, IdentifierKind.WRISTBAND} == {kind_of(text) for text in texts}
    olga = signed_in(walker.demo.member("Olga"))
    for text in texts:
        assert _found(olga, text) == f"/journeys/{walker.coi_id}/", text
    products = {mark.text for mark in marks} - texts
    assert {text[:2] for text in products} == {"=<", "&>"}, "what it is and until when name nobody"
    assert {_found(olga, text) for text in products} == {""}


def _found(desk: Client, text: str) -> str:
    answer = desk.get("/find/", {"q": text})
    return str(answer.headers["Location"]) if answer.status_code == 302 else ""


# -- what no step makes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", drawing.RESOLUTIONS)
def test_a_vials_label_is_read_from_its_file(journeys: Journeys, resolution: int) -> None:
    """No step of the demonstration fills vials: the label of a sample, as the approved template for a vial has it."""
    p = journeys.filled
    row = LabelCopy.objects.get(code=p.label("sample"))
    template = template_for(CRYOVIAL, PLANT, p.now)
    assert template is not None
    label = label_for(replace(view_of(row).facts, kind=CRYOVIAL), template.template)
    found = {mark.text: mark.symbology for mark in paper.marks(drawing.draw_label(label), resolution)}
    assert found == {p.label("sample"): Symbology.DATA_MATRIX, p.order_code: Symbology.DATA_MATRIX}


def test_the_sheet_of_the_demonstration_and_the_card_for_scanners_read(journeys: Journeys) -> None:
    p = journeys.bedside
    demo = replace(p.demo, wristbands={p.coi_id: p.wristband})
    found = {card.lines[1]: card.code for card in _of("WRISTBAND", card_sheets(demo, p.now))}
    assert found[p.coi_id] == p.wristband
    assert {kind_of(code) for code in found.values()} == {IdentifierKind.WRISTBAND}
    (page,) = paper.pages(fetched(signed_in(p.demo.member("Amir")).get("/scanners/card.pdf")), 300)
    read_back = sorted((aim, content.decode()) for aim, content in drawing_cards.read_card(page))
    assert read_back == sorted((symbol.aim, symbol.content) for symbol in CARD)


def _of(heading: str, sheet: bytes) -> Iterator[PrintedCard]:
    return (card for card in paper.cards(sheet) if card.heading.split()[0] == heading)
