"""The card of test symbols: what is right passes, and each wrong setting is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.rules import identifiers
from coi.rules.keyboards import DEAD, LAYOUTS, layouts_for, visible
from coi.rules.scanners import (
    CARD,
    GS,
    SYMBOLS,
    CardSymbol,
    Ending,
    Finding,
    FindingCode,
    Proof,
    Symbology,
    Terms,
    Transmission,
    assess,
    is_passed,
    judge,
)
from tests.coi.rules.wedge import Wedge

TERMS = Terms(longest_pause_ms=300)
RIGHT = Wedge()
F = FindingCode
symbols = st.sampled_from(CARD)
printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=6)


def found(symbol: CardSymbol, wedge: Wedge, terms: Terms = TERMS) -> dict[FindingCode, Finding]:
    return {finding.code: finding for finding in judge(symbol, wedge.send(symbol), terms)}


# -- the card ---------------------------------------------------------------------------------------------------------


def test_the_card_proves_what_has_to_be_proved():
    assert {proof for symbol in CARD for proof in symbol.proves} == set(Proof)
    assert set(SYMBOLS["layout"].content) == set("=<>&*+,/(){}[]#$%!'")
    assert len(SYMBOLS["length"].content) >= 60
    mixed = SYMBOLS["case"].content
    assert mixed not in (mixed.upper(), mixed.lower(), mixed.swapcase())
    gs1 = [symbol for symbol in CARD if Proof.SEPARATOR in symbol.proves]
    assert {symbol.symbology for symbol in gs1} == {Symbology.GS1_128, Symbology.GS1_DATA_MATRIX}
    assert {symbol.aim for symbol in gs1} == {"]d2", "]C1"}
    for symbol in gs1:
        assert symbol.content.count(GS) == 1
        assert not symbol.content.endswith(GS)


def test_no_symbol_of_the_card_names_a_container_or_a_person():
    """Scanned by mistake while working, a test symbol can be nothing that a step asks for."""
    taken = {"badge", "label", "wristband", "lot", "equipment", "shipper", "place", "command", "station"}
    for symbol in CARD:
        read = identifiers.read(symbol.content.encode())
        assert getattr(read, "kind", "unreadable") not in taken


# -- what is right passes ---------------------------------------------------------------------------------------------


@given(symbols, st.booleans(), st.sampled_from([Ending.ENTER, Ending.TAB]), st.integers(0, 300))
def test_what_is_sent_unchanged_passes(symbol, has_aim, ending, slowest):
    wedge = Wedge(has_aim=has_aim, ending=ending, slowest_ms=slowest)
    findings = found(symbol, wedge)
    assert set(findings) <= {F.AIM_MISSING}
    assert is_passed(tuple(findings.values()))
    if has_aim:
        assert not findings


def test_a_whole_card_passes_and_an_incomplete_one_is_not_judged():
    sent = {symbol.code: RIGHT.send(symbol) for symbol in CARD}
    assert set(assess(sent, TERMS)) == set(SYMBOLS)
    assert all(is_passed(findings) for findings in assess(sent, TERMS).values())
    del sent["case"]
    with pytest.raises(KeyError):
        assess(sent, TERMS)


@pytest.mark.parametrize("is_required", [True, False])
def test_whether_the_symbology_identifier_is_a_fault_is_a_parameter(is_required):
    terms = replace(TERMS, is_aim_required=is_required)
    for symbol in CARD:
        findings = found(symbol, Wedge(has_aim=False), terms)
        assert (F.AIM_MISSING in findings) is (Proof.SYMBOLOGY in symbol.proves)
        assert is_passed(tuple(findings.values())) is not (is_required and bool(findings))


# -- each wrong setting is named --------------------------------------------------------------------------------------


@given(st.sampled_from(["gs1_matrix", "gs1_linear"]), st.booleans(), st.sampled_from(["", "upper"]))
def test_a_separator_that_is_dropped(code, has_aim, case):
    findings = found(SYMBOLS[code], Wedge(has_aim=has_aim, gs="", case=case))
    assert findings[F.GS_DROPPED].is_fault
    assert F.GS_SUBSTITUTED not in findings


@given(st.sampled_from(["gs1_matrix", "gs1_linear"]), printable.filter(lambda text: text not in "21"))
def test_a_separator_that_comes_as_something_else(code, gs):
    symbol = SYMBOLS[code]
    findings = found(symbol, Wedge(gs=gs))
    assert findings[F.GS_SUBSTITUTED].params == {"found": gs}
    assert not is_passed(tuple(findings.values()))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("has_aim", [True, False])
@pytest.mark.parametrize("are_dead_keys_lost", [True, False])
def test_a_keyboard_layout(layout, has_aim, are_dead_keys_lost):
    symbol = SYMBOLS["layout"]
    text = Wedge(layout=layout, has_aim=has_aim).text(symbol)
    if are_dead_keys_lost:
        text = "".join(c for c in text if c not in DEAD)
    (finding,) = judge(symbol, Transmission(text.encode()), TERMS)
    assert finding.code is F.LAYOUT_CHANGED
    assert finding.is_fault
    assert layout in finding.params["likely"].split(",")
    pairs = dict(pair.split(" → ") for pair in finding.params["changed"].split("  "))
    for was, came in pairs.items():
        assert came == LAYOUTS[layout][was] or (came == "∅" and LAYOUTS[layout][was] in DEAD)


@given(symbols, st.sampled_from(sorted(LAYOUTS)))
def test_a_layout_is_never_taken_for_another_fault(symbol, layout):
    findings = found(symbol, Wedge(layout=layout))
    assert set(findings) <= {F.LAYOUT_CHANGED}


@given(symbols, st.sampled_from(["inverted", "upper", "lower"]), st.booleans())
def test_a_case_that_was_changed(symbol, case, has_aim):
    wedge = Wedge(case=case, has_aim=has_aim)
    findings = found(symbol, wedge)
    is_changed = wedge.text(symbol) != Wedge(has_aim=has_aim).text(symbol)
    cases = {F.CASE_INVERTED, F.CASE_FOLDED, F.CASE_CHANGED}
    assert bool(cases & set(findings)) is is_changed
    assert set(findings) <= cases | {F.AIM_MISSING}
    if symbol.code == "case":
        (finding,) = findings.values()
        assert finding.code is (F.CASE_INVERTED if case == "inverted" else F.CASE_FOLDED)
        assert finding.params.get("to", "inverted") == case


@given(symbols, printable.filter(lambda text: "]" not in text), st.booleans())
def test_a_prefix(symbol, prefix, has_aim):
    wedge = Wedge(prefix=f"~{prefix}", has_aim=has_aim)
    findings = found(symbol, wedge)
    assert findings[F.PREFIX_ADDED].params == {"found": f"~{prefix}"}
    assert not is_passed(tuple(findings.values()))


@given(symbols, printable)
def test_a_suffix_that_is_more_than_a_key(symbol, suffix):
    assert found(symbol, Wedge(suffix=f"~{suffix}"))[F.SUFFIX_ADDED].params == {"found": f"~{suffix}"}


@given(symbols)
def test_an_end_that_is_no_key(symbol):
    findings = found(symbol, Wedge(ending=Ending.NONE))
    assert set(findings) == {F.SUFFIX_MISSING}
    assert findings[F.SUFFIX_MISSING].is_fault


@given(symbols, st.integers(301, 10_000))
def test_a_pause_that_would_end_the_scan(symbol, slowest):
    (finding,) = found(symbol, Wedge(slowest_ms=slowest)).values()
    assert finding.code is F.TOO_SLOW
    assert finding.params == {"slowest": str(slowest), "limit": "300"}
    assert not found(symbol, Wedge(slowest_ms=slowest), Terms(longest_pause_ms=None))


@given(st.data(), symbols, st.booleans())
def test_a_scan_that_was_cut(data, symbol, from_start):
    length = data.draw(st.integers(3, len(symbol.content) - 1))
    kept = symbol.content[:length] if from_start else symbol.content[-length:]
    codes = [finding.code for finding in judge(symbol, Transmission(kept.encode()), TERMS)]
    assert codes == [F.TRUNCATED]


def test_lost_keys_are_told_and_not_explained():
    symbol = SYMBOLS["case"]
    (finding,) = judge(symbol, Transmission(b"AaMmQqWYyZz012356789"), TERMS)
    assert (finding.code, finding.params) == (F.CHARACTERS_LOST, {"lost": "w 4"})
    (finding,) = judge(symbol, Transmission(b"AaMmQq#wYyZz0123456789"), TERMS)
    assert (finding.code, finding.params) == (F.CHARACTERS_CHANGED, {"changed": "W → #"})


def test_two_faults_at_once_are_both_named():
    wedge = Wedge(gs="~", prefix="@@", ending=Ending.NONE, has_aim=False)
    assert set(found(SYMBOLS["gs1_matrix"], wedge)) == {
        F.GS_SUBSTITUTED,
        F.PREFIX_ADDED,
        F.SUFFIX_MISSING,
        F.AIM_MISSING,
    }
    both = found(SYMBOLS["layout"], Wedge(layout="qwertz_de", prefix="@@"))
    assert set(both) == {F.LAYOUT_CHANGED, F.PREFIX_ADDED}


def test_a_wrong_symbology_identifier_is_a_fault():
    symbol = SYMBOLS["gs1_matrix"]
    (finding,) = judge(symbol, Transmission(f"]d1{symbol.content}".encode()), TERMS)
    assert finding.code is F.AIM_WRONG
    assert finding.is_fault
    assert finding.params == {"found": "]d1", "expected": "]d2"}


# -- what is not certain is not told as certain -----------------------------------------------------------------------


@given(symbols, symbols)
def test_another_symbol_of_the_card_is_known(symbol, other):
    codes = [finding.code for finding in judge(symbol, RIGHT.send(other), TERMS)]
    assert codes == ([] if symbol is other else [F.OTHER_SYMBOL])


@pytest.mark.parametrize("text", ["", "VB000012X", "&/CHA999926000001", "=A99992700000100", "x" * 4096])
def test_anything_else_is_nothing_of_the_card(text):
    for symbol in CARD:
        (finding,) = judge(symbol, Transmission(text.encode()), TERMS)
        assert finding.code is F.NOT_THIS_SYMBOL
        assert text == "" or text not in str(finding.params)


def test_several_layouts_that_fit_are_all_named():
    text = Wedge(layout="qwertz_de").text(SYMBOLS["gs1_matrix"])
    (finding,) = judge(SYMBOLS["gs1_matrix"], Transmission(text.encode()), TERMS)
    assert finding.params["likely"] == "qwertz_de,qwerty_es"
    assert layouts_for({"y": "z"}) == ()  # too little to go by


def test_capitals_alone_do_not_tell_inverted_from_small():
    text = SYMBOLS["length"].content.lower()
    (finding,) = judge(SYMBOLS["length"], Transmission(text.encode()), TERMS)
    assert finding.code is F.CASE_CHANGED


# -- total ------------------------------------------------------------------------------------------------------------


@given(symbols, st.binary(max_size=120), st.sampled_from(Ending), st.none() | st.integers(0, 9999))
def test_any_bytes_are_judged(symbol, raw, ending, slowest):
    for finding in judge(symbol, Transmission(raw, ending, slowest), TERMS):
        assert all(value.isprintable() for value in finding.params.values())


@given(st.data(), symbols)
def test_one_changed_character_never_passes(data, symbol):
    place = data.draw(st.integers(0, len(symbol.content) - 1))
    other = data.draw(st.characters(max_codepoint=0x7E).filter(lambda c: c != symbol.content[place]))
    text = symbol.content[:place] + other + symbol.content[place + 1 :]
    assert not is_passed(judge(symbol, Transmission(text.encode()), TERMS))


def test_what_shows_nothing_is_written_by_name():
    assert visible("a\x1d\x02\ud800 ") == "a<GS><02><D800><space>"
