"""Plates: responses handed in and kept as they are, looked at, and recorded as the one result that they come to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger import selectors as ledger
from ledger.rules import Actor, Where, derive, new, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.services import store_evidence
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.criteria import Criterion
from qc.rules.importing import ImportState
from qc.rules.imports.plates import PlateFile, read_plate
from qc.rules.methods import Computed
from qc.rules.plate_results import Evaluated, evaluate, reported
from qc.rules.plates import PlateView
from qc.rules.results import ResultView
from qc.rules.runs import RunState, RunView
from qc.rules.subjects import SubjectRef
from qc.services.recording import (
    Doing,
    Topic,
    asking,
    invalid,
    known_subject,
    record,
    repeated,
    topic_of,
    writing,
)
from qc.services.results import Found, record_result

TABLE = "qc.plate"
MAX_NAME = 120


@dataclass(frozen=True)
class LookedAtPlate:
    """A plate as it would be recorded now: every row with its faults, and what it comes to (None: it has faults)."""

    view: PlateView
    how: Computed
    file: PlateFile
    evaluated: Evaluated | None

    @property
    def is_ready(self) -> bool:
        """Whether there is a number to record."""
        return self.evaluated is not None and self.evaluated.value is not None


@dataclass(frozen=True)
class PlateResult:
    """What a plate is recorded as: of what, for which criterion. `seen` is the digest of the outcome looked at."""

    subject: SubjectRef
    criterion: str
    container: str
    tested_at: datetime
    seen: str


def hand_in_plate(
    *, run: UUID, data: bytes, name: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> PlateView:
    """Keep the responses of a plate as evidence. Nothing of them is recorded yet, and faulty ones are kept too.

    Raises NotFound (run), NotAllowed, Conflict (its method computes nothing; the run is refused or broken off), Invalid
    (file too large or empty, name).
    """
    found, doing = _run(run), asking(actor, where, now, request_id, run=run, data=data, name=name)
    analyst = require(actor=actor, right=Right.HAND_IN_PLATE, site=found.site, now=now)
    row, short = derive(request_id, "plate"), name.strip()
    if repeated(doing, Event.PLATE_HANDED_IN, run=found.code, name=short):
        return _known(row)
    _how(found)
    if found.state not in (RunState.OPEN, RunState.ACCEPTED):
        raise Conflict("run_not_accepted")
    if not short or len(short) > MAX_NAME or not short.isprintable():
        raise invalid({"file": "too_long" if len(short) > MAX_NAME else "empty"})
    with writing():
        kept = store_evidence(
            data=data,
            media_type="text/csv",
            name=f"plate {found.code}",
            stream=f"site:{found.site}",
            **doing.as_keywords(derive(request_id, "file")),
        )
        values = {
            "run_id": found.id,
            "evidence": kept.id,
            "sha256": kept.sha256,
            "name": short,
            "state": str(ImportState.READ),
            "handed_in_at": now,
            "handed_in_by_id": analyst.user_id,
            "handed_in_name": analyst.printed_name,
        }
        facts = {"plate": row, "run": found.code, "name": short, "sha256": kept.sha256}
        topic = _topic(found.site, str(row))
        record(doing, topic, Event.PLATE_HANDED_IN, facts, changes=(new(TABLE, row, **values),))
    return _known(row)


def look_at_plate(view: PlateView) -> LookedAtPlate:
    """What a plate says and comes to, by the method in the version that its run began with. Writes nothing.

    Raises NotFound (run), Conflict (its method computes nothing).
    """
    how = _how(_run(UUID(view.run_id)))
    file = read_plate(ledger.evidence_bytes(UUID(view.evidence)) or b"", how.calculation)
    return LookedAtPlate(view, how, file, evaluate(file, how) if file.is_clean else None)


def record_plate(
    *, id: UUID, asked: PlateResult, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> ResultView:
    """Record the result that a plate comes to, as any result: by an analyst, to be looked over by another person.

    The numbers stand in the entry, the file is the result's source. Raises as `record_result`, and Conflict (recorded
    or discarded before; another outcome than the one that was looked at), Invalid (`plate_refused`, with the reason).
    """
    view, doing = _known(id), asking(actor, where, now, request_id, id=id, asked=asked)
    require(actor=actor, right=Right.RECORD_PLATE, site=view.site, now=now)
    if repeated(doing, Event.PLATE_RECORDED, plate=view.id):
        return _recorded(id)
    with writing():
        selectors.lock_plate(id)
        view = _known(id)
        if view.state is not ImportState.READ:
            raise Conflict(f"plate_{view.state}")
        evaluated = _sound(look_at_plate(view), asked.seen)
        text = _reported(evaluated, _criterion(asked, now))
        result = record_result(
            subject=asked.subject,
            criterion=asked.criterion,
            found=Found(
                value=text,
                tested_at=asked.tested_at,
                container=asked.container,
                run=view.run,
                source_file=view.sha256,
            ),
            **doing.as_keywords(derive(request_id, "result")),
        )
        _record(doing, view, asked, result, evaluated)
    return result


def discard_plate(*, id: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> PlateView:
    """Say that nothing is recorded of a plate; it stays as evidence. Raises NotFound, NotAllowed, Conflict."""
    view, doing = _known(id), asking(actor, where, now, request_id, id=id)
    require(actor=actor, right=Right.DISCARD_PLATE, site=view.site, now=now)
    if repeated(doing, Event.PLATE_DISCARDED, plate=view.id):
        return view
    with writing():
        selectors.lock_plate(id)
        if (state := _known(id).state) is not ImportState.READ:
            raise Conflict(f"plate_{state}")
        change = put(TABLE, view.id, state=str(ImportState.DISCARDED))
        facts = {"plate": view.id, "run": view.run}
        record(doing, _topic(view.site, view.id), Event.PLATE_DISCARDED, facts, changes=(change,))
    return _known(id)


def _record(
    doing: Doing, view: PlateView, asked: PlateResult, result: ResultView, evaluated: Evaluated
) -> None:
    """In the journey, beside the result: how its number came about."""
    numbers = dict(evaluated.numbers or {})
    change = put(TABLE, view.id, state=str(ImportState.RECORDED), result_id=UUID(result.id), numbers=numbers)
    facts = {
        "plate": view.id,
        "run": view.run,
        "result": result.id,
        "criterion": result.criterion,
        "value": result.value,
        "calculation": str(evaluated.calculation),
        "sha256": view.sha256,
        "numbers": numbers,
    }
    topic = topic_of(known_subject(asked.subject, doing.now))
    subjects = (LedgerSubject("plate", view.id), LedgerSubject("result", result.id))
    record(doing, topic, Event.PLATE_RECORDED, facts, changes=(change,), subjects=subjects)


def _sound(looked: LookedAtPlate, seen: str) -> Evaluated:
    found = looked.evaluated
    if found is None:
        raise Invalid("file_not_clean", detail={"problems": len(looked.file.faults)})
    if found.refusals:
        raise Invalid("plate_refused", detail={"refusals": [str(code) for code in found.refusals]})
    if found.digest != seen:
        raise Conflict("plate_changed")
    return found


def _reported(found: Evaluated, criterion: Criterion) -> str:
    answer = reported(found, criterion)
    if answer.refusal is not None:
        raise Invalid("plate_refused", detail={"refusals": [str(answer.refusal)]})
    return answer.text


def _criterion(asked: PlateResult, now: datetime) -> Criterion:
    subject = known_subject(asked.subject, now)
    specification = selectors.specification_by_id(subject.specification_id)
    if specification is None:
        raise NotFound("specification_missing")
    found = specification.criterion(asked.criterion)
    if found is None:
        raise invalid({"criterion": "not_choice"})
    return found


def _run(id: UUID) -> RunView:
    found = selectors.run(id)
    if found is None:
        raise NotFound("run_unknown")
    return found


def _how(run: RunView) -> Computed:
    method = selectors.method_of(run)
    if method is None or method.method.computed is None:
        raise Conflict("nothing_to_compute")
    return method.method.computed


def _recorded(id: UUID) -> ResultView:
    found = _known(id).result
    if found is None:
        raise LookupError(f"plate {id} was recorded and has no result")
    return found


def _known(id: UUID) -> PlateView:
    found = selectors.plate(id)
    if found is None:
        raise NotFound("plate_unknown")
    return found


def _topic(site: str, id: str) -> Topic:
    return Topic(f"site:{site}", {}, (LedgerSubject("plate", id),))
