"""More tests of a criterion, by the plan of an investigation. The first result stays, whatever comes of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Where, derive, new
from ledger.rules import Subject as LedgerSubject
from people.rules.rights import Right
from people.services import require
from qc.events import Event
from qc.rules.assessing import is_not_tested
from qc.rules.investigations import InvestigationRefusal, against_attempt
from qc.rules.results import AttemptKind, ResultView
from qc.services.failures import tell_of_failure
from qc.services.inquiring import as_before, known_investigation, locked, refuse, repeated_step
from qc.services.late_failures import tell_of_late_failure
from qc.services.recording import asking, invalid, writing
from qc.services.results import (
    TABLE,
    Found,
    criterion_of,
    record_version,
    refuse_untaken,
    values_of,
    written_result,
)


@dataclass(frozen=True)
class AttemptAnswer:
    """How recording another test ended: the result, or why there is none."""

    result: ResultView | None = None
    refusals: tuple[InvestigationRefusal, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether it is recorded."""
        return self.result is not None


def record_attempt(
    *,
    investigation: str,
    kind: AttemptKind,
    found: Found,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> AttemptAnswer:
    """Record a retest, or a test of another sample, that the plan of an investigation asks for.

    It is judged as every result is, and looked over by another person; it counts once both have signed that the first
    result was an error of the laboratory. Raises NotFound, NotAllowed (no analyst), Invalid (with the fields), Conflict
    (the subject takes no result now).
    """
    doing = asking(actor, where, now, request_id, investigation=investigation, kind=kind, found=found)
    analyst = require(
        actor=actor, right=Right.RECORD_ATTEMPT, site=known_investigation(investigation).site, now=now
    )
    row, event = derive(request_id, "result"), Event.ATTEMPT_RECORDED
    if earlier := repeated_step(doing, event, investigation=investigation):
        before = as_before(earlier, event)
        return AttemptAnswer(written_result(row)) if before.is_done else AttemptAnswer(None, before.refusals)
    with writing():
        at = locked(investigation, analyst, doing)
        refusals = against_attempt(at.inquiry, kind, found.container, found.tested_at, at.who)
        if refusals:
            return AttemptAnswer(None, refuse(at.topic, doing, event, refusals).refusals)
        wanted = criterion_of(at.subject, at.view.rules.criterion)
        refuse_untaken(at.subject, wanted)
        if is_not_tested(wanted, found.value):
            raise invalid({"value": "planned_is_tested"})
        values = values_of(at.subject, wanted, found, analyst, now)
        number = max(a.number for a in at.inquiry.attempts) + 1
        values |= {"attempt": number, "attempt_kind": str(kind), "reference": investigation}
        change = new(TABLE, row, version=1, is_current=True, **values)
        record_version(
            doing,
            at.subject,
            event,
            changes=(change,),
            container=found.container,
            more={"investigation": investigation, "kind": str(kind)},
            about=(LedgerSubject("investigation", investigation),),
        )
        made = written_result(row)
        tell_of_failure(at.subject, wanted, made, doing)
        tell_of_late_failure(at.subject, wanted, made, doing)
    return AttemptAnswer(made)
