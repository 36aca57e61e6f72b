"""Labels of every kind and size, and texts that try to be commands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from coi.rules.journey import OrderKind
from coi.rules.label_templates import ROOM, STOCK, SymbolName, WarningName, built_in
from coi.rules.labels import Label, LabelFacts, Line, Symbol, Symbology, label_for
from coi.rules.labels_apart import shipper_label, wristband_label
from people.rules import codes

DPI = (203, 300)
MADE = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
FACTS = LabelFacts(
    copy_code=codes.make("L", "00000042"),
    copy_number=1,
    kind="product_bag",
    container_code="A999926000001-PRO01",
    number=2,
    total=3,
    product="CD19 CAR-T",
    coi_id="CHA999926000001",
    order_kind=OrderKind.PATIENT,
    site="Plant",
    zone="Europe/Amsterdam",
    made_at=MADE,
    issued_at=MADE,
    expires_at=MADE + timedelta(days=365),
    din="A999926000007",
    batch="B26000001",
    is_demonstration=True,
)
BAG = label_for(FACTS)
HOSTILE = (
    "^XZ~JA",
    "^FS^XA^JUS",
    "_5EXZ",
    "_",
    ">",
    ">;>8",
    "~DGR:X",
    "\x00\r\n\x1b",
    "\\&",
    "Å 中",
    "",
    ",",
)


def quadrants() -> Iterator[tuple[str, Label]]:
    """All that four quadrants may hold, and some of it, with texts that take more than their line."""
    facts = replace(FACTS, kind="apheresis_bag", is_collection=True, batch="", zone="America/Sao_Paulo")
    template = built_in("apheresis_bag")
    both = (SymbolName.PRODUCT_CODE, SymbolName.EXPIRY)
    for second in (SymbolName.IDENTITY, SymbolName.MESSAGE):
        for more in (both[:1], both[1:], both):
            symbols = (SymbolName.COPY, second, SymbolName.DIN_LINEAR, *more)
            code = "A9999000" if SymbolName.PRODUCT_CODE in more else ""
            chosen = replace(template, symbols=symbols, product_code=code, warnings=tuple(WarningName))
            long = "CD19 directed autologous CAR-T cells (demonstration)"
            yield f"quadrants {second} {' '.join(more)}", label_for(replace(facts, product=long), chosen)


def sizes() -> Iterator[tuple[str, Label]]:
    """The least and the greatest size that a template may choose for each layout."""
    kinds = {stock.layout: kind for kind, stock in STOCK.items()}
    for layout, room in ROOM.items():
        for end in (0, 1):
            template = built_in(kinds[layout])
            sized = replace(template, width_mm=room.width_mm[end], height_mm=room.height_mm[end])
            yield f"{layout} {sized.width_mm}x{sized.height_mm}", label_for(FACTS, sized)


NAMED: dict[str, Label] = {
    **{kind: label_for(replace(FACTS, kind=kind)) for kind in STOCK},
    **dict(sizes()),
    **dict(quadrants()),
    "another kind": label_for(replace(FACTS, kind="leftover_bag")),
    "collection": label_for(
        replace(FACTS, kind="apheresis_bag", is_collection=True, copy_number=2, batch="", expires_at=None)
    ),
    "no donation": label_for(replace(FACTS, kind="apheresis_bag", is_collection=True, din="", batch="")),
    "for good": label_for(replace(FACTS, kind="sample", expires_at=None, is_demonstration=False)),
    "training": label_for(
        replace(FACTS, order_kind=next(kind for kind in OrderKind if kind is not OrderKind.PATIENT))
    ),
    "wristband": wristband_label(
        code=codes.make("W", "00000042"), coi_id=FACTS.coi_id, site="Hospital", now=MADE
    ),
    "shipper": shipper_label(
        code=codes.make("H", "00000042"),
        name="Dry shipper",
        site="Plant",
        lines=(Line("To", "Hospital"), Line("Holds", "Cells of one patient")),
        is_demonstration=True,
        now=MADE,
    ),
}
LABELS = [pytest.param(label, id=name) for name, label in NAMED.items()]


def with_symbols(content: str) -> Label:
    return replace(BAG, symbols=tuple(Symbol(symbology, content, "") for symbology in Symbology), lines=())
