"""Runs: opened with what is used, judged by their assay controls, or broken off. Nothing of them is changed."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from coi.selectors import stock
from coi.selectors.stock import StockView
from coi.services.numbers import next_numbers
from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotFound
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.criteria import Verdict
from qc.rules.methods import Fault, Used, against_things, against_use
from qc.rules.runs import RunState, RunView, judge, missing_controls, z_score
from qc.selectors import EffectiveMethod, EffectiveTargets
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated, writing

RUN, THING, READING = "qc.run", "qc.runthing", "qc.controlreading"
MAX_READINGS = 8

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)


def open_run(
    *,
    method: str,
    site: str,
    instruments: Sequence[str],
    reagents: Sequence[str],
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> RunView:
    """Begin a run of a method, with the instruments and reagent lots that it uses (by code).

    A method without assay controls has its run accepted at once; else it waits for `read_controls`. Raises NotFound
    (method, controls' targets), NotAllowed, Invalid (untrained, a device or lot missing, unfit or none of the
    method's).
    """
    doing = asking(
        actor, where, now, request_id, method=method, site=site, instruments=instruments, reagents=reagents
    )
    analyst = require(actor=actor, right=Right.OPEN_RUN, site=site, now=now)
    row = derive(request_id, "run")
    if repeated(doing, Event.RUN_OPENED, site=site, asked=method):
        return _written(row)
    known, targets = _documents(method, now)
    devices, lots = stock.devices(instruments), stock.lots(reagents)
    _judge_things(known, analyst, (instruments, devices), (reagents, lots), (site, now))
    state = RunState.OPEN if targets is not None else RunState.ACCEPTED
    with writing():
        code = f"R-{now:%y}-{next(iter(next_numbers(f'run:{now:%y}'))):05d}"
        values: dict[str, Any] = {
            "code": code,
            "site_id": site,
            "method_id": known.id,
            "targets_id": targets.id if targets is not None else None,
            "state": str(state),
            "started_at": now,
            "judged_at": now if state is RunState.ACCEPTED else None,
            "analyst_id": analyst.user_id,
            "analyst_name": analyst.printed_name,
        }
        used = [{"equipment_id": devices[c].id} for c in instruments] + [
            {"lot_id": lots[c].id} for c in reagents
        ]
        things = (new(THING, derive(request_id, f"thing {n}"), run_id=row, **it) for n, it in enumerate(used))
        facts: dict[str, Any] = {"site": site, "asked": method, "method": f"{known.code}/{known.version}"}
        facts |= {"instruments": list(instruments), "reagents": list(reagents)}
        record(doing, _topic(code), Event.RUN_OPENED, facts, changes=(new(RUN, row, **values), *things))
    return _written(row)


def read_controls(
    *,
    run: UUID,
    readings: Mapping[str, Sequence[str]],
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> RunView:
    """Record what the run's assay controls measured, by lot; the Westgard rules say whether the run counts.

    Every control of the method is read, all at once: nobody reads one, looks, and goes on. A refused run stays
    refused; its samples are tested in another. Raises NotFound, NotAllowed, Invalid (with the lot as the field),
    Conflict (judged before).
    """
    found, doing = _known(run), asking(actor, where, now, request_id, run=run, readings=readings)
    require(actor=actor, right=Right.READ_CONTROLS, site=found.site, now=now)
    if repeated(doing, Event.CONTROLS_READ, run=found.code):
        return _written(run)
    with writing():
        selectors.lock_run(found.id)
        found = _known(run)
        targets = selectors.targets_of(found)
        if targets is None or found.state is not RunState.OPEN:
            raise Conflict("run_judged")
        measured = _measured(targets, readings)
        before = selectors.control_history(found.method, list(measured), now)
        verdict, broken = judge(found.id, measured, before, targets.targets)
        state = RunState.ACCEPTED if verdict is Verdict.PASS else RunState.REFUSED
        rules = sorted({str(breach.rule) for breach in broken})
        changes = (
            put(RUN, found.id, state=str(state), judged_at=now, breaches=rules),
            *_readings(found, targets, measured, doing),
        )
        facts = {"method": found.method_version, "state": str(state), "breaches": rules}
        record(doing, _topic(found.code), Event.CONTROLS_READ, facts, changes=changes)
    return _written(run)


def void_run(
    *, run: UUID, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> RunView:
    """Break a run off for a reason that is none of its controls' doing. What was reported from it stays as it is.

    Raises NotFound, NotAllowed, Invalid (no reason), Conflict (its controls have judged it).
    """
    found, doing = _known(run), asking(actor, where, now, request_id, run=run, reason=reason)
    require(actor=actor, right=Right.VOID_RUN, site=found.site, now=now)
    if repeated(doing, Event.RUN_VOIDED, run=found.code):
        return _written(run)
    if not reason.strip() or len(reason) > 200:
        raise invalid({"reason": "empty" if not reason.strip() else "too_long"})
    with writing():
        selectors.lock_run(found.id)
        if _known(run).state is not RunState.OPEN:
            raise Conflict("run_judged")
        change = put(RUN, found.id, state=str(RunState.VOID), reason=reason)
        record(doing, _topic(found.code), Event.RUN_VOIDED, {"why": reason}, changes=(change,))
    return _written(run)


def _documents(code: str, now: datetime) -> tuple[EffectiveMethod, EffectiveTargets | None]:
    method = selectors.effective_method(code, now)
    if method is None:
        raise NotFound("method_not_effective")
    if not method.method.controls:
        return method, None
    targets = selectors.effective_targets(method.method.controls, now)
    if targets is None:
        raise NotFound("targets_not_effective")
    return method, targets


def _judge_things(
    method: EffectiveMethod,
    analyst: Person,
    devices: tuple[Sequence[str], Mapping[str, StockView]],
    lots: tuple[Sequence[str], Mapping[str, StockView]],
    here: tuple[str, datetime],
) -> None:
    for field, (codes, found) in (("instruments", devices), ("reagents", lots)):
        if unknown := [code for code in codes if code not in found]:
            raise invalid({field: "not_there"}, about=unknown)
        if len(set(codes)) < len(codes):
            raise invalid({field: "repeated"})
    faults: tuple[Fault, ...] = (
        *against_use(method.method, analyst, here[1]),
        *against_things(method.method, _used(*devices), _used(*lots), *here),
    )
    if faults:
        raise invalid(
            {fault.field: str(fault.code) for fault in reversed(faults)},
            about=[{"code": str(f.code), "about": f.about, "why": f.why} for f in faults],
        )


def _used(codes: Sequence[str], found: Mapping[str, StockView]) -> list[Used]:
    views = [found[code] for code in codes]
    return [Used(view.code, view.kind, view.status, view.good_until, view.site) for view in views]


def _measured(
    targets: EffectiveTargets, readings: Mapping[str, Sequence[str]]
) -> dict[str, tuple[Decimal, ...]]:
    """The readings as numbers, in the order of the controls; Invalid at the lots where something is wrong."""
    faults = {lot: "no_target" for lot in readings if targets.targets.control(lot) is None}
    faults |= dict.fromkeys(missing_controls(targets.targets, [k for k, v in readings.items() if v]), "empty")
    for lot, texts in readings.items():
        if len(texts) > MAX_READINGS:
            faults[lot] = "too_many"
        elif not all(_NUMBER.fullmatch(text) for text in texts):
            faults[lot] = "not_a_number"
    if faults:
        raise invalid(faults)
    own = targets.targets.controls
    return {control.lot: tuple(Decimal(text) for text in readings[control.lot]) for control in own}


def _readings(
    run: RunView, targets: EffectiveTargets, measured: Mapping[str, Sequence[Decimal]], doing: Doing
) -> list[Change]:
    lots = stock.lots(list(measured))
    return [
        new(
            READING,
            derive(doing.request_id, f"reading {lot} {number}"),
            run_id=run.id,
            method=run.method,
            control=control.name if (control := targets.targets.control(lot)) else "",
            lot_id=lots[lot].id,
            number=number,
            value=str(value),
            z=str(z_score(targets.targets, lot, value)),
            read_at=doing.now,
        )
        for lot, values in measured.items()
        for number, value in enumerate(values, 1)
    ]


def _topic(code: str) -> Topic:
    return Topic(f"run:{code}", {"run": code}, (Subject("run", code),))


def _known(id: UUID) -> RunView:
    found = selectors.run(id)
    if found is None:
        raise NotFound("run_unknown")
    return found


def _written(id: UUID) -> RunView:
    found = selectors.run(id)
    if found is None:
        raise LookupError(f"run {id} was written and is not there")
    return found
