"""What all pictures of this room share: their colours, their words, how a value axis is laid, what stands beside it.

Rules hold no sentences: every word in a picture came in with `Titles` or `Words`, translated already. Colour never
speaks alone: what signals has a shape and a letter of its own, limits and specification are lines of different kinds,
and every page has the same numbers as a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cpv.rules.programme.charting import Sign
from cpv.rules.programme.plan import Bounds
from cpv.rules.runs import INFORM_ONLY, Rule
from qc.rules.charts import STOP, WARN, Spec, framed

# On white each has a contrast of 3 : 1 or more, those of letters 4.5 : 1 or more (WCAG 1.4.11, 1.4.3).
SPECIFICATION, SMOOTH, TRACE = "#6a2c91", "#2463a8", "#7b8e97"
BAND = "#e3eff1"
# px: from one line of words to the next, how tall letters are, and how wide on average
ROW, LETTER, LETTER_WIDTH = 13, 11, 5.6

Row = dict[str, Any]


@dataclass(frozen=True)
class PointLabel:
    """What is known of a point beside its number. `url`: where a click leads; `note`: what is written beside it, such
    as the code of an acknowledged signal. `at` is shown as its day, in the zone that it is given in.
    """

    batch: str
    at: datetime
    url: str = ""
    note: str = ""

    @property
    def day(self) -> str:
        """ISO 8601, which no locale reads otherwise."""
        return self.at.date().isoformat()


@dataclass(frozen=True)
class Titles:
    """Words of one picture: above it, along its values, along the batches, what is read aloud instead of it.

    `borders`: one text a phase, written where it begins.
    """

    title: str
    unit: str
    order: str = ""
    description: str = ""
    borders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """Words that all pictures of a page share: of tooltips, of lines, and why a rule speaks."""

    batch: str
    date: str
    value: str
    why: str
    excluded: str
    unreadable: str
    upper: str
    center: str
    lower: str
    highest: str
    lowest: str
    smoothed: str
    count: str = ""
    reasons: Mapping[Rule | Sign, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """How large in px, and whether a browser shows it: then it can be zoomed, and leads to the batches."""

    width: int = 860
    height: int = 300
    is_interactive: bool = False


# Frozen, and so as good as new ones wherever nothing else is asked for.
ON_PAPER, NO_BOUNDS = Look(), Bounds()


def letter_of(by: Rule | Sign) -> str:
    """The mark of what signals: 1 to 8 Nelson's rules, W1 to W4 Western Electric's, E the EWMA."""
    if isinstance(by, Sign):
        return "E"
    family, number = by.value.split("_")
    return number if family == "nelson" else f"W{number}"


def shape_of(found: Sequence[Rule | Sign]) -> tuple[str, str]:
    """Shape and colour of a point by the gravest of what signals there; what only informs is no alarm."""
    if any(by in (Rule.NELSON_1, Rule.WESTERN_1) for by in found):
        return "diamond", STOP
    alarms = [by for by in found if by not in INFORM_ONLY]
    if any(isinstance(by, Rule) for by in alarms):
        return "square", STOP
    return ("triangle-right", STOP) if alarms else ("square", WARN)


def picture(titles: Titles, look: Look, rows: list[Row], layers: list[Spec]) -> Spec:
    """Layers over the same rows, as every picture of the house looks."""
    spec = framed(titles.title, rows, layers) | {"width": look.width, "height": look.height}
    # one text stands for the whole picture, and a table for its numbers: points have no names of their own
    spec["config"] = spec["config"] | {"aria": False}
    if titles.description:
        spec["description"] = titles.description
    return spec
