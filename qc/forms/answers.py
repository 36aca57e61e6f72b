"""What goes over the API: batches, results and blockers as plain values, and a result that comes in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.rules.errors import DomainError
from qc.forms import criteria_words, texts
from qc.forms.sent import Sent, is_short, readable
from qc.rules.assessing import Input
from qc.rules.blockers import Blocker
from qc.rules.releases import Pending, overdue
from qc.rules.results import ResultView
from qc.selectors import BatchView, Board, BoardRow, SubjectPage
from qc.services import Found

_MOST_REPLICATES = 12
_LONGEST = {"criterion": 32, "value": 80, "container": 40, "run": 40}
_FIELDS = {"request_id", "tested_at", "replicates", "inputs", *_LONGEST}


@dataclass(frozen=True)
class ResultSent:
    """A result as a program sends it."""

    request_id: UUID
    criterion: str
    found: Found


@contextmanager
def in_words(say: Callable[[DomainError], str] = texts.error_text) -> Iterator[None]:
    """Give whatever a service raises its sentence, where this room has one; a room above has a `say` of its own."""
    try:
        yield
    except DomainError as error:
        if error.message == error.code:
            error.message = say(error)
            error.args = (error.message,)
        raise


def parse_result(data: Mapping[str, Any]) -> ResultSent:
    """The result of a request, by its shape; Invalid names every field that is wrong."""
    sent = Sent(data, _FIELDS)
    said = {
        name: sent.text(name, most, is_required=name in ("criterion", "value"))
        for name, most in _LONGEST.items()
    }
    request_id, tested_at = sent.id("request_id"), sent.moment("tested_at")
    replicates, inputs = sent.texts("replicates", _MOST_REPLICATES, _LONGEST["value"]), _inputs(sent)
    sent.check()
    return ResultSent(
        request_id=request_id,
        criterion=said["criterion"],
        found=Found(
            value=said["value"],
            tested_at=tested_at,
            container=said["container"],
            run=said["run"],
            replicates=replicates,
            inputs=inputs,
        ),
    )


def board_answer(board: Board) -> dict[str, Any]:
    """The release board."""
    return {
        "exceptions": [_row(row) for row in board.exceptions],
        "ready": [_row(row) for row in board.ready],
        "conditional": [_row(row) for row in board.conditional],
        "waiting": [_row(row) for row in board.waiting],
        "decided": [_batch(batch) for batch in board.decided],
    }


def batch_answer(view: BatchView, at: datetime) -> dict[str, Any]:
    """One batch: what blocks it, and every result."""
    return {
        **_batch(view.batch),
        "record_digest": view.digest,
        "blockers": [_blocker(one) for one in view.blockers],
        "pending": [_pending(one, overdue(view.ways.pending, at)) for one in view.ways.pending],
        "results": _lines(view.lines),
    }


def subject_answer(page: SubjectPage) -> dict[str, Any]:
    """What was found of one subject."""
    ref = page.subject.ref
    return {
        "kind": str(ref.kind),
        "code": ref.code,
        "point": ref.point,
        "specification": f"{page.specification.code}/{page.specification.version}"
        if page.specification is not None
        else "",
        "results": _lines(page.lines),
    }


def result_answer(it: ResultView) -> dict[str, Any]:
    """One version of one result."""
    return {
        "id": it.id,
        "criterion": it.criterion,
        "version": it.version,
        "attempt": it.attempt,
        "value": it.value,
        "unit": it.unit,
        "verdict": str(it.verdict),
        "container": it.container,
        "method": it.method,
        "method_version": it.method_version,
        "run": it.run,
        "replicates": list(it.replicates),
        "inputs": dict(it.inputs),
        "source_file": it.source_file,
        "tested_at": it.tested_at,
        "recorded_at": it.recorded_at,
        "analyst": it.analyst,
        "reviewer": it.reviewer,
        "reviewed_at": it.reviewed_at,
    }


def _lines(lines: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "criterion": line.criterion.code,
            "title": line.criterion.title,
            "timing": str(line.criterion.timing),
            "method": line.criterion.method,
            "limits": criteria_words.limits(line.criterion),
            "result": result_answer(line.result) if line.result is not None else None,
            "earlier": [result_answer(one) for one in line.earlier],
        }
        for line in lines
    ]


def _row(row: BoardRow) -> dict[str, Any]:
    return {
        **_batch(row.batch),
        "passed": row.passed,
        "checked": row.checked,
        "pending": [_pending(one, row.overdue) for one in row.pending],
        "blockers": [_blocker(one) for one in row.blockers],
    }


def _pending(it: Pending, late: Sequence[Pending]) -> dict[str, Any]:
    return {"criterion": it.criterion, "title": it.title, "due_at": it.due_at, "is_overdue": it in late}


def _batch(batch: Any) -> dict[str, Any]:
    return {
        "batch": batch.code,
        "coi_id": batch.coi_id,
        "product": batch.product,
        "site": batch.site,
        "disposition": str(batch.disposition),
        "started_at": batch.started_at,
    }


def _blocker(it: Blocker) -> dict[str, Any]:
    return {
        "code": str(it.code),
        "text": texts.blocker_text(it),
        "about": {"kind": it.target.kind, "code": it.target.key},
        "params": {name: str(value) for name, value in it.params.items()},
    }


def _inputs(sent: Sent) -> dict[str, str]:
    found = sent.data.get("inputs", {})
    if not isinstance(found, dict) or not all(is_short(one, _LONGEST["value"]) for one in found.values()):
        sent.wrong["inputs"] = "not_texts"
        return {}
    sent.wrong |= {readable(f"inputs.{name}"): "unknown_field" for name in found if name not in set(Input)}
    return dict(found)
