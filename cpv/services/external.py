"""Numbers of another program: handed in row by row, taken whole or not at all."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from coi.selectors.batches import batches_by_code
from coi.services.recording import answered_once
from cpv import selectors
from cpv.events import Event
from cpv.rules.programme.plan import By, Parameter, Plan, SourceKind
from cpv.selectors import KnownPoint, PlanView
from cpv.services.judging import judge_charts
from cpv.services.observing import About, Wanted, changes_of
from cpv.services.recording import topic_of_plan, writing
from cpv.services.watching import forget
from ledger.rules import Actor, Change, Where, derive
from ledger.rules.errors import Invalid, NotFound
from people import selectors as people
from people.rules.rights import Right
from people.services import require
from qc.services.recording import asking, record, repeated

MOST_ROWS = 1000
MOST_DIGITS = 24


@dataclass(frozen=True)
class ExternalRow:
    """One number: of which parameter, of which batch or other subject, begun when, with its strata beside the site."""

    parameter: str
    subject: str
    made_at: datetime
    value: str
    stratum: tuple[str, ...] = ()


@answered_once
def hand_in_data(
    *,
    plan: str,
    site: str,
    rows: Sequence[ExternalRow],
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> frozenset[str]:
    """Take the numbers of one site, and judge the charts that they stand on. Answers with those charts.

    The same subject again with another number corrects it; both stay in the trail. Raises NotFound (plan), NotAllowed,
    Invalid (`rows_invalid`: every row with its field and code; nothing is taken then).
    """
    doing = asking(actor, where, now, request_id, plan=plan, site=site, rows=list(rows))
    require(actor=actor, right=Right.HAND_IN_DATA, site=site, now=now)
    view = selectors.effective_plan(plan, now)
    if view is None:
        raise NotFound("plan_unknown")
    _check(view.plan, site, rows, now)
    with writing():
        if earlier := repeated(doing, Event.DATA_HANDED_IN):
            return frozenset(earlier.facts["charts"])
        changes, changed = _changes(view, site, rows, now)
        forget(changed)
        charts = sorted(changed)
        facts = {"site": site, "rows": len(rows), "changed": len(changes), "charts": charts}
        record(doing, topic_of_plan(plan), Event.DATA_HANDED_IN, facts, changes=tuple(changes))
    judge_charts(charts=charts, now=now, request_id=derive(request_id, "judged"))
    return frozenset(charts)


def _changes(
    view: PlanView, site: str, rows: Sequence[ExternalRow], now: datetime
) -> tuple[list[Change], dict[str, datetime]]:
    subjects = _by_subject(view, site, rows)
    # in one order, so that two that hand in the same subjects wait for each other and not both
    for subject in sorted({about.subject for about, _ in subjects}):
        selectors.lock_subject(view.code, subject)
    known: dict[str, dict[str, KnownPoint]] = defaultdict(dict)
    for it in selectors.observations_of(view.code, [about.subject for about, _ in subjects]):
        if it.point.site == site:
            known[it.point.subject][it.parameter] = it
    changes: list[Change] = []
    charts: dict[str, datetime] = {}
    for about, wanted in subjects:
        own, on = changes_of(view.code, about, wanted, known[about.subject], now)
        changes += own
        charts |= {chart: min(since, charts.get(chart, since)) for chart, since in on.items()}
    return changes, charts


def _by_subject(view: PlanView, site: str, rows: Sequence[ExternalRow]) -> list[tuple[About, list[Wanted]]]:
    grouped: dict[tuple[str, datetime], list[ExternalRow]] = defaultdict(list)
    for row in rows:
        grouped[row.subject, row.made_at].append(row)
    zone, batches = people.zone_of(site), batches_by_code([row.subject for row in rows])
    found = []
    for (subject, made_at), own in grouped.items():
        batch = batches.get(subject)
        about = About(subject, site, zone, made_at, batch.id if batch is not None else None)
        found.append((about, [_wanted(view.plan, site, row) for row in own]))
    return found


def _wanted(plan: Plan, site: str, row: ExternalRow) -> Wanted:
    parameter = plan.parameter(row.parameter)
    given = iter(row.stratum)
    strata = parameter.strata if parameter is not None else ()
    stratum = tuple(site if it.by is By.SITE else next(given) for it in strata)
    return Wanted(row.parameter, stratum, row.value.strip(), source=f"external:{row.subject}")


def _check(plan: Plan, site: str, rows: Sequence[ExternalRow], now: datetime) -> None:
    if not 0 < len(rows) <= MOST_ROWS:
        raise Invalid(
            "rows_invalid", detail={"rows": [{"row": 0, "field": "rows", "code": "number_of_rows"}]}
        )
    found = [
        {"row": number, "field": field, "code": code}
        for number, row in enumerate(rows, start=1)
        for field, code in _faults(plan.parameter(row.parameter), row, now)
    ]
    batches = batches_by_code([row.subject for row in rows])
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, start=1):
        if (row.parameter, row.subject) in seen:
            found.append({"row": number, "field": "subject", "code": "repeated"})
        seen.add((row.parameter, row.subject))
        batch = batches.get(row.subject)
        if batch is not None and (batch.site, batch.product) != (site, plan.product):
            # its board would tell of a process that it was not made by
            found.append({"row": number, "field": "subject", "code": "batch_of_another_process"})
    if found:
        raise Invalid("rows_invalid", detail={"rows": found})


def _faults(parameter: Parameter | None, row: ExternalRow, now: datetime) -> list[tuple[str, str]]:
    if parameter is None or parameter.source.kind is not SourceKind.EXTERNAL:
        return [("parameter", "unknown" if parameter is None else "not_external")]
    wanted = sum(it.by is not By.SITE for it in parameter.strata)
    checks = (
        (not row.subject.strip() or len(row.subject) > 64, ("subject", "required")),
        (row.made_at.utcoffset() is None, ("made_at", "no_zone")),
        (row.made_at.utcoffset() is not None and row.made_at > now, ("made_at", "in_the_future")),
        (not _is_number(row.value), ("value", "not_decimal_text")),
        (len(row.stratum) != wanted or not all(row.stratum), ("stratum", "number_of_strata")),
    )
    return [fault for is_so, fault in checks if is_so]


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return False
    return number.is_finite() and len(text) <= MOST_DIGITS and abs(number) < Decimal(10) ** 15
