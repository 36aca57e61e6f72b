"""Key figures: what the database counts is what the lists and the rule of custody show."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from audit.forms.reports.custody import judged
from audit.forms.reports.key_figures_months import months_between
from audit.rules.custody import coverage_of, gaps_of
from audit.rules.report import Picture, Severity
from coi.models import Batch, Order, Scan, StepRecord
from coi.selectors.custody import custody_of
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger.rules.errors import NotFound
from people.models import Signature
from qc.selectors.trail_standings import trail_standings
from tests.audit.journeys.conftest import Told, facts, rows
from tests.coi.test_query_counts import statements


def test_hand_overs_are_counted_as_the_rule_of_custody_judges_them(told: Told) -> None:
    viewer, transfers, whole = told.person("Iris"), 0, 0
    for coi_id in Order.objects.values_list("coi_id", flat=True):
        within, lines = judged(custody_of(viewer, coi_id, told.until), told.until)
        covered = coverage_of(lines, [gap for line in lines for gap in gaps_of(line, within)], within)
        transfers, whole = transfers + covered.transfers, whole + covered.whole_transfers
    found = facts(told.over("key_figures"), "figures")
    assert (found["transfers"].value, found["whole_share"].value) == (transfers, 100)
    assert transfers == whole > 6


def test_a_hand_over_that_is_not_whole_is_found_in_the_sums_too(told: Told) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT container_id FROM coi_handover ORDER BY at LIMIT 1")
        (container,) = cursor.fetchone()
        cursor.execute(
            "DELETE FROM coi_handover WHERE container_id = %s AND step = 'send_collection'", [container]
        )
        cursor.execute("UPDATE coi_handover SET receiver_name = '' WHERE step = 'ship'")
        cursor.execute("UPDATE coi_steprecord SET values = '{}' WHERE step = 'receive_product'")
        cursor.execute("UPDATE coi_container SET status = 'available' WHERE code = %s", [told.container_held])
        cursor.execute("SELECT count(*) FROM coi_handover WHERE step = 'ship'")
        (shipped,) = cursor.fetchone()
    report = told.over("key_figures")
    found = facts(report, "figures")
    assert (found["broken"].value, found["never_closed"].value) == (1, 1)
    assert found["without_person"].value == shipped > 1
    gaps = [it.text for it in report.found if it.severity is Severity.GAP]
    assert any("not whole" in text for text in gaps)
    assert any("never closed out" in text for text in gaps)


def test_what_was_done_beside_the_plain_way_is_counted_as_the_lists_have_it(told: Told) -> None:
    for name in ("Luca", "Iris"):
        figures, listed = (
            facts(told.over("key_figures", name), "beside_figures"),
            told.over("overrides", name),
        )
        assert figures["overrides"].value == len(rows(listed, "overrides")) > 0
        assert figures["late"].value == len(rows(listed, "late"))
        assert figures["steps"].value == sum(row["done"] for row in rows(listed, "alone"))


def test_near_misses_are_told_by_step_and_station_with_intervals(told: Told) -> None:
    report = told.over("key_figures", "Luca")
    scans = Scan.objects.filter(site__code=HOSPITAL).count()
    found = facts(report, "scan_figures")
    assert (found["scans"].value, found["near_miss_rate"].about) == (scans, f"1 of {scans} scans.")
    (bed,) = [row for row in rows(report, "steps") if row["near_misses"]]
    assert bed["code"] == "bedside"
    assert 0 < bed["near_miss_low"] < bed["near_miss_rate"] < bed["near_miss_high"] <= 1000
    assert sum(row["scans"] for row in rows(report, "stations")) == scans


def test_turnaround_is_told_by_phases(told: Told) -> None:
    found = {row["phase"]: row for row in rows(told.over("key_figures"), "phases")}
    collected = StepRecord.objects.get(order__coi_id=told.coi_id, step="collect").at
    infused = StepRecord.objects.filter(order__coi_id=told.coi_id, step="infuse_end").order_by("at")[0].at
    days = (infused - collected).total_seconds() / 86_400
    vein = found["vein to vein"]
    assert vein["count"] == 1
    assert float(vein["middle"]) == pytest.approx(days, abs=0.01)
    assert (
        found["order to collection"]["count"]
        == Order.objects.filter(collection__isnull=False).distinct().count()
    )


def test_every_month_is_there_and_every_picture_has_its_table(told: Told) -> None:
    report = told.over("key_figures")
    months = [f"{month:%Y-%m}" for month in months_between(told.since, told.until)]
    assert [row["month"] for row in rows(report, "months")] == months
    pictures = [it for it in report.sections if isinstance(it, Picture)]
    assert len(pictures) == 5
    for picture in pictures:
        assert [row["d"] for row in picture.drawing["data"]["values"]] == months
        assert [row[0] for row in picture.table.rows] == months
    counted = ("scans", "steps", "transfers", "results", "oos")
    sums = {key: sum(row[key] for row in rows(report, "months")) for key in counted}
    groups = ("figures", "scan_figures", "beside_figures", "quality_figures")
    figures = {key: fact for group in groups for key, fact in facts(report, group).items()}
    assert all(it.about for it in figures.values()), "each says what it means"
    assert sums == {key: figures[key].value for key in sums}


def test_months_go_over_the_end_of_a_year() -> None:
    since, until = datetime(2025, 11, 30, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    assert [f"{it:%Y-%m}" for it in months_between(since, until)] == ["2025-11", "2025-12", "2026-01"]


def test_a_site_counts_its_own_and_nobody_elses(told: Told) -> None:
    report = told.over("key_figures", "Dave")
    assert report.sites == (SECOND,)
    assert facts(report, "scan_figures")["near_misses"].value == 0
    quality = facts(report, "quality_figures")
    assert (quality["trails_due"].value, quality["results"].value) == (0, 0)
    assert facts(told.over("key_figures"), "quality_figures")["trails_due"].value > 0
    with pytest.raises(NotFound):
        told.over("key_figures", "Dave", site=PLANT)
    with pytest.raises(NotFound):
        told.over("key_figures", "Alice")


def test_the_statements_do_not_grow_with_journeys(told: Told) -> None:
    """70: those of the signatures' records (as the report of signatures has them) and of the trails are among them."""
    signed = Signature.objects.filter(record_kind="batch").order_by("signed_at")
    until = signed[0].signed_at + timedelta(minutes=1)
    few, _ = statements(lambda: told.report("key_figures", since=told.since, until=until))
    many, _ = statements(lambda: told.over("key_figures"))
    assert signed.filter(signed_at__lt=until).count() < signed.count()
    assert abs(len(many) - len(few)) <= 1, (len(few), len(many))
    assert len(many) < 70


def test_the_statements_about_trails_do_not_grow_with_batches(told: Told) -> None:
    last = Batch.objects.order_by("-started_at")[0].started_at
    few, one = statements(lambda: trail_standings([PLANT], last, told.until))
    many, five = statements(lambda: trail_standings([PLANT], told.since, told.until))
    assert sum(one.values()) == 1 < sum(five.values()) == Batch.objects.count()
    assert len(few) == len(many) <= 17
