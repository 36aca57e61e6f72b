"""What tests of pictures draw: a worksheet of twenty rows before and after its actions, and evidence beside it."""

from datetime import UTC, datetime

import numpy as np

from cpv.rules.pictures.parts import Titles
from fmea.rules.actions import BeforeAfter, all_before_after
from fmea.rules.bands import Ladder
from fmea.rules.evidence import Evidence, occurrence_from_counts
from fmea.rules.pictures import (
    ActedWords,
    Addresses,
    EvidenceWords,
    MatrixWords,
    ParetoWords,
    RankWords,
    TrendWords,
    WhatIfWords,
)
from fmea.rules.priority import ActionPriority
from fmea.rules.ranking import RankSpread, TeamScores, rank_uncertainty
from fmea.rules.trend import Trend, Window, trend_of
from fmea.rules.worksheet import Worksheet
from tests.fmea.rules import given

# step, what fails, S O D before, S O D after
DEMONSTRATION: tuple[tuple[str, str, tuple[int, int, int], tuple[int, int, int]], ...] = (
    ("Enrolment", "Look-alike patient selected, the COI id bound to the wrong one", (10, 3, 6), (10, 2, 2)),
    ("Apheresis labelling", "Bag labelled with another patient's DIN", (10, 4, 6), (10, 2, 2)),
    ("Apheresis", "Volume or cell count on the certificate is not the label's", (5, 6, 4), (5, 3, 2)),
    ("Pack-out", "Wrong bag in the shipper", (10, 3, 5), (10, 1, 2)),
    ("Transport", "Temperature excursion not noticed", (8, 3, 6), (8, 2, 2)),
    ("Receipt", "Product accepted without a matching order", (9, 2, 5), (9, 1, 2)),
    ("Processing", "Partial and final labels swapped", (10, 3, 7), (10, 1, 2)),
    ("Thaw", "Wrong cassette taken from the tank", (10, 2, 5), (10, 1, 2)),
    ("Transduction", "Wrong or expired vector lot", (9, 3, 4), (9, 1, 2)),
    ("Expansion", "Sample taken from the wrong bioreactor", (8, 3, 5), (8, 1, 2)),
    ("Fill and label", "Label count differs, a stray label", (9, 4, 5), (9, 2, 2)),
    ("QC", "Result entered for another batch", (8, 4, 5), (8, 2, 2)),
    ("Release", "Released with a result missing or out of specification", (9, 2, 4), (9, 1, 1)),
    ("Release", "Supplied out of specification without a documented reason", (7, 3, 4), (7, 2, 2)),
    ("Site receipt", "Cassette and bag labels differ, not noticed", (10, 2, 6), (10, 1, 2)),
    ("Lymphodepletion", "Begun although the product is not available", (8, 3, 4), (8, 1, 2)),
    ("Bedside", "Wrong patient", (10, 3, 6), (10, 1, 2)),
    ("Bedside", "Infused after the time limit", (6, 4, 5), (6, 2, 2)),
    ("Records", "Step recorded late from memory", (5, 5, 5), (5, 3, 3)),
    ("IT", "Scanner drops the separator, lot and serial merge", (7, 4, 8), (7, 2, 1)),
)
TITLES = Titles("überschrift", "einheit", "reihenfolge", "beschreibung")
MATRIX = MatrixWords("zeilen", "schwere", "auftreten", "vorrang", "entdeckung")
PARETO = ParetoWords("je klasse", "zeile", "zahl", "wertungen", "vorrang")
ACTED = ActedWords("zeile", "vorher", "nachher", "schwere gesenkt")
RANKS = RankWords("zeile", "rang", "zuerst")
TREND = TrendWords(
    "monat", "fehler", "gelegenheiten", "allein", "bisher", "wertung 3", "widerspricht seit April"
)
EVIDENCE = EvidenceWords(
    "wertung 3: häufiger", "empfohlen 6 (82 %)", "stufe", "wahrscheinlich", "intervall", "1/480"
)
WHAT_IF = WhatIfWords(
    "jetzt",
    "mit der Maßnahme",
    dict(zip(ActionPriority, ("hoch", "mittel", "niedrig"), strict=True)),
    "jenseits der Skala",
    "vorrang",
    "wahrscheinlich",
)
LINKS = Addresses("/rows/{}/", "/rows/?severity={severity}&occurrence={occurrence}")


def code(place: int) -> str:
    """The code of a row by its place."""
    return f"R{place + 1:02d}"


def demonstration() -> Worksheet:
    """Twenty rows in eighteen steps, an action done on each but the last; all after-ratings of the others hold."""
    steps = list(dict.fromkeys(step for step, *_ in DEMONSTRATION))
    rows, actions = [], []
    for n, (step, mode, before, after) in enumerate(DEMONSTRATION):
        rows.append(
            given.WRONG_BAG
            | {"code": code(n), "step": f"S{steps.index(step) + 1:02d}", "mode": mode}
            | _scores(before)
        )
        if n < len(DEMONSTRATION) - 1:
            about = {"code": f"A{n + 1}", "row": code(n), "after": _scores(after)}
            actions.append(given.ACTION | about)
    named = [
        {"code": f"S{n:02d}", "title": step, "protocol_steps": ["infuse"]} for n, step in enumerate(steps, 1)
    ]
    return given.worksheet(given.content(rows=rows, actions=actions, steps=named))


def _scores(ratings: tuple[int, int, int]) -> dict[str, object]:
    names = ("severity", "occurrence", "detection")
    return {name: given.score(it) for name, it in zip(names, ratings, strict=True)}


def acted() -> tuple[BeforeAfter, ...]:
    """The rows of the demonstration before and after."""
    return all_before_after(demonstration())


def bands(sheet: Worksheet | None = None, kind: str = "occurrence") -> Ladder:
    """The bands of a scale of rates."""
    found: Ladder = getattr((sheet or demonstration()).scales, kind).bands
    return found


def evidence(events: int = 6, n: int = 2900, kind: str = "occurrence") -> Evidence:
    """Counts on the scale of the demonstration."""
    return occurrence_from_counts(events, n, bands(kind=kind))


def trend(counts: tuple[tuple[int, int], ...] = ()) -> Trend:
    """Twelve months of counts beside a score of 4; from the middle on the rate is too high for it."""
    given_counts = counts or (
        *((0, 210), (0, 190), (1, 240), (0, 0), (0, 205), (2, 230)),
        *((3, 220), (2, 215), (4, 240), (3, 235), (5, 250), (2, 205)),
    )
    edges = [datetime(2025 + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in range(len(given_counts) + 1)]
    windows = [
        Window(start, end, *count)
        for start, end, count in zip(edges[:-1], edges[1:], given_counts, strict=True)
    ]
    return trend_of(windows, 4, bands())


def month_labels(found: Trend) -> list[tuple[str, str, str]]:
    """Of each month its name, and both intervals as they would be told."""
    return [
        (it.window.start.strftime("%Y-%m"), "allein" if it.alone else "", "bis hier") for it in found.moments
    ]


def spreads() -> tuple[RankSpread, ...]:
    """Ranks of the demonstration under three people's scores; the last row was scored by one."""
    rng = np.random.default_rng(20260401)
    modes = []
    for n, (_, _, ratings, _) in enumerate(DEMONSTRATION):
        people = 1 if n == len(DEMONSTRATION) - 1 else 3
        votes = np.clip(np.array(ratings)[:, None] + rng.integers(-1, 2, (3, people)), 1, 10).tolist()
        modes.append(TeamScores(code(n), *votes))
    return rank_uncertainty(modes, rng, draws=500)
