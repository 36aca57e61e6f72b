"""What the reports say, held against what was done."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from audit.forms.reports.security_events import FAILURES, GUARDING
from audit.rules.report import Picture, Report, Severity
from audit.selectors.used import stock_at
from coi.rules import retention
from config.demonstration.site import PLANT, read_content
from ledger import selectors as ledger
from ledger.rules.errors import NotAllowed
from ledger.selectors.histories import entries_of_period, values_before
from people import selectors as people
from people.events import Event
from people.rules import codes
from people.rules.roles import Role
from people.services import change_station, deactivate_user, revoke_role
from qc import services
from qc.rules.results import CorrectionReason
from tests import given
from tests.audit.records.conftest import Archive, facts, table


def gaps(report: Report) -> list[str]:
    return [it.text for it in report.found if it.severity is Severity.GAP]


def tampered(statement: str, *values: object) -> None:
    """As an owner of the database would, past every service."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


# -- the trail ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-TRAIL-02")
def test_every_old_value_in_the_whole_ledger_is_known(archive: Archive) -> None:
    entries = entries_of_period(None, archive.now + timedelta(days=1))
    altered = values_before(entries)
    unknown = [it for told in altered.values() for it in told if not it.is_known]
    assert unknown == []
    assert sum(len(told) for told in altered.values()) > 1000, "it looked at something"


@pytest.mark.requirement("URS-COPY-02")
def test_an_old_value_stands_beside_the_new_one(archive: Archive) -> None:
    lab = archive.lab
    since = archive.now
    leo = next(it for it in people.accounts([PLANT]) if it.user_id == lab.member("Leo").user_id)
    grant = leo.roles[0].id
    revoke_role(grant_id=grant, reason="moved on", **lab.doing("Ada"))
    rows = table(archive.report("trail", since=since - timedelta(minutes=2)), "changes")
    (line,) = [row for row in rows if row["field"] == "valid until"]
    assert (line["old"], line["is_new"], line["thing"]) == ("nothing", False, "grant")
    assert line["new"].startswith(f"{lab.player.now:%Y-%m-%d}")


def test_the_trail_is_narrowed_to_a_batch_a_person_a_station(archive: Archive) -> None:
    hood = codes.make("S", "HOOD")
    whole = table(archive.report("trail"), "entries")
    of_batch = table(archive.report("trail", batch=archive.lab.batch), "entries")
    of_bob = table(archive.report("trail", person=archive.lab.member("Bob").username), "entries")
    of_hood = table(archive.report("trail", station=hood), "entries")
    of_journey = table(archive.report("trail", journey=archive.coi_id), "entries")
    assert 0 < len(of_batch) < len(of_journey) < len(whole)
    assert {row["who"] for row in of_bob} == {"Bob Brandt"}
    assert {row["station"] for row in of_hood} == {hood}
    assert {row["site"] for row in whole} <= {PLANT, ""}
    assert all(row["what"] for row in whole)


# -- signatures --------------------------------------------------------------------------------------------------------


def test_every_signature_is_there_and_holds(archive: Archive) -> None:
    rows = table(archive.report("signatures"), "signatures")
    assert {row["state"] for row in rows} == {"valid"}
    of_batch = table(archive.report("signatures", batch=archive.lab.batch), "signatures")
    said = [(row["name"], row["meaning"], row["record_kind"], row["record"]) for row in of_batch]
    assert said == [
        ("Bob Brandt", "review", "Trail review", archive.lab.batch),
        ("Bob Brandt", "review", "Batch", archive.lab.batch),
        ("Rosa Reyes", "release", "Batch", archive.lab.batch),
    ]
    kinds = {row["record_kind"] for row in rows if row["record"] == "CD19-DEMO/1"}
    assert {"Protocol", "Specification"} <= kinds, "documents of one code are told apart"
    assert all(len(row["digest"]) == 64 and row["components"] for row in rows)
    order = [(row["at"], row["entry"]) for row in rows]
    assert order == sorted(order), "of one moment in the order of their entries"
    assert len({row["at"] for row in rows}) < len(rows), "some are of one moment"


def test_a_signature_over_a_batch_that_went_on_does_not_claim_to_be_over_the_record_of_now(
    archive: Archive,
) -> None:
    def whys() -> set[str]:
        rows = table(archive.report("signatures", batch=archive.lab.batch), "signatures")
        return {row["why"] for row in rows if row["record_kind"] == "Batch"}

    assert whys() == {"The record was digested anew and is the one that was signed."}
    old = next(line.result for line in archive.lab.view().lines if line.criterion.code == "STERILITY_FINAL")
    assert old is not None
    moved = replace(old, tested_at=old.tested_at - timedelta(minutes=1))
    archive.lab.correct(moved, "no growth", CorrectionReason.WRONG_TIME)
    assert archive.lab.view().has_changed_since
    (why,) = whys()
    assert "its record is another now" in why
    assert {row["state"] for row in table(archive.report("signatures"), "signatures")} == {"valid"}


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE qc_trailreview SET remark = 'nothing to see'", "changed after it was signed"),
        (
            "UPDATE people_signature SET printed_name = 'Nobody' WHERE meaning = 'release'",
            "not as it was entered",
        ),
        (
            "UPDATE people_documentversion SET content = '{}' WHERE state = 'effective'",
            "changed after it was signed",
        ),
    ],
)
def test_what_was_altered_makes_its_signature_invalid(archive: Archive, statement: str, why: str) -> None:
    tampered(statement)
    report = archive.report("signatures")
    assert any(why in text for text in gaps(report)), gaps(report)
    assert any(row["state"] == "INVALID" and why in row["why"] for row in table(report, "signatures"))


# -- training ----------------------------------------------------------------------------------------------------------


def test_training_on_a_date_and_what_was_done_without(archive: Archive) -> None:
    early = archive.lab.player.demo.now - timedelta(days=30)
    report = archive.report("training", moment=early)
    assert table(report, "trained") == [], "nobody was trained before the site was"
    then = archive.report("training", moment=archive.lab.player.demo.now + timedelta(minutes=1))
    assert {row["state"] for row in table(then, "trained")} == {"current"}
    assert all(row["by"] and row["entry"] for row in table(then, "trained"))
    assert table(then, "without") == []
    assert "Alice Adams" in {name for row in table(then, "needed") for name in row["people"].split(", ")}
    tampered("UPDATE people_training SET valid_until = valid_from + interval '1 minute'")
    found = archive.report("training", moment=archive.lab.player.demo.now + timedelta(minutes=1))
    without = table(found, "without")
    assert {"Alice Adams", "Ana Lind"} <= {row["name"] for row in without}
    assert len(gaps(found)) == len(without)


# -- configuration, access, inventory ----------------------------------------------------------------------------------


def test_what_was_in_force_on_a_date_is_not_what_is_now(archive: Archive) -> None:
    lab, then = archive.lab, archive.now
    code = codes.make("S", "HOOD")
    lab.player.wait(hours=1)
    change_station(code=code, steps=[], name="Hood", is_active=False, reason="repair", **lab.doing("Ada"))
    given.granted(lab.player, "Leo", Role.ANALYST, PLANT)
    given.in_effect(lab.player, retention.KIND, "RETENTION", read_content("retention.json"))

    def hood(moment: datetime) -> dict[str, Any]:
        rows = table(archive.report("configuration", moment=moment), "stations")
        return next(row for row in rows if row["code"] == code)

    assert (hood(then)["state"], hood(archive.now)["state"]) == ("in use", "not in use")
    assert hood(then)["steps"] != "none"
    roles = [len(table(archive.report("configuration", moment=at), "roles")) for at in (then, archive.now)]
    assert roles[1] == roles[0] + 1
    documents = table(archive.report("configuration"), "documents")
    assert {row["holds"] for row in documents} == {"yes"}
    assert ("Retention rules", "RETENTION", 1) in {
        (row["kind"], row["code"], row["version"]) for row in documents
    }
    earlier = table(archive.report("configuration", moment=then), "documents")
    assert "RETENTION" not in {row["code"] for row in earlier}
    assert all("approval" in row["signed"] for row in documents)
    assert any("settings" in it.text for it in archive.report("configuration").found)


@pytest.mark.requirement("URS-ACC-03")
def test_the_review_of_access_says_what_needs_a_decision(archive: Archive) -> None:
    lab, before = archive.lab, archive.now
    lab.player.wait(hours=1)
    given.granted(lab.player, "Bob", Role.QA_RELEASER, PLANT)
    leo = lab.member("Leo")
    deactivate_user(user_id=leo.user_id, site=PLANT, reason="left", **lab.doing("Ada"))
    report = archive.report("access_review", "Ada")
    said = [it.text for it in report.found]
    assert any("Bob Brandt is QA reviewer and QA releaser" in text for text in said)
    assert any("account of Leo Marsh is closed" in text for text in said)
    state = {row["username"]: row["state"] for row in table(report, "accounts")}
    assert state[leo.username] == "closed"
    earlier = archive.report("access_review", "Ada", moment=before)
    assert {row["username"]: row["state"] for row in table(earlier, "accounts")}[leo.username] == "open"
    assert not any("Bob Brandt is" in it.text for it in earlier.found)
    assert all(row["given_by"] != "not known" for row in table(report, "roles"))


@pytest.mark.requirement("URS-CHG-01")
def test_the_inventory_names_what_is_installed(archive: Archive) -> None:
    report = archive.report("inventory")
    assert facts(report, "software")["version"]
    assert facts(report, "ledger")["entries"] == len(entries_of_period(None, archive.now + timedelta(days=1)))
    components = {row["name"]: row for row in table(report, "components")}
    assert components["django"]["licence"] not in ("", "not stated")
    assert [row["code"] for row in table(report, "sites")] == [PLANT]
    rooms = {row["part"] for row in table(report, "schema")}
    assert {"ledger", "people", "coi", "qc"} <= rooms


# -- security ----------------------------------------------------------------------------------------------------------


def test_failures_are_counted_by_day_and_by_kind(archive: Archive) -> None:
    lab, since = archive.lab, archive.lab.player.now
    for _n in range(5):
        with pytest.raises(NotAllowed):
            services.review_batch(batch=lab.batch, **lab.wrong_password("Bob"))
    report = archive.report("security_events", since=since)
    kinds = {row["event"]: row["count"] for row in table(report, "by_kind")}
    assert kinds == {Event.CREDENTIAL_FAILED: 5, Event.USER_LOCKED: 1}
    whole = archive.report("security_events")
    (of_one_day,) = table(whole, "failures")
    assert of_one_day["failures"] == 6, "days without any are not listed"
    assert sum(row["count"] for row in table(report, "by_day")) == 6
    picture = next(it for it in whole.sections if isinstance(it, Picture))
    values = picture.drawing["data"]["values"]
    assert (sum(it["failures"] for it in values), len(values) > 300) == (6, True), "they are drawn"
    assert {row["about"] for row in table(report, "events")} == {"Bob Brandt"}
    bob, leo = (archive.lab.member(name).username for name in ("Bob", "Leo"))
    own = archive.report("security_events", since=since, person=bob)
    assert len(table(own, "events")) == 6
    other = archive.report("security_events", since=since, person=leo)
    assert table(other, "events") == []


def test_the_events_that_guard_the_door() -> None:
    assert {Event.ROLE_GRANTED, Event.BADGE_REVOKED, Event.USER_RESET} <= set(GUARDING)
    assert {Event.CREDENTIAL_FAILED, Event.USER_LOCKED} <= FAILURES
    assert not {Event.SIGNATURE_MADE, Event.TRAINING_RECORDED, Event.WORK_OPENED} & set(GUARDING)


# -- the batch record --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-COPY-03")
def test_a_batch_record_tells_of_everything(archive: Archive) -> None:
    lab = archive.lab
    report = archive.report("batch_record")
    view = lab.view()
    assert facts(report, "batch")["disposition"] == "released"
    assert len(table(report, "steps")) == len(view.case.dossier.steps)
    assert len(table(report, "results")) == len(view.case.results)
    assert table(report, "missing") == []
    used = table(report, "used")
    assert used
    assert {row["state"] for row in used} == {"approved"}
    assert all(row["good_until"] > row["at"] for row in used)
    names = [(row["name"], row["meaning"]) for row in table(report, "signatures")]
    assert ("Rosa Reyes", "release") in names
    (review,) = table(report, "trail_reviews")
    assert review["signed"] == "valid"
    assert [row["way"] for row in table(report, "decisions")] == ["release"]
    assert report.subjects == (("batch", lab.batch), ("order", archive.coi_id))
    handed = [(row["at"], row["container"]) for row in table(report, "handovers")]
    assert handed == sorted(handed)
    values = table(report, "values")
    assert values
    assert not any(isinstance(row["value"], Decimal) for row in values)


@pytest.mark.requirement("URS-COPY-02")
def test_a_corrected_result_stands_beside_the_first(archive: Archive) -> None:
    old = next(line.result for line in archive.lab.view().lines if line.criterion.code == "STERILITY_FINAL")
    assert old is not None
    moved = replace(old, tested_at=old.tested_at - timedelta(minutes=1))
    archive.lab.correct(moved, "no growth", CorrectionReason.WRONG_TIME)
    report = archive.report("batch_record")
    rows = [row for row in table(report, "results") if row["code"] == "STERILITY_FINAL"]
    assert [(row["version"], row["counts"]) for row in rows] == [(1, False), (2, True)]
    assert any("corrected" in it.text for it in report.found)


def test_the_state_of_a_lot_is_that_of_the_moment_of_use(archive: Archive) -> None:
    entry = next(it for it in ledger.entries_in_stream("stock") if it.event == "coi:lot:received")
    code, at = str(entry.facts["code"]), entry.occurred_at
    found = stock_at([(code, at - timedelta(days=1)), (code, at), (code, archive.now)])
    assert (code, at - timedelta(days=1)) not in found
    assert found[code, archive.now].status == "approved"
    assert found[code, at].status in {"quarantine", "approved"}
