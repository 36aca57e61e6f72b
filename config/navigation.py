"""The rooms of the house and the pages that stand at their doors: what the head of every page leads to.

A room or page whose address does not exist yet is left out, and so is a page that a person may not open at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Page:
    """A page by its title and the name of its address; `also`: what other addresses begin with that belong to it."""

    title: Promise
    name: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Room:
    """A room; its first page is behind its door."""

    title: Promise
    pages: tuple[Page, ...]


ROOMS = (
    Room(_("Journeys"), (Page(_("Journeys"), "coi:home", ("/journeys/", "/orders/", "/lots/", "/find/")),)),
    Room(
        _("Quality events"),
        (
            Page(_("Holds"), "coi:holds"),
            Page(_("Deviations"), "coi:deviations"),
            Page(_("Near misses"), "coi:near_misses"),
            Page(_("Reconciliations"), "coi:reconciliations"),
        ),
    ),
    Room(
        _("Quality control"),
        (
            Page(_("Batches"), "qc:home"),
            Page(_("Laboratory"), "qc:worklist", ("/results/", "/materials/")),
            Page(_("Investigations"), "qc:investigations"),
            Page(_("Runs"), "qc:runs"),
            Page(_("Studies"), "qc:studies"),
            Page(_("Files"), "qc:imports"),
            Page(_("Specifications"), "qc:specifications"),
            Page(_("Trends"), "qc:trends"),
        ),
    ),
    Room(
        _("Labels"),
        (
            Page(_("Labels and printers"), "coi:label_queue", ("/labels/", "/printers/")),
            Page(_("Cards"), "coi:cards"),
            Page(_("Scanners"), "coi:scanners"),
        ),
    ),
    Room(
        _("Process"),
        (
            Page(_("Charts"), "cpv:home"),
            Page(_("Signals"), "cpv:signals"),
            Page(_("Plans"), "cpv:plans"),
            Page(_("Comparisons"), "cpv:comparisons"),
            Page(_("Reports"), "cpv:reports"),
        ),
    ),
    Room(_("Risk"), (Page(_("Worksheets"), "fmea:home", ("/risk/",)), Page(_("Actions"), "fmea:my_actions"))),
    Room(
        _("Audit"),
        (
            Page(_("Questions"), "audit:home", ("/audit/",)),
            Page(_("Search"), "audit:search"),
            Page(_("What I asked for"), "audit:requests"),
        ),
    ),
    Room(_("My work"), (Page(_("My work"), "people:work"),)),
    Room(_("Documents"), (Page(_("Documents"), "people:documents"),)),
    Room(
        _("People"),
        (
            Page(_("People"), "people:people"),
            Page(_("Sites"), "people:sites"),
            Page(_("Revoke a badge"), "people:badge_revoke"),
        ),
    ),
    Room(_("Trail"), (Page(_("Trail"), "people:entries"), Page(_("Who may do what"), "people:access_rules"))),
    Room(_("Scan station"), (Page(_("Scan station"), "coi:station"),)),
)


@dataclass(frozen=True)
class Door:
    """A link, and whether it leads to where one is."""

    name: str
    title: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Here:
    """All rooms, and the pages of the one that one is in (none where it has one page)."""

    rooms: tuple[Door, ...]
    room: str = ""
    pages: tuple[Door, ...] = ()


def here(path: str, may_open: Callable[[str], bool] = lambda _name: True) -> Here:
    """Where an address stands in the house; `may_open` is asked of doors and pages, by the names of addresses."""
    doors = [(room, tuple(_doors(room, path))) for room in ROOMS]
    rooms = tuple(
        Door(pages[0].name, str(room.title), pages[0].url, any(page.is_current for page in pages))
        for room, pages in doors
        if pages and may_open(pages[0].name)
    )
    for room, pages in doors:
        if len(pages) > 1 and any(page.is_current for page in pages):
            return Here(rooms, str(room.title), tuple(page for page in pages if may_open(page.name)))
    return Here(rooms)


def _doors(room: Room, path: str) -> Iterator[Door]:
    """The doors of a room; where an address lies below two of its pages, it belongs to the nearer one."""
    known = [(page, url) for page in room.pages if (url := _address(page)) is not None]
    depths = [_depth(page, url, path) for page, url in known]
    for (page, url), depth in zip(known, depths, strict=True):
        yield Door(page.name, str(page.title), url, 0 < depth == max(depths))


def _address(page: Page) -> str | None:
    try:
        return reverse(page.name)
    except NoReverseMatch:  # a page that is still to be built
        return None


def _depth(page: Page, url: str, path: str) -> int:
    """How much of the address is the page's; 0 where it is not below it. Nothing is below the first page of all."""
    begins = [one for one in (url, *page.also) if path.startswith(one) and (one != "/" or path == one)]
    return max(map(len, begins), default=0)
