"""Labels as they are printed: drawn, read back, kept, and marked as printed only then."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from hypothesis import given as hypothesis_given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from PIL import Image

from coi.rules import labels
from coi.rules.journey import CopyStatus, OrderKind
from coi.rules.labels import Symbol, Symbology, label_for
from coi.rules.labels_apart import shipper_label, wristband_label
from coi.rules.printing import PrinterKind
from coi.selectors.labels import label_copies, label_copy, label_file
from coi.services import card_sheet, drawing, reprint_label
from coi.services.printing import content
from config.demonstration import story
from config.demonstration.site import SECOND
from ledger import services as ledger
from ledger.selectors import effects, entries_for_subject
from people.rules import codes
from people.rules.roles import Role
from tests import given, paper
from tests.coi.doors import browser, signed_in
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


# --- the effect ----------------------------------------------------------------------------------------------------


@pytest.fixture
def collected(db):
    """A journey whose bag has just been collected: its label waits to be drawn."""
    return given.until(given.a_journey(given.a_demo()), story.collect)


def _viewer(player, role=Role.COLLECTOR):
    from people import selectors as people

    return people.person(player.one(role, player.site).user_id, player.now)


@pytest.mark.django_db
def test_a_new_label_is_drawn_kept_and_printed(collected):
    viewer, code = _viewer(collected), collected.label("apheresis_bag")
    waiting = label_copy(viewer, code, collected.now)
    assert (waiting.status, waiting.file, label_file(waiting)) == (CopyStatus.ISSUED, "", None)
    assert ledger.sweep_effects(now=collected.now) >= 1
    copy = label_copy(viewer, code, collected.now)
    assert copy.status is CopyStatus.PRINTED
    assert label_file(copy).startswith(b"%PDF-")
    assert copy.facts.din
    assert copy.facts.is_demonstration
    assert copy.facts.order_kind is OrderKind.PATIENT
    rendered = [
        e for e in entries_for_subject("container", copy.container_id) if e.event == "coi:label:rendered"
    ]
    assert [entry.facts["sha256"] for entry in rendered] == [copy.file]
    assert not effects(state="failed")


@pytest.mark.django_db
def test_drawing_twice_changes_nothing(collected):
    from coi.services import render_label

    ledger.sweep_effects(now=collected.now)
    viewer, code = _viewer(collected), collected.label("apheresis_bag")
    before = label_copy(viewer, code, collected.now)
    (effect,) = effects(kind="coi.render_label")
    render_label(replace(effect, claimed_at=collected.now + timedelta(minutes=1)))
    assert label_copy(viewer, code, collected.now) == before
    events = [entry.event for entry in entries_for_subject("container", before.container_id)]
    assert events.count("coi:label:rendered") == 1


@pytest.mark.django_db
def test_a_label_that_does_not_read_is_never_marked_as_printed(collected, monkeypatch):
    honest = drawing.read_page
    monkeypatch.setattr(drawing, "read_page", lambda page: honest(page)[:1])
    ledger.sweep_effects(now=collected.now)
    viewer, code = _viewer(collected), collected.label("apheresis_bag")
    copy = label_copy(viewer, code, collected.now)
    assert (copy.status, copy.file) == (CopyStatus.ISSUED, "")
    (effect,) = effects(kind="coi.render_label")
    assert effect.state == "pending"
    assert "NotReadBack" in effect.last_error
    monkeypatch.undo()
    ledger.sweep_effects(now=collected.now + timedelta(hours=2))
    assert label_copy(viewer, code, collected.now).status is CopyStatus.PRINTED


@pytest.mark.django_db
def test_a_void_copy_is_not_drawn_and_the_next_says_its_number(collected):
    code, collector = collected.label("apheresis_bag"), collected.one(Role.COLLECTOR, collected.site)
    doing = collected.demo.doing("reprint", collector.actor, collected.site) | {"now": collected.now}
    reprint_label(copy=code, reason="damaged", **doing)
    ledger.sweep_effects(now=collected.now)
    container = collected.containers("apheresis_bag")[0].code
    first, second = label_copies(_viewer(collected), container, collected.now)
    assert (first.status, first.file, first.void_reason) == (CopyStatus.VOID, "", "damaged")
    assert (second.status, second.facts.copy_number) == (CopyStatus.PRINTED, 2)


@pytest.mark.django_db
def test_a_label_applied_before_its_file_came_stays_applied(collected):
    story.label_collection(collected)
    ledger.sweep_effects(now=collected.now)
    copy = label_copy(_viewer(collected), collected.label("apheresis_bag"), collected.now)
    assert copy.status is CopyStatus.APPLIED
    assert copy.file


@pytest.mark.django_db
def test_who_has_nothing_to_do_with_the_journey_finds_no_label(collected):
    from people import selectors as people

    code = collected.label("apheresis_bag")
    stranger = people.person(collected.one(Role.NURSE, SECOND).user_id, collected.now)
    nobody = people.person(collected.demo.member("Dave").user_id, collected.now)
    assert label_copy(_viewer(collected), code, collected.now) is not None
    assert label_copy(stranger, code, collected.now) is None
    assert label_copy(nobody, code, collected.now) is None
    assert label_copy(_viewer(collected), "VL\x00", collected.now) is None


@pytest.mark.django_db
def test_a_file_that_was_changed_is_not_handed_out(collected):
    from ledger.selectors import EvidenceDamaged

    ledger.sweep_effects(now=collected.now)
    copy = label_copy(_viewer(collected), collected.label("apheresis_bag"), collected.now)
    path = Path(settings.EVIDENCE_DIR) / copy.file[:2] / copy.file[2:4] / copy.file
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(kept + b" ")
    try:
        with pytest.raises(EvidenceDamaged):
            label_file(copy)
    finally:
        path.write_bytes(kept)


# --- the doors -------------------------------------------------------------------------------------------------------


VIEWS = ("pdf", "png", "svg")


@pytest.mark.django_db
def test_what_is_seen_of_a_label_is_a_specimen(collected):
    code, who = collected.label("apheresis_bag"), signed_in(collected.one(Role.COLLECTOR, collected.site))
    assert [who.get(f"/labels/{code}.{form}").status_code for form in VIEWS] == [409] * 3
    ledger.sweep_effects(now=collected.now)
    pdf, png, svg = (who.get(f"/labels/{code}.{form}") for form in VIEWS)
    found = [one["Content-Type"] for one in (pdf, png, svg)]
    assert found == ["application/pdf", "image/png", "image/svg+xml"]
    assert drawing.read_page(png.content) == []
    assert svg.content.startswith(b"<svg")
    assert pdf.content != label_file(label_copy(_viewer(collected), code, collected.now))
    assert who.get(f"/labels/{code}.zpl").status_code == 404
    stranger = signed_in(collected.one(Role.NURSE, SECOND))
    for form in VIEWS:
        assert stranger.get(f"/labels/{code}.{form}").status_code == 404
        assert browser().get(f"/labels/{code}.{form}").status_code == 302


@pytest.mark.django_db
def test_a_void_copy_is_seen_as_void(collected, monkeypatch):
    ledger.sweep_effects(now=collected.now)
    code, collector = collected.label("apheresis_bag"), collected.one(Role.COLLECTOR, collected.site)
    who, asked = signed_in(collector), []
    honest = drawing.draw_label
    monkeypatch.setattr(
        drawing,
        "draw_label",
        lambda label, specimen="": asked.append(specimen) or honest(label, specimen),
    )
    assert who.get(f"/labels/{code}.pdf").status_code == 200
    doing = collected.demo.doing("reprint", collector.actor, collected.site) | {"now": collected.now}
    reprint_label(copy=code, reason="damaged", **doing)
    assert [who.get(f"/labels/{code}.{form}").status_code for form in VIEWS] == [200] * 3
    assert asked == [labels.VIEW_ONLY, labels.VOID]


@pytest.mark.django_db
def test_a_frozen_bag_has_a_label_for_its_cassette(db):
    filled = given.until(given.a_journey(given.a_demo()), story.fill)
    ledger.sweep_effects(now=filled.now)
    code, who = filled.cassette("product_bag"), signed_in(filled.demo.member("Alice"))
    assert code not in ("", filled.label("product_bag"))
    assert drawing.read_page(who.get(f"/labels/{code}.png").content) == []
    assert code in who.get(f"/journeys/{filled.coi_id}/labels/").content.decode()
    assert code in who.get(f"/journeys/{filled.coi_id}/").content.decode()
    form = {"request_id": uuid4(), "file": "zpl-300"}
    assert who.post(f"/labels/{code}/hand-out/", form).status_code == 409, "it is on its cassette"
    zpl = content.content_for(
        label_copy(_viewer_named(filled, "Alice"), code, filled.now), PrinterKind.ZPL, 300
    )
    assert (zpl[:3], zpl[-4:]) == (b"^XA", b"^XZ\n")
    viewer = _viewer_named(filled, "Alice")
    bag, cassette = (
        content.label_of(label_copy(viewer, one, filled.now)) for one in (filled.label("product_bag"), code)
    )
    assert cassette.heading == "CASSETTE, T CELLS"
    assert cassette.symbols[0].content == code != bag.symbols[0].content
    assert cassette.symbols[1:] == bag.symbols[1:], "one and the same cells"


def _viewer_named(player, name):
    from people import selectors as people

    return people.person(player.demo.member(name).user_id, player.now)
