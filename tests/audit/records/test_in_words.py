"""What the reports say is said in words: no numbers of accounts, no names of columns, no bare quantities."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from audit.forms.reports.security_events import GUARDING
from audit.forms.security_words import SECURITY_KINDS
from audit.forms.setting_words import SETTINGS
from audit.rules.report import Picture, Report, Table
from config.deciding import deciding_settings
from config.demonstration.site import PLANT
from ledger import registry
from ledger.events import Event as LedgerEvent
from ledger.services.installation import note_configuration
from people.services import record_refused_door, record_site_qualification
from tests.audit.records.conftest import Archive, table

AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
A_NAME_OF_PROGRAMS = re.compile(r"\b[a-z]+_[a-z_]+\b")
# The names of software are told as they are: of what was installed, of kinds of entries, of what was signed.
AS_THEY_ARE = {"event", "migration", "name", "part", "stream", "kind", "record", "id", "new", "old"}


def said(report: Report) -> Iterator[tuple[str, str]]:
    """Every text of every table but those that are told as they are."""
    for section in report.sections:
        found = section.table if isinstance(section, Picture) else section
        for row in found.rows if isinstance(found, Table) else ():
            for column, cell in zip(found.columns, row, strict=True):
                if isinstance(cell, str) and column.key not in AS_THEY_ARE:
                    yield f"{section.key}.{column.key}", cell


@pytest.mark.parametrize(
    "kind",
    ["access_review", "batch_record", "configuration", "security_events", "signatures", "trail", "training"],
)
def test_no_table_names_things_as_programs_do(archive: Archive, kind: str) -> None:
    wrong = [one for one in said(archive.report(kind)) if A_NAME_OF_PROGRAMS.search(one[1])]
    assert wrong == []


def test_the_trail_names_things_by_their_codes_and_people_by_their_names(archive: Archive) -> None:
    rows = table(archive.report("trail", batch=archive.lab.batch), "changes")
    orders = {row["new"] for row in rows if row["field"] == "order"}
    assert orders == {archive.coi_id}
    assert {row["new"] for row in rows if row["field"] == "performer"} <= {"Alice Adams", "Amir Aziz"}
    assert archive.lab.batch in {row["id"] for row in rows if row["thing"] == "batch"}
    steps = {row["new"] for row in rows if row["thing"] == "step record" and row["field"] == "containers"}
    assert not any(AN_ID.search(text) for text in steps)
    assert not [row for row in rows if row["old"] == row["new"]], "what is put again was changed by nobody"


def test_a_value_of_a_step_has_its_name_and_its_unit(archive: Archive) -> None:
    rows = {row["name"]: row for row in table(archive.report("batch_record"), "values")}
    assert (rows["Temperature on arrival"]["unit"], rows["Volume collected"]["unit"]) == ("\u00b0C", "mL")
    assert "moi" not in rows


def test_how_the_sites_were_qualified_is_in_the_report_of_training(archive: Archive) -> None:
    before = archive.now
    archive.lab.player.wait(hours=1)
    doing = archive.lab.doing("Ada")
    until = doing["now"] + timedelta(days=100)
    record_site_qualification(
        site=PLANT, programme="FACT", valid_from=doing["now"], valid_until=until, evidence=None, **doing
    )
    (row,) = table(archive.report("training"), "qualified")
    assert (row["programme"], row["state"], row["paper"], row["by"]) == (
        "FACT",
        "current",
        False,
        "Ada Admin",
    )
    assert table(archive.report("training", moment=before), "qualified") == []
    assert not any("not recorded" in text for text in archive.report("training").left_out)


def test_closed_doors_and_roles_are_told_in_words(archive: Archive) -> None:
    doing = archive.lab.doing("Leo")
    about = {name: doing[name] for name in ("actor", "where", "now")}
    record_refused_door(page="people:person_training", method="GET", **about)
    record_refused_door(page="people:gone_since", method="GET", **about)
    said = {row["what"] for row in table(archive.report("security_events"), "events")}
    assert "Turned away at a page: /people/\u2026/training/" in said, "nobody is named by an address"
    assert "Turned away at a page: people gone since" in said
    assert any(what.startswith("Role QA reviewer granted to account ") for what in said)
    assert any(what.startswith("Role auditor granted to account ") for what in said)


def test_every_event_has_words() -> None:
    assert set(SECURITY_KINDS) == set(GUARDING)
    rooms = ("people", "coi", "qc", "cpv", "fmea", "audit")
    silent = [name for name in _events(rooms) if registry.presenter(name) is None]
    assert silent == []
    assert registry.presenter(LedgerEvent.INSTALLATION_CONFIGURED) is not None


def test_every_setting_that_decides_has_words() -> None:
    assert set(SETTINGS) == {"software", *deciding_settings()}


def test_a_setting_stands_with_its_meaning_and_roles_by_their_names(archive: Archive) -> None:
    doing = archive.lab.doing("Ada")
    about = {name: doing[name] for name in ("actor", "now", "request_id")}
    assert note_configuration(software="9.9.9", settings=deciding_settings(), **about)
    rows = {row["name"]: row for row in table(archive.report("configuration"), "settings")}
    assert rows["SECOND_FACTOR_ROLES"]["value"] == "administrator, QA releaser, QA reviewer"
    assert rows["SESSION_COOKIE_AGE"]["about"].startswith("Seconds ")


def _events(rooms: tuple[str, ...]) -> Iterator[str]:
    from importlib import import_module

    for room in rooms:
        yield from map(str, import_module(f"{room}.events").Event)
