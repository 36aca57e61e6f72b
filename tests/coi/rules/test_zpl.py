"""Labels for printers that draw for themselves: what is sent is read again, by a small reader of ZPL."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.rules.label_templates import Layout
from coi.rules.labels import Label, Line, Symbol, Symbology
from coi.rules.zpl import TooMuch, to_zpl
from tests.coi.rules.labelled import BAG, DPI, HOSTILE, LABELS, with_symbols
from tests.coi.rules.zebra import commands, drawn, fields, meet, texts, unescaped

# -- what is sent ------------------------------------------------------------------------------------------------------


SHOWN = {Symbology.CODE_128: "bars", Symbology.DATA_MATRIX: "cells"}


def wanted(label: Label) -> list[str]:
    """Every text of a label. Round a vial, lines have no names and only the copy's symbol has its caption."""
    texts = [label.heading, label.count, label.copy, label.mark, label.product, label.by, *label.warnings]
    texts += [label.identity_check, label.din, label.din_check, label.din_flags, label.symbols[0].caption]
    texts += [label.identity] if label.identity != label.symbols[0].content else []
    texts += [text for line in label.lines for text in (line.value, line.under)]
    if label.layout is not Layout.WRAP:
        texts += [*(line.name for line in label.lines), *(symbol.caption for symbol in label.symbols)]
    if label.layout not in {Layout.WRAP, Layout.TUBE, Layout.SHIPPER}:
        texts.append(label.identity_name)
    return [text for text in texts if text]


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_it_holds_everything_that_the_label_holds(label: Label, dpi: int) -> None:
    things = drawn(to_zpl(label, dpi))
    said = " ".join(thing.said for thing in things if thing.kind == "text")
    assert [text for text in wanted(label) if text not in said] == []
    symbols = sorted((thing.kind, thing.said) for thing in things if thing.kind in {"bars", "cells"})
    assert symbols == sorted((SHOWN[symbol.symbology], symbol.content) for symbol in label.symbols)
    reversed_ = " ".join(thing.said for thing in things if thing.is_reverse)
    assert label.mark in reversed_
    if label.layout is Layout.BAG:
        assert all(warning in reversed_ for warning in label.warnings)


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_nothing_lies_beyond_the_label_or_on_anything_else(label: Label, dpi: int) -> None:
    sent = to_zpl(label, dpi)
    size = dict(commands(sent))
    width, height = int(size["PW"]), int(size["LL"])
    # sold as 203 dpi, and 8 dots in a millimetre
    per_mm = 8 if dpi == 203 else dpi / 25.4
    assert abs(width - label.width_mm * per_mm) < 1
    assert abs(height - label.height_mm * per_mm) < 1
    things = drawn(sent)
    for thing in things:
        left, top, right, bottom = thing.area
        assert 0 <= left < right <= width, thing
        assert 0 <= top < bottom <= height, thing
    framed = {label.identity_check, label.din_check, *label.warnings[:1]} - {""}
    for one, other in combinations(things, 2):
        inside = {one.kind, other.kind} in ({"black", "text"}, {"frame", "text"})
        if meet(one.area, other.area):
            within = one.is_reverse or other.is_reverse or framed & {one.said, other.said}
            assert inside, (one, other)
            assert within, (one, other)
    for white in (thing for thing in things if thing.is_reverse):
        blacks = [thing.area for thing in things if thing.kind == "black"]
        left, top, right, bottom = white.area
        assert any(b[0] <= left and b[1] <= top and right <= b[2] and bottom <= b[3] for b in blacks), white


@pytest.mark.parametrize("dpi", DPI)
def test_it_is_one_format_that_leaves_nothing_behind(dpi: int) -> None:
    names = [name for name, _ in commands(to_zpl(BAG, dpi))]
    assert (names[0], names[-1], names.count("XA"), names.count("XZ")) == ("XA", "XZ", 1, 1)
    said = dict(commands(to_zpl(BAG, dpi)))
    assert (said["CI"], said["LH"], said["PQ"]) == ("28", "0,0", "1")


@pytest.mark.parametrize(("dpi", "bar", "cell"), [(203, 2, 4), (300, 3, 6)])
def test_a_bar_is_a_quarter_of_a_millimetre(dpi: int, bar: int, cell: int) -> None:
    things = list(fields(to_zpl(BAG, dpi)))
    assert [int(field["BY"]) for field in things if "BY" in field] == [bar]
    assert [field["BX"].split(",")[1] for field in things if "BX" in field] == [str(cell)]
    assert bar * 25.4 / dpi >= 0.25


@pytest.mark.parametrize("dpi", [0, 152, 200, 600])
def test_other_resolutions_are_refused(dpi: int) -> None:
    with pytest.raises(ValueError, match="203, 300"):
        to_zpl(BAG, dpi)


# -- anything at all may stand in a name -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_only_a_name(text: str) -> None:
    label = replace(
        BAG, product=text, by=text, lines=(Line(text, text, text),), warnings=(text, "x"), mark=text
    )
    sent = to_zpl(label, 203)
    assert texts(sent).count(text) == (7 if text else 0)


@given(
    text=st.text(max_size=30) | st.text(alphabet="^~_>XZJAFSD0589;:\x1d", max_size=30),
    dpi=st.sampled_from(DPI),
)
def test_whatever_a_name_is_it_reads_back(text: str, dpi: int) -> None:
    label = replace(BAG, heading=text, product=text, lines=(Line("Batch", "1", text),))
    try:
        sent = to_zpl(label, dpi)
    except TooMuch:
        return
    names = [name for name, _ in commands(sent)]
    assert names.count("XA") == names.count("XZ") == 1
    assert not text or text in texts(sent)


@pytest.mark.parametrize("field", ["heading", "product", "by", "identity", "mark", "copy"])
def test_what_has_no_room_is_refused_and_not_cut(field: str) -> None:
    with pytest.raises(TooMuch):
        to_zpl(replace(BAG, **{field: "W" * 300}), 203)


def test_lines_and_symbols_without_room_are_refused() -> None:
    with pytest.raises(TooMuch):
        to_zpl(replace(BAG, lines=BAG.lines * 4), 203)
    for symbology in Symbology:
        others = tuple(symbol for symbol in BAG.symbols if symbol.symbology is not symbology)
        with pytest.raises(TooMuch):
            to_zpl(replace(BAG, symbols=(*others, Symbol(symbology, "X" * 200, ""))), 203)


def test_a_long_product_takes_two_lines() -> None:
    words = " ".join(["Autologous CD19 directed T cells"] * 4)
    said = texts(to_zpl(replace(BAG, product=words), 203))
    assert words not in said
    assert any(f"{one} {other}" == words for one, other in pairwise(said))


# -- symbols -----------------------------------------------------------------------------------------------------------

CONTENTS = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=14)
DIGITS = st.text(alphabet="0123456789ab\x1d", min_size=1, max_size=14)


@given(
    content=CONTENTS | DIGITS | st.text(alphabet=">_^~19", min_size=1, max_size=14), dpi=st.sampled_from(DPI)
)
def test_a_symbol_reads_back(content: str, dpi: int) -> None:
    found = {thing.kind: thing.said for thing in drawn(to_zpl(with_symbols(content), dpi))}
    assert (found["bars"], found["cells"]) == (content, content)


@pytest.mark.parametrize(
    ("content", "data"),
    [
        pytest.param("VL00000042Z", ">:VL>500000042>6Z", id="a serial"),
        pytest.param("=A99992600000700", ">:=A>599992600000700", id="a donation"),
        pytest.param("A12345", ">:A1>52345", id="an odd run begins in B"),
        pytest.param("12", ">;12", id="two digits"),
        pytest.param("AB12CD", ">:AB12CD", id="a pair is not worth two switches"),
        pytest.param("A1234", ">:A>51234", id="four at the end are"),
        pytest.param("=>0A", ">:=>00A", id="a literal greater-than"),
        pytest.param("\x1d01095060001343521", ">;>80109506000134352>61", id="GS1, odd"),
    ],
)
def test_code_128_is_written_as_shortly_as_it_can_be(content: str, data: str) -> None:
    (bars,) = [field for field in fields(to_zpl(with_symbols(content), 203)) if "BC" in field]
    assert unescaped(bars["FD"]) == data


@pytest.mark.parametrize("content", ["", "é", "A\nB", "\x00", "\x7f"])
@pytest.mark.parametrize("symbology", Symbology)
def test_what_no_label_carries_is_refused(symbology: Symbology, content: str) -> None:
    others = tuple(symbol for symbol in BAG.symbols if symbol.symbology is not symbology)
    with pytest.raises(ValueError, match="printable ASCII"):
        to_zpl(replace(BAG, symbols=(*others, Symbol(symbology, content, ""))), 203)


@pytest.mark.parametrize("count", [1, 3])
def test_every_symbol_has_a_place_or_the_label_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="symbol"):
        to_zpl(replace(BAG, symbols=(BAG.symbols * 2)[:count]), 203)


@pytest.mark.parametrize("dpi", DPI)
@pytest.mark.parametrize("label", LABELS)
def test_no_module_is_finer_than_a_scanner_is_sure_of(label: Label, dpi: int) -> None:
    for field in fields(to_zpl(label, dpi)):
        dots = field["BX"].split(",")[1] if "BX" in field else field.get("BY")
        assert dots is None or int(dots) * 25.4 / dpi >= 0.249, field
