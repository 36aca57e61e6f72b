"""What of a chart somebody asks to look at: which phase, on which scale, with or without the moving range."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cpv.rules.programme.charting import Charted
from cpv.rules.programme.looking import Stretch, cut, is_transformed, on_its_scale, stretch_of
from cpv.rules.programme.plan import Bounds
from cpv.selectors import ChartView

CHARTED = "charted"


@dataclass(frozen=True)
class Looking:
    """What is asked for. `phase`: counted from 1, 0 for what came before the first limits, None for all."""

    phase: int | None = None
    is_charted: bool = False
    has_ranges: bool = False
    page: int = 1

    def query(self, **other: object) -> str:
        """As the end of an address, with some of it otherwise; the page of the table begins anew."""
        asked = {
            "phase": self.phase,
            "scale": CHARTED if self.is_charted else None,
            "ranges": 1 if self.has_ranges else None,
        } | other
        told = {name: value for name, value in asked.items() if value is not None and value is not False}
        return f"?{urlencode(told)}" if told else "?"


@dataclass(frozen=True, eq=False)
class Part:
    """What is looked at: these points, as a chart, with the bounds on its scale."""

    stretch: Stretch
    charted: Charted
    bounds: Bounds


def looking(asked: Mapping[str, str]) -> Looking:
    """Read what an address asks for."""
    return Looking(
        phase=_number(asked.get("phase", "")),
        is_charted=asked.get("scale") == CHARTED,
        has_ranges=asked.get("ranges") == "1",
        page=_number(asked.get("page", "")) or 1,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def part_of(view: ChartView, look: Looking) -> Part:
    """The part of a chart that is looked at."""
    stretch = stretch_of(view.charted, look.phase)
    charted, bounds = cut(view.charted, stretch), view.parameter.bounds
    if look.is_charted and is_transformed(view.charted):
        charted, bounds = on_its_scale(charted, bounds)
    return Part(stretch, charted, bounds)
