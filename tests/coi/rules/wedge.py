"""A keyboard-wedge scanner as it may be set up: what it sends of a symbol, and what the computer makes of it."""

from dataclasses import dataclass

from coi.rules.keyboards import typed
from coi.rules.scanners import GS, CardSymbol, Ending, Transmission


@dataclass(frozen=True)
class Wedge:
    """The settings. As they stand here the scanner is set up right."""

    has_aim: bool = True
    gs: str = GS
    layout: str = ""
    case: str = ""
    prefix: str = ""
    suffix: str = ""
    ending: Ending = Ending.ENTER
    slowest_ms: int | None = 12

    def text(self, symbol: CardSymbol) -> str:
        """The characters that arrive."""
        sent = (symbol.aim if self.has_aim else "") + symbol.content.replace(GS, self.gs)
        sent = typed(sent, self.layout) if self.layout else sent
        sent = {"": sent, "inverted": sent.swapcase(), "upper": sent.upper(), "lower": sent.lower()}[
            self.case
        ]
        return self.prefix + sent + self.suffix

    def send(self, symbol: CardSymbol) -> Transmission:
        """What the station receives."""
        raw = self.text(symbol).encode("utf-8", "surrogatepass")
        return Transmission(raw, self.ending, self.slowest_ms)
