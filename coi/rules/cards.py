"""Cards of what stays: commands, stations, places, devices, shippers, lots. Whose to print, and what they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coi.rules.labels import COMMANDS, Card, command_card, item_card, station_card
from people.rules import codes

# On one sheet, ten to a page: what a person can lay out, and a machine reads back in seconds.
MOST = 120


class CardKind(StrEnum):
    """What a card is of, in the order in which people look for it."""

    COMMAND = "command"
    STATION = "station"
    PLACE = "place"
    DEVICE = "device"
    SHIPPER = "shipper"
    LOT = "lot"


@dataclass(frozen=True)
class Printable:
    """Something with a code: its card is there for the asking. `status` where quality has still to decide."""

    kind: CardKind
    code: str
    name: str
    lines: tuple[str, ...] = ()
    status: str = ""


def commands() -> Iterator[Printable]:
    """Every command that a station obeys."""
    for body, (title, meaning) in COMMANDS.items():
        yield Printable(CardKind.COMMAND, codes.make("C", body), title, (meaning,))


def card_of(thing: Printable, site: str) -> Card:
    """Its card; `site` is the name that stands on it."""
    if thing.kind is CardKind.COMMAND:
        return command_card(thing.code[2:-1])
    if thing.kind is CardKind.STATION:
        return station_card(name=thing.name, site=site, code=thing.code)
    lines = (*thing.lines, site)
    return item_card(heading=thing.kind.value.upper(), name=thing.name, lines=lines, code=thing.code)
