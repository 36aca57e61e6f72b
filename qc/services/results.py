"""Results: recorded by an analyst, corrected as new versions, looked over by another person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.genealogy import Source
from coi.rules.journey import Disposition
from coi.selectors.weights import weights_of
from coi.services import record_disposition
from ledger.rules import Actor, Change, Where, derive, new, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people.rules.authority import Person
from people.rules.fields import code_problem
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.assessing import assessed, facts_of, input_faults, is_not_tested
from qc.rules.criteria import Criterion, ValueFault, Verdict, Weight
from qc.rules.investigations import against_correction, investigation_of
from qc.rules.methods import MethodFault, against_use
from qc.rules.results import AttemptKind, CorrectionReason, ResultView, current
from qc.rules.runs import result_fault
from qc.rules.subjects import (
    Subject,
    SubjectKind,
    SubjectRef,
    refusal,
    source_fault,
    time_fault,
)
from qc.selectors import EffectiveMethod
from qc.services.failures import tell_of_failure
from qc.services.late_failures import tell_of_late_failure
from qc.services.recording import (
    Doing,
    asking,
    invalid,
    known_subject,
    locked_subject,
    named,
    record,
    repeated,
    topic_of,
    writing,
)

TABLE = "qc.result"


@dataclass(frozen=True)
class Found:
    """What an analyst reports: the value as text, of which container, when, in which run.

    `inputs` are recorded beside the value where its criterion asks for them (`qc.rules.assessing.Input`). A value
    "not tested: reason" needs neither run nor container.
    """

    value: str
    tested_at: datetime
    container: str = ""
    run: str = ""
    source_file: str = ""
    replicates: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)


def _start(batch: str, doing: Doing, request_id: UUID) -> None:
    record_disposition(batch=batch, disposition=Disposition.TESTING, **doing.as_keywords(request_id))


def record_result(
    *,
    subject: SubjectRef,
    criterion: str,
    found: Found,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> ResultView:
    """Record the first result of a criterion for a batch, a collection, a material lot or a study.

    The first result of a batch starts testing. After a release only final results come; one that fails is not silent:
    it becomes work for the releaser. Raises NotFound (subject, specification), NotAllowed, Invalid (with the fields),
    Conflict (a result is there: correct it; the subject takes none).
    """
    known = known_subject(subject, now)
    doing = asking(actor, where, now, request_id, subject=subject, criterion=criterion, found=found)
    analyst = require(actor=actor, right=Right.RECORD_RESULT, site=known.site, now=now)
    row = derive(request_id, "result")
    if repeated(doing, Event.RESULT_RECORDED, **named(subject)):
        return written_result(row)
    with writing():
        locked = locked_subject(known, now)
        wanted, values = judge_result(locked, criterion, found, analyst, now)
        if locked.disposition is Disposition.IN_PROCESS:
            _start(subject.code, doing, derive(request_id, "testing"))
        change = new(TABLE, row, version=1, is_current=True, **values)
        record_version(doing, locked, Event.RESULT_RECORDED, changes=(change,), container=found.container)
        made = written_result(row)
        tell_of_failure(locked, wanted, made, doing)
        tell_of_late_failure(locked, wanted, made, doing)
    return made


def judge_result(
    subject: Subject, criterion: str, found: Found, analyst: Person, now: datetime
) -> tuple[Criterion, dict[str, Any]]:
    """What would be recorded as the first result of a criterion; nothing is. Raises as `record_result`."""
    wanted = criterion_of(subject, criterion)
    refuse_untaken(subject, wanted)
    if current(selectors.results_at_point(subject), criterion) is not None:
        raise Conflict("result_exists")
    return wanted, values_of(subject, wanted, found, analyst, now)


def correct_result(
    *,
    result: UUID,
    found: Found,
    reason: CorrectionReason,
    reference: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> ResultView:
    """Put a new version in the place of a result; the old one stays, and the new one waits to be looked over.

    A result that is out of specification is corrected into one that is not within its open investigation alone, whose
    code then is its `reference`; for others that is a code of the laboratory's own. A test done again is no
    correction. Raises as `record_result`, and Conflict when the result was corrected meanwhile, or is to be corrected
    away without an investigation.
    """
    old = known_result(result)
    doing = asking(
        actor, where, now, request_id, result=result, found=found, reason=reason, reference=reference
    )
    known = known_subject(old.subject, now)
    analyst = require(actor=actor, right=Right.CORRECT_RESULT, site=known.site, now=now)
    row = derive(request_id, "result")
    if repeated(doing, Event.RESULT_CORRECTED, **named(old.subject)):
        return written_result(row)
    _refuse_at_sight(found, old, reference)
    wanted = criterion_of(known, old.criterion)
    with writing():
        locked = locked_subject(known, now)
        refuse_untaken(locked, wanted)
        if not known_result(result).is_current:
            raise Conflict("result_changed")
        values = values_of(locked, wanted, found, analyst, now)
        covering = _covering(locked, wanted, old, Verdict(values["verdict"]), now)
        if covering and reference not in ("", covering):
            raise invalid({"reference": "not_its_investigation"})
        values |= {"attempt": old.attempt, "attempt_kind": str(old.attempt_kind)}
        # a further test goes on naming the investigation that planned it
        planned = "" if old.attempt_kind is AttemptKind.ORIGINAL else old.reference
        values |= {"supersedes_id": old.id, "reason": str(reason)}
        values |= {"reference": covering or reference or planned}
        # The old one first: for a moment none counts, but never two.
        changes = (
            put(TABLE, old.id, is_current=False),
            new(TABLE, row, version=old.version + 1, is_current=True, **values),
        )
        event, container = Event.RESULT_CORRECTED, found.container
        record_version(doing, locked, event, changes=changes, container=container, reason=str(reason))
        made = written_result(row)
        tell_of_failure(locked, wanted, made, doing)
        # What had failed before was told before; its clocks run on.
        if old.verdict is not Verdict.FAIL:
            tell_of_late_failure(locked, wanted, made, doing)
    return made


def _covering(
    subject: Subject, criterion: Criterion, old: ResultView, becomes: Verdict, now: datetime
) -> str:
    """The code of the open investigation within which a failing result becomes another one; empty where none is asked.

    Conflict where one is asked and not there.
    """
    attempts = selectors.attempts_at(subject, criterion, criterion.code, now)
    attempt = next(it for it in attempts if it.number == old.attempt)
    known = selectors.investigations_at_point(subject, criterion.code)
    for refusal_code in against_correction(attempt, becomes, known):
        raise Conflict(str(refusal_code))
    covering = investigation_of(attempt, known) if attempt.failed_at is not None else None
    return covering.code if covering is not None and covering.is_open else ""


def _refuse_at_sight(found: Found, old: ResultView, reference: str) -> None:
    if reference and code_problem(reference) is not None:
        raise invalid({"reference": "code_shape"})
    if _says_the_same(found, old):
        raise invalid({"value": "unchanged"})


def _says_the_same(found: Found, old: ResultView) -> bool:
    """Whether a correction would change nothing; people write minutes."""
    now, then = (at.replace(second=0, microsecond=0) for at in (found.tested_at, old.tested_at))
    same = (found.value, found.container, found.run, found.replicates, dict(found.inputs))
    return now == then and same == (old.value, old.container, old.run, old.replicates, dict(old.inputs))


def review_result(*, result: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> ResultView:
    """Look a result over, as another person than its analyst.

    Raises NotFound, NotAllowed (role, the analyst), Conflict (looked over before; corrected meanwhile).
    """
    found, doing = known_result(result), asking(actor, where, now, request_id, result=result)
    known = known_subject(found.subject, now)
    reviewer = require(actor=actor, right=Right.REVIEW_RESULT, site=known.site, now=now)
    if repeated(doing, Event.RESULT_REVIEWED, **named(found.subject)):
        return written_result(result)
    if reviewer.user_id == found.analyst_id:
        raise NotAllowed("analyst_may_not_review")
    with writing():
        locked = locked_subject(known, now)
        fresh = known_result(result)
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
            topic_of(locked),
            Event.RESULT_REVIEWED,
            facts,
            changes=(put(TABLE, found.id, **looked),),
            subjects=(LedgerSubject("result", found.id),),
        )
    return written_result(result)


def known_result(id: UUID | str) -> ResultView:
    """A result by its id, or NotFound."""
    found = selectors.result(id)
    if found is None:
        raise NotFound("result_unknown")
    return found


def written_result(id: UUID) -> ResultView:
    """A result that this transaction wrote."""
    found = selectors.result(id)
    if found is None:
        raise LookupError(f"result {id} was written and is not there")
    return found


def criterion_of(subject: Subject, code: str) -> Criterion:
    """A criterion of the subject's specification; NotFound without one, Invalid where it has no such criterion."""
    specification = selectors.specification_by_id(subject.specification_id)
    if specification is None:
        raise NotFound("specification_missing")
    found = specification.criterion(code)
    if found is None:
        raise invalid({"criterion": "not_choice"})
    return found


def refuse_untaken(subject: Subject, criterion: Criterion) -> None:
    """Conflict where the subject takes no result of this criterion now; a study takes them at its time points."""
    if subject.ref.kind is SubjectKind.STUDY and not subject.ref.point:
        raise NotFound("subject_unknown")
    code = refusal(subject, criterion)
    if code is not None:
        raise Conflict(str(code))


def _source(subject: Subject, found: Found, now: datetime) -> Source | None:
    """The container that was tested: of this subject by its chain, labelled, and there at the time."""
    fault = source_fault(subject, found.container)
    if fault is not None:
        raise invalid({"container": fault})
    source = subject.sources.get(found.container)
    fault = time_fault(found.tested_at, source, now)
    if fault is not None:
        raise invalid({"tested_at": fault})
    return source


def _by_method(subject: Subject, criterion: Criterion, found: Found, analyst: Person) -> dict[str, Any]:
    """The method in the version that was in effect at the test, the run, and whether this analyst may use them."""
    method = selectors.effective_method(criterion.method, found.tested_at)
    if method is None or method.version < (criterion.method_version or 0):
        raise invalid({"criterion": "method_not_effective"})
    for fault in against_use(method.method, analyst, found.tested_at):
        raise invalid({"criterion": str(fault.code)})
    run = _run(subject, method, found, is_untested=is_not_tested(criterion, found.value))
    return {"method": method.code, "method_version_id": method.id, "run_id": run}


def _run(subject: Subject, method: EffectiveMethod, found: Found, *, is_untested: bool) -> str | None:
    if not found.run:
        if method.method.needs_run and not is_untested:
            raise invalid({"run": str(MethodFault.RUN_REQUIRED)})
        return None
    run = selectors.run_by_code(found.run)
    if run is None:
        raise invalid({"run": "not_choice"})
    fault = result_fault(run, method.code, subject.site, found.tested_at)
    if fault is not None:
        raise invalid({"run": str(fault)})
    return run.id


def _verdict(subject: Subject, criterion: Criterion, found: Found) -> Verdict:
    """As of the test: what a decision goes by is judged anew (`qc.rules.assessing`)."""
    faults = input_faults(criterion, found.inputs, found.tested_at)
    if faults and not is_not_tested(criterion, found.value):
        raise invalid({str(faults[0].input): faults[0].code})
    known = weights_of(subject.order_id) if subject.order_id and criterion.needs_weight else ()
    weights = [Weight(one.kg, one.measured_at) for one in known if one.is_current]
    at = found.tested_at
    judged = assessed(criterion, found.value, facts_of(found.inputs, weights, at=at, read_at=at))
    if isinstance(judged, ValueFault):
        raise invalid({"value": str(judged)})
    return judged.verdict


def values_of(
    subject: Subject, criterion: Criterion, found: Found, analyst: Person, now: datetime
) -> dict[str, Any]:
    """The columns of a first version of a first attempt; Invalid with the fields that are wrong."""
    is_untested = is_not_tested(criterion, found.value)
    source = None if is_untested and not found.container else _source(subject, found, now)
    verdict = _verdict(subject, criterion, found)
    return {
        **about_columns(subject),
        **_by_method(subject, criterion, found, analyst),
        "container_id": source.id if source is not None else None,
        "tested_at": found.tested_at,
        "recorded_at": now,
        "criterion": criterion.code,
        "value": found.value,
        "unit": criterion.unit,
        "verdict": str(verdict),
        "specification_id": subject.specification_id,
        "analyst_id": analyst.user_id,
        "analyst_name": analyst.printed_name,
        "source_file": found.source_file,
        "replicates": list(found.replicates),
        "inputs": dict(found.inputs),
        "attempt_kind": str(AttemptKind.ORIGINAL),
    }


_COLUMNS = {
    SubjectKind.BATCH: "batch_id",
    SubjectKind.COLLECTION: "collection_id",
    SubjectKind.MATERIAL_LOT: "lot_id",
    SubjectKind.STUDY: "study_id",
}


def about_columns(subject: Subject) -> dict[str, Any]:
    """The columns by which a row names its subject."""
    own = {"subject_kind": str(subject.ref.kind), _COLUMNS[subject.ref.kind]: subject.id}
    return own | {"point": subject.ref.point, "order_id": subject.order_id or None}


def record_version(
    doing: Doing,
    subject: Subject,
    event: Event,
    *,
    changes: tuple[Change, ...],
    container: str,
    reason: str = "",
    more: Mapping[str, str] | None = None,
    about: tuple[LedgerSubject, ...] = (),
) -> None:
    """The entry of a version of a result, which is the last of the changes.

    `more` stands among its facts; `about` finds it too.
    """
    made = changes[-1]
    names = ("criterion", "version", "value", "unit", "verdict")
    facts = {"result": made.id, "container": container, **{name: made.values[name] for name in names}}
    facts |= more or {}
    id = made.values["container_id"]
    subjects = (*((LedgerSubject("container", id),) if id else ()), LedgerSubject("result", made.id), *about)
    record(doing, topic_of(subject), event, facts, changes=changes, subjects=subjects, reason=reason)
