"""What holds of every kind of report of this file's neighbours: who gets it, and what is in it."""

from typing import Any

import pytest

from audit.registry import report_kind
from audit.rules.report import Facts, Picture, Report, Severity, Table
from config.demonstration.site import HOSPITAL, PLANT
from ledger.rules.errors import Invalid, NotAllowed, NotFound
from people.rules.roles import Role
from qc import services
from tests import given
from tests.audit.records.conftest import Archive

KINDS = (
    *("batch_record", "signatures", "training", "configuration"),
    *("access_review", "inventory", "security_events", "trail"),
)
READERS = {
    "batch_record": {"Iris", "Bob", "Rosa", "Amir", "Leo"},
    "signatures": {"Iris", "Bob", "Rosa", "Amir"},
    "training": {"Iris", "Bob", "Rosa", "Amir"},
    "configuration": {"Iris", "Bob", "Rosa", "Amir", "Ada"},
    "access_review": {"Iris", "Ada"},
    "inventory": {"Iris", "Bob", "Rosa", "Ada"},
    "security_events": {"Iris", "Ada"},
    "trail": {"Iris", "Bob", "Rosa", "Amir"},
}
OTHERS = ("Alice", "Ana", "Carol")


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_may_gets_it_and_nobody_else(archive: Archive, kind: str) -> None:
    for who in sorted({*(name for names in READERS.values() for name in names), *OTHERS}):
        if who in READERS[kind]:
            archive.report(kind, who)
        else:
            with pytest.raises(NotFound):
                archive.report(kind, who)


@pytest.mark.requirement("URS-COPY-01")
@pytest.mark.parametrize("kind", KINDS)
def test_a_report_is_whole(archive: Archive, kind: str) -> None:
    report = archive.report(kind)
    assert report.kind == kind
    assert report.sites
    keys = {section.key for section in report.sections}
    assert {found.section for found in report.found} <= keys | {""}
    for section in report.sections:
        _is_whole(section)
    _gaps_are_none(report)


def _is_whole(section: Any) -> None:
    if isinstance(section, Facts):
        assert len({fact.key for fact in section.facts}) == len(section.facts)
        return
    table: Table = section.table if isinstance(section, Picture) else section
    assert len({column.key for column in table.columns}) == len(table.columns), table.key
    assert table.empty
    zones = {column.key for column in table.columns}
    assert table.zone_column in zones | {""}
    for row in table.rows:
        assert not any(isinstance(cell, float | list | dict) for cell in row), row


def _gaps_are_none(report: Report) -> None:
    allowed = {"decisions"}  # who should decide on access is always somebody
    gaps = [it.text for it in report.found if it.severity is Severity.GAP and it.section not in allowed]
    assert gaps == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "batch_record"])
def test_only_a_site_where_the_role_is_held_may_be_asked_about(archive: Archive, kind: str) -> None:
    assert archive.report(kind, site=PLANT).sites == (PLANT,)
    with pytest.raises(NotFound):
        archive.report(kind, site=HOSPITAL)
    with pytest.raises(NotFound):
        archive.report(kind, site="NOWHERE")


def test_what_is_not_there_and_what_is_not_theirs_are_one_answer(archive: Archive) -> None:
    said = []
    for asked in ({"batch": "NO-SUCH"}, {"journey": "NO-SUCH"}, {"person": "nobody"}):
        with pytest.raises(NotFound) as refused:
            archive.report("trail", **asked)
        said.append((refused.value.code, refused.value.message))
    with pytest.raises(NotFound):
        archive.report("trail", station="NO-SUCH")
    assert len(set(said)) == 1


@pytest.mark.parametrize(
    ("kind", "asked", "field"),
    [
        ("trail", {"since": None}, "since"),
        ("trail", {"until": None}, "until"),
        ("signatures", {"until": None}, "until"),
        ("training", {"moment": None}, "moment"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    archive: Archive, kind: str, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        archive.report(kind, **asked)
    assert refused.value.detail["fields"] == {field: "required"}


def test_a_time_that_has_not_come_and_one_that_ends_before_it_starts(archive: Archive) -> None:
    kind = report_kind("configuration")
    assert kind is not None
    for asked, field in (
        (archive.asking("configuration", moment=archive.now.replace(year=2999)), "moment"),
        (archive.asking("trail", since=archive.now, until=archive.now), "until"),
    ):
        builder = kind if field == "moment" else report_kind("trail")
        assert builder is not None
        with pytest.raises(Invalid) as refused:
            builder.build(archive.lab.person("Iris"), asked, archive.now)
        assert set(refused.value.detail["fields"]) == {field}


@pytest.mark.parametrize("kind", KINDS)
def test_the_cost_is_the_same_for_more_history(archive: Archive, kind: str) -> None:
    """Warm caches first. Then a signal, three wrong passwords, a station and a role more."""
    archive.report(kind)
    before = archive.statements(kind)
    lab = archive.lab
    lab.note_signal()
    for _n in range(3):
        with pytest.raises(NotAllowed):
            services.review_batch(batch=lab.batch, **lab.wrong_password("Bob"))
    given.granted(lab.player, "Leo", Role.ANALYST, PLANT)
    assert archive.statements(kind) <= before
