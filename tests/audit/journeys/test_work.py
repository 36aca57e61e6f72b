"""What happened at a station, where a lot went, what a person did."""

from datetime import timedelta

import pytest
from django.db import connection

from audit.registry import report_kind
from audit.rules.questions import Question
from audit.rules.report import Severity
from coi import services as coi
from coi.models import Batch, PlaceUse, Scan, StepRecord
from coi.rules.stock import StockStatus
from config.demonstration.site import HOSPITAL, PLANT
from ledger.rules.errors import NotFound
from people.rules import codes
from tests import given
from tests.audit.journeys.conftest import Told, facts, rows
from tests.coi.test_query_counts import statements

BED = codes.make("S", "NBED")
BENCH = codes.make("S", "BENCH")


def test_a_station_tells_its_scans_people_checks_and_clearances(told: Told) -> None:
    report = told.over("station", "Luca", station=BED)
    assert report.sites == (HOSPITAL,)
    scans = Scan.objects.filter(station=BED)
    assert sum(row["scans"] for row in rows(report, "outcomes")) == scans.count()
    assert {row["name"] for row in rows(report, "people")} >= {"Ines Ito"}
    assert sum(row["near_misses"] for row in rows(report, "people")) == 1
    (note,) = [it.text for it in report.found if it.section == "people"]
    assert note.startswith("Near misses: 1.")
    assert len(rows(report, "steps")) == StepRecord.objects.filter(station=BED).count() > 4
    (stopped,) = [row for row in rows(report, "checks") if row["mark"] == "bad"]
    assert (stopped["performer"], stopped["cleared_by"]) == ("Ines Ito", "Ivan Ivers")
    cleared = [row["journey"] for row in rows(report, "clearances") if row["done"] and row["journey"]]
    assert (
        len(cleared)
        == PlaceUse.objects.filter(place=codes.make("P", "NBED"), closed_at__isnull=False).count()
    )
    assert told.coi_id in cleared


def test_a_scanner_without_a_test_card_in_force_is_noted(told: Told) -> None:
    report = told.over("station", "Luca", station=BED)
    assert facts(report, "station")["scanner"].value is True
    assert [it for it in report.found if it.section == "certificates"] == []
    passed = [row for row in rows(report, "certificates") if row["passed"]]
    later = told.until + timedelta(days=400)
    asked = Question(station=BED, since=told.until, until=later)
    kind = report_kind("station")
    assert kind is not None
    outdated = kind.build(told.person("Luca"), asked, later)
    assert [row["card"] for row in rows(outdated, "certificates")] == [row["card"] for row in passed[:1]]
    assert facts(outdated, "station")["scanner"].value is False
    (note,) = [it for it in outdated.found if it.section == "certificates"]
    assert note.severity is Severity.NOTE


def test_a_lot_tells_where_it_went_and_what_is_left(told: Told) -> None:
    lot = told.journeys.demo.lots["vector", PLANT]
    report = told.report("lot", lot=lot)
    uses = rows(report, "steps")
    assert {row["code"] for row in uses} == {"transduce"}
    assert told.coi_id in {row["journey"] for row in uses}
    batches = {row["batch"]: row for row in rows(report, "batches")}
    assert set(batches) == set(
        Batch.objects.filter(order__coi_id__in={row["journey"] for row in uses}).values_list(
            "code", flat=True
        )
    )
    mine = next(row for row in batches.values() if row["journey"] == told.coi_id)
    bags = len(told.player.containers("product_bag"))
    assert (mine["left"], mine["infused"]) == (0, bags), "the empty bags were closed out since"
    assert [row["status"] for row in rows(report, "course")][-1] == "approved"
    assert report.found == ()


def test_a_blocked_lot_names_the_batches_that_are_still_there(told: Told) -> None:
    lot = told.journeys.demo.lots["vector", PLANT]
    p = told.player
    coi.set_lot_status(code=lot, status=StockStatus.BLOCKED, reason="recall", **given.doing(p, "Bob"))
    report = told.report("lot", lot=lot)
    (note,) = report.found
    assert note.severity is Severity.NOTE
    left = {row["batch"] for row in rows(report, "batches") if row["left"]}
    assert left
    assert all(batch in note.text for batch in left)
    assert rows(report, "course")[-1]["reason"] == "recall"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE coi_materiallot SET expires_at = %s WHERE code = %s", [told.since, lot])
    gap = told.report("lot", lot=lot).found[0]
    assert gap.severity is Severity.GAP
    assert f"{len(rows(report, 'steps'))} uses" in gap.text


def test_a_person_tells_what_they_did_and_whether_they_were_trained(told: Told) -> None:
    username = told.journeys.demo.member("Ines").username
    report = told.over("person_work", "Luca", person=username)
    ines = told.journeys.demo.member("Ines").user_id
    performed = StepRecord.objects.filter(performer=ines).count()
    found = facts(report, "person")
    assert (found["performed"].value, found["name"].value) == (performed, "Ines Ito")
    assert found["near_misses"].value == 1
    steps = rows(report, "steps")
    assert len(steps) == performed + StepRecord.objects.filter(witness=ines).count()
    assert {row["trained"] for row in steps if row["topic"]} == {True}
    assert {row["kind"] for row in rows(report, "signed")} == {"Step at a station"}
    assert [row["deviation"] for row in rows(report, "refused") if row["sort"] == "near miss"] == [
        told.deviation
    ]
    assert [row["role"] for row in rows(report, "grants")] == ["nurse"]
    assert [(it.severity, it.section) for it in report.found] == [(Severity.NOTE, "refused")], "the near miss"


def test_work_without_the_training_that_it_asks_for_is_a_gap(told: Told) -> None:
    username = told.journeys.demo.member("Ines").username
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_training SET valid_until = valid_from")
    gap, _near_miss = told.over("person_work", "Luca", person=username).found
    assert gap.severity is Severity.GAP
    assert "without the training" in gap.text


def test_a_courier_who_took_over_at_a_site_was_there(told: Told) -> None:
    carol = told.journeys.demo.member("Carol")
    steps = rows(told.over("person_work", "Luca", person=carol.username), "steps")
    assert {row["site"] for row in steps} == {HOSPITAL}, "what she did elsewhere is not told"
    assert rows(told.over("refusals", "Luca", person=carol.username), "scans") == []


def test_what_is_not_theirs_is_not_found(told: Told) -> None:
    nurse = told.journeys.demo.member("Ines").username
    lot = told.journeys.demo.lots["vector", PLANT]
    for kind, name, asked in (
        ("station", "Iris", {"station": BED}),
        ("station", "Luca", {"station": BENCH}),
        ("station", "Luca", {"station": "\x00"}),
        ("person_work", "Dave", {"person": nurse}),
        ("person_work", "Luca", {"person": "nobody"}),
    ):
        with pytest.raises(NotFound):
            told.over(kind, name, **asked)
    for name in ("Dave", "Luca", "Alice"):
        with pytest.raises(NotFound):
            told.report("lot", name, lot=lot)
    for kind in ("station", "person_work", "lot"):
        with pytest.raises(NotFound):
            told.over(kind)
    elsewhere = told.journeys.demo.member("Alice").username
    for username in ("nobody", elsewhere):
        with pytest.raises(NotFound):  # that somebody works at another house is not told
            told.over("refusals", "Luca", person=username)


def test_the_statements_do_not_grow(told: Told) -> None:
    demo = told.journeys.demo
    few, _ = statements(
        lambda: told.report("station", station=BENCH, since=told.until, until=told.until + timedelta(1))
    )
    many, _ = statements(lambda: told.over("station", station=BENCH))
    assert len(many) - len(few) <= 8
    lots, _ = statements(lambda: told.report("lot", lot=demo.lots["vector", PLANT]))
    work, _ = statements(lambda: told.over("person_work", person=demo.member("Alice").username))
    assert max(map(len, (many, lots, work))) < 30
