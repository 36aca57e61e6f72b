"""Every kind of report, for somebody who audits: the time that they were let in for, another one, another site."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from audit.registry import report_kinds
from audit.rules.questions import Ask, Question
from audit.rules.report import Facts, Picture, Report
from audit.selectors.scope import kinds_open_to, report_for
from coi.rules.stock import StockStatus
from coi.selectors.batches import batch_by_code
from coi.services import set_lot_status
from config.demonstration.site import PLANT, SECOND
from ledger.rules.errors import Invalid, NotFound
from people.rules import codes
from people.rules.authority import Period, Person
from tests import given
from tests.audit.journeys.conftest import Told, rows
from tests.coi.test_auditors import DAY, Visitor
from tests.permissions.matrix import newcomer


@dataclass
class Audit:
    """The history, and somebody from elsewhere who may read of a time at a site."""

    told: Told
    visitor: Visitor
    names: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """After all of it."""
        return self.told.player.now + timedelta(minutes=1)

    def reader(self, period: Period, site: str = PLANT) -> Person:
        """The same person, let in anew."""
        return self.visitor.may_read(period, site)

    def asking(self, asks: frozenset[Ask], **more: Any) -> Question:
        """All that a kind has to be told, about this history and all its time."""
        whole: dict[str, Any] = {str(ask): self.names[ask] for ask in asks if ask in self.names}
        if Ask.PERIOD in asks:
            whole |= {"since": self.told.since - 600 * DAY, "until": self.now}
        if Ask.MOMENT in asks:
            whole |= {"moment": self.now}
        return Question(**whole | more)


@pytest.fixture
def audit(told: Told) -> Audit:
    actor, _credential = newcomer(told.player)
    batch = told.player.containers("product_bag")[0].batch
    found = batch_by_code(batch)
    assert found is not None
    names = {
        Ask.JOURNEY: told.coi_id,
        Ask.BATCH: found.code,
        Ask.PERSON: "alice",
        Ask.STATION: codes.make("S", "HOOD"),
        Ask.LOT: told.journeys.demo.lots["vector", PLANT],
    }
    told.player.now = told.until
    return Audit(told, Visitor(told.player, actor), names)


KINDS = {
    *("access_review", "batch_record", "configuration", "custody", "deviations", "genealogy", "inventory"),
    *("key_figures", "labels", "lot", "overrides", "person_work", "refusals", "security_events"),
    *("signatures", "station", "trail", "training"),
}


def test_there_is_no_kind_that_is_not_tried_here() -> None:
    assert {kind.code for kind in report_kinds()} == KINDS


def _is_empty(report: Report) -> bool:
    tables = [it.table if isinstance(it, Picture) else it for it in report.sections]
    return not any(table.rows for table in tables if not isinstance(table, Facts))


def _answer(ask: Callable[[], Report]) -> Report | None:
    """The report; None where it is refused: there is nothing, or it is not open."""
    try:
        return ask()
    except NotFound:
        return None
    except Invalid as error:
        if set(error.detail["fields"].values()) <= {"not_open", "unknown"}:
            return None
        raise


@pytest.mark.requirement("URS-ACC-06")
@pytest.mark.parametrize("code", sorted(KINDS))
def test_an_auditor_reads_the_time_and_the_site_of_their_grant_and_nothing_beside(
    audit: Audit, code: str
) -> None:
    kind = next(it for it in report_kinds() if it.code == code)
    question = audit.asking(kind.asks)

    inside = Period(audit.told.since - 500 * DAY, None)
    report = report_for(audit.reader(inside), code, question, audit.now)
    assert not _is_empty(report), "what lies in the period is there"
    is_about_all = bool(
        kind.asks & {Ask.JOURNEY, Ask.BATCH}
    )  # a journey is of all the sites that took part in it
    assert is_about_all or report.sites == (PLANT,)

    before = Period(None, audit.told.since - 400 * DAY)
    person = audit.reader(before)
    outside = _answer(lambda: report_for(person, code, question, audit.now))
    assert outside is None or _is_bare(outside, audit), "nothing had happened yet"
    late = audit.asking(kind.asks, **({"since": audit.told.since} if Ask.PERIOD in kind.asks else {}))
    if kind.asks & {Ask.PERIOD, Ask.MOMENT}:
        assert _answer(lambda: report_for(person, code, late, audit.now)) is None

    stranger = audit.reader(Period(), SECOND)
    if Ask.SITE in kind.may:
        there = audit.asking(kind.asks, site=PLANT)
        assert _answer(lambda: report_for(stranger, code, there, audit.now)) is None
    elsewhere = _answer(lambda: report_for(stranger, code, question, audit.now))
    assert elsewhere is None or (elsewhere.sites == (SECOND,) and _names_none(elsewhere, audit))


def _is_bare(report: Report, audit: Audit) -> bool:
    """Nothing is told: no name, no time, no number but nought."""
    tables = [it.table if isinstance(it, Picture) else it for it in report.sections]
    cells = [cell for it in tables if not isinstance(it, Facts) for row in it.rows for cell in row]
    return _names_none(report, audit) and not any(
        isinstance(cell, datetime) or (isinstance(cell, int | Decimal) and cell != 0) for cell in cells
    )


def _names_none(report: Report, audit: Audit) -> bool:
    said = str((report.sections, report.found))
    own = [audit.names[ask] for ask in (Ask.JOURNEY, Ask.BATCH, Ask.LOT)]
    return not any(name in said for name in (*own, "Alice Adams"))


def test_a_lot_tells_what_was_said_of_it_in_the_period_and_its_state_at_its_end(audit: Audit) -> None:
    told, lot = audit.told, audit.names[Ask.LOT]
    end = told.player.now
    told.player.wait(minutes=1)
    set_lot_status(code=lot, status=StockStatus.BLOCKED, reason="recall", **given.doing(told.player, "Bob"))
    question = Question(lot=lot)

    def course(period: Period) -> list[str]:
        report = report_for(audit.reader(period), "lot", question, audit.now)
        assert ("it is blocked" in str(report.sections[0])) is (period.end is None)
        return [row["status"] for row in rows(report, "course")]

    whole = course(Period())
    assert whole[-1] == "it is blocked"
    assert course(Period(None, end)) == whole[:-1]
    assert course(Period(end, None)) == whole[-1:]


def test_the_inventory_is_of_now_and_opens_to_who_reads_of_now(audit: Audit) -> None:
    for period, is_open in (
        (Period(audit.told.since, None), True),
        (Period(None, audit.now + DAY), True),
        (Period(None, audit.told.until), False),
    ):
        person = audit.reader(period)
        assert ("inventory" in {it.code for it in kinds_open_to(person, audit.now)}) is is_open
        assert (_answer(lambda who=person: report_for(who, "inventory", Question(), audit.now)) is None) is (
            not is_open
        )
