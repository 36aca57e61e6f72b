"""What a control may bring: the priority now, over how probable each priority is with the control.

Probabilities of classes add up to 1, and so one bar of parts tells the truth here as it would not of numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cpv.rules.pictures.parts import ON_PAPER, Look, Row, Titles, picture
from fmea.rules.pictures.parts import (
    COLOURS,
    LANE,
    NAME_SIZE,
    WORST_FIRST,
    lane_names,
    lane_row,
    lane_y,
    raw,
    told,
    track,
    without_frame,
)
from fmea.rules.priority import ActionPriority
from fmea.rules.what_if import WhatIf
from qc.rules.charts import SOFT, Spec

# A narrower part has no room for its letter, or for its letter and share.
_LETTER, _SHARE = 0.045, 0.16
_LEAST = 1e-4  # what is less probable is not drawn


@dataclass(frozen=True)
class Part:
    """One part of a bar: its priority (None: the rate may be off the scale), and how probable it is."""

    priority: ActionPriority | None
    probability: float


@dataclass(frozen=True)
class WhatIfWords:
    """Names of both bars, of priorities, of what is off the scale, and of the tooltip."""

    now: str
    then: str
    priorities: Mapping[ActionPriority, str]
    off_scale: str
    priority: str
    probability: str


def outlook_parts(found: WhatIf[ActionPriority | None]) -> tuple[Part, ...]:
    """How probable each priority is with the control, the worst first; what is off the scale last."""
    given = dict(found.outlook)
    parts = [Part(it, given.get(it, 0.0)) for it in WORST_FIRST]
    rest = found.off_scale + given.get(None, 0.0)
    return tuple(it for it in (*parts, Part(None, rest)) if it.probability > _LEAST)


def what_if_picture(
    found: WhatIf[ActionPriority | None], titles: Titles, words: WhatIfWords, look: Look = ON_PAPER
) -> Spec:
    """Two bars from 0 to 1; `titles.order` is written along the probability."""
    rows = [
        *_parts(0, words.now, [Part(found.before, 1.0)], words),
        *_parts(1, words.then, outlook_parts(found), words),
    ]
    x = {
        "field": "v",
        "type": "quantitative",
        "title": titles.order,
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {"format": ".0%", "labelOverlap": True, "tickCount": 5},
    }
    y = lane_y(2)
    bar = {"type": "rect", "stroke": "white", "strokeWidth": 1.5}
    about = {"tooltip": told([("t", ""), ("o", words.priority), ("q", words.probability)])}
    text = {"type": "text", "fontSize": NAME_SIZE, "fontWeight": "bold", "color": "white"}
    layers = [
        *lane_names(2, rows, with_lines=False),
        {
            "mark": bar,
            "encoding": {"x": x, "x2": {"field": "w"}, "color": raw("c")} | track(2) | about,
        },
        {"mark": text, "encoding": {"x": x | {"field": "m"}, "y": y, "text": {"field": "l"}}},
    ]
    return without_frame(picture(titles, replace(look, height=LANE * 2 + 20), rows, layers))


def _parts(lane: int, name: str, parts: Sequence[Part], words: WhatIfWords) -> list[Row]:
    """v, w, m: ends and middle of a part; l: its letter and share, as far as there is room; o, q: told."""
    rows: list[Row] = []
    begun = 0.0
    # beside the name all of it in letters: a small part has no room for its own
    aside = " · ".join(f"{_letter(it)} {_percent(it)}" for it in parts)
    for part in parts:
        row = lane_row(lane, "" if rows else name, aside="" if rows else aside)
        end = min(begun + part.probability, 1.0)
        row |= {"v": begun, "w": end, "m": (begun + end) / 2, "q": _percent(part)}
        row["c"] = COLOURS[part.priority] if part.priority else SOFT
        row["o"] = words.priorities[part.priority] if part.priority else words.off_scale
        row["l"] = f"{_letter(part)} {_percent(part)}" if part.probability >= _SHARE else _letter(part)
        if part.probability < _LETTER:
            row["l"] = ""
        begun = end
        rows.append(row)
    return rows


def _letter(part: Part) -> str:
    return part.priority.value if part.priority else "?"


def _percent(part: Part) -> str:
    return "<1 %" if part.probability < 0.005 else f"{100 * part.probability:.0f} %"
