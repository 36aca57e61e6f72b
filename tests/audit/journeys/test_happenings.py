"""Refused scans, deviations, overrides, late entries and labels, over a period and of a journey."""

from datetime import timedelta

import pytest
from django.db import connection

from audit.rules.report import Severity
from coi.models import Container, Deviation, LabelCopy, Order, Scan, StepRecord
from coi.rules.outcome import Outcome
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger.rules.errors import Invalid, NotFound
from people import selectors as people
from tests.audit.journeys.conftest import Told, facts, rows
from tests.coi.test_query_counts import statements

PERIODS = ("refusals", "deviations", "overrides")


@pytest.fixture
def nurse_leader(told: Told) -> str:
    """Luca supervises at the first hospital: the near miss happened there."""
    return "Luca"


def test_refused_scans_are_told_with_reason_person_and_deviation(told: Told, nurse_leader: str) -> None:
    report = told.over("refusals", nurse_leader)
    scans = rows(report, "scans")
    refused = Scan.objects.filter(site__code=HOSPITAL, outcome__in=[Outcome.REFUSED, Outcome.UNREADABLE])
    assert len(scans) == refused.count()
    (miss,) = [row for row in scans if row["sort"] == "near miss"]
    assert miss["deviation"] == told.deviation
    assert (miss["person"], miss["mark"]) == ("Ines Ito", "bad")
    assert "scanned: " + told.journeys.neighbour.coi_id in miss["text"]
    assert [it.severity for it in report.found] == [Severity.NOTE]


def test_rates_are_of_all_scans_with_their_interval(told: Told, nurse_leader: str) -> None:
    report = told.over("refusals", nurse_leader)
    sums = facts(report, "sums")
    scans = Scan.objects.filter(site__code=HOSPITAL).count()
    assert sums["scans"].value == scans
    assert float(str(sums["near_miss_rate"].value)) == pytest.approx(1000 / scans, abs=0.05)
    assert sums["near_miss_low"].value < sums["near_miss_rate"].value < sums["near_miss_high"].value
    for key in ("steps", "stations"):
        assert sum(row["scans"] for row in rows(report, key)) == scans
        assert sum(row["near_misses"] for row in rows(report, key)) == 1
    assert ("another patient's journey", "STOP", 1) in {
        (row["reason"], row["kind"], row["scans"]) for row in rows(report, "codes")
    }


def test_refused_scans_of_one_station_person_or_journey(told: Told, nurse_leader: str) -> None:
    by_journey = told.over("refusals", journey=told.coi_id)  # Iris sees it, for her site made the product
    assert [row["sort"] for row in rows(by_journey, "scans")].count("near miss") == 1
    station = Scan.objects.filter(is_near_miss=True).values_list("station", flat=True)[0]
    at_the_bed = rows(told.over("refusals", nurse_leader, station=station), "stations")
    assert [row["code"] for row in at_the_bed] == [station]
    with pytest.raises(NotFound):
        told.over("refusals", station=station)
    with pytest.raises(NotFound):
        told.over("refusals", person="nobody")
    none = told.report("refusals", since=told.until, until=told.until + timedelta(days=1))
    assert rows(none, "scans") == []
    assert facts(none, "sums")["near_miss_rate"].value is None


def test_a_deviation_is_told_from_its_opening_to_its_signature(told: Told) -> None:
    journey = told.journeys.neighbour.coi_id  # whose bag it was
    report = told.over("deviations", journey=journey)
    (whole,) = rows(report, "deviations")
    assert (whole["deviation"], whole["journey"]) == (told.deviation, journey)
    named = Deviation.objects.get(code=told.deviation).containers
    assert set(whole["containers"].split(", ")) == set(
        Container.objects.filter(id__in=named).values_list("code", flat=True)
    )
    assert (whole["grade"], whole["state"], whole["mark"]) == ("critical", "closed", "good")
    assert (whole["met_by"], whole["cleared_by"]) == ("Ines Ito", "Ivan Ivers")
    assert whole["cause"] == "Person"
    (signed,) = [it for it in rows(told.over("deviations"), "signatures") if it["record"] == told.deviation]
    assert (signed["name"], signed["meaning"], signed["state"]) == ("Bob Brandt", "approval", "valid")


def test_a_deviation_that_is_open_is_told_first(told: Told) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE coi_deviation SET state = 'open', closed_at = NULL WHERE code = %s", [told.deviation]
        )
    report = told.over("deviations")
    assert any(told.deviation in it.text and it.section == "deviations" for it in report.found)


def test_a_signature_that_was_altered_is_told_first(told: Told) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_signature SET printed_name = 'Eve' WHERE record_kind = 'deviation'")
    found = told.over("deviations").found
    assert any(it.severity is Severity.GAP and it.text.startswith("INVALID") for it in found)


def test_overrides_name_reason_and_both_people(told: Told, nurse_leader: str) -> None:
    hospital, plant = told.over("overrides", nurse_leader), told.over("overrides", site=PLANT)
    by_sort = {row["sort"]: row for row in (*rows(hospital, "overrides"), *rows(plant, "overrides"))}
    stop, hold = by_sort["STOP cleared"], by_sort["hold released"]
    assert (stop["first"], stop["second"], stop["reason"]) == (
        "Ines Ito",
        "Ivan Ivers",
        "another patient's journey",
    )
    assert stop["deviation"] == told.deviation, "that the STOP opened"
    assert (by_sort["label replaced"]["first"], by_sort["label replaced"]["reason"]) == (
        "Amir Aziz",
        "Damaged",
    )
    assert told.spoiled_label in by_sort["label replaced"]["about"]
    assert (by_sort["code typed"]["first"], by_sort["code typed"]["reason"]) == (
        "Ines Ito",
        "The code is damaged",
    )
    assert (stop["about"], by_sort["code typed"]["about"]) == ("Check at the bedside", "Check at the bedside")
    held = [row for row in rows(plant, "overrides") if row["about"] == told.container_held]
    assert [(row["first"], row["second"]) for row in held] == [("Bob Brandt", "Bob Brandt")]
    assert hold["at"]


def test_late_entries_and_steps_done_alone(told: Told, nurse_leader: str) -> None:
    report = told.over("overrides", nurse_leader)
    (late,) = rows(report, "late")
    assert (late["what"], float(late["hours"]), late["by"]) == ("weight recorded", 5.0, "Olga Orr")
    alone = {row["code"]: row for row in rows(report, "alone")}
    steps = StepRecord.objects.filter(site__code=HOSPITAL)
    assert sum(row["done"] for row in alone.values()) == steps.count()
    assert alone["identify"]["alone"] == alone["identify"]["done"] > 0
    assert alone["bedside"]["alone"] == 0
    assert not any(row["unlawful"] for row in alone.values())
    assert {it.severity for it in report.found} == {Severity.NOTE}
    assert {it.section for it in report.found} == {"overrides", "late"}, "none of it goes unsaid at the top"


def test_a_step_done_alone_where_two_are_asked_is_a_gap(told: Told, nurse_leader: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE coi_steprecord SET witness_id = NULL WHERE step = 'bedside'")
    gap, *_notes = told.over("overrides", nurse_leader).found
    assert gap.severity is Severity.GAP
    assert "2 completions" in gap.text


def test_labels_add_up_template_by_template_or_say_what_is_open(told: Told) -> None:
    report = told.report("labels", journey=told.journeys.filled.coi_id)
    copies = LabelCopy.objects.filter(order__coi_id=told.journeys.filled.coi_id)
    assert len(rows(report, "copies")) == copies.count()
    assert sum(row["issued"] for row in rows(report, "sums")) == copies.count()
    assert facts(report, "sum")["adds_up"].value is False
    assert any(told.spoiled_label in it.text for it in report.found if it.severity is Severity.GAP)
    whole = told.report("labels", journey=told.coi_id)
    assert facts(whole, "sum")["adds_up"].value is True
    assert all(row["fate_by"] for row in rows(whole, "copies"))


def test_labels_have_their_times_in_the_zone_of_the_site_where_they_were_made(told: Told) -> None:
    zones = {it.code: it.zone for it in people.sites()}
    copies = LabelCopy.objects.filter(order__coi_id=told.coi_id).select_related(
        "container__batch", "container__collection"
    )
    made_at = {it.code: (it.container.collection or it.container.batch).site_id for it in copies}
    assert any(zones[it.container.custodian_id] != zones[made_at[it.code]] for it in copies), "one went on"
    shown = {row["copy"]: row["zone"] for row in rows(told.report("labels", journey=told.coi_id), "copies")}
    assert shown == {copy: zones[site] for copy, site in made_at.items()}


@pytest.mark.parametrize("kind", PERIODS)
def test_what_is_not_theirs_is_not_found(told: Told, kind: str) -> None:
    with pytest.raises(NotFound):
        told.over(kind, "Alice")  # holds no role that reads reports
    with pytest.raises(NotFound):
        told.over(kind, site=HOSPITAL)
    with pytest.raises(NotFound):
        told.over(kind, "Dave", journey=told.coi_id)
    with pytest.raises(Invalid):
        told.report(kind, since=told.since)
    with pytest.raises(Invalid):
        told.report(kind, since=told.until, until=told.since)
    report = told.over(kind, "Dave")  # of the second hospital
    assert report.sites == (SECOND,)
    assert told.coi_id not in repr(report)


@pytest.mark.parametrize("kind", PERIODS)
def test_the_statements_do_not_grow_with_what_happened(told: Told, kind: str) -> None:
    few, _ = statements(lambda: told.over(kind, "Dave"))
    many, _ = statements(lambda: told.over(kind))
    assert len(many) - len(few) <= 6
    assert len(many) < 30


def test_the_trail_names_no_journey_that_is_not_the_readers(told: Told) -> None:
    """The neighbour's bag was shown at the bedside: who may see both reads both, who may not reads neither's other."""
    other = told.journeys.neighbour.coi_id
    report = told.over("trail")
    assert other in str(report.sections)
    Order.objects.filter(coi_id=other).update(
        treating_site_id=SECOND,
        collection_site_id=SECOND,
        manufacturing_site_id=SECOND,
        courier_site_id=SECOND,
    )
    masked = str(told.over("trail").sections)
    assert other not in masked
    assert "•••" in masked
    assert told.coi_id in masked
