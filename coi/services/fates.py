"""The label ledger: what became of each printed copy, said once, and corrected with a reason.

The copy on its container is used without anybody saying so. One that was voided, or printed for a container that is
gone, stays open until somebody says what became of the paper; a batch is not released before.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import LabelCopy, Order
from coi.rules.deviations import DeviationClass, DeviationPlan, Trigger
from coi.rules.journey import Fate
from coi.rules.labels_reconciliation import CopyFacts, FateProblem, against_accounting, against_correcting
from coi.selectors.labels import copy_facts
from coi.services import deviations
from coi.services.context import Plan
from coi.services.recording import answered_once, repeated, require_at, writing
from ledger.rules import Actor, Change, Subject, Where, put
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.selectors import entries_for_subject
from ledger.services import append
from people.rules.rights import Right
from people.services.recording import Doing

# What somebody can say. That a copy is used follows from its being on its container.
FATES = (Fate.SPOILED, Fate.DESTROYED, Fate.RETAINED, Fate.LOST)
FATE_REASONS = ("taken_off", "damaged", "misprinted", "wrong_stock", "not_needed", "not_found")
CORRECTION_REASONS = ("mistaken", "found_again", "wrong_copy")


@answered_once
def account_for_label(
    *, copy: str, fate: Fate, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Say what became of a copy (by its code) that is not on its container.

    A lost one opens a deviation: where it may turn up is to be looked into before the batch is released. Raises
    NotFound, NotAllowed, Invalid (fate, reason), Conflict (accounted for, applied, never printed, or still to be used).
    """
    _need(fate, reason, FATE_REASONS)
    if repeated(request_id, Event.LABEL_ACCOUNTED, label=copy, fate=str(fate)):
        return
    doing = Doing(actor, where, now, request_id)
    right = Right.ACCOUNT_FOR_LABEL
    _write(copy, fate, reason, right, event=Event.LABEL_ACCOUNTED, against=against_accounting, doing=doing)


@answered_once
def correct_label_fate(
    *, copy: str, fate: Fate, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Say otherwise what became of a copy, and why; what was said before stays in the ledger.

    Raises NotFound, NotAllowed, Invalid (fate, reason), Conflict (nothing was said, applied, or the same as before).
    """
    _need(fate, reason, CORRECTION_REASONS)
    if repeated(request_id, Event.LABEL_FATE_CORRECTED, label=copy, fate=str(fate)):
        return
    doing = Doing(actor, where, now, request_id)
    right, event = Right.CORRECT_LABEL_FATE, Event.LABEL_FATE_CORRECTED
    _write(copy, fate, reason, right, event=event, against=against_correcting, doing=doing)


def _need(fate: Fate, reason: str, reasons: tuple[str, ...]) -> None:
    wrong = {"fate": fate not in FATES, "reason": reason not in reasons}
    if fields := {name: "not_choice" for name, is_wrong in wrong.items() if is_wrong}:
        raise Invalid("fields_invalid", detail={"fields": fields})


def _write(
    code: str,
    fate: Fate,
    reason: str,
    right: Right,
    *,
    event: Event,
    against: Callable[[CopyFacts], FateProblem | None],
    doing: Doing,
) -> None:
    found = LabelCopy.objects.select_related("container", "order").filter(code=code)
    row = None if "\x00" in code else found.first()
    if row is None:
        raise NotFound("label_unknown")
    require_at(list(row.order.sites.values()), right, actor=doing.actor, now=doing.now)
    with writing():
        Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        row = LabelCopy.objects.select_related("container", "order").get(code=code)
        if (problem := against(copy_facts(row))) is not None:
            raise Conflict(str(problem))
        if row.fate == fate:
            raise Conflict("nothing_changes")
        lost = _lost(row, doing) if fate is Fate.LOST else Plan()
        entry = append(
            event=event,
            stream=f"journey:{row.order.coi_id}",
            facts={
                "label": code,
                "container": row.container.code,
                "fate": str(fate),
                "was": row.fate,
                **lost.facts,
            },
            changes=[fate_change(row.id, fate, reason, doing), *lost.changes],
            subjects=[
                Subject("order", row.order.coi_id),
                Subject("container", str(row.container_id)),
                *lost.subjects,
            ],
            reason=reason,
            corrects=_said_before(row) if event is Event.LABEL_FATE_CORRECTED else None,
            **doing.as_keywords(),
        )
        for follow in lost.after:
            follow(entry)


def fate_change(copy: UUID, fate: Fate, reason: str, doing: Doing) -> Change:
    """What became of a copy, and who says so."""
    return put(
        "coi.labelcopy",
        copy,
        fate=str(fate),
        fate_at=doing.now,
        fate_by_id=doing.actor.user_id,
        fate_by_name=doing.actor.name,
        fate_reason=reason,
    )


def _said_before(copy: LabelCopy) -> UUID | None:
    """The entry that is corrected: the last that said what became of this copy."""
    said = (Event.LABEL_ACCOUNTED, Event.LABEL_FATE_CORRECTED, Event.PRINT_DENIED)
    found = entries_for_subject("container", str(copy.container_id))
    entries = [entry for entry in found if entry.event in said and entry.facts.get("label") == copy.code]
    return entries[-1].uuid if entries else None


def _lost(copy: LabelCopy, doing: Doing) -> Plan:
    """A label of which nobody knows where it is may stick to something else."""
    container, order = str(copy.container_id), str(copy.order_id)
    return deviations.plan_opening(
        DeviationPlan(DeviationClass.MAJOR, Trigger.LABEL_LOST, (container,)),
        site=copy.container.custodian_id,
        step="",
        order_id=order,
        owners={container: order},
        check_id=None,
        scan_id=doing.request_id,
        actor_name=doing.actor.name,
        now=doing.now,
    )
