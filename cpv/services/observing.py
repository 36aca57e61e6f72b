"""Observing: the numbers of batches and weeks that plans watch, one entry a batch, none where nothing changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from cpv import selectors
from cpv.events import Event
from cpv.rules.programme.limit_set import code_of
from cpv.rules.programme.observing import BatchFacts, left_out, observed
from cpv.rules.programme.plan import Plan, SourceKind
from cpv.rules.programme.weeks import ScansOfWeek, observed_weeks
from cpv.selectors import KnownPoint, PlanView
from cpv.selectors.sources import facts_of
from cpv.services.recording import topic_of_plan, writing
from cpv.services.watching import forget
from ledger.rules import Actor, Change, Where, derive, new, put
from ledger.rules import Subject as LedgerSubject
from qc.services.recording import Doing, record

TABLE = "cpv.observation"
# Numbers that this service reads itself; what another program handed in is not its to take away.
OWN = frozenset(SourceKind) - {SourceKind.EXTERNAL}


@dataclass(frozen=True)
class Wanted:
    """A number as it is to stand on its chart. `value` is empty where there is none any more."""

    parameter: str
    stratum: tuple[str, ...]
    value: str
    is_below: bool = False
    source: str = ""


@dataclass(frozen=True)
class About:
    """Whose numbers they are: a batch, or a week of a site. `made_at`: its place on the chart."""

    subject: str
    site: str
    zone: str
    made_at: datetime
    batch_id: UUID | str | None = None


def observe_batches(*, batches: Collection[str], now: datetime, request_id: UUID) -> frozenset[str]:
    """Read what batches say now under every plan of their products. Answers with the charts that changed."""
    facts = facts_of(batches)
    charts: set[str] = set()
    for plan in selectors.effective_plans(now):
        for code, own in facts.items():
            if own.product == plan.plan.product:
                doing = _doing(own.site, own.zone, now, derive(request_id, f"{plan.code} {code}"))
                charts |= _observe(plan, own, doing)
    return frozenset(charts)


def observe_weeks(*, weeks: Sequence[ScansOfWeek], now: datetime, request_id: UUID) -> frozenset[str]:
    """The same for weeks of scans, under every plan that watches them. Answers with the charts that changed."""
    charts: set[str] = set()
    zones = {week.site: week.zone for week in weeks}
    for plan in selectors.effective_plans(now):
        for one in observed_weeks(plan.plan, weeks, now):
            # a plan that parts no sites counts all of them together, and stands at its own
            site = one.observed.stratum[0] if one.observed.stratum else plan.document.site
            zone = zones.get(site, "UTC")
            made_at = datetime.combine(one.starts_on, time(), tzinfo=ZoneInfo(zone))
            doing = _doing(site, zone, now, derive(request_id, f"{plan.code} {site} {one.subject}"))
            it = one.observed
            wanted = [Wanted(it.parameter, it.stratum, it.value, source=it.source)]
            charts |= write(
                plan.code, About(one.subject, site, zone, made_at), wanted, Event.WEEK_OBSERVED, doing
            )
    return frozenset(charts)


def _doing(site: str, zone: str, now: datetime, request_id: UUID) -> Doing:
    return Doing(Actor.service("cpv"), Where(site=site, zone=zone), now, request_id)


def _observe(plan: PlanView, facts: BatchFacts, doing: Doing) -> frozenset[str]:
    found = observed(plan.plan, facts)
    wanted = [Wanted(it.parameter, it.stratum, it.value, it.is_below, it.source) for it in found]
    about = About(facts.code, facts.site, facts.zone, facts.started_at, facts.id)
    missing = {it.parameter: str(it.why) for it in left_out(plan.plan, facts)}
    return write(plan.code, about, wanted, Event.OBSERVED, doing, own=plan.plan, facts={"left_out": missing})


def write(
    plan: str,
    about: About,
    wanted: Sequence[Wanted],
    event: Event,
    doing: Doing,
    *,
    own: Plan | None = None,
    facts: Mapping[str, Any] | None = None,
) -> frozenset[str]:
    """Bring what is kept of a subject to what is wanted, in one entry. Answers with the charts that changed.

    With `own` plan, numbers that this room reads itself and that are no longer there are emptied.
    """
    with writing():
        selectors.lock_subject(plan, about.subject)
        known = {
            it.parameter: it for it in selectors.observations_of(plan, [about.subject]) if _is_at(it, about)
        }
        gone = _gone(own, known, wanted) if own is not None else ()
        changes, charts = changes_of(plan, about, [*wanted, *gone], known, doing.now)
        if not changes:
            return frozenset()
        forget(charts)
        topic = topic_of_plan(plan)
        values = {it.parameter: it.value for it in (*wanted, *gone)}
        said = {"subject": about.subject, "values": values, **(facts or {})}
        subjects = (LedgerSubject("batch", about.subject),) if about.batch_id is not None else ()
        record(doing, topic, event, said, changes=tuple(changes), subjects=subjects)
    return frozenset(charts)


def _is_at(it: KnownPoint, about: About) -> bool:
    return it.point.site == about.site


def _gone(own: Plan, known: Mapping[str, KnownPoint], wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    there = {it.parameter for it in wanted}
    read = {parameter.code for parameter in own.parameters if parameter.source.kind in OWN}
    return tuple(
        Wanted(code, it.stratum, "", source=it.point.source)
        for code, it in known.items()
        if code in read - there and it.point.value
    )


def changes_of(
    plan: str, about: About, wanted: Iterable[Wanted], known: Mapping[str, KnownPoint], now: datetime
) -> tuple[list[Change], dict[str, datetime]]:
    """The rows to write for what is wanted of a subject, `known` being what is kept of it, and since when which charts
    are others by them."""
    changes: list[Change] = []
    charts: dict[str, datetime] = {}
    for it in wanted:
        chart, before = code_of(plan, it.parameter, it.stratum), known.get(it.parameter)
        place = about.made_at if before is None else before.point.made_at
        values = {
            "stratum": list(it.stratum),
            "chart": chart,
            "value": it.value,
            "is_below": it.is_below,
            "source": it.source,
        }
        if before is None:
            whole = {
                "plan": plan,
                "parameter": it.parameter,
                "subject": about.subject,
                **_place(about),
                **values,
            }
            changes.append(new(TABLE, _row(plan, it.parameter, about), observed_at=now, **whole))
        elif _is_other(before, it, chart):
            changes.append(
                put(TABLE, before.point.id, observed_at=now, version=before.point.version + 1, **values)
            )
            charts[before.chart] = place
        else:
            continue
        charts[chart] = place
    return changes, charts


def _place(about: About) -> dict[str, Any]:
    return {"batch_id": about.batch_id, "site_id": about.site, "made_at": about.made_at}


def _is_other(before: KnownPoint, it: Wanted, chart: str) -> bool:
    point = before.point
    return (before.chart, point.value, point.is_below, point.source) != (
        chart,
        it.value,
        it.is_below,
        it.source,
    )


def _row(plan: str, parameter: str, about: About) -> UUID:
    """One number of one subject has one row, whoever writes it first."""
    return uuid5(NAMESPACE_URL, "\x1f".join(("cpv", plan, parameter, about.site, about.subject)))
