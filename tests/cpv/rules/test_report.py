"""A report of a plan over a period: what belongs to it, what its numbers are, and that it can be done again."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from cpv.rules.arl.simulated import Chart
from cpv.rules.basis import Why
from cpv.rules.capability import Specification
from cpv.rules.capability_shapes import transformed_capability
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.programme.charting import InEffect, charted
from cpv.rules.programme.limit_set import Baseline, LimitSet, code_of, proposed
from cpv.rules.programme.plan import Parameter, Plan, parse
from cpv.rules.programme.points import ChartState, PointView, SignalView
from cpv.rules.programme.report import (
    ChartSource,
    Cited,
    LimitsCited,
    Period,
    Report,
    ScansOfSite,
    Signer,
    Sources,
    report,
)
from cpv.rules.programme.report_content import Drawing, content_of, digest_of_data, figure
from cpv.rules.programme.report_pictures import picture_of
from cpv.rules.programme.report_state import Days, against_period, last_quarter, last_year
from cpv.rules.programme.report_tables import tables
from cpv.rules.programme.weeks import ScansOfWeek
from cpv.rules.runs import NELSON, RULE_1
from tests.cpv.rules.programme.given import PLAN as CONTENT

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# Batches 40 to 59: one a day.
PERIOD = Period(START + 40 * DAY, START + 60 * DAY, START + 70 * DAY)
DRAWING = Drawing(UUID(int=7), PERIOD.at, "Leo Marsh")
STEADY = tuple(f"{x:.1f}" for x in 90 + np.random.default_rng(5).normal(0, 2, 80))


def plan() -> Plan:
    found, faults = parse(CONTENT)
    assert found is not None, faults
    return found


def points(
    values: Sequence[str], below: Sequence[int] = (), left_out: Sequence[int] = ()
) -> tuple[PointView, ...]:
    return tuple(
        PointView(
            id=f"point-{n}",
            subject=f"B-{n:03d}",
            batch=f"B-{n:03d}",
            site="PLANT",
            made_at=START + n * DAY,
            value=value,
            is_below=n in below,
            source=f"result:{n}",
            excluded_at=PERIOD.at if n in left_out else None,
            excluded_by_name="Bob Brandt" if n in left_out else "",
            exclusion_reason="frozen twice" if n in left_out else "",
        )
        for n, value in enumerate(values)
    )


def limits(own: Parameter, of: Sequence[PointView], start: int) -> tuple[InEffect, LimitsCited]:
    """Limits from the points before `start`, in effect from there on."""
    transformation, found = proposed(own, [it.number for it in of[:start]])
    baseline = Baseline(of[0].subject, of[start - 1].subject, "0" * 64)
    made = LimitSet("P", own.code, ("PLANT",), transformation, found, baseline, "The first batches.")
    cited = Cited(code_of("P", own.code, ("PLANT",)), 1, "1" * 64)
    since = START + start * DAY - timedelta(hours=1)
    return InEffect(start, made), LimitsCited(cited, since, made, (Signer("Rosa Reyes", "approval", since),))


def signal(n: int, state: SignalState = SignalState.RAISED, **more: Any) -> SignalView:
    at, batch = START + n * DAY, f"B-{n:03d}"
    found = SignalView(
        id=f"signal-{n}",
        chart="C",
        plan="P",
        parameter="VIABILITY",
        stratum=("PLANT",),
        site="PLANT",
        observation=f"point-{n}",
        subject=batch,
        batch=batch,
        made_at=at,
        limits="L",
        by="nelson_1",
        side="upper",
        first_subject=batch,
        value="99.9",
        state=state,
        raised_at=at,
        due_at=at + 5 * DAY,
    )
    return replace(found, **more)


def chart(
    values: Sequence[str] = STEADY,
    start: int | None = 30,
    below: Sequence[int] = (),
    left_out: Sequence[int] = (),
    signals: Sequence[SignalView] = (),
) -> ChartSource:
    """The first parameter of the plan, up to the end of the period."""
    own = plan().parameters[0]
    known = points([value for n, value in enumerate(values) if n < 60], below, left_out)
    made = [limits(own, known, start)] if start is not None else []
    return ChartSource(
        parameter=own,
        stratum=("PLANT",),
        code="C",
        points=known,
        charted=charted(own, [it.number for it in known], [it for it, _ in made], left_out),
        limits=tuple(cited for _, cited in made),
        signals=tuple(signals),
        state=ChartState.SIGNALS if signals else ChartState.IN_CONTROL,
    )


def sources(*charts: ChartSource, **more: Any) -> Sources:
    cited = Cited("P", 2, "2" * 64, "Every batch")
    found = Sources(plan(), cited, "PLANT", "The plant", "UTC", PERIOD, charts or (chart(),))
    return replace(found, **more)


def content(found: Report, drawing: Drawing = DRAWING) -> dict[str, Any]:
    return content_of(found, drawing)


def test_numbers_are_those_of_the_batches_begun_in_the_period() -> None:
    (section,) = report(sources()).sections
    here = [float(value) for value in STEADY[40:60]]
    assert section.own == tuple(range(40, 60))
    assert not isinstance(section.numbers, Why)
    assert section.numbers.n == 20
    assert section.numbers.mean == pytest.approx(np.mean(here))
    assert section.numbers.sd == pytest.approx(np.std(here, ddof=1))
    assert section.numbers.median == pytest.approx(np.median(here))


def test_a_period_has_its_first_moment_and_not_its_last() -> None:
    moved = replace(PERIOD, since=START + 41 * DAY, until=START + 59 * DAY)
    (section,) = report(sources(period=moved)).sections
    assert section.own == tuple(range(41, 59))
    assert replace(PERIOD, until=PERIOD.at).is_over
    assert not replace(PERIOD, until=PERIOD.at + DAY).is_over


def test_capability_is_of_the_newest_phase_up_to_the_end_of_the_period() -> None:
    source = chart()
    (section,) = report(sources(source)).sections
    assert section.description.since == 30
    values = [float(value) for value in STEADY[30:60]]
    transformation = source.limits[0].limits.transformation
    known = transformed_capability(values, Specification(80.0), transformation)
    told = {it["name"]: it for it in content(report(sources(source)))["charts"][0]["described"]["capability"]}
    assert known.ppk is not None
    assert told["Ppk"]["value"] == figure(known.ppk.value)
    assert told["Ppk"]["low"] == figure(known.ppk.low)


def test_false_signals_are_those_of_the_points_that_were_judged() -> None:
    known = replace(plan().parameters[0], rules=RULE_1, ewma=None)
    source = replace(chart(left_out=(45,)), parameter=known)
    (section,) = report(sources(source)).sections
    assert section.false_signals.judged == 19
    # one in 370.4 points of a chart with three-sigma limits (.0027), reckoned
    assert section.false_signals.expected == pytest.approx(19 * 0.0026998, rel=1e-4)
    assert Chart(RULE_1) == known.chart


def test_without_limits_nothing_was_judged() -> None:
    (section,) = report(sources(chart(start=None))).sections
    assert (section.false_signals.judged, section.false_signals.expected) == (0, None)
    assert section.limits == ()


def test_a_signal_belongs_to_the_period_of_its_batch() -> None:
    closed = {"owner": 1, "decision": Decision.DEVIATION, "deviation": "DEV-1", "closed_at": PERIOD.at}
    own = (
        *(signal(39), signal(40), signal(59), signal(60)),
        signal(50, SignalState.CLOSED, **closed),
        signal(51, SignalState.WITHDRAWN),
        signal(52, SignalState.ACKNOWLEDGED, due_at=PERIOD.at + DAY, vanished_at=PERIOD.at),
    )
    found = report(sources(chart(signals=own)))
    assert [it.id for it in found.sections[0].signals] == [f"signal-{n}" for n in (40, 59, 50, 51, 52)]
    counted = found.summary.signals
    assert (counted.raised, counted.open, counted.overdue) == (5, 3, 2)
    assert (counted.closed, counted.withdrawn, counted.vanished) == (1, 1, 1)
    assert counted.decided == {Decision.DEVIATION: 1}
    assert counted.deviations == ("DEV-1",)
    assert found.summary.seen == 4, "what a later result took back was no signal"


def test_limits_are_those_that_were_in_effect_in_the_period() -> None:
    source = chart()
    (early,) = source.limits
    late = replace(early, since=PERIOD.since + 5 * DAY)
    phases = (*source.charted.phases, InEffect(46, early.limits))
    both = replace(
        source,
        limits=(early, late),
        charted=charted(source.parameter, source.charted.values.tolist(), phases),
    )
    (section,) = report(sources(both)).sections
    assert section.limits == (early, late)
    assert section.signed == (late,)
    (section,) = report(sources(replace(both, limits=(early, replace(late, since=PERIOD.since))))).sections
    assert [it.since for it in section.limits] == [PERIOD.since], "the first ended as the period began"


def test_what_began_after_limits_were_retired_was_held_against_none() -> None:
    source = chart()
    (own,) = source.limits
    ended = replace(own, until=PERIOD.since + 5 * DAY)
    told = content(report(sources(replace(source, limits=(ended,)))))["charts"][0]
    held = [bool(point["limits"]) for point in told["points"]]
    assert held == [True] * 5 + [False] * 15
    assert told["limits"][0]["until"]["at"] == ended.until
    (section,) = report(sources(replace(source, limits=(replace(own, until=PERIOD.since),)))).sections
    assert section.limits == (), "they were retired as the period began"


def test_what_is_left_out_is_told_with_its_reason() -> None:
    told = content(report(sources(chart(left_out=(10, 45)))))
    (one,) = told["charts"][0]["excluded"]
    assert (one["subject"], one["by"], one["reason"]) == ("B-045", "Bob Brandt", "frozen twice")
    assert told["summary"]["excluded"] == 1
    assert told["charts"][0]["numbers"]["n"] == 19


def test_bounds_are_counted_and_never_averaged() -> None:
    told = content(report(sources(chart(below=(45, 46)))))["charts"][0]
    assert (told["numbers"]["n"], told["numbers"]["below"]) == (20, 2)
    assert (told["numbers"]["mean"], told["numbers"]["sd"]) == ("", "")
    assert told["numbers"]["median"] != ""
    assert (told["described"]["normality_p"], told["described"]["lag_1"]) == ("", "")


def test_a_period_without_a_batch_says_so() -> None:
    empty = replace(PERIOD, since=PERIOD.until, until=PERIOD.until + DAY)
    found = report(sources(period=empty))
    told = content(found)
    assert found.sections[0].numbers is Why.EMPTY
    assert told["charts"][0]["numbers"]["why"] == "There are no results."
    assert told["summary"]["results"] == 0
    assert picture_of(found.sections[0], "UTC")["layer"]


def test_the_same_data_say_the_same_whoever_draws_them() -> None:
    first = content(report(sources()))
    again = content(report(sources()), Drawing(UUID(int=8), PERIOD.at + DAY, "Bob Brandt"))
    assert first != again
    assert digest_of_data(first) == digest_of_data(again)
    other = content(report(sources(chart(["80.0", *STEADY[1:]]))))
    assert digest_of_data(first) != digest_of_data(other)


def test_the_period_is_shaded_behind_everything() -> None:
    (section,) = report(sources()).sections
    shade = picture_of(section, "UTC")["layer"][0]
    assert shade["data"]["values"] == [{"n": 40.5, "m": 60.5}]


def test_scans_are_summed_by_site() -> None:
    monday = date(2026, 2, 9)
    weeks = [
        ScansOfWeek(site, "UTC", monday + week * 7 * DAY, 100, refused)
        for site, week, refused in (("PLANT", 0, 2), ("CLINIC", 0, 5), ("PLANT", 1, 1))
    ]
    found = report(sources(scans=tuple(weeks)))
    assert found.summary.scans == (ScansOfSite("CLINIC", 100, 5), ScansOfSite("PLANT", 200, 3))
    assert content(found)["summary"]["scans"][1]["percent"] == "1.5"


def test_a_spreadsheet_has_a_sheet_a_parameter_with_every_number_and_its_source() -> None:
    told = content(report(sources(chart(left_out=(45,), signals=(signal(50),)))))
    made = {table.name: table for table in tables(told, "d" * 64, "e" * 64)}
    assert list(made) == ["Summary", "Charts", "Capability", "Limits", "Signals", "Left out", "VIABILITY"]
    rows = [dict(zip(made["VIABILITY"].columns, row, strict=True)) for row in made["VIABILITY"].rows]
    assert [row["Batch"] for row in rows] == [f"B-{n:03d}" for n in range(40, 60)]
    assert [row["Value"] for row in rows] == [Decimal(value) for value in STEADY[40:60]]
    assert {row["Source"] for row in rows} == {f"result:{n}" for n in range(40, 60)}
    assert {row["Held against"] for row in rows} == {f"{code_of('P', 'VIABILITY', ('PLANT',))}, version 1"}
    assert rows[10]["Signals"] == "one point beyond a limit"
    assert rows[5]["Left out because"] == "frozen twice"
    for table in made.values():
        assert {len(row) for row in table.rows} <= {len(table.columns)}, table.name


def test_what_is_printed_has_words_and_no_codes() -> None:
    source = chart(signals=(signal(50),))
    own = replace(source.parameter, unit="{copies}/{cell}", rules=NELSON)
    found = report(sources(replace(source, parameter=own)))
    told = content(found)
    (section,) = told["charts"]
    assert (section["unit"], section["points"][10]["signals"]) == ("{copies}/{cell}", ["nelson_1"]), (
        "for programs"
    )
    said = " ".join(section["rules"])
    assert said.startswith("Nelson 1: one point beyond a limit Nelson 2: ")
    printed = [cell for one in tables(told, "d" * 64, "e" * 64) for row in one.rows for cell in row]
    assert "copies/cell" in printed
    assert not any("{" in cell or "nelson_" in cell for cell in [*filter(_is_text, printed), said])
    spec = json.dumps(picture_of(found.sections[0], "UTC"), default=str)
    assert ("copies/cell" in spec, "{copies}" in spec) == (True, False)


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def test_sheets_of_parameters_have_names_of_their_own() -> None:
    source = chart()
    named = replace(source.parameter, code="SIGNALS")
    content_plan = replace(plan(), parameters=(named, *plan().parameters[1:]))
    found = report(replace(sources(replace(source, parameter=named)), plan=content_plan))
    names = [table.name for table in tables(content(found), "d" * 64, "e" * 64)]
    assert names[-1] == "SIGNALS 2"
    long = [replace(named, code="A" * 31 + last) for last in "XY"]
    charts = tuple(replace(source, parameter=one) for one in long)
    found = report(replace(sources(*charts), plan=replace(plan(), parameters=tuple(long))))
    names = [table.name for table in tables(content(found), "d" * 64, "e" * 64)]
    assert names[-2:] == ["A" * 31, "A" * 27 + " 2"]
    assert len({name.lower() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.0, "0"), (-0.0, "0"), (1.5, "1.5"), (1e-7, "0.0000001"), (2 / 3, "0.6666666667")],
)
def test_a_number_that_was_reckoned_is_plain_text_of_ten_digits(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_periods_are_asked_for_in_days_of_the_site() -> None:
    since, until = Days(date(2026, 3, 1), date(2026, 3, 31)).between("Europe/Amsterdam")
    assert since.astimezone(UTC) == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert until.astimezone(UTC) == datetime(2026, 3, 31, 22, tzinfo=UTC), "summer time began meanwhile"
    assert last_quarter(date(2026, 1, 1)) == Days(date(2025, 10, 1), date(2025, 12, 31))
    assert last_quarter(date(2026, 11, 21)) == Days(date(2026, 7, 1), date(2026, 9, 30))
    assert last_year(date(2026, 1, 1)) == Days(date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        (0, 10, {}),
        (10, 10, {"until": "before_since"}),
        (-3650, 10, {}),
        (-3650, 11, {"until": "too_long"}),
        (21, 22, {"since": "in_the_future"}),
        (0, 21, {}),
        (0, 22, {"until": "in_the_future"}),
    ],
)
def test_a_period_goes_forward_and_is_not_to_come(since: int, until: int, wrong: dict[str, str]) -> None:
    now = START + 20 * DAY
    assert against_period(START + since * DAY, START + until * DAY, now) == wrong
