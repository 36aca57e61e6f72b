"""Did the label come out? A printer does not say; whoever stands before it does.

A copy is never sent a second time: if nothing came out it is void and spoiled, and the next copy is printed instead.
"""

from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.rules.journey import CopyStatus, Fate
from coi.rules.printing import JobState, Trouble
from coi.services.labels import begun_checks_end, voided
from coi.services.printing.recording import asked_job, is_done, locked, record_job
from coi.services.recording import answered_once, writing
from ledger.rules import Actor, Where
from ledger.rules.errors import Conflict
from people.rules.rights import Right
from people.services.recording import Doing

DENIED = "did_not_print"


@answered_once
def confirm_print(*, job: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> None:
    """The label came out. Raises NotFound, NotAllowed, Conflict (it was not sent, or is settled already)."""
    doing = Doing(actor, where, now, request_id)
    row = asked_job(job, Right.CONFIRM_PRINT, doing)
    if is_done(doing, Event.PRINT_CONFIRMED, job):
        return
    with writing():
        row = locked(row)
        if row.state != JobState.SENT:
            raise Conflict("print_not_asking")
        values = {"state": str(JobState.PRINTED), "settled_at": now, "settled_by_name": actor.name}
        record_job(doing, row, Event.PRINT_CONFIRMED, values)


@answered_once
def deny_print(*, job: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID) -> str:
    """The label did not come out whole: its copy is void and spoiled, should it still come. Returns the copy's code.

    The next copy is asked for by `reprint_label`, with a reason. Raises NotFound, NotAllowed, Conflict (it was not
    sent, is settled already, or its copy was scanned back or replaced meanwhile).
    """
    doing = Doing(actor, where, now, request_id)
    row = asked_job(job, Right.DENY_PRINT, doing)
    if is_done(doing, Event.PRINT_DENIED, job):
        return str(row.copy.code)
    with writing():
        row = locked(row)
        if row.state != JobState.SENT:
            raise Conflict("print_not_asking")
        if row.copy.status not in (CopyStatus.ISSUED, CopyStatus.PRINTED):
            raise Conflict("label_applied" if row.copy.status == CopyStatus.APPLIED else "label_void")
        values = {
            "state": str(JobState.FAILED),
            "trouble": str(Trouble.DID_NOT_COME_OUT),
            "settled_at": now,
            "settled_by_name": actor.name,
        }
        spoiled = {
            "fate": str(Fate.SPOILED),
            "fate_at": now,
            "fate_by_id": actor.user_id,
            "fate_by_name": actor.name,
            "fate_reason": DENIED,
        }
        changes = [voided(row.copy.id, DENIED, now, **spoiled), *begun_checks_end(row.copy, now)]
        record_job(doing, row, Event.PRINT_DENIED, values, changes=changes, reason=DENIED)
    return str(row.copy.code)
