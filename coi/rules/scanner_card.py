"""What the printed card of test symbols says beside its symbols. How it is drawn is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from coi.rules.scanners import CARD, CARD_VERSION, CardSymbol

# When this version was made: the same card is the same file, whenever it is drawn.
CARD_MADE_AT = datetime(2026, 1, 15, tzinfo=UTC)


@dataclass(frozen=True)
class CardRow:
    """One row: its number, what it is called, what it proves, and the symbol."""

    number: int
    title: str
    meaning: str
    symbol: CardSymbol


@dataclass(frozen=True)
class TextOfCard:
    """The whole card."""

    title: str
    version: str
    lines: tuple[str, ...]
    rows: tuple[CardRow, ...]
    foot: str


_ROWS: Mapping[str, tuple[str, str]] = {
    "layout": ("Signs", "Scanner and computer mean the same keyboard layout."),
    "case": ("Letters and digits", "Capitals stay capitals, small letters stay small."),
    "gs1_matrix": ("Two fields: square", "The separator between two GS1 fields arrives."),
    "gs1_linear": ("Two fields: linear", "The separator arrives from a linear symbol too."),
    "length": ("Long", "Every one of many characters arrives, without a pause."),
}


def text_of_card() -> TextOfCard:
    """The card as it is printed."""
    return TextOfCard(
        title="SCANNER TEST CARD",
        version=f"version {CARD_VERSION}",
        lines=(
            "At the station choose Scanner check. Scan 1 to 5 in turn, as the screen asks.",
            "Cover the neighbours of a symbol with your hand if the scanner takes the wrong one.",
        ),
        rows=tuple(CardRow(n, *_ROWS[symbol.code], symbol) for n, symbol in enumerate(CARD, 1)),
        foot="Nothing on this card names a patient or a product. Print it at full size, and anew when it is worn.",
    )
