"""Does a station's scanner send what it reads, unchanged? The card of test symbols, and the judgement of what came.

A keyboard-wedge scanner can lose or change characters without any error: the separator of GS1 fields is dropped and
two fields become one, `=` comes as `+` under another keyboard layout, capitals come as small letters. Each symbol of
the card proves one of these. `judge` compares what came with what is on the card and says what to change; where it
only supposes a cause, the finding says so (see `Note [Explanations]`).

Note [Explanations]
~~~~~~~~~~~~~~~~~~~
A cause is named only if it accounts for every character: the wrong setting is applied to the symbol's content, and
the result must be what came. Of several causes the simplest is named; of several equally simple ones, all of them.
What no known cause accounts for is told as it is: which characters came as which, which were lost, how many came.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache

from coi.rules.keyboards import DEAD, LAYOUTS, layouts_for, visible

CARD_VERSION = "1"
PAIRS = "  "  # between what came as what, in a finding
GS = "\x1d"


class Symbology(StrEnum):
    """How a test symbol is drawn; in a GS1 symbology the separator is FNC1, which a scanner sends as ASCII 29."""

    CODE_128 = "code_128"
    GS1_128 = "gs1_128"
    DATA_MATRIX = "data_matrix"
    GS1_DATA_MATRIX = "gs1_data_matrix"


class Proof(StrEnum):
    """What a test symbol is for."""

    LAYOUT = "layout"
    CASE = "case"
    SEPARATOR = "separator"
    SYMBOLOGY = "symbology"
    LENGTH = "length"


@dataclass(frozen=True)
class CardSymbol:
    """One symbol of the card. `aim` is the symbology identifier of ISO/IEC 15424 that a scanner may send before it."""

    code: str
    symbology: Symbology
    content: str
    aim: str
    proves: tuple[Proof, ...]

    @property
    def sent(self) -> str:
        """What a scanner sends that is set up as it should be."""
        return self.aim + self.content


# Synthetic throughout: a GTIN of GS1's prefix for demonstrations, a facility number that ISBT 128 keeps for tests.
CARD: tuple[CardSymbol, ...] = (
    CardSymbol("layout", Symbology.CODE_128, "=<>&*+,/(){}[]#$%!'", "]C0", (Proof.LAYOUT,)),
    CardSymbol("case", Symbology.CODE_128, "AaMmQqWwYyZz0123456789", "]C0", (Proof.CASE,)),
    CardSymbol(
        "gs1_matrix",
        Symbology.GS1_DATA_MATRIX,
        f"010950600013435210LOT42A{GS}21BAG01",
        "]d2",
        (Proof.SEPARATOR, Proof.SYMBOLOGY),
    ),
    CardSymbol(
        "gs1_linear",
        Symbology.GS1_128,
        f"010950600013435210A1{GS}21B2",
        "]C1",
        (Proof.SEPARATOR, Proof.SYMBOLOGY),
    ),
    CardSymbol(
        "length",
        Symbology.DATA_MATRIX,
        "=+05000=A99992612345600=<S1295499&>0272222359=,000001&/CHA999926000ABC",
        "]d1",
        (Proof.LENGTH,),
    ),
)
SYMBOLS: Mapping[str, CardSymbol] = {symbol.code: symbol for symbol in CARD}


class Ending(StrEnum):
    """The key that came after the last character; none when the scan just stopped."""

    ENTER = "enter"
    TAB = "tab"
    NONE = "none"


@dataclass(frozen=True)
class Transmission:
    """What came of one scan: text as bytes, the key at its end, and the longest pause between two keys."""

    raw: bytes
    ending: Ending = Ending.ENTER
    slowest_ms: int | None = None


@dataclass(frozen=True)
class Terms:
    """What is asked of this scanner. `longest_pause_ms`: a longer pause ends a scan at this station."""

    longest_pause_ms: int | None = None
    is_aim_required: bool = False


class FindingCode(StrEnum):
    """What can be wrong, the gravest first."""

    NOT_THIS_SYMBOL = "not_this_symbol"
    OTHER_SYMBOL = "other_symbol"
    TRUNCATED = "truncated"
    CHARACTERS_LOST = "characters_lost"
    LAYOUT_CHANGED = "layout_changed"
    CHARACTERS_CHANGED = "characters_changed"
    CASE_INVERTED = "case_inverted"
    CASE_FOLDED = "case_folded"
    CASE_CHANGED = "case_changed"
    GS_DROPPED = "gs_dropped"
    GS_SUBSTITUTED = "gs_substituted"
    AIM_WRONG = "aim_wrong"
    PREFIX_ADDED = "prefix_added"
    SUFFIX_ADDED = "suffix_added"
    SUFFIX_MISSING = "suffix_missing"
    TOO_SLOW = "too_slow"
    AIM_MISSING = "aim_missing"


@dataclass(frozen=True)
class Finding:
    """One thing to change. A fault keeps the scanner from being qualified; advice does not."""

    code: FindingCode
    params: Mapping[str, str] = field(default_factory=dict)
    is_fault: bool = True


def judge(symbol: CardSymbol, transmission: Transmission, terms: Terms) -> tuple[Finding, ...]:
    """Compare what came with the symbol; nothing found is a pass. Total: any bytes are judged."""
    text = _decoded(transmission.raw)
    found = list(_content_findings(symbol, text, terms))
    if transmission.ending is Ending.NONE:
        found.append(Finding(FindingCode.SUFFIX_MISSING))
    slowest, limit = transmission.slowest_ms, terms.longest_pause_ms
    if slowest is not None and limit is not None and slowest > limit:
        found.append(Finding(FindingCode.TOO_SLOW, {"slowest": str(slowest), "limit": str(limit)}))
    order = list(FindingCode)
    return tuple(sorted(found, key=lambda finding: order.index(finding.code)))


def assess(transmissions: Mapping[str, Transmission], terms: Terms) -> dict[str, tuple[Finding, ...]]:
    """The findings of a whole card by symbol; KeyError when one of its symbols was not scanned."""
    return {symbol.code: judge(symbol, transmissions[symbol.code], terms) for symbol in CARD}


def is_passed(findings: Sequence[Finding]) -> bool:
    """Whether nothing that was found is a fault."""
    return not any(finding.is_fault for finding in findings)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def _content_findings(symbol: CardSymbol, text: str, terms: Terms) -> Iterator[Finding]:
    found = _explanations(symbol, text)
    if found:
        yield from _explained(symbol, found, terms)
        return
    for other in CARD:
        if other is not symbol and any(e.is_plain for e in _explanations(other, text)):
            yield Finding(FindingCode.OTHER_SYMBOL, {"found": other.code})
            return
    yield _unexplained(symbol, text)


# --- causes that account for every character -------------------------------------------------------------------------

_SAME = ""
_CASES: Mapping[str, Callable[[str], str]] = {
    _SAME: lambda character: character,
    "inverted": str.swapcase,
    "upper": str.upper,
    "lower": str.lower,
}
_MOST_PREFIX, _MOST_GS, _MOST_SUFFIX = 16, 8, 16
_NOTHING = "∅"


@dataclass(frozen=True)
class _Explanation:
    """One way to come from the symbol's content to what was received."""

    layout: str
    case: str
    prefix: str
    aim: str | None
    is_aim_right: bool
    gs: str | None
    suffix: str
    changed: tuple[tuple[str, str], ...]

    @property
    def is_plain(self) -> bool:
        """Nothing of the content itself was changed."""
        return not (self.layout or self.case)

    @property
    def cost(self) -> int:
        """How many settings are wrong. A prefix or identifier that a layout or case accounts for is not one more."""
        likely = (self.layout, self.case, self.suffix, self.gs not in (None, GS))
        return sum(map(bool, likely)) + 2 * (bool(self.prefix) + (not self.is_aim_right))


def _explanations(symbol: CardSymbol, text: str) -> list[_Explanation]:
    """The simplest explanations of what came; several when equally simple ones cannot be told apart."""
    if len(text) > 2 * len(symbol.content) + _MOST_PREFIX + _MOST_SUFFIX:
        return []
    found = [
        explained
        for layout in (_SAME, *LAYOUTS)
        for case in _CASES
        if (explained := _explanation(symbol, text, layout, case)) is not None
    ]
    least = min((e.cost for e in found), default=0)
    return [e for e in found if e.cost == least]


def _explanation(symbol: CardSymbol, text: str, layout: str, case: str) -> _Explanation | None:
    """What came, as sent under this layout and case; None when it was not, or when they show in none of it."""
    match = _pattern(symbol, layout, case).fullmatch(text)
    if match is None:
        return None
    aim = match["aim"]
    seen = symbol.content if aim is None else symbol.sent
    changed = _changed(seen, layout, case)
    if changed in _without_one(seen, layout, case):
        return None
    return _Explanation(
        layout=layout,
        case=case,
        prefix=match["prefix"],
        aim=aim,
        is_aim_right=aim is None or aim == "".join(_came(c, layout, case) for c in symbol.aim),
        gs=match["gs"] if GS in symbol.content else None,
        suffix=match["suffix"],
        changed=tuple((was, came if came in text else _NOTHING) for was, came in changed),
    )


def _without_one(seen: str, layout: str, case: str) -> list[tuple[tuple[str, str], ...]]:
    """What would be changed with one setting less: the setting shows in nothing if that is the same."""
    less = [(_SAME, case)] * bool(layout) + [(layout, _SAME)] * bool(case)
    return [_changed(seen, *settings) for settings in less]


def _came(character: str, layout: str, case: str) -> str:
    """The character as it comes with these settings."""
    there = LAYOUTS[layout].get(character, character) if layout else character
    turned = _CASES[case](there)
    return turned if len(turned) == 1 else there


def _changed(content: str, layout: str, case: str) -> tuple[tuple[str, str], ...]:
    pairs = ((c, _came(c, layout, case)) for c in dict.fromkeys(content) if c != GS)
    return tuple((was, came) for was, came in pairs if was != came)


@lru_cache(maxsize=256)
def _pattern(symbol: CardSymbol, layout: str, case: str) -> re.Pattern[str]:
    """What a scanner and a computer with these settings send, whatever they put before, between and after."""

    def as_sent(text: str) -> str:
        return "".join(_escaped(_came(c, layout, case), is_dead_possible=bool(layout)) for c in text)

    first, *others = (as_sent(part) for part in symbol.content.split(GS))
    between = rf"(?P<gs>.{{0,{_MOST_GS}}}?)"
    body = first + "".join((between if n == 0 else "(?P=gs)") + part for n, part in enumerate(others))
    before = rf"(?P<prefix>.{{0,{_MOST_PREFIX}}}?)(?P<aim>{as_sent(']')}[A-Za-z].)?"
    return re.compile(rf"{before}{body}(?P<suffix>.{{0,{_MOST_SUFFIX}}})", re.DOTALL)


def _escaped(character: str, *, is_dead_possible: bool) -> str:
    escaped = re.escape(character)
    return f"(?:{escaped})?" if is_dead_possible and character in DEAD else escaped


def _explained(symbol: CardSymbol, found: Sequence[_Explanation], terms: Terms) -> Iterator[Finding]:
    """The findings of equally simple explanations: they differ in layout or case alone."""
    first = found[0]
    if first.layout:
        yield Finding(FindingCode.LAYOUT_CHANGED, {"changed": _told(first.changed), "likely": _likely(found)})
    elif first.case:
        yield _case_finding({e.case for e in found})
    if first.prefix:
        yield Finding(FindingCode.PREFIX_ADDED, {"found": visible(first.prefix)})
    if first.suffix:
        yield Finding(FindingCode.SUFFIX_ADDED, {"found": visible(first.suffix)})
    if first.gs == "":
        yield Finding(FindingCode.GS_DROPPED)
    elif first.gs not in (None, GS):
        yield Finding(FindingCode.GS_SUBSTITUTED, {"found": visible(first.gs or "")})
    yield from _aim_findings(symbol, first, terms)


def _likely(found: Sequence[_Explanation]) -> str:
    return ",".join(dict.fromkeys(e.layout for e in found if e.layout))


def _case_finding(cases: set[str]) -> Finding:
    """Capitals alone cannot tell what became of small letters: then it is said that the case changed, and no more."""
    if cases == {"inverted"}:
        return Finding(FindingCode.CASE_INVERTED)
    if len(cases) == 1:
        return Finding(FindingCode.CASE_FOLDED, {"to": next(iter(cases))})
    return Finding(FindingCode.CASE_CHANGED)


def _aim_findings(symbol: CardSymbol, found: _Explanation, terms: Terms) -> Iterator[Finding]:
    if found.aim is None:
        if Proof.SYMBOLOGY in symbol.proves:
            yield Finding(FindingCode.AIM_MISSING, {"expected": symbol.aim}, is_fault=terms.is_aim_required)
    elif found.is_plain and not found.is_aim_right:
        yield Finding(FindingCode.AIM_WRONG, {"found": visible(found.aim), "expected": symbol.aim})


# --- what no known cause accounts for --------------------------------------------------------------------------------

_SHORTEST = 3
_AIM = re.compile(r"\][A-Za-z].")


def _unexplained(symbol: CardSymbol, text: str) -> Finding:
    bare = _AIM.sub("", text, count=1) if _AIM.match(text) else text
    variants = (symbol.content, symbol.content.replace(GS, ""))
    longest = len(symbol.content)
    if _SHORTEST <= len(bare) < longest and any(bare in variant for variant in variants):
        part = "start" if any(v.startswith(bare) for v in variants) else "end"
        return Finding(FindingCode.TRUNCATED, {"part": part, "got": str(len(bare)), "of": str(longest)})
    if longest // 2 <= len(bare) <= longest + _MOST_SUFFIX:
        return _compared(symbol, bare)
    return Finding(FindingCode.NOT_THIS_SYMBOL, {"got": str(len(text)), "of": str(longest)})


def _compared(symbol: CardSymbol, bare: str) -> Finding:
    """Character by character, if enough of them agree or one layout accounts for those that do not."""
    content = symbol.content
    changed, lost = _differences(content, bare)
    alike = sum(
        size for _, _, size in SequenceMatcher(None, content, bare, autojunk=False).get_matching_blocks()
    )
    layouts = layouts_for(changed)
    if layouts:
        params = {"changed": _told(tuple(changed.items())), "likely": ",".join(layouts)}
        return Finding(FindingCode.LAYOUT_CHANGED, params)
    if alike * 2 < len(content):
        return Finding(FindingCode.NOT_THIS_SYMBOL, {"got": str(len(bare)), "of": str(len(content))})
    if changed:
        return Finding(FindingCode.CHARACTERS_CHANGED, {"changed": _told(tuple(changed.items()))})
    if lost:
        return Finding(FindingCode.CHARACTERS_LOST, {"lost": " ".join(map(visible, lost))})
    return Finding(FindingCode.NOT_THIS_SYMBOL, {"got": str(len(bare)), "of": str(len(content))})


def _differences(content: str, bare: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Which characters came as which, and which did not come."""
    changed: dict[str, str] = {}
    lost: list[str] = []
    for kind, start, end, from_, to in SequenceMatcher(None, content, bare, autojunk=False).get_opcodes():
        if kind == "replace":
            changed |= dict(zip(content[start:end], bare[from_:to], strict=False))
            lost += content[start + to - from_ : end]
        elif kind == "delete":
            lost += content[start:end]
    return changed, tuple(lost)


def _told(changed: Sequence[tuple[str, str]]) -> str:
    return PAIRS.join(f"{visible(was)} → {visible(came)}" for was, came in changed)
