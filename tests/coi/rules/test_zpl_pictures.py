"""Labels for printers that draw for themselves, as such a printer draws them: what is read comes from the dots.

The renderer (zplkit) has the fonts of the printers, dot by dot, and knows nothing of how our labels are written.
"""

import re
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops
from zplkit import Options, render

from coi.rules.labels import Label, Line, Symbology
from coi.rules.zpl import TooMuch, to_zpl
from coi.rules.zpl.fields import extent
from coi.rules.zpl.letters import letters_for
from coi.services.drawing import Reading, read_page
from tests.coi.rules.labelled import BAG, DPI, HOSTILE, LABELS, with_symbols
from tests.coi.rules.zebra import commands, drawn, printed

MARGIN = 100
BLANK = "^XA^CI28^PW{width}^LL{height}^LH0,0^LRN^PMN{field}^XZ"


@lru_cache
def ink(field: str, width: int, height: int, dpi: int) -> Image.Image:
    """What is black where only this is printed."""
    sent = BLANK.format(width=width, height=height, field=field).encode("ascii")
    (label,) = render(sent, Options(profile="zd621", dpi=dpi)).labels
    raster = label.rasterize()
    picture = Image.frombytes("L", (raster.width, raster.height), raster.pixels)
    return ImageChops.invert(picture).convert("1", dither=Image.Dither.NONE)


def meant(label: Label) -> list[Reading]:
    return sorted((symbol.symbology, symbol.content.encode("ascii")) for symbol in label.symbols)


def size(sent: bytes) -> tuple[int, int]:
    said = dict(commands(sent))
    return int(said["PW"]), int(said["LL"])


# -- every label -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_its_symbols_are_read_from_the_dots(label: Label, dpi: int) -> None:
    assert sorted(read_page(printed(to_zpl(label, dpi), dpi))) == meant(label)


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_everything_is_on_the_label_and_on_nothing_else(label: Label, dpi: int) -> None:
    """Every field is printed alone, on more paper: its dots are on the label, and no other field has one of them.

    Around a symbol its quiet zone is its own. Boxes may have text in them.
    """
    sent = to_zpl(label, dpi)
    width, height = size(sent)
    seen = Image.new("1", (width + MARGIN, height + MARGIN))
    fields = re.findall(r"\^FO.*?\^FS", sent.decode("ascii"))
    for field, thing in zip(fields, drawn(sent), strict=True):
        alone = ink(field, width + MARGIN, height + MARGIN, dpi)
        box = alone.getbbox()
        assert box, f"nothing is printed: {field}"
        assert box[2] <= width, field
        assert box[3] <= height, field
        if thing.kind in {"black", "frame"}:
            continue
        if thing.kind in {"bars", "cells"}:
            alone = Image.new("1", seen.size)
            alone.paste(1, thing.area)
        assert not ImageChops.logical_and(seen, alone).getbbox(), f"it lies on something else: {field}"
        seen = ImageChops.logical_or(seen, alone)


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_symbols_are_where_they_are_counted(label: Label, dpi: int) -> None:
    """The width of a symbol is worked out in two places that know nothing of each other, and drawn in a third."""
    sent = to_zpl(label, dpi)
    fields = re.findall(r"\^FO.*?\^FS", sent.decode("ascii"))
    symbols = [pair for pair in zip(fields, drawn(sent), strict=True) if pair[1].kind in {"bars", "cells"}]
    assert len(symbols) == len(label.symbols)
    for field, thing in symbols:
        left, _, right, _ = ink(field, *size(sent), dpi).getbbox() or (0, 0, 0, 0)
        module = re.search(r"\^BY(\d+)", field) or re.search(r"\^BXN,(\d+)", field)
        assert module
        quiet = int(module[1]) * (10 if thing.kind == "bars" else 2)
        assert (left - quiet, right + quiet) == (thing.area[0], thing.area[2])


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_the_picture_is_as_large_as_the_label(label: Label, dpi: int) -> None:
    sent = to_zpl(label, dpi)
    (page,) = render(sent.replace(b"^PQ1", b""), Options(profile="zd621", dpi=dpi)).labels
    # sold as 203 dpi, and 8 dots in a millimetre
    per_mm = 8 if dpi == 203 else dpi / 25.4
    assert abs(page.width - label.width_mm * per_mm) < 1
    assert abs(page.height - label.height_mm * per_mm) < 1


# -- contents that try to be something else ----------------------------------------------------------------------------


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param("A^FS^XZ~JA", id="commands"),
        pytest.param(">:A>5>6>8", id="invocations"),
        pytest.param("^~>_", id="all four"),
        pytest.param("_1_5E__", id="escapes"),
        pytest.param("&>/=>A99", id="ISBT 128"),
        pytest.param("99123456", id="two nines"),
        pytest.param("AB1234567CD", id="an odd run"),
        pytest.param("\\&,;:'\"", id="marks"),
    ],
)
def test_a_hostile_content_is_only_a_content(content: str, dpi: int) -> None:
    label = with_symbols(content)
    assert sorted(read_page(printed(to_zpl(label, dpi), dpi))) == meant(label)


@pytest.mark.parametrize("dpi", DPI)
def test_a_whole_message_of_isbt_128_is_read(dpi: int) -> None:
    message = "=+03000&/CHA999926000001=A99992600000700&>1234567"
    symbol = replace(BAG.symbols[1], content=message)
    label = replace(BAG, symbols=(BAG.symbols[0], symbol))
    assert (Symbology.DATA_MATRIX, message.encode()) in read_page(printed(to_zpl(label, dpi), dpi))


@given(
    content=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12)
    | st.text(alphabet=">_^~019", min_size=1, max_size=12),
    dpi=st.sampled_from(DPI),
)
def test_whatever_a_symbol_holds_is_read_from_the_dots(content: str, dpi: int) -> None:
    label = with_symbols(content)
    assert sorted(read_page(printed(to_zpl(label, dpi), dpi))) == meant(label)


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if text.isascii()]
)  # as far as the renderer's fonts go
def test_a_hostile_name_leaves_the_symbols_alone(text: str, dpi: int) -> None:
    label = replace(
        BAG,
        product=text,
        by=text,
        identity=text,
        lines=(Line(text, text, text),),
        warnings=(text,),
        mark=text,
    )
    try:
        sent = to_zpl(label, dpi)
    except TooMuch:
        return
    assert sorted(read_page(printed(sent, dpi))) == meant(label)


# -- letters -----------------------------------------------------------------------------------------------------------


def written(command: str, text: str, dpi: int = 203) -> Image.Image:
    hexadecimal = "".join(f"_{ord(char):02X}" for char in text)
    return ink(f"^FO0,0{command}^FH_^FD{hexadecimal}^FS", 2400, 120, dpi)


@pytest.mark.parametrize("char", [chr(code) for code in range(33, 127)])
def test_no_letter_is_wider_than_it_is_counted(char: str) -> None:
    for high in (13, 24, 66):
        box = written(f"^A0N,{high},{high}", char * 20).getbbox()
        assert box
        assert box[2] <= extent(char * 20, high) + 1


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("high", [13, 16, 19, 24, 28, 35, 45, 66])
def test_a_code_is_as_wide_as_it_is_counted_and_tells_0_from_o(high: int, dpi: int) -> None:
    letters = letters_for("VL00000042Z", high, 2000)
    assert letters
    assert written(letters.command, "VL00000042Z", dpi).getbbox() == (
        0, 0, letters.width("VL00000042Z"), letters.capital,
    )  # fmt: skip
    assert letters.capital <= high
    middle = (
        letters.wide * 2 // 5,
        letters.capital // 3,
        letters.wide * 3 // 5 + 1,
        letters.capital * 2 // 3,
    )
    assert written(letters.command, "0", dpi).crop(middle).getbbox()
    assert not written(letters.command, "O", dpi).crop(middle).getbbox()


def test_a_code_without_room_is_in_other_letters() -> None:
    assert letters_for("VL00000042Z", 24, 60) is None
    assert letters_for("small", 24, 2000) is None
    sent = to_zpl(replace(BAG, identity="A" * 30), 203).decode()
    assert re.search(r"\^A0N,\d+,\d+\^FH_\^FDA{30}\^FS", sent)
