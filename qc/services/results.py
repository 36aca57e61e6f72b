"""Results: recorded by an analyst, corrected as new versions, looked over by another person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchContainer, BatchSummary
from coi.rules.journey import Disposition
from coi.selectors.batches import dossier
from coi.services import record_disposition
from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people.rules.authority import Person
from people.rules.fields import code_problem
from people.rules.roles import Role
from people.services import open_work_item, require
from qc import selectors
from qc.events import Event
from qc.rules.criteria import Criterion, ValueFault, Verdict, judge, read_value
from qc.rules.results import (
    CorrectionReason,
    ResultView,
    container_fault,
    current,
    refusal,
    time_fault,
)
from qc.services.recording import Doing, earlier_entry, known_batch, locked_batch, record, writing

ANALYSTS = frozenset({Role.ANALYST})
REVIEWERS = frozenset({Role.QC_REVIEWER})
TABLE = "qc.result"


def start_testing(*, batch: str, actor: Actor, where: Where, now: datetime, request_id: UUID) -> None:
    """Say that a batch is being tested. The first result does it by itself.

    Raises NotFound, NotAllowed (no analyst at the batch's site), Conflict (not in process).
    """
    found = known_batch(batch)
    require(actor=actor, roles=ANALYSTS | REVIEWERS, site=found.site, now=now)
    _start(found, Doing(actor, where, now, request_id), request_id)


def _start(batch: BatchSummary, doing: Doing, request_id: UUID) -> None:
    record_disposition(batch=batch.code, disposition=Disposition.TESTING, **doing.as_keywords(request_id))


def record_result(
    *,
    batch: str,
    container: str,
    criterion: str,
    value: str,
    tested_at: datetime,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> ResultView:
    """Record the first result of a criterion, found of a container of the batch (both by code).

    The first result of all starts testing. After a release only final results come; one that fails is not silent: it
    becomes work for the releaser. Raises NotFound (batch, specification), NotAllowed, Invalid (with the fields),
    Conflict (a result is there: correct it; the batch takes none).
    """
    found, doing = known_batch(batch), Doing(actor, where, now, request_id)
    analyst = require(actor=actor, roles=ANALYSTS, site=found.site, now=now)
    row = derive(request_id, "result")
    if earlier_entry(doing, batch, (Event.RESULT_RECORDED,)):
        return _written(row)
    wanted = _criterion(found, criterion)
    with writing():
        locked = locked_batch(batch)
        _refuse(locked, wanted)
        if current(selectors.results_of([locked.id])[locked.id], criterion) is not None:
            raise Conflict("result_exists")
        source = _source(locked, container, tested_at, now)
        values = _values(locked, wanted, value, analyst)
        values |= {"container_id": source.id, "tested_at": tested_at, "recorded_at": now}
        if locked.disposition is Disposition.IN_PROCESS:
            _start(locked, doing, derive(request_id, "testing"))
        change = new(TABLE, row, version=1, is_current=True, **values)
        _record(doing, locked, Event.RESULT_RECORDED, changes=(change,), source=source)
        _tell_of_late_failure(locked, wanted, Verdict(values["verdict"]), doing)
    return _written(row)


def correct_result(
    *,
    result: UUID,
    container: str,
    value: str,
    tested_at: datetime,
    reason: CorrectionReason,
    reference: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> ResultView:
    """Put a new version in the place of a result; the old one stays, and the new one waits to be looked over.

    `reference` is the code of the laboratory's own investigation. A test done again is no correction. Raises as
    `record_result`, and Conflict when the result was corrected meanwhile.
    """
    old, doing = _known(result), Doing(actor, where, now, request_id)
    found = known_batch(old.batch)
    analyst = require(actor=actor, roles=ANALYSTS, site=found.site, now=now)
    row = derive(request_id, "result")
    if earlier_entry(doing, old.batch, (Event.RESULT_CORRECTED,)):
        return _written(row)
    if reference and code_problem(reference) is not None:
        raise _invalid("reference", "code_shape")
    wanted = _criterion(found, old.criterion)
    with writing():
        locked = locked_batch(old.batch)
        _refuse(locked, wanted)
        if not _known(result).is_current:
            raise Conflict("result_changed")
        source = _source(locked, container, tested_at, now)
        values = _values(locked, wanted, value, analyst)
        values |= {"container_id": source.id, "tested_at": tested_at, "recorded_at": now}
        values |= {"supersedes_id": old.id, "reason": str(reason), "reference": reference}
        # The old one first: for a moment none counts, but never two.
        changes = (
            put(TABLE, old.id, is_current=False),
            new(TABLE, row, version=old.version + 1, is_current=True, **values),
        )
        _record(doing, locked, Event.RESULT_CORRECTED, changes=changes, source=source, reason=str(reason))
        _tell_of_late_failure(locked, wanted, Verdict(values["verdict"]), doing)
    return _written(row)


def review_result(*, result: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> ResultView:
    """Look a result over, as another person than its analyst.

    Raises NotFound, NotAllowed (role, the analyst), Conflict (looked over before; corrected meanwhile).
    """
    found, doing = _known(result), Doing(actor, where, now, request_id)
    batch = known_batch(found.batch)
    reviewer = require(actor=actor, roles=REVIEWERS, site=batch.site, now=now)
    if earlier_entry(doing, found.batch, (Event.RESULT_REVIEWED,)):
        return _written(result)
    if reviewer.user_id == found.analyst_id:
        raise NotAllowed("analyst_may_not_review")
    with writing():
        locked = locked_batch(found.batch)
        fresh = _known(result)
        if not fresh.is_current:
            raise Conflict("result_changed")
        if fresh.is_reviewed:
            raise Conflict("result_reviewed")
        looked = {
            "reviewer_id": reviewer.user_id,
            "reviewer_name": reviewer.printed_name,
            "reviewed_at": now,
        }
        facts = {"result": found.id, "criterion": found.criterion, "version": found.version}
        record(
            doing,
            locked,
            event=Event.RESULT_REVIEWED,
            facts=facts,
            changes=(put(TABLE, found.id, **looked),),
            subjects=(Subject("result", found.id),),
        )
    return _written(result)


def _known(id: UUID) -> ResultView:
    found = selectors.result(id)
    if found is None:
        raise NotFound("result_unknown")
    return found


def _written(id: UUID) -> ResultView:
    found = selectors.result(id)
    if found is None:
        raise LookupError(f"result {id} was written and is not there")
    return found


def _criterion(batch: BatchSummary, code: str) -> Criterion:
    specification = selectors.specification_of(batch)
    if specification is None:
        raise NotFound("specification_missing")
    found = specification.criterion(code)
    if found is None:
        raise _invalid("criterion", "not_choice")
    return found


def _refuse(batch: BatchSummary, criterion: Criterion) -> None:
    code = refusal(batch.disposition, criterion)
    if code is not None:
        raise Conflict(str(code))


def _source(batch: BatchSummary, code: str, tested_at: datetime, now: datetime) -> BatchContainer:
    """The container that was tested: of this batch, labelled, and there at the time."""
    known = dossier(batch)
    fault, found = container_fault(known, code), known.container(code)
    if fault is not None or found is None:
        raise _invalid("container", fault or "not_of_this_batch")
    fault = time_fault(tested_at, found, now)
    if fault is not None:
        raise _invalid("tested_at", fault)
    return found


def _values(batch: BatchSummary, criterion: Criterion, text: str, analyst: Person) -> dict[str, Any]:
    value = read_value(criterion, text)
    if isinstance(value, ValueFault):
        raise _invalid("value", str(value))
    return {
        "order_id": batch.order_id,
        "batch_id": batch.id,
        "criterion": criterion.code,
        "value": text,
        "unit": criterion.unit,
        "verdict": str(judge(criterion, value)),
        "method": criterion.method,
        "specification_id": batch.specification_id,
        "analyst_id": analyst.user_id,
        "analyst_name": analyst.printed_name,
    }


def _record(
    doing: Doing,
    batch: BatchSummary,
    event: Event,
    *,
    changes: tuple[Change, ...],
    source: BatchContainer,
    reason: str = "",
) -> None:
    made = changes[-1]
    names = ("criterion", "version", "value", "unit", "verdict")
    facts = {"result": made.id, "container": source.code, **{name: made.values[name] for name in names}}
    subjects = (Subject("container", source.id), Subject("result", made.id))
    record(doing, batch, event=event, facts=facts, changes=changes, subjects=subjects, reason=reason)


def _tell_of_late_failure(batch: BatchSummary, criterion: Criterion, verdict: Verdict, doing: Doing) -> None:
    """The cells may be in the patient: somebody has to act, and the disposition does not change by itself."""
    if batch.disposition is not Disposition.RELEASED or verdict is Verdict.PASS or not criterion.is_judged:
        return
    open_work_item(
        site=batch.site,
        role=Role.QA_RELEASER,
        subject=Subject("batch", batch.code),
        cause="late_failing_result",
        due_at=doing.now,
        **doing.as_keywords(derive(doing.request_id, "late")),
    )


def _invalid(field: str, code: str) -> Invalid:
    return Invalid("fields_invalid", detail={"fields": {field: code}})
