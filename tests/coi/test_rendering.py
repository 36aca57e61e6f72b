"""Labels as they are drawn: each is read back before anybody prints it."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from PIL import Image

from coi.rules import labels
from coi.rules.labels import Symbol, Symbology, label_for
from coi.rules.labels_apart import shipper_label, wristband_label
from coi.services import card_sheet, drawing
from people.rules import codes
from tests import paper
from tests.coi.rules.labelled import NAMED
from tests.coi.rules.test_labels import BAG, COLLECTED

FACTS = [
    replace(BAG, kind=kind, is_collection=kind == "apheresis_bag", copy_number=n, is_demonstration=True)
    for kind in [*labels.STOCK, "odd_vessel"]
    for n in (1, 12)
]
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("facts", FACTS, ids=lambda f: f"{f.kind}-{f.copy_number}")
def test_every_kind_of_label_is_read_back(facts: labels.LabelFacts):
    pdf = drawing.draw_label(label_for(facts))
    assert pdf.startswith(b"%PDF-")
    assert drawing.draw_label(label_for(facts)) == pdf, "the same label is the same bytes"


@pytest.mark.parametrize("words", [labels.VIEW_ONLY, labels.VOID])
@pytest.mark.parametrize("facts", FACTS[::2], ids=lambda f: f.kind)
def test_nothing_is_scanned_from_a_specimen(facts: labels.LabelFacts, words: str):
    label = label_for(facts)
    assert drawing.draw_label(label, words) != drawing.draw_label(label)
    for resolution in (*drawing.RESOLUTIONS, 600):
        assert drawing.read_page(drawing.draw_picture(label, resolution, words)) == []


@pytest.mark.parametrize("draw", [drawing.draw_label, drawing.draw_picture, drawing.draw_svg])
def test_a_specimen_from_which_something_is_scanned_is_refused(monkeypatch, draw):
    """As if the symbols were left where they were."""
    honest = drawing._label_sheet

    def with_symbols(label, specimen):
        sheet = honest(label, specimen)
        sheet.content.update(symbols=honest(label, "").content["symbols"], specimen="")
        return sheet

    draw(label_for(BAG), specimen=labels.VIEW_ONLY)
    monkeypatch.setattr(drawing, "_label_sheet", with_symbols)
    with pytest.raises(drawing.NotReadBack):
        draw(label_for(BAG), specimen=labels.VIEW_ONLY)


APART = [
    wristband_label(code=codes.make("W", "000001"), coi_id=BAG.coi_id, site="Northgate Hospital", now=NOW),
    shipper_label(
        code=codes.make("H", "000001"), name="Dry shipper", site="Plant", is_demonstration=True, now=NOW
    ),
]


@pytest.mark.parametrize("label", APART, ids=lambda label: str(label.layout))
def test_wristbands_and_shippers_are_read_back(label: labels.Label):
    assert drawing.draw_label(label).startswith(b"%PDF-")


@pytest.mark.parametrize("facts", FACTS[::2], ids=lambda f: f.kind)
def test_no_kind_of_label_is_printed_with_another_symbol(monkeypatch, facts: labels.LabelFacts):
    for symbology in {symbol.symbology for symbol in label_for(facts).symbols}:
        honest = drawing._WRITERS[symbology]
        with monkeypatch.context() as patch:
            patch.setitem(
                drawing._WRITERS, symbology, lambda content, write=honest: write(content[:-1] + "7")
            )
            with pytest.raises(drawing.NotReadBack):
                drawing.draw_label(label_for(facts))


@pytest.mark.parametrize("resolution", drawing.RESOLUTIONS)
def test_the_file_itself_reads_as_meant(resolution: int):
    """The proof is made on Typst's picture; here another program opens the very file that is kept."""
    (page,) = paper.pages(drawing.draw_label(label_for(COLLECTED)), resolution)
    assert sorted(drawing.read_page(page)) == [
        (Symbology.CODE_128, b"=A99992600000700"),
        (Symbology.CODE_128, COLLECTED.copy_code.encode()),
        (Symbology.DATA_MATRIX, b"=A99992600000700"),
    ]


def test_text_is_text_and_no_markup():
    odd = '#panic("x") $1$ *b* _i_ <l> @r \\ "q" // c'
    drawing.draw_label(label_for(replace(BAG, product=odd, site=odd, container_code=odd[:30])))


def test_a_long_name_is_wrapped_and_one_too_long_refused():
    drawing.draw_label(label_for(replace(BAG, product="CD19 CAR-T cells " * 6)))
    with pytest.raises(drawing.DoesNotFit):
        drawing.draw_label(label_for(replace(BAG, product="CD19 CAR-T cells " * 60)))


@pytest.mark.parametrize("name", [name for name in NAMED if name.startswith("quadrants")])
def test_all_that_four_quadrants_hold_is_read_back(name: str):
    assert drawing.draw_label(NAMED[name]).startswith(b"%PDF-")


@pytest.mark.parametrize("field", ["product", "by", "heading"])
def test_nothing_in_a_quadrant_is_cut_off(field: str):
    label = NAMED["quadrants message product_code expiry"]
    with pytest.raises(drawing.DoesNotFit):
        drawing.draw_label(replace(label, **{field: "CD19 CAR-T cells " * 16}))


@pytest.mark.parametrize("symbology", Symbology)
def test_another_symbol_than_was_meant_is_not_printed(monkeypatch, symbology: Symbology):
    honest = drawing._WRITERS[symbology]
    monkeypatch.setitem(drawing._WRITERS, symbology, lambda content: honest(content[:-1] + "7"))
    with pytest.raises(drawing.NotReadBack) as refused:
        drawing.draw_label(label_for(BAG))
    assert refused.value.resolution == 203


CARDS = [labels.command_card("CLEAR"), labels.command_card("CANCEL")]
DRAWN = {
    "label": lambda: drawing.draw_label(label_for(BAG)),
    "svg": lambda: drawing.draw_svg(label_for(BAG)),
    "cards": lambda: drawing.draw_cards(CARDS, heading="Cards", is_demonstration=False, now=NOW),
}


@pytest.mark.parametrize("what", DRAWN)
@pytest.mark.parametrize("spoilt", [203, 300])
def test_what_reads_at_one_resolution_alone_is_not_printed(monkeypatch, what: str, spoilt: int):
    """A scratch through every line of bars, at this resolution and no other."""
    honest = drawing._compile

    def scratched(template: str, inputs: dict[str, str], **wanted: Any) -> list[bytes]:
        made = honest(template, inputs, **wanted)
        return [_scratched(page) for page in made] if wanted.get("ppi") == spoilt else made

    assert DRAWN[what]()
    monkeypatch.setattr(drawing, "_compile", scratched)
    with pytest.raises(drawing.NotReadBack) as refused:
        DRAWN[what]()
    assert refused.value.resolution == spoilt


def _scratched(picture: bytes) -> bytes:
    page = Image.open(io.BytesIO(picture)).convert("L")
    for x in range(0, page.width, 24):
        page.paste(255, (x, 0, x + 8, page.height))
    return paper.png(page)


def test_a_symbol_that_cannot_be_read_is_not_printed(monkeypatch):
    honest = drawing._WRITERS[Symbology.DATA_MATRIX]

    def without_its_border(content: str) -> list[list[bool]]:
        return [[False] * len(row) for row in honest(content)]

    monkeypatch.setitem(drawing._WRITERS, Symbology.DATA_MATRIX, without_its_border)
    with pytest.raises(drawing.NotReadBack):
        drawing.draw_label(label_for(BAG))


def test_a_symbol_too_many_is_not_printed(monkeypatch):
    """A code that nobody meant would be scanned by somebody."""
    honest = drawing.read_page
    monkeypatch.setattr(drawing, "read_page", lambda page: [*honest(page), (Symbology.CODE_128, b"VB1")])
    with pytest.raises(drawing.NotReadBack):
        drawing.draw_label(label_for(BAG))


@pytest.mark.parametrize(
    "content", ["VL00000042X", "A", "~*0Oo1Il", "=A99992600000700", "8" * 20, "0A1B" * 6]
)
@pytest.mark.parametrize("symbology", Symbology)
def test_grids_are_black_runs_of_the_symbol(symbology: Symbology, content: str):
    columns, rows, runs = drawing.grid_of(Symbol(symbology, content, ""))
    assert all(0 <= x < columns and 0 <= y < rows and 0 < width <= columns - x for x, y, width in runs)
    page = Image.new("L", (columns * 4 + 80, (rows * 4 if rows > 1 else 60) + 80), 255)
    height = 4 if rows > 1 else 60
    for x, y, width in runs:
        page.paste(0, (40 + x * 4, 40 + y * height, 40 + (x + width) * 4, 40 + (y + 1) * height))
    file = io.BytesIO()
    page.save(file, "PNG")
    assert drawing.read_page(file.getvalue()) == [(symbology, content.encode())]


@settings_of_hypothesis(max_examples=60, deadline=None)
@hypothesis_given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12), st.sampled_from("BSPLCMEHW")
)
def test_any_short_code_of_the_house_can_be_printed(body: str, letter: str):
    content = codes.make(letter, body)
    columns, _, runs = drawing.grid_of(Symbol(Symbology.CODE_128, content, ""))
    page = Image.new("L", (columns * 2 + 60, 100), 255)
    for x, _, width in runs:
        page.paste(0, (30 + x * 2, 20, 30 + (x + width) * 2, 80))
    file = io.BytesIO()
    page.save(file, "PNG")
    assert drawing.read_page(file.getvalue()) == [(Symbology.CODE_128, content.encode())]


def test_cards_are_read_back():
    cards = [
        labels.badge_card(
            name="Alice Adams", site="Plant", roles=["operator"], code=codes.make("B", "000001")
        ),
        labels.station_card(name="Hood 3", site="Plant", code=codes.make("S", "HOOD")),
        labels.item_card(heading="LOT", name="Vector", lines=["VEC-1"], code=codes.make("M", "000001")),
        *(labels.command_card(body) for body in labels.COMMANDS),
    ]
    for count in (1, len(cards)):
        pdf = card_sheet(cards=cards[:count], heading="Cards", is_demonstration=True, now=NOW)
        assert pdf.startswith(b"%PDF-")
        (page,) = drawing.draw_card_pictures(cards[:count], heading="Cards", is_demonstration=True)
        assert len(drawing.read_page(page)) == count
    with pytest.raises(ValueError, match="at least one"):
        card_sheet(cards=[], heading="Cards", is_demonstration=True, now=NOW)
