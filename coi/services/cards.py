"""Sheets of cards, the labels of shippers, and bands for playing the patient. Every symbol is read back first."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from coi.rules.cards import MOST, card_of
from coi.rules.labels import Label, badge_card
from coi.rules.labels_apart import shipper_label, wristband_label
from coi.rules.zpl import to_zpl
from coi.selectors.cards import ShipperView, printables
from coi.services import drawing
from coi.services.finding import find_journey
from coi.services.rendering import card_sheet
from ledger.rules import Actor, Where
from ledger.rules.errors import Invalid, NotFound
from ledger.selectors import is_demonstration
from people import selectors as people
from people import services as people_services
from people.rules import codes
from people.rules.rights import Right
from people.rules.sites import SiteView
from people.services.recording import require_anywhere


def print_cards(*, site: str, cards: Collection[str], actor: Actor, now: datetime) -> bytes:
    """Cards of commands and of what stands at a site, by their codes, as PDF on A4. Nothing is recorded.

    Raises NotAllowed, Invalid (none or too many), NotFound (one that is not this site's), NotReadBack.
    """
    _need_some("cards", cards)
    people_services.require(actor=actor, right=Right.PRINT_CARDS, site=site, now=now)
    view = _site(site)
    found = [thing for thing in printables(view, now) if thing.code in cards]
    if {thing.code for thing in found} != set(cards):
        raise NotFound("card_unknown")
    return card_sheet(
        cards=[card_of(thing, view.name) for thing in found],
        heading=f"Cards  ·  {view.name}",
        is_demonstration=is_demonstration(),
        now=now,
    )


def print_badges(
    *, site: str, badges: Collection[str], actor: Actor, where: Where, now: datetime, request_id: UUID
) -> bytes:
    """Cards of badges in force that the site has issued, as PDF on A4, with an entry of who was handed them.

    Raises NotAllowed, Invalid (none or too many), Conflict (one that does not count, or is another house's),
    NotReadBack; then there is no entry.
    """
    _need_some("badges", badges)
    with transaction.atomic():
        found = people_services.record_badges_printed(
            site=site, badges=badges, actor=actor, where=where, now=now, request_id=request_id
        )
        name = _site(site).name
        return card_sheet(
            cards=[
                badge_card(
                    name=badge.name,
                    site=name,
                    roles=[role.replace("_", " ") for role in badge.roles],
                    code=badge.code,
                )
                for badge in found
            ],
            heading=f"Badges  ·  {name}",
            is_demonstration=is_demonstration(),
            now=now,
        )


def print_wristband(*, code: str, actor: Actor, where: Where, now: datetime, request_id: UUID) -> bytes:
    """A band for playing the patient whose code this is, as PDF; in a demonstration alone.

    The ledger knows a band by a keyed digest, so that its code has to be given; looking for it is recorded. Raises
    NotFound outside a demonstration, NotAllowed, Invalid (no such code; no journey of the actor's goes by it),
    NotReadBack.
    """
    if not is_demonstration():
        raise NotFound("page_unknown")
    require_anywhere(actor=actor, right=Right.FIND_BY_IDENTITY, now=now)
    if not codes.is_code(code, codes.CodeType.WRISTBAND):
        raise _bad("wristband", "not_a_wristband_code")
    found = find_journey(text=code, actor=actor, where=where, now=now, request_id=request_id).one
    if found is None:
        raise _bad("wristband", "wristband_of_no_journey")
    site = _site(found.treating_site).name
    return drawing.draw_label(wristband_label(code=code, coi_id=found.coi_id, site=site, now=now))


def shipper_picture(shipper: ShipperView, form: drawing.PictureForm, *, now: datetime) -> bytes:
    """The label on the outside of a shipper, as PDF, PNG or SVG. Raises NotReadBack, DoesNotFit."""
    return drawing.draw(_label_of(shipper, now), form)


def shipper_zpl(shipper: ShipperView, dpi: int, *, now: datetime) -> bytes:
    """The same as a label printer takes it. Raises ValueError where it has no room."""
    return to_zpl(_label_of(shipper, now), dpi)


def _label_of(shipper: ShipperView, now: datetime) -> Label:
    return shipper_label(
        code=shipper.code,
        name=shipper.name,
        site=shipper.site,
        is_demonstration=shipper.is_demonstration,
        now=now,
    )


def _site(code: str) -> SiteView:
    view = people.site_by_code(code)
    if view is None:
        raise NotFound("site_unknown")
    return view


def _need_some(field: str, chosen: Collection[str]) -> None:
    if not 1 <= len(chosen) <= MOST:
        raise _bad(field, "cards_chosen")


def _bad(field: str, problem: str) -> Invalid:
    return Invalid("fields_invalid", detail={"fields": {field: problem}})
