"""Every card that a visitor of the demonstration scans, in one file to print."""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from coi import services as coi
from coi.rules.cards import CardKind, Printable, card_of, commands
from coi.rules.labels import Card, badge_card, item_card
from coi.selectors.cards import printables
from config.demonstration.site import Demo
from ledger.rules import Where
from people import selectors, services
from people.rules import codes
from people.rules.sites import SiteView

# Bands for whom a visitor enrols: these codes are nobody's yet.
NEW_BANDS = 4


def card_sheets(demo: Demo, now: datetime) -> bytes:
    """The file, with an entry for the badges of each site, by the administrator of the demonstration."""
    with transaction.atomic():
        sites = [site for site in selectors.sites() if demo.has_people(site.code)]
        cards = [card_of(command, "") for command in commands()]
        for site in sites:
            cards += _badges(demo, site, now)
        for site in sites:
            cards += _things(site, now)
        return coi.card_sheet(
            cards=[*cards, *_bands(demo)],
            heading="Cards of the demonstration",
            is_demonstration=True,
            now=now,
        )


def _badges(demo: Demo, site: SiteView, now: datetime) -> list[Card]:
    issued = [badge.code for badge in selectors.badges_in_force([site.code], now)]
    badges = services.record_badges_printed(
        site=site.code,
        badges=issued,
        actor=demo.member("Ada").actor,
        where=Where(site=site.code, zone=site.zone),
        now=now,
        request_id=uuid4(),
    )
    return [
        badge_card(
            name=badge.name,
            site=site.name,
            roles=[role.replace("_", " ") for role in badge.roles],
            code=badge.code,
        )
        for badge in badges
    ]


def _things(site: SiteView, now: datetime) -> Iterator[Card]:
    for thing in printables(site, now):
        if thing.kind is not CardKind.COMMAND and _is_scanned(thing):
            yield card_of(thing, site.name)


def _is_scanned(thing: Printable) -> bool:
    """A place at which a station stands is not asked for, but for the freezer, into which bags are put."""
    return thing.kind is not CardKind.PLACE or thing.code == codes.make("P", "FREEZER")


def _bands(demo: Demo) -> Iterator[Card]:
    """The wristbands of the open journeys, and some for new ones."""
    for coi_id, code in demo.wristbands.items():
        yield item_card(heading="WRISTBAND", name=coi_id, lines=["No patient: demonstration"], code=code)
    for number in range(1, NEW_BANDS + 1):
        code = codes.make("W", f"NEW{number:05d}")
        lines = ["Nobody's yet: enter its code when", "you enrol a patient"]
        yield item_card(heading="WRISTBAND", name=f"New patient {number}", lines=lines, code=code)
