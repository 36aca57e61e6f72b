"""Sentences about scanners: what each finding means and what to change in the settings, and the words of the page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from coi.forms.texts import Text
from coi.rules.qualification import ScannerState
from coi.rules.scanners import PAIRS, Finding, FindingCode, is_passed
from coi.selectors.scanners import QualificationView

Json = dict[str, Any]
Word = str | Promise

FINDINGS: Mapping[FindingCode, Text] = {
    FindingCode.NOT_THIS_SYMBOL: Text(
        _("This is not the symbol that was asked for, or little of it arrived ({got} characters of {of})."),
        _(
            "Scan the row that the picture shows. If it was that row: reset the scanner to its defaults first."
        ),
    ),
    FindingCode.OTHER_SYMBOL: Text(
        _("This is another row of the card: “{found}”."),
        _("Scan the row that the picture shows, and cover its neighbours with your hand."),
    ),
    FindingCode.TRUNCATED: Text(
        _("Only the {part} arrived: {got} characters of {of}."),
        _(
            "Set the scanner to send characters more slowly (inter-character delay), or turn off a length limit."
        ),
    ),
    FindingCode.CHARACTERS_LOST: Text(
        _("These characters did not arrive: {lost}"),
        _(
            "Set the scanner to send characters more slowly (inter-character delay). Then scan this symbol again."
        ),
    ),
    FindingCode.LAYOUT_CHANGED: Text(
        _("Signs arrive as others, as under another keyboard layout ({likely}): {changed}"),
        _(
            "Set the scanner's keyboard country to the layout of this computer, or this computer to the layout of"
            " the scanner: both must be the same."
        ),
    ),
    FindingCode.CHARACTERS_CHANGED: Text(
        _("Characters arrive as others: {changed}"),
        _(
            "Turn off every conversion or replacement of characters in the scanner, and compare keyboard layouts."
        ),
    ),
    FindingCode.CASE_INVERTED: Text(
        _("Capitals arrive as small letters, and small letters as capitals."),
        _("Turn Caps Lock off, and the scanner's setting “convert case” or “Caps Lock on” too."),
    ),
    FindingCode.CASE_FOLDED: Text(
        _("All letters arrive as {to}."), _("Set the scanner's case conversion to “none”.")
    ),
    FindingCode.CASE_CHANGED: Text(
        _("Capitals arrive as small letters."),
        _("Turn Caps Lock off, and set the scanner's case conversion to “none”."),
    ),
    FindingCode.GS_DROPPED: Text(
        _("The separator between two fields did not arrive: a lot and a serial number would become one."),
        _("Set the scanner to send FNC1 as ASCII 29 (GS). Allow control characters, or “function codes”."),
    ),
    FindingCode.GS_SUBSTITUTED: Text(
        _("The separator between two fields arrives as {found}."),
        _("Set the scanner to send FNC1 as ASCII 29 (GS) and not as another character."),
    ),
    FindingCode.AIM_WRONG: Text(
        _("The symbology identifier arrives as {found} and should be {expected}."),
        _(
            "Turn on the AIM identifier (“AIM code ID”), not the maker's own code ID, and the GS1 types of symbols."
        ),
    ),
    FindingCode.PREFIX_ADDED: Text(
        _("The scanner puts {found} before every code."),
        _("Turn the scanner's prefix off, or enter it where this device is bound to its station."),
    ),
    FindingCode.SUFFIX_ADDED: Text(
        _("The scanner puts {found} after every code."),
        _("Set the scanner's suffix to Enter (CR) and nothing else."),
    ),
    FindingCode.SUFFIX_MISSING: Text(
        _("No Enter came after the code."), _("Set the scanner's suffix to Enter (CR).")
    ),
    FindingCode.TOO_SLOW: Text(
        _(
            "Pauses of up to {slowest} ms inside one code: this device takes a code as ended after {limit} ms."
        ),
        _(
            "Shorten the scanner's inter-character delay, move it nearer to its base, or bind the device with a"
            " longer pause."
        ),
    ),
    FindingCode.AIM_MISSING: Text(
        _("The symbology identifier ({expected}) is not sent."),
        _("Not needed here, and better to have: turn on the AIM identifier (“AIM code ID”)."),
    ),
}
_AIM_NEEDED = _("This installation asks for it: turn on the AIM identifier (“AIM code ID”).")

SYMBOLS: Mapping[str, Word] = {
    "layout": _("Signs"),
    "case": _("Letters and digits"),
    "gs1_matrix": _("Two fields: square"),
    "gs1_linear": _("Two fields: linear"),
    "length": _("Long"),
}

MEANINGS: Mapping[str, Word] = {
    "layout": _("Scanner and computer must mean the same keyboard layout."),
    "case": _("Capitals must stay capitals, and small letters small."),
    "gs1_matrix": _("The separator between two GS1 fields must arrive."),
    "gs1_linear": _("The separator must arrive from a linear symbol too."),
    "length": _("Every one of many characters must arrive, without a pause."),
}

_LAYOUTS: Mapping[str, Word] = {
    "azerty_fr": _("French, AZERTY"),
    "azerty_be": _("Belgian, AZERTY"),
    "qwertz_de": _("German, QWERTZ"),
    "qwertz_ch": _("Swiss, QWERTZ"),
    "qwerty_uk": _("British"),
    "qwerty_es": _("Spanish"),
}
_PARTS: Mapping[str, Word] = {"start": _("start"), "end": _("end")}
_TO: Mapping[str, Word] = {"upper": _("capitals"), "lower": _("small letters")}

STATES: Mapping[ScannerState, Word] = {
    ScannerState.UNPROVED: _("not qualified"),
    ScannerState.OVERDUE: _("overdue"),
    ScannerState.DUE_SOON: _("due soon"),
    ScannerState.QUALIFIED: _("qualified"),
}

_WORDS: dict[str, Word] = {
    "right": _("RIGHT"),
    "advice": _("RIGHT, WITH ADVICE"),
    "wrong": _("NOT RIGHT"),
    "other": _("ANOTHER ROW"),
    "qualified": _("QUALIFIED"),
    "failed": _("NOT QUALIFIED"),
    "error": _("NOT RECORDED"),
    "offline": _("NO CONNECTION"),
    "scan_row": _("Scan row {n} of the test card"),
    "scan_badge": _("All five rows are scanned: scan your badge"),
    "badge_hint": _("With badge and PIN you sign what was found."),
    "badge_hint_wrong": _(
        "Not every row is right. Mend the settings and scan those rows again, or sign what was found."
    ),
    "enter_pin": _("Enter your PIN to sign"),
    "not_yet": _("not scanned yet"),
    "is_right": _("right"),
    "is_wrong": _("not right"),
    "is_advice": _("right, with advice"),
    "sending": _("Checking …"),
    "retrying": _("No answer yet. It is sent again until it is answered: it counts once."),
    "refused_offline": _("No connection: that scan was not taken."),
    "connected": _("Connected"),
    "disconnected": _("No connection"),
    "still_busy": _("That scan was not taken: wait, then scan again."),
    "until": _("Qualified until {until}."),
    "recorded_failed": _("Recorded: this scanner is not qualified"),
    "mended": _(
        "This station refuses critical steps until the card is passed here. Change what stands below, then begin"
        " again."
    ),
    "done_hint": _("Back to the station: everything may be done there again."),
    "go_on": _("Go on with the next row"),
    "take_it": _("It was this row: record it as it came"),
    "typed": _("That was typed, or came as slowly as typing: only what a scanner sends is taken here."),
    "back": _("Back to the station"),
    "begin_again": _("Begin again"),
    "sign": _("Sign"),
    "delete": _("Delete the last digit"),
}


def page_words() -> dict[str, str]:
    """The words for the browser."""
    return {name: str(word) for name, word in _WORDS.items()}


def render_findings(findings: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Findings as recorded, or just made, with their words; the gravest first of each symbol."""
    return [_rendered(finding) for finding in findings]


def _rendered(finding: Mapping[str, Any]) -> Json:
    code = FindingCode(finding["code"])
    text, params = FINDINGS[code], _in_words(finding["params"])
    is_needed = code is FindingCode.AIM_MISSING and finding["is_fault"]
    remedy = _AIM_NEEDED if is_needed else text.remedy
    return {
        "symbol": finding.get("symbol", ""),
        "code": str(code),
        "is_fault": finding["is_fault"],
        "message": str(text.message).format_map(params),
        "remedy": str(remedy).format_map(params),
    }


def _in_words(params: Mapping[str, str]) -> dict[str, str]:
    said = {**params}
    for name, words in (("part", _PARTS), ("to", _TO), ("found", SYMBOLS)):
        if name in params:
            said[name] = str(words.get(params[name], params[name]))
    if "changed" in params:
        said["changed"] = _some(params["changed"].split(PAIRS))
    if "likely" in params:
        names = [str(_LAYOUTS.get(code, code)) for code in params["likely"].split(",")]
        said["likely"] = _now("{layouts} would account for it").format(layouts=_now(" or ").join(names))
    return said


_MOST_PAIRS = 8


def _some(pairs: Sequence[str]) -> str:
    """Enough of them to see what is the matter; all stand in the record."""
    shown = "   ".join(pair.replace(" ", "\N{NO-BREAK SPACE}") for pair in pairs[:_MOST_PAIRS])
    more = len(pairs) - _MOST_PAIRS
    return _now("{pairs} and {n} more").format(pairs=shown, n=more) if more > 0 else shown


def day(at: datetime, zone: str) -> str:
    """A due date as people at the site read it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d}"


def reminder(state: ScannerState, until: datetime | None, zone: str) -> str:
    """What the station's page says about its scanner: nothing while there is nothing to do."""
    if state is ScannerState.QUALIFIED:
        return ""
    if until is None:
        return _now("This station's scanner is not qualified: it refuses critical steps.")
    if state is ScannerState.OVERDUE:
        return _now("The scanner check was due on {day}: this station refuses critical steps.").format(
            day=day(until, zone)
        )
    return _now("The scanner check is due by {day}.").format(day=day(until, zone))


# Something else was scanned: not worth a word about settings yet.
_ELSEWHERE = frozenset({FindingCode.OTHER_SYMBOL, FindingCode.NOT_THIS_SYMBOL})


def verdict(findings: Iterable[Finding]) -> str:
    """In a word, what came of one row: right, advice, wrong or other."""
    found = tuple(findings)
    if any(one.code in _ELSEWHERE for one in found):
        return "other"
    if not is_passed(found):
        return "wrong"
    return "advice" if found else "right"


def render_qualification(made: QualificationView, zone: str) -> Json:
    """A recorded scan of the card, for pages and programs."""
    return {
        "id": str(made.id),
        "station": made.station,
        "is_qualified": made.is_qualified,
        "at": made.at.isoformat(),
        "until": made.until.isoformat() if made.until else None,
        "until_day": day(made.until, zone) if made.until else "",
        "findings": render_findings(made.findings),
    }
