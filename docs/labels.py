"""Every label as a picture in docs/images/labels/, and docs/reference/labels.md, which says what each holds.

What is drawn is what the demonstration's approved templates say, of synthetic facts and marked DEMO: always the same
pictures. `python -m docs.generate` writes them.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from coi.rules.label_templates import (
    ROOM,
    LineName,
    SymbolName,
    WarningName,
    parse,
)
from coi.rules.labels import (
    COMMANDS,
    WARNINGS,
    Card,
    Label,
    Line,
    badge_card,
    command_card,
    item_card,
    label_for,
    station_card,
)
from coi.rules.labels_apart import shipper_label, wristband_label
from coi.rules.specimens import FACTS, NOW, specimen_facts
from people.rules import codes

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "images" / "labels"
TEMPLATES = ROOT / "config" / "demonstration" / "label_templates.json"
CARDS = "cards"


@dataclass(frozen=True)
class Shown:
    """One label: what it is called, and where it comes from."""

    name: str
    title: str
    label: Label
    note: str


_NOTES: Mapping[str, str] = {
    "apheresis_bag": "The four quadrants of an ISBT 128 label: the donation, the kind of product, what it is and whose,"
    " and until when, each but the kind with its symbol; the copy's own stands beside the kind. The flags of the"
    " donation number are `00` on the first copy and `05` on every other. Which product code is right stands in a table"
    " of ICCBBA's that is not shipped: it is the site's to say, in its template. The one shown is an example. The"
    " built-in template has none.",
    "cassette": "The second label of a bag that a protocol freezes in a cassette, with a copy code of its own. It is"
    " scanned beside the bag's when the bag goes in, and stands for the bag until it is thawed.",
    "cryovial": "Wrapped round a vial: both symbols are Data Matrix, the copy's above the identity.",
    "wristband": "To play a patient in a demonstration. There is never a name on it, and always the mark.",
    "shipper": "On the outside of a box: nothing of whose cells are in it. `/shippers/<code>/label.pdf`, or `.png`,"
    " `.svg`, `.zpl?dpi=203`.",
}


def labels() -> Iterator[Shown]:
    """Every kind of label."""
    for content in json.loads(TEMPLATES.read_text(encoding="utf-8"))["templates"]:
        template, problems = parse(content)
        if template is None:
            raise ValueError(f"{TEMPLATES.name}: {problems}")
        label = label_for(specimen_facts(template.kind), template)
        yield Shown(template.kind, _title(template.kind), label, _NOTES.get(template.kind, ""))
    band = wristband_label(
        code=codes.make("W", "000001"), coi_id=FACTS.coi_id, site="Northgate University Hospital", now=NOW
    )
    yield Shown("wristband", "Wristband", band, _NOTES["wristband"])
    box = shipper_label(
        code=codes.make("H", "000001"),
        name="Dry shipper 1",
        site=FACTS.site,
        lines=(Line("To", "Northgate University Hospital"), Line("Holds", "-150 °C or colder")),
        is_demonstration=True,
        now=NOW,
    )
    yield Shown("shipper", "Shipper", box, _NOTES["shipper"])


def _title(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def cards() -> list[Card]:
    """One card of each kind, and both commands."""
    return [
        badge_card(name="Alice Adams", site=FACTS.site, roles=["operator"], code=codes.make("B", "000001")),
        station_card(name="Clean room hood 3", site=FACTS.site, code=codes.make("S", "HOOD")),
        *(command_card(body) for body in COMMANDS),
        item_card(
            heading="LOT", name="Vector", lines=["VEC-26-006", FACTS.site], code=codes.make("M", "000006")
        ),
    ]


def pictures() -> dict[str, bytes]:
    """Every picture by file name, each read back. Django has to be set up."""
    from coi.services import drawing  # noqa: PLC0415

    drawn = {
        f"{shown.name}.png": drawing.draw_picture(shown.label, drawing.RESOLUTIONS[0]) for shown in labels()
    }
    (sheet,) = drawing.draw_card_pictures(cards(), heading="Cards", is_demonstration=True)
    return drawn | {f"{CARDS}.png": _trimmed(sheet)}


def _trimmed(picture: bytes, margin: int = 20) -> bytes:
    """Without the empty part of the page."""
    page = Image.open(io.BytesIO(picture)).convert("L")
    left, top, right, bottom = ImageChops.invert(page).getbbox() or (0, 0, *page.size)
    part = page.crop((max(0, left - margin), max(0, top - margin), right + margin, bottom + margin))
    file = io.BytesIO()
    part.save(file, "PNG", optimize=True)
    return file.getvalue()


def is_same_picture(one: bytes, other: bytes) -> bool:
    """Whether two PNG files show the same, dot by dot, however they are compressed."""
    left, right = (Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other))
    return left.size == right.size and ImageChops.difference(left, right).getbbox() is None


# --- the page --------------------------------------------------------------------------------------------------------

HEAD = """# Labels

Every kind of label and card, as the templates of the demonstration draw them. Each symbol was read back from the
picture, by another code base than the one that wrote it, before the label counted as printed
([why](../decisions/0016-one-code-base-writes-a-symbol-another-reads-it.md)).

On every label of a container the first symbol is the copy's own code (`VL...`), by which it is scanned back, applied
and voided; the second is the identity. Times are local, with UTC underneath. Check characters are in a box, for those
who type, and in no symbol. No label holds a name of a patient.

Whoever may see a copy may look at it (`/labels/<code>.pdf`, `.png`, `.svg`): the same label with `VIEW ONLY` across it,
on a void copy `VOID`, and an empty crossed box in the place of each symbol. Nothing is scanned from it. A label that is
scanned leaves the house in two ways, each once for a copy and each an entry in the ledger: sent to a label printer, or
downloaded (`/labels/<code>/print/`) as PDF or as ZPL for 203 or 300 dpi, by who may reprint it where its container is,
as long as it waits to be applied. Asked for a second time it is refused: say that it did not come out, and print the
next copy. The PDF that was kept when a copy was drawn stays in the evidence store.

This page and its pictures are written by `python -m docs.generate`.
"""

FIELDS = """## Templates

What a label holds is a controlled document of kind `label_template`: written, reviewed and approved by three people. A
label is drawn by the document `LABEL-<KIND>-<SITE>` of the site that made the container, else by `LABEL-<KIND>` (such
as `LABEL-PRODUCT_BAG`), else by the template that is built in. The version is kept with the copy, which is drawn by it
for ever. A template that is not what was signed, or is for another kind of container, draws nothing, and the worker
shows why. How one is written, reviewed and approved is told
[for quality](../for-quality.md#controlled-documents).

| field | holds |
|---|---|
| `kind` | the kind of container, as in the protocol |
| `layout` | one of the layouts below |
| `width_mm`, `height_mm` | the size in whole millimetres, within the layout's limits |
| `lines` | the lines of text in their order; `container` is always one |
| `symbols` | `copy`, then `identity` or `message`; in four quadrants `din_linear`, `product_code`, `expiry` |
| `warnings` | in their order; `autologous` is always one, but on vials, which have room for none |
| `product_code` | where there is its symbol: the eight characters of ISBT 128 structure 003 |

In four quadrants the donation's symbol is always there, the product's and the expiry's are a site's choice. A product
code that ends in 99 is refused, since no division (structure 032) stands beside it; with the expiry's symbol, the line
`use_before` is on the label. Scanned alone, either is refused as nothing that a step asks for; it is never a stop.

What is not for a patient says `NOT FOR HUMAN USE` in place of the warnings, whatever the template.

| layout | width (mm) | height (mm) | lines |
|---|---|---|---|
"""

_LINES: Mapping[LineName, str] = {
    LineName.DIN: "the donation number with its check character",
    LineName.BATCH: "the batch",
    LineName.CONTAINER: "the container's code",
    LineName.USE_BEFORE: "the time until which it may be used",
    LineName.MADE: "when it was collected or made",
}
_SYMBOLS: Mapping[SymbolName, str] = {
    SymbolName.COPY: "the copy's own code: Code 128, on vials Data Matrix",
    SymbolName.IDENTITY: "Data Matrix: the donation on what was collected, the COI id on all else",
    SymbolName.MESSAGE: "Data Matrix: COI id and donation in one ISBT 128 message (structure 023)",
    SymbolName.DIN_LINEAR: "the donation number in Code 128",
    SymbolName.PRODUCT_CODE: "the product code in Code 128 (ISBT 128 structure 003), of several containers each with"
    " its division: `A0`, `B0` and so on in place of the last two characters",
    SymbolName.EXPIRY: "until when it may be used, in Code 128 (structure 005), local to the site that made it",
}


def page() -> str:
    """The page."""
    parts = [HEAD, *map(_section, labels()), _card_section(), FIELDS + _rooms()]
    return "\n".join(parts) + _table("line", _LINES) + _table("symbol", _SYMBOLS) + _table("warning", _said())


def _section(shown: Shown) -> str:
    label = shown.label
    symbols = [f"{one.symbology.replace('_', ' ').title()} `{one.content}`" for one in label.symbols]
    lines = [line.name for line in label.lines]
    rows = [f"- {label.width_mm} x {label.height_mm} mm, layout `{label.layout}`", f"- {'; '.join(symbols)}"]
    rows += [f"- Lines: {', '.join(lines)}"] if lines else []
    rows += [f"- Warnings: {'; '.join(label.warnings)}"] if label.warnings else []
    note = f"{shown.note}\n\n" if shown.note else ""
    picture = f"![{shown.title}](../images/labels/{shown.name}.png)"
    return f"## {shown.title}\n\n{note}" + "\n".join(rows) + f"\n\n{picture}\n"


def _card_section() -> str:
    return (
        "## Cards\n\nBadges, stations, commands, and what else is scanned, ten to a page of A4. How to print them, and"
        " the card of\ntest symbols for scanners, is told on [a page of its own](../scanners.md).\n\n"
        f"![Cards](../images/labels/{CARDS}.png)\n"
    )


def _rooms() -> str:
    rows = [
        f"| `{layout}` | {room.width_mm[0]} to {room.width_mm[1]} | {room.height_mm[0]} to {room.height_mm[1]} |"
        f" at most {room.lines} |"
        for layout, room in ROOM.items()
    ]
    return "\n".join(rows) + "\n"


def _said() -> Mapping[WarningName, str]:
    return {name: f"`{text}`" for name, text in WARNINGS.items()}


def _table(
    head: str, meanings: Mapping[LineName, str] | Mapping[SymbolName, str] | Mapping[WarningName, str]
) -> str:
    rows = "".join(f"| `{name}` | {text} |\n" for name, text in meanings.items())
    return f"\n| {head} | says |\n|---|---|\n{rows}"
