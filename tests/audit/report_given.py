"""A report with one of everything, and more than any page likes: what every form has to say whole."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from audit.rules.content import Drawing
from audit.rules.report import (
    Column,
    ColumnKind,
    Fact,
    Facts,
    Found,
    Picture,
    Report,
    Section,
    Severity,
    Table,
)
from cpv.rules.programme.report import LedgerPoint

AT = datetime(2026, 11, 3, 9, 30, 15, 250_000, tzinfo=UTC)
DRAWING = Drawing(UUID("11111111-2222-4333-8444-555555555555"), AT, "Rosa Reyes", "1.2.3")
K = ColumnKind
FORMULAS = ('=HYPERLINK("http://x")', "+1-1", "-2", "@SUM(A1)", "'=guarded", "\t=1", " =1", "＝1")
LONG = "What was seen on the day, word by word and in one sentence after another. " * 30

facts = Facts(
    "summary",
    "Summary",
    (
        Fact("coi", "COI id", "CHA999926000007", K.CODE),
        Fact("bags", "Bags", 3, K.NUMBER),
        Fact("dose", "Dose (10*6)", Decimal("-2.50"), K.NUMBER),
        Fact("closed", "Closed", False, K.YES),
        Fact("at", "Infused", AT, K.TIME),
        Fact("born", "Day", date(2026, 3, 2), K.DAY),
        Fact("none", "Nothing", None),
        Fact("text", "Remark", "=1+1"),
    ),
    about="What the journey came to.",
    zone="Europe/Berlin",
)
steps = Table(
    "steps",
    "Steps",
    (
        *(Column("at", "When", K.TIME), Column("zone", "Zone"), Column("code", "Container", K.CODE)),
        *(Column("mark", "Mark", K.MARK), Column("word", "State", K.WORD), Column("text", "What was said")),
        *(Column("n", "Count", K.NUMBER), Column("ok", "Done", K.YES), Column("day", "Day", K.DAY)),
        Column("link", "Page", K.LINK),
    ),
    tuple(
        (
            AT + timedelta(minutes=n),
            ("Europe/Berlin", "America/New_York")[n % 2],
            f"A9999 26 {n:06} 0{n}",
            ("good", "warn", "bad")[n % 3],
            f"state-{n}",
            text,
            Decimal(n) / 4,
            n % 2 == 0,
            date(2026, 1, 1 + n),
            f"/journeys/{n}/",
        )
        for n, text in enumerate([*FORMULAS, 'quoted "so", with\r\ntwo lines', LONG])
    ),
    empty="No step was done.",
    about="Every step, the oldest first.",
    zone_column="zone",
)
wide = Table(
    "wide",
    "Results side by side",
    (
        Column("batch", "Batch", K.CODE),
        *(Column(f"c{n}", f"Criterion {n}", K.NUMBER if n % 2 else K.TEXT) for n in range(24)),
    ),
    tuple(
        (f"BATCH-2026-{row:04}", *(Decimal(row * 100 + n) if n % 2 else f"r{row}c{n} ok" for n in range(24)))
        for row in range(40)
    ),
    empty="No result.",
)
nothing = Table("nothing", "Near misses", (Column("a", "A"),), (), empty="There was no near miss.")
numbers = Table(
    "numbers",
    "Growth",
    (Column("day", "Day", K.NUMBER), Column("cells", "Cells (10*6)", K.NUMBER)),
    tuple((n, Decimal(n * n)) for n in range(8)),
    empty="Nothing was counted.",
)
picture = Picture(
    "growth",
    "Growth over days",
    "Viable cells by day.",
    {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"x": n, "y": n * n / 2} for n in range(8)]},
        "mark": "line",
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
        },
    },
    numbers,
)


def a_report(*sections: Section) -> Report:
    """The report with these sections, or with one of each kind."""
    return Report(
        kind="rich",
        title="Everything about one journey",
        about="A report with one of everything.",
        question={"journey": "CHA999926000007", "since": "2026-11-01T00:00:00+00:00"},
        as_of=AT,
        sites=("PLANT", "NORTH"),
        sections=sections or (facts, steps, picture, nothing, wide),
        found=(
            Found(Severity.GAP, "The second signature of the release is missing.", "steps"),
            Found(Severity.NOTE, "A late entry."),
        ),
        subjects=(("order", "CHA999926000007"), ("batch", "BATCH-2026-0001")),
        left_out=("The name of the patient: it is shown at the treating site alone.",),
        checkpoint=LedgerPoint(4711, "5e" * 32, AT),
    )
