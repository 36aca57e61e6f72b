"""Live evidence from real journeys: counted from what the services wrote, judged on the worksheet's own scales."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi import services as coi
from coi.rules.deviations import TRIGGERS
from coi.rules.outcome import STOPS, RefusalCode
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PRODUCT
from cpv.rules.programme import plan
from fmea.rules.detection import Catches
from fmea.rules.evidence import Standing, occurrence_from_counts
from fmea.rules.worksheet import EvidenceKind, Worksheet
from fmea.selectors import UnnamedRefusal, evidence_of, names_to_choose, unnamed_refusals
from people.rules.roles import Role
from tests import given as play
from tests.cpv.given import PLAN, a_plan, parameter
from tests.fmea.rules.given import content, score, worksheet
from tests.furnished import Journeys

LATER = datetime(2099, 1, 1, tzinfo=UTC)
MISMATCH = "identity_mismatch"
STEPS = [
    {"code": "PACK", "title": "Packing", "protocol_steps": ["ship"]},
    {"code": "BED", "title": "Bedside", "protocol_steps": ["bedside", "infuse_start"]},
    {"code": "LAB", "title": "Laboratory"},
]


def named(kind: EvidenceKind, ref: str, *at: str) -> dict[str, Any]:
    return {"kind": kind.value, "ref": ref, "at": list(at)}


def row(code: str, step: str, *evidence: dict[str, Any], **ratings: int) -> dict[str, Any]:
    scores = {kind: score(rating) for kind, rating in ratings.items()}
    return {"code": code, "step": step, "evidence": list(evidence), **scores}


def sheet(*rows: dict[str, Any], product: str = PRODUCT) -> Worksheet:
    return worksheet(content(product=product, steps=STEPS, rows=list(rows), actions=None))


WRONG_BAG = row(
    "R1",
    "PACK",
    named(EvidenceKind.REFUSAL, MISMATCH, "bedside"),
    named(EvidenceKind.DEVIATION, MISMATCH, "bedside"),
    named(EvidenceKind.REFUSAL, "wrong_container"),
    occurrence=2,
    detection=2,
)
EVERY_KIND = row(
    "R2",
    "LAB",
    named(EvidenceKind.REFUSAL, "unknown_code"),
    named(EvidenceKind.DEVIATION, "label_lost"),
    named(EvidenceKind.OOS, "CAR"),
    named(EvidenceKind.EXCURSION, "excursion", "receive_product"),
    named(EvidenceKind.CHART_SIGNAL, "TITER"),
)


def wrong_bags(journeys: Journeys, count: int = 2) -> None:
    """A neighbour's bag at the bedside, so many times; each STOP is cleared."""
    p, other = journeys.neighbour, journeys.bedside
    nurse = p.one(Role.NURSE, HOSPITAL)
    for _ in range(count):
        p.wait(minutes=1)
        check = p.scan("NBED", nurse, p.wristband, step="bedside")["check"]
        stop = p.scan("NBED", nurse, other.label("product_bag"), check=check)
        play.cleared(p, "NBED", stop["check"], p.one(Role.NURSE, HOSPITAL, but=nurse))
    story.bedside(p)


@pytest.mark.requirement("URS-RISK-01")
def test_refused_bags_are_the_evidence_of_their_row(journeys: Journeys) -> None:
    wrong_bags(journeys)
    one = sheet(WRONG_BAG)
    found = evidence_of(one, LATER)["R1"]
    counted = {(it.kind, it.at): (it.events, it.opportunities) for it in found.sources}
    assert counted == {
        (EvidenceKind.REFUSAL, ("bedside",)): (2, 3),
        (EvidenceKind.DEVIATION, ("bedside",)): (2, 3),
        (EvidenceKind.REFUSAL, ("ship",)): (0, 3),
    }
    bands = one.scales.occurrence.bands
    assert bands is not None
    assert found.leading is not None
    assert found.leading.evidence == occurrence_from_counts(2, 3, bands)
    assert (found.leading.sites[0].site, found.leading.sites[0].n) == (HOSPITAL, 3)
    assert found.standing is Standing.CONTRADICTED_HIGHER
    assert (found.score, one.rows[0].scores.occurrence.rating) == (2, 2), "a score is never changed"
    assert found.detection.catches == Catches(0, bedside=2), "two bags, whatever saw them"
    assert found.detection.standing is Standing.CONTRADICTED_HIGHER
    assert found.trend is not None
    assert found.trend.contradicted_since is not None


def test_nothing_is_said_of_another_product_or_time(journeys: Journeys) -> None:
    wrong_bags(journeys, 1)
    assert evidence_of(sheet(WRONG_BAG, product="OTHER"), LATER)["R1"].leading is None
    assert evidence_of(sheet(WRONG_BAG), LATER, since=LATER - timedelta(days=1))["R1"].leading is None
    assert evidence_of(sheet(WRONG_BAG), journeys.demo.now)["R1"].standing is Standing.NO_EVIDENCE


def test_every_kind_of_evidence_is_counted_where_it_is_kept(journeys: Journeys) -> None:
    p = journeys.neighbour
    play.in_effect(p, plan.KIND, PLAN, a_plan(parameter()))
    bag = journeys.ready.containers("product_bag")[0].code
    coi.place_hold(container=bag, reason_code="excursion", text="warm", **play.doing(p, "Bob"))
    found = evidence_of(sheet(EVERY_KIND), LATER)["R2"]
    assert [(it.kind, it.at) for it in found.sources] == [
        (EvidenceKind.REFUSAL, ()),
        (EvidenceKind.DEVIATION, ()),
        (EvidenceKind.OOS, ()),
        (EvidenceKind.EXCURSION, ("receive_product",)),
        (EvidenceKind.CHART_SIGNAL, ()),
    ]
    counted = [(it.events, it.opportunities) for it in found.sources]
    assert counted[0][0] == 0
    assert counted[0][1] > 100
    assert counted[1:] == [(0, 8), (0, 0), (1, 3), (0, 0)]
    assert found.leading is found.sources[3]
    assert found.detection.catches == Catches(1)


def test_more_rows_and_journeys_cost_no_more_statements(journeys: Journeys) -> None:
    play.in_effect(journeys.neighbour, plan.KIND, PLAN, a_plan(parameter()))
    few = sheet(WRONG_BAG, EVERY_KIND)
    codes = [it for it in RefusalCode if it != MISMATCH]
    more = [row(f"M{n}", "BED", named(EvidenceKind.REFUSAL, code)) for n, code in enumerate(codes)]
    many = sheet(WRONG_BAG, EVERY_KIND, *more)
    evidence_of(few, LATER)  # a protocol is parsed once
    with CaptureQueriesContext(connection) as before:
        evidence_of(few, LATER)
    wrong_bags(journeys, 1)
    with CaptureQueriesContext(connection) as after:
        evidence_of(many, LATER)
    assert len(before) == len(after) == 12


# --- what no worksheet names ----------------------------------------------------------------------------------------


def early(p: Player) -> None:
    """The infusion is begun before the bedside check: refused."""
    p.wait(minutes=1)
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), p.wristband, p.label("product_bag"), step="infuse_start")


def test_refusals_that_no_worksheet_names_are_listed(journeys: Journeys) -> None:
    p, since = journeys.neighbour, journeys.neighbour.now
    early(p)
    last = p.now
    wrong_bags(journeys, 2)
    named_one = sheet(WRONG_BAG)
    with CaptureQueriesContext(connection) as caught:
        found = unnamed_refusals([named_one], LATER, since)
    assert len(caught) == 1
    assert found == (UnnamedRefusal(PRODUCT, "out_of_sequence", "infuse_start", 1, last),)
    also = sheet(row("R3", "BED", named(EvidenceKind.REFUSAL, "out_of_sequence")))
    assert unnamed_refusals([named_one, also], LATER, since) == ()
    assert [it.code for it in unnamed_refusals([also], LATER, since)] == [MISMATCH]
    elsewhere = sheet(row("R3", "PACK", named(EvidenceKind.REFUSAL, "out_of_sequence")))
    assert [it.code for it in unnamed_refusals([named_one, elsewhere], LATER, since)] == ["out_of_sequence"]
    assert unnamed_refusals([], LATER, since) == ()


def test_what_found_no_journey_is_listed_once_nobody_names_it(journeys: Journeys) -> None:
    p, since = journeys.neighbour, journeys.neighbour.now
    p.wait(minutes=1)
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), "=A99992699999900", step="bedside")
    found = unnamed_refusals([sheet(WRONG_BAG)], LATER, since)
    assert {(it.product, it.code, it.step) for it in found} == {
        ("", "unknown_code", ""),
        ("", "step_unknown", ""),
    }
    left = unnamed_refusals([sheet(WRONG_BAG), sheet(EVERY_KIND, product="OTHER")], LATER, since)
    assert [it.code for it in left] == ["step_unknown"], "the other worksheet names the other one"


# --- names ----------------------------------------------------------------------------------------------------------


def test_names_are_those_of_the_documents_in_effect(journeys: Journeys) -> None:
    p = journeys.neighbour
    play.in_effect(p, plan.KIND, PLAN, a_plan(parameter()))
    with CaptureQueriesContext(connection) as caught:
        found = names_to_choose(PRODUCT, p.now)
    assert len(caught) == 4
    assert found.refusals == tuple(RefusalCode)
    assert set(found.triggers) == set(TRIGGERS) == (set(STOPS) - {"on_hold"}) | {"label_lost"}
    assert found.excursions == ("excursion",)
    assert [(it.code, it.title) for it in found.parameters] == [("TITER", "Titer")]
    assert {"CAR", "VIABILITY"} <= {it.code for it in found.criteria}
    assert [it.code for it in found.steps[:2]] == ["identify", "collect"]
    assert all(it.title for it in (*found.criteria, *found.steps))
    nothing = names_to_choose("OTHER", p.now)
    assert (nothing.criteria, nothing.parameters, nothing.steps) == ((), (), ())
    assert nothing.refusals == found.refusals
