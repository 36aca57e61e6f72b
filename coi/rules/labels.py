"""What a label says: lines and symbols for one printed copy, from plain facts. How it is drawn is not known here.

Times are local with the zone's abbreviation and in UTC underneath, since a bag crosses zones (FACT-JACIE asks for the
first, ISBT 128 for the second). Patients' names never stand on a label: the COI id is the identity.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from string import ascii_uppercase
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.rules.identifiers import (
    Element,
    Identifier,
    IdentifierKind,
    Meaning,
    Moment,
    Precision,
    content_of,
    write,
)
from coi.rules.identifiers.isbt128 import text_of
from coi.rules.journey import OrderKind
from coi.rules.label_templates import (
    STOCK,
    LabelTemplate,
    Layout,
    LineName,
    Stock,
    SymbolName,
    WarningName,
    built_in,
    stock_for,
)
from ledger.rules import derive
from people.rules import codes

DEMO_MARK = "DEMO"
# Across what is only to be looked at. Like all on a label it is English.
VIEW_ONLY, VOID = "VIEW ONLY", "VOID"
# 21 CFR 1271.90(c)(1) and (2): cells for the same person, whose donor was not tested as one for others would be.
AUTOLOGOUS = "FOR AUTOLOGOUS USE ONLY"
NOT_EVALUATED = "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"
NOT_FOR_PEOPLE = "NOT FOR HUMAN USE"
USE_BEFORE = "Use before"
DIN, BATCH, CONTAINER = "DIN", "Batch", "Container"
# The lines that are codes: people compare and type them.
CODES = frozenset({DIN, BATCH, CONTAINER})

# ISBT 128 structure 001: flag 05 marks a second or repeated label printed on demand.
_FIRST_FLAGS, _REPEAT_FLAGS = "00", "05"

__all__ = ["STOCK", "Card", "Label", "LabelFacts", "Line", "Stock", "Symbol", "Symbology", "stock_for"]


class Symbology(StrEnum):
    """What is drawn for a machine to read."""

    CODE_128 = "code_128"
    DATA_MATRIX = "data_matrix"


@dataclass(frozen=True)
class Symbol:
    """One symbol: exactly these characters (ASCII), and what stands under it for people.

    `name`: what it is on the label of a container, whose layout has a place for it.
    """

    symbology: Symbology
    content: str
    caption: str
    name: SymbolName | None = None


@dataclass(frozen=True)
class Line:
    """A name, its value, and what stands under the value."""

    name: str
    value: str
    under: str = ""


@dataclass(frozen=True)
class LabelFacts:
    """What is known of a container and of this copy of its label.

    `din` is the donation that its cells come from; `other_dins` where they come of several.
    """

    copy_code: str
    copy_number: int
    kind: str
    container_code: str
    number: int
    total: int
    product: str
    coi_id: str
    order_kind: OrderKind
    site: str
    zone: str
    made_at: datetime
    issued_at: datetime
    expires_at: datetime | None = None
    din: str = ""
    batch: str = ""
    is_collection: bool = False
    is_demonstration: bool = False
    other_dins: tuple[str, ...] = ()

    @property
    def has_one_din(self) -> bool:
        """Whether the cells come of one donation: a symbol can name one, and naming one of two would be a lie."""
        return bool(self.din) and not self.other_dins


@dataclass(frozen=True)
class Label:
    """The content of one label, in reading order. Check characters are printed boxed and never encoded.

    `din` with its check character and flags: where the layout has a place of its own for the donation number.
    """

    width_mm: int
    height_mm: int
    heading: str
    count: str
    product: str
    by: str
    identity: str
    identity_check: str
    lines: tuple[Line, ...]
    warnings: tuple[str, ...]
    symbols: tuple[Symbol, ...]
    copy: str
    mark: str
    issued_at: datetime
    layout: Layout = Layout.BAG
    din: str = ""
    din_check: str = ""
    din_flags: str = ""
    identity_name: str = "COI id"

    def named(self, name: SymbolName) -> Symbol | None:
        """The symbol of this name; None on a label without it."""
        return next((symbol for symbol in self.symbols if symbol.name is name), None)


def label_for(facts: LabelFacts, template: LabelTemplate | None = None) -> Label:
    """The label of one copy, by an approved template or else the built-in one of its kind."""
    chosen = template if template is not None else built_in(facts.kind)
    is_small = chosen.layout in (Layout.TUBE, Layout.WRAP)
    # The quadrant for it shows the donation number, so that no line needs to.
    has_own_place = SymbolName.DIN_LINEAR in chosen.symbols
    return Label(
        width_mm=chosen.width_mm,
        height_mm=chosen.height_mm,
        heading=stock_for(facts.kind).heading,
        count=f"{facts.number} of {facts.total}",
        product=facts.product,
        by="" if is_small else facts.site,
        identity=facts.coi_id,
        # ST-001 asks for the character in text; it is computed over the whole content, `CH` included.
        identity_check=codes.check_char(facts.coi_id),
        lines=tuple(line for name in chosen.lines for line in _LINES[name](facts)),
        warnings=_warnings(facts, chosen),
        symbols=tuple(symbol for name in chosen.symbols for symbol in _symbols(facts, chosen, name)),
        copy=_copy(facts.copy_number),
        mark=DEMO_MARK if facts.is_demonstration else "",
        issued_at=facts.issued_at,
        layout=chosen.layout,
        din=spaced_din(facts.din) if has_own_place and facts.din else "",
        din_check=codes.check_char(facts.din) if has_own_place and facts.din else "",
        din_flags=_flags(facts) if has_own_place and facts.din else "",
    )


def _copy(number: int) -> str:
    return "first copy" if number == 1 else f"copy {number}"


# --- symbols ---------------------------------------------------------------------------------------------------------


def _symbols(facts: LabelFacts, template: LabelTemplate, name: SymbolName) -> Iterator[Symbol]:
    symbol = _WRITTEN[name](facts, template)
    if symbol is not None:
        yield replace(symbol, name=name)


def _copy_symbol(facts: LabelFacts, template: LabelTemplate) -> Symbol:
    """On a vial, which is too narrow and too round for a linear symbol, a matrix."""
    symbology = Symbology.DATA_MATRIX if template.layout is Layout.WRAP else Symbology.CODE_128
    return Symbol(symbology, facts.copy_code, facts.copy_code)


def _message_symbol(facts: LabelFacts, template: LabelTemplate) -> Symbol:
    if not facts.has_one_din:
        return _identity_symbol(facts, template)
    return Symbol(Symbology.DATA_MATRIX, _message(facts), "COI + DIN")


def _din_symbol(facts: LabelFacts, template: LabelTemplate) -> Symbol | None:
    return Symbol(Symbology.CODE_128, _donation(facts), "") if facts.din else None


def _product_symbol(facts: LabelFacts, template: LabelTemplate) -> Symbol:
    """ISBT 128 structure 003. Containers of one donation are told apart by their division: A0, B0 and so on.

    ValueError for more containers than there are letters.
    """
    code = template.product_code
    if facts.total > 1:
        if facts.number > len(ascii_uppercase):
            raise ValueError(f"there is no division for container {facts.number}")
        code = f"{code[:-2]}{ascii_uppercase[facts.number - 1]}0"
    return Symbol(Symbology.CODE_128, text_of(Element("003", code)), code)


def _expiry_symbol(facts: LabelFacts, template: LabelTemplate) -> Symbol | None:
    """ISBT 128 structure 005, in the local time of the site that made it, as the line beside it."""
    if facts.expires_at is None:
        return None
    at = Moment("005", Meaning.EXPIRY, facts.expires_at, Precision.MINUTE)
    content = content_of(at, ZoneInfo(facts.zone))
    return Symbol(Symbology.CODE_128, text_of(Element("005", content)), "")


def _identity_symbol(facts: LabelFacts, template: LabelTemplate) -> Symbol:
    """The donation on the bag that was collected, the COI id on everything made from it."""
    if facts.is_collection and facts.din:
        return Symbol(Symbology.DATA_MATRIX, _donation(facts), f"DIN {_flags(facts)}")
    content = write(Identifier(IdentifierKind.COI, facts.coi_id)).decode("ascii")
    return Symbol(Symbology.DATA_MATRIX, content, "COI")


_WRITTEN: Mapping[SymbolName, Callable[[LabelFacts, LabelTemplate], Symbol | None]] = {
    SymbolName.COPY: _copy_symbol,
    SymbolName.IDENTITY: _identity_symbol,
    SymbolName.MESSAGE: _message_symbol,
    SymbolName.DIN_LINEAR: _din_symbol,
    SymbolName.PRODUCT_CODE: _product_symbol,
    SymbolName.EXPIRY: _expiry_symbol,
}


def _flags(facts: LabelFacts) -> str:
    return _FIRST_FLAGS if facts.copy_number == 1 else _REPEAT_FLAGS


def _donation(facts: LabelFacts) -> str:
    return write(Identifier(IdentifierKind.DIN, facts.din, _flags(facts))).decode("ascii")


def _message(facts: LabelFacts) -> str:
    """COI id and donation in one message: ISBT 128 structure 023, two structures in no fixed sequence."""
    coi = write(Identifier(IdentifierKind.COI, facts.coi_id)).decode("ascii")
    return f"=+02000{coi}{_donation(facts)}"


# --- text ------------------------------------------------------------------------------------------------------------


def _din_line(facts: LabelFacts) -> Iterator[Line]:
    dins = [f"{spaced_din(din)} [{codes.check_char(din)}]" for din in (facts.din, *facts.other_dins) if din]
    if dins:
        yield Line(DIN, ", ".join(dins))


def _batch_line(facts: LabelFacts) -> Iterator[Line]:
    if facts.batch:
        yield Line(BATCH, facts.batch)


def _container_line(facts: LabelFacts) -> Iterator[Line]:
    yield Line(CONTAINER, facts.container_code)


def _use_before_line(facts: LabelFacts) -> Iterator[Line]:
    if facts.expires_at is not None:
        yield Line(USE_BEFORE, *moment(facts.expires_at, facts.zone))


def _made_line(facts: LabelFacts) -> Iterator[Line]:
    yield Line("Collected" if facts.is_collection else "Made", *moment(facts.made_at, facts.zone))


_LINES: Mapping[LineName, Callable[[LabelFacts], Iterator[Line]]] = {
    LineName.DIN: _din_line,
    LineName.BATCH: _batch_line,
    LineName.CONTAINER: _container_line,
    LineName.USE_BEFORE: _use_before_line,
    LineName.MADE: _made_line,
}
WARNINGS: Mapping[WarningName, str] = {
    WarningName.AUTOLOGOUS: AUTOLOGOUS,
    WarningName.NOT_EVALUATED: NOT_EVALUATED,
    WarningName.DO_NOT_IRRADIATE: "DO NOT IRRADIATE",
    WarningName.NO_LEUKOREDUCTION: "NO LEUKOREDUCTION FILTER",
}


def _warnings(facts: LabelFacts, template: LabelTemplate) -> tuple[str, ...]:
    if facts.order_kind is not OrderKind.PATIENT:
        return (NOT_FOR_PEOPLE,)
    return tuple(WARNINGS[name] for name in template.warnings)


def spaced_din(din: str) -> str:
    """A donation number as people read it: facility, year, sequence."""
    return f"{din[:5]} {din[5:7]} {din[7:]}"


def moment(at: datetime, zone: str) -> tuple[str, str]:
    """A time as a label shows it: `2026-03-05 10:00 CET`, and under it `(2026-03-05 09:00 UTC)`.

    ValueError for a time without a zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time on a label has a zone")
    utc = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(ZoneInfo(zone))
    name = local.tzname() or ""
    if name == "UTC":
        return utc, ""
    # Some zones have no letters, only an offset such as +03.
    name = name if name.isalpha() else f"UTC{local:%z}"
    return f"{local:%Y-%m-%d %H:%M} {name}", f"({utc})"


# --- cards ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """A badge, station or command card: what it is, what it says, and its one symbol."""

    heading: str
    title: str
    lines: tuple[str, ...]
    symbol: Symbol


# What a command card tells people; the body of the code is what the station obeys.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "CANCEL": ("Give up this check", "Nothing of it counts. Start the step again."),
    "CLEAR": ("Line is clear", "Everything of the last patient has left this place."),
}


def badge_card(*, name: str, site: str, roles: Sequence[str], code: str) -> Card:
    """A person's badge."""
    return Card("BADGE", name, (site, ", ".join(roles)), _card_symbol(code))


def station_card(*, name: str, site: str, code: str) -> Card:
    """The card on a station."""
    return Card("STATION", name, (site,), _card_symbol(code))


def command_card(body: str) -> Card:
    """One command, by the body of its code. KeyError for one that no station obeys."""
    title, meaning = COMMANDS[body]
    return Card("COMMAND", title, (meaning,), _card_symbol(codes.make("C", body)))


def item_card(*, heading: str, name: str, lines: Sequence[str], code: str) -> Card:
    """Anything else that is scanned: a material lot, a device, a shipper, a place, a demonstration wristband."""
    return Card(heading, name, tuple(lines), _card_symbol(code))


def _card_symbol(code: str) -> Symbol:
    return Symbol(Symbology.CODE_128, code, code)


def keeping_request(copy_id: UUID) -> UUID:
    """The request under which a copy's file is kept: one for each copy, however often it is drawn."""
    return derive(copy_id, "kept")
