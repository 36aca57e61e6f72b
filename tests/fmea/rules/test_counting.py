"""From counts to rows: what pools and what does not, which source leads, where failures were caught, and cost."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coi.rules import protocol as protocols
from coi.rules.journey import CheckState
from coi.rules.occurrences import Occasions, Tally
from fmea.rules.bands import rating_at
from fmea.rules.counting import (
    RowEvidence,
    Seen,
    Source,
    evidence_of_rows,
    is_named,
    keys_of,
    next_month,
)
from fmea.rules.course import Course
from fmea.rules.detection import Catches, Caught
from fmea.rules.evidence import Standing, occurrence_from_counts
from fmea.rules.scales import ScaleKind, scale_document
from fmea.rules.worksheet import EvidenceKind, Worksheet
from tests.fmea.rules.given import SCALES, WORDS, content, score, worksheet

JAN, FEB, APR = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 4))
WRONG, MISMATCH, LATE = "wrong_container", "identity_mismatch", "hold_time_passed"
PROTOCOL = Path(__file__).parents[3] / "config/demonstration/cd19_protocol.json"
DONE, OPEN, STOPPED = CheckState.COMPLETE, CheckState.OPEN, CheckState.STOPPED


def refusal(ref: str, *at: str) -> dict[str, Any]:
    return {"kind": "refusal", "ref": ref, "at": list(at)}


def deviation(ref: str, *at: str) -> dict[str, Any]:
    return {"kind": "deviation", "ref": ref, "at": list(at)}


def sheet(*evidence: dict[str, Any], steps: tuple[str, ...] = ("ship",), **ratings: int) -> Worksheet:
    """One row, R1, at a step of these protocol steps."""
    row = {"code": "R1", "step": "PACK", "evidence": list(evidence)}
    row |= {kind: score(rating) for kind, rating in ratings.items()}
    found = [{"code": "PACK", "title": "Packing", "protocol_steps": list(steps)}]
    return worksheet(content(steps=found, rows=[row], actions=None))


def attempts(
    step: str, count: int, *refusals: str, month: datetime = JAN, site: str = "A", **more: Any
) -> Occasions:
    more.setdefault("state", DONE)
    return Occasions(step, month, site, count, refusals=frozenset(refusals), **more)


def course() -> Course:
    """Of the demonstration's protocol."""
    found, faults = protocols.parse(json.loads(PROTOCOL.read_text()))
    assert found is not None, faults
    return Course.of(found)


def told(one: Worksheet, *occasions: Occasions, **more: Any) -> RowEvidence:
    return evidence_of_rows(one, Seen(attempts=occasions, **more), course())["R1"]


def counts(source: Source | None) -> tuple[int, int]:
    assert source is not None
    return source.events, source.opportunities


def test_two_refusals_at_one_attempt_are_one_event() -> None:
    seen = (
        attempts("ship", 90),
        attempts("ship", 6, WRONG),
        attempts("ship", 3, MISMATCH),
        attempts("ship", 1, WRONG, MISMATCH),
    )
    ((source),) = told(sheet(refusal(WRONG), refusal(MISMATCH)), *seen).sources
    assert (source.kind, source.refs, source.at) == (EvidenceKind.REFUSAL, (MISMATCH, WRONG), ("ship",))
    assert counts(source) == (10, 100)
    ((alone),) = told(sheet(refusal(WRONG)), *seen).sources
    assert counts(alone) == (7, 100)


def test_other_steps_are_another_source_and_the_higher_rate_leads() -> None:
    seen = (
        attempts("ship", 1000),
        attempts("ship", 2, WRONG),
        attempts("bedside", 50),
        attempts("bedside", 5, WRONG),
    )
    found = told(sheet(refusal(WRONG), refusal(WRONG, "bedside"), occurrence=9), *seen)
    assert [(it.at, counts(it)) for it in found.sources] == [(("ship",), (2, 1002)), (("bedside",), (5, 55))]
    assert found.leading is found.sources[1]
    assert found.leading.evidence == occurrence_from_counts(5, 55, sheet().scales.occurrence.bands or ())


def test_what_was_never_counted_does_not_lead() -> None:
    """The prior alone would have the highest median."""
    found = told(sheet(refusal(WRONG), refusal(WRONG, "bedside"), occurrence=2), attempts("ship", 900))
    assert found.leading is found.sources[0]
    nothing = told(sheet(refusal(WRONG), occurrence=2), attempts("thaw", 9))
    assert (nothing.leading, nothing.standing, nothing.proposal, nothing.trend) == (
        None,
        Standing.NO_EVIDENCE,
        None,
        None,
    )
    assert told(sheet(refusal(WRONG))).standing is Standing.NOT_SCORED
    assert told(sheet(occurrence=2)).sources == ()


def test_a_row_of_no_protocol_step_counts_everywhere() -> None:
    seen = (attempts("ship", 9), attempts("", 1, WRONG, state=STOPPED), attempts("thaw", 10, WRONG))
    ((source),) = told(sheet(refusal(WRONG), steps=()), *seen).sources
    assert (source.at, counts(source)) == ((), (11, 20))
    also = told(sheet(refusal(WRONG), refusal(WRONG, "ship"), steps=()), *seen)
    assert also.detection.catches == Catches(11), "what is counted everywhere is caught everywhere"


def test_deviations_count_against_attempts_that_ended() -> None:
    seen = (
        attempts("ship", 10),
        attempts("ship", 5, state=OPEN),
        attempts("ship", 2, MISMATCH, state=STOPPED, deviations=frozenset({MISMATCH})),
        attempts("ship", 1, WRONG, state=OPEN),
        attempts("ship", 1, state=None, deviations=frozenset({LATE})),
    )
    found = told(sheet(deviation(MISMATCH), deviation(LATE), refusal(WRONG)), *seen)
    assert [(it.kind, counts(it)) for it in found.sources] == [
        (EvidenceKind.DEVIATION, (3, 13)),
        (EvidenceKind.REFUSAL, (1, 19)),
    ]


def test_lost_labels_count_against_journeys() -> None:
    lost = {EvidenceKind.DEVIATION: (Tally("label_lost", JAN, "A", 40, 2),)}
    found = told(sheet(deviation("label_lost"), deviation(MISMATCH)), attempts("ship", 7), tallies=lost)
    assert [(it.refs, it.at, counts(it)) for it in found.sources] == [
        (("label_lost",), (), (2, 40)),
        ((MISMATCH,), ("ship",), (0, 7)),
    ]
    assert found.detection.catches == Catches(0, later_step=2)
    everywhere = sheet(deviation("label_lost"), deviation(MISMATCH), steps=())
    assert [counts(it) for it in told(everywhere, attempts("ship", 7), tallies=lost).sources] == [
        (2, 40),
        (0, 7),
    ]


def test_results_and_charts_add_up_and_have_no_steps() -> None:
    named = [{"kind": "oos", "ref": ref, "at": at} for ref, at in (("DOSE", ["thaw"]), ("CAR", []))]
    tallies = {
        EvidenceKind.OOS: (
            Tally("DOSE", JAN, "A", 30, 3, 1),
            Tally("CAR", JAN, "A", 28, 0),
            Tally("VCN", JAN, "A", 9, 9),
        ),
        EvidenceKind.CHART_SIGNAL: (Tally("VIABILITY", FEB, "A", 60, 2),),
    }
    found = told(sheet(*named, {"kind": "chart_signal", "ref": "VIABILITY"}), tallies=tallies)
    assert [(it.refs, it.at, counts(it)) for it in found.sources] == [
        (("CAR", "DOSE"), (), (3, 58)),
        (("VIABILITY",), (), (2, 60)),
    ]
    assert found.detection.catches == Catches(0, later_step=4, escaped=1)
    assert told(sheet(*named, steps=()), tallies=tallies).detection.catches == Catches(2, escaped=1)


def test_shipments_that_were_out_of_range() -> None:
    warm = frozenset({"excursion"})
    shipments = (
        Occasions("receive_product", JAN, "A", 20),
        Occasions("receive_product", JAN, "A", 2, holds=warm),
        Occasions("receive_collection", JAN, "B", 11, holds=warm),
    )
    one = sheet({"kind": "excursion", "ref": "excursion"}, steps=("ship", "receive_product"))
    found = told(one, attempts("receive_product", 500), shipments=shipments)
    assert counts(found.leading) == (2, 22)
    assert found.detection.catches == Catches(2)


# --- months and sites -----------------------------------------------------------------------------------------------


def test_months_follow_without_a_gap_and_sites_stand_beside() -> None:
    seen = (
        attempts("ship", 10, month=FEB, site="B"),
        attempts("ship", 1, WRONG, month=FEB, site="B"),
        attempts("ship", 5, month=APR, site="A"),
        attempts("thaw", 5, month=JAN, site="A"),
    )
    found = told(sheet(refusal(WRONG), occurrence=3), *seen).leading
    assert found is not None
    assert [(it.start.month, it.end.month, it.events, it.n) for it in found.windows] == [
        (1, 2, 0, 0),
        (2, 3, 1, 11),
        (3, 4, 0, 0),
        (4, 5, 0, 5),
    ]
    assert [(it.site, it.events, it.n) for it in found.sites] == [("A", 0, 5), ("B", 1, 11)]


def test_a_year_ends() -> None:
    assert next_month(datetime(2026, 12, 1, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_trend_is_that_of_the_leading_source() -> None:
    seen = [attempts("ship", 100, WRONG, month=JAN), attempts("ship", 900, month=APR)]
    found = told(sheet(refusal(WRONG), occurrence=3), *seen).trend
    assert found is not None
    assert (found.score, len(found.moments), found.contradicted_since) == (3, 4, JAN)
    assert found.moments[-1].up_to.events == 100


# --- scores ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "rating", "standing"),
    [
        (0, 10, Standing.CONTRADICTED_LOWER),
        (30, 3, Standing.CONTRADICTED_HIGHER),
        (30, 8, Standing.SUPPORTED),
        (0, 1, Standing.COMPATIBLE),
    ],
)
def test_a_score_that_the_counts_deny_is_flagged_and_left_alone(
    events: int, rating: int, standing: Standing
) -> None:
    one = sheet(refusal(WRONG), occurrence=rating)
    found = told(one, attempts("ship", 2000 - events), *([attempts("ship", events, WRONG)] if events else []))
    assert (found.standing, found.is_contradicted) == (standing, standing.is_contradicted)
    assert found.score == one.rows[0].scores.occurrence.rating == rating
    assert found.proposal == (
        8 if standing is Standing.CONTRADICTED_HIGHER else None if events else found.proposal
    )


def test_a_true_score_is_seldom_denied_and_a_sure_rating_is_right() -> None:
    """A thousand steps whose true rates come from the stated prior, each with the score that is true of it."""
    rng, n = np.random.default_rng(11), 3000
    true = rng.beta(0.5, 0.5, 1000)
    scale = sheet().scales.occurrence
    scores = [rating_at(scale.bands or (), rate) for rate in true]
    rows = [
        {"code": f"R{k}", "step": "PACK", "evidence": [refusal(WRONG, f"s{k}")], "occurrence": score(it or 1)}
        for k, it in enumerate(scores)
    ]
    seen: list[Occasions] = []
    for k, events in enumerate(rng.binomial(n, true).tolist()):
        seen += [attempts(f"s{k}", n - events), attempts(f"s{k}", events, WRONG)]
    found = evidence_of_rows(
        worksheet(content(rows=rows, actions=None)), Seen(attempts=tuple(seen)), course()
    )
    judged = [found[f"R{k}"].sources[0].evidence for k in range(1000)]
    inside = [
        it.estimate.low <= rate <= it.estimate.high for it, rate in zip(judged, true, strict=True) if it
    ]
    assert len(inside) == 1000
    assert 0.93 <= np.mean(inside) <= 0.97
    assert np.mean([it.is_contradicted for it in found.values()]) <= 0.05
    sure = [
        it.suggested == rating
        for it, rating in zip(judged, scores, strict=True)
        if it and it.probability >= 0.95
    ]
    assert len(sure) > 500
    assert np.mean(sure) >= 0.95


def test_scales_of_words_suggest_nothing() -> None:
    plain = {
        kind.value: {
            **scale_document(kind, "W", "1", WORDS),
            "levels": scale_document(ScaleKind.SEVERITY, "W", "1", WORDS)["levels"],
        }
        for kind in ScaleKind
    }
    one = sheet(refusal(WRONG), refusal(WRONG, "bedside"), occurrence=3, detection=4)
    found = told(
        replace(one, scales=worksheet(content(scales=plain)).scales),
        attempts("ship", 9),
        attempts("bedside", 3),
        attempts("bedside", 1, WRONG),
    )
    assert counts(found.leading) == (1, 4)
    assert [it.evidence for it in found.sources] == [None, None]
    assert (found.standing, found.trend) == (Standing.NO_EVIDENCE, None)
    assert (found.detection.found, found.detection.standing) == (None, Standing.NO_EVIDENCE)
    assert found.detection.catches == Catches(0, bedside=1)


def test_bands_are_those_of_the_scale() -> None:
    scales = worksheet(content(scales=SCALES)).scales
    bands = scales.detection.bands
    assert bands is not None
    assert (len(bands), bands[0], bands[1]) == (10, (1, 0.0, 0.0), (2, 0.0, 0.01))
    assert scales.severity.bands is None


# --- where it was caught --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "own", "place"),
    [
        ("ship", ("ship",), Caught.SAME_STEP),
        ("freeze", ("ship",), Caught.SAME_STEP),
        ("receive_product", ("ship",), Caught.LATER_STEP),
        ("ship", ("freeze", "receive_product"), Caught.LATER_STEP),
        ("bedside", ("ship",), Caught.BEDSIDE),
        ("bedside", ("bedside",), Caught.SAME_STEP),
        ("bedside", (), Caught.BEDSIDE),
        ("thaw", (), Caught.SAME_STEP),
        ("label_collection", ("identify",), Caught.LATER_STEP),
        ("gone", ("ship",), Caught.LATER_STEP),
    ],
)
def test_where_a_failure_was_caught(step: str, own: tuple[str, ...], place: Caught) -> None:
    assert course().caught(step, frozenset(own)) is place


def test_steps_after_an_infusion_are_too_late() -> None:
    raw = json.loads(PROTOCOL.read_text())
    next(it for it in raw["steps"] if it["code"] == "close")["after"] = ["infuse_end"]
    found = protocols.parse(raw)[0]
    assert Course.of(found).caught("close", frozenset({"ship"})) is Caught.ESCAPED
    assert course().caught("close", frozenset({"ship"})) is Caught.LATER_STEP
    assert Course.of(None).caught("close", frozenset({"ship"})) is Caught.SAME_STEP


def test_a_failure_that_two_sources_saw_is_one_failure() -> None:
    both = attempts("bedside", 3, MISMATCH, state=STOPPED, deviations=frozenset({MISMATCH}))
    one = sheet(refusal(MISMATCH, "ship", "bedside"), deviation(MISMATCH, "bedside"), detection=1)
    found = told(one, both, attempts("ship", 17, MISMATCH), attempts("ship", 1000)).detection
    assert found.catches == Catches(17, bedside=3)
    assert found.found is not None
    assert (found.found.evidence.events, found.found.evidence.trials) == (3, 20)
    assert found.standing is Standing.CONTRADICTED_HIGHER
    assert found.found.evidence.suggested == 4


def test_what_was_found_when_it_had_happened_has_escaped() -> None:
    """A time that ran out is recorded with the end of the infusion; a value that was refused there was not let pass."""
    late = {"state": DONE, "deviations": frozenset({LATE})}
    one = sheet(deviation(LATE), refusal("value_not_valid"), steps=("thaw", "infuse_end"))
    found = told(
        one,
        attempts("infuse_end", 4, **late),
        attempts("infuse_end", 2, state=None, deviations=frozenset({LATE})),
        attempts("infuse_end", 3, "value_not_valid"),
    )
    assert found.detection.catches == Catches(5, escaped=4)


# --- names and cost -------------------------------------------------------------------------------------------------


def test_a_refusal_is_named_at_its_steps() -> None:
    named, everywhere = sheet(refusal(WRONG)), sheet(refusal(MISMATCH), steps=())
    asked = [(WRONG, "ship"), (WRONG, "thaw"), (WRONG, ""), (MISMATCH, "thaw"), (LATE, "ship")]
    assert [is_named([named, everywhere], *it) for it in asked] == [True, False, True, True, False]
    assert not is_named([sheet(deviation(LATE))], LATE, "ship")


def test_two_thousand_rows_are_counted_quickly() -> None:
    """Five years at three sites, and rows that ask each for something else."""
    months = [JAN]
    while len(months) < 60:
        months.append(next_month(months[-1]))
    steps, codes = list(course().place), [WRONG, MISMATCH, LATE, "expired", "on_hold"]
    seen = [
        attempts(step, 300 + n, month=month, site=site)
        for step in steps
        for n, month in enumerate(months)
        for site in "ABC"
    ]
    seen += [replace(it, count=1, refusals=frozenset({codes[n % 5]})) for n, it in enumerate(seen)]
    rows = [
        {
            "code": f"R{n}",
            "step": "PACK",
            "evidence": [refusal(codes[n % 5], *steps[n % 28 : n % 28 + 3]), refusal(codes[n % 4])],
        }
        for n in range(2000)
    ]
    one = worksheet(content(rows=rows, actions=None))
    begun = time.process_time()
    found = evidence_of_rows(one, Seen(attempts=tuple(seen)), course())
    assert time.process_time() - begun < 4.0
    assert len(found) == 2000
    assert keys_of(one, one.rows[0])[0].at == tuple(sorted(steps[:3]))
