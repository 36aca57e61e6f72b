"""Deviations and holds: opened by a STOP or by a person, closed by a signature."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.events import Event
from coi.models import Container, Deviation, Hold, Order
from coi.rules.deviations import DUE, Cause, DeviationOutcome, DeviationPlan, DeviationState
from coi.rules.outcome import RefusalCode
from coi.rules.vault import VaultKind
from coi.services import numbers, vault
from coi.services.context import Follow, Plan
from coi.services.recording import answered_once, digest_of, repeated, require_at, writing
from ledger.rules import Actor, Change, EntryRef, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.services import append
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, open_work_item, sign
from people.services.recording import Doing, record

OVERDUE = "hold_time_passed"


def plan_opening(
    due: DeviationPlan,
    *,
    site: str,
    step: str,
    order_id: str | None,
    owners: Mapping[str, str],
    check_id: UUID | None,
    scan_id: UUID,
    actor_name: str,
    now: datetime,
) -> Plan:
    """The rows of a deviation opened by a STOP; `owners` maps containers to their journeys."""
    (number,) = numbers.next_numbers(f"deviation:{now:%y}")
    code, row = f"D{now:%y}-{number:05d}", derive(scan_id, "deviation")
    first = owners.get(due.containers[0]) if due.containers else None
    opened = new(
        "coi.deviation",
        row,
        code=code,
        order_id=first or order_id,
        grade=str(due.grade),
        state=str(DeviationState.OPEN),
        trigger=str(due.trigger),
        step=step,
        site=site,
        containers=list(due.containers),
        check_id=check_id,
        opened_at=now,
        due_at=now + DUE[due.grade],
    )
    holds = tuple(
        hold_row(
            derive(scan_id, f"hold-{c}"),
            owners[c],
            c,
            reason=str(due.trigger),
            at=now,
            by=actor_name,
            deviation_id=row,
        )
        for c in (due.containers if due.blocks else ())
        if c in owners
    )
    return Plan(
        changes=(opened, *holds),
        facts={"deviation": code, "deviation_class": str(due.grade)},
        extra={"deviation": code},
        subjects=(Subject("deviation", code),),
        after=(_work(code, due, site, scan_id, now),),
    )


def _work(code: str, due: DeviationPlan, site: str, request_id: UUID, now: datetime) -> Follow:
    """Somebody has to look at it by its due date: a task for the supervisors of the site."""

    def follow(entry: EntryRef) -> None:
        open_work_item(
            site=site,
            role=Role.SUPERVISOR,
            subject=Subject("deviation", code),
            cause=f"deviation_{due.grade}",
            due_at=now + DUE[due.grade],
            actor=Actor.service("coi"),
            where=Where(site=site),
            now=now,
            request_id=derive(request_id, "work"),
        )

    return follow


def is_opened(containers: Sequence[UUID | str], trigger: RefusalCode) -> bool:
    """Whether any of these containers was ever held for this reason: each overrun is one deviation."""
    return Hold.objects.filter(container_id__in=containers, reason_code=trigger).exists()


def hold_row(
    row: UUID, order: str, container: str, *, reason: str, at: datetime, by: str, **more: Any
) -> Change:
    """A hold on one container; `more` names the deviation or the text in the vault."""
    return new(
        "coi.hold",
        row,
        order_id=order,
        container_id=container,
        reason_code=reason,
        placed_at=at,
        placed_by_name=by,
        **more,
    )


@answered_once
def place_hold(
    *,
    container: str,
    reason_code: str,
    text: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Hold a container (by its code) and all that was or will be made from it. Returns the hold's id.

    Raises NotFound, NotAllowed (no role at the site that has it in custody), Invalid (no reason).
    """
    found = _container(container)
    need_reason(reason_code, text)
    order = Order.objects.get(id=found.order_id)
    require_at([found.custodian_id, order.manufacturing_site_id], Right.PLACE_HOLD, actor=actor, now=now)
    row, text_id = derive(request_id, "hold"), derive(request_id, "text")
    if repeated(request_id, Event.HOLD_PLACED, container=container, reason=reason_code):
        return row
    with writing():
        _lock(order.id)
        digest = vault.keep(kind=VaultKind.TEXT, id=text_id, plain=text.encode())
        append(
            event=Event.HOLD_PLACED,
            stream=f"journey:{order.coi_id}",
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={"container": container, "reason": reason_code, "text_sha256": digest},
            changes=[
                hold_row(
                    row,
                    str(order.id),
                    str(found.id),
                    reason=reason_code,
                    at=now,
                    by=actor.name,
                    reason_text=text_id,
                )
            ],
            subjects=[Subject("order", order.coi_id), Subject("container", str(found.id))],
        )
    return row


@answered_once
def release_hold(
    *, hold: UUID, text: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End a hold; one that belongs to a deviation ends with the deviation (Conflict)."""
    row = Hold.objects.select_related("order", "container").filter(id=hold).first()
    if row is None:
        raise NotFound("hold_unknown")
    need_reason("release", text)
    require_at(
        [row.container.custodian_id, row.order.manufacturing_site_id],
        Right.RELEASE_HOLD,
        actor=actor,
        now=now,
    )
    if repeated(request_id, Event.HOLD_RELEASED, container=row.container.code):
        return
    with writing():
        _lock(row.order_id)
        current = Hold.objects.get(id=hold)
        if current.released_at is not None:
            raise Conflict("hold_released")
        if current.deviation_id is not None:
            raise Conflict("hold_of_deviation")
        text_id = derive(request_id, "text")
        digest = vault.keep(kind=VaultKind.TEXT, id=text_id, plain=text.encode())
        append(
            event=Event.HOLD_RELEASED,
            stream=f"journey:{row.order.coi_id}",
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={"container": row.container.code, "text_sha256": digest},
            changes=[put("coi.hold", hold, released_at=now, released_by_name=actor.name)],
            subjects=[Subject("order", row.order.coi_id), Subject("container", str(row.container_id))],
        )


@answered_once
def assign_deviation(
    *, code: str, owner_id: int, owner_name: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Give an open deviation its owner. Raises NotFound, NotAllowed, Conflict (closed)."""
    if repeated(request_id, Event.DEVIATION_ASSIGNED, deviation=code, owner=str(owner_id)):
        return
    row = _open_deviation(code, Right.ASSIGN_DEVIATION, actor, now)
    with writing():
        append(
            event=Event.DEVIATION_ASSIGNED,
            stream=_stream(row),
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={"deviation": code, "owner": str(owner_id)},
            changes=[put("coi.deviation", row.id, owner_id=owner_id, owner_name=owner_name)],
            subjects=_subjects(row),
        )


@answered_once
def close_deviation(
    *,
    code: str,
    cause: Cause,
    cause_text: str,
    outcome: DeviationOutcome,
    outcome_text: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Close a deviation with cause, disposition and signature; its holds end, unless the containers are discarded.

    `USE_AS_IS` after a time that was over accepts that time: the container may go on.

    Raises NotFound, NotAllowed (role, credential), Invalid (texts), Conflict (closed meanwhile).
    """
    if repeated(request_id, Event.DEVIATION_CLOSED, deviation=code, cause=cause, disposition=outcome):
        return
    doing = Doing(actor, where, now, request_id)
    row = _open_deviation(code, Right.CLOSE_DEVIATION, actor, now)
    need_reason("cause", cause_text)
    need_reason("disposition", outcome_text)
    confirmed = confirm_or_refuse(
        credential=credential, actor=actor, where=where, now=now, request_id=request_id
    )
    signer = _require_quality(row, Right.CLOSE_DEVIATION, actor, now)
    with writing():
        _lock_open(row)
        texts, digests = _keep_texts(doing, cause=cause_text, disposition=outcome_text)
        closing = {
            "deviation": code,
            "cause": str(cause),
            "disposition": str(outcome),
            "texts_sha256": digests,
        }
        signature = _sign_closing(row, closing, signer, confirmed, doing)
        closed = put(
            "coi.deviation",
            row.id,
            state=str(DeviationState.CLOSED),
            cause_code=str(cause),
            cause_text=texts["cause"],
            disposition_code=str(outcome),
            disposition_text=texts["disposition"],
            signature=signature.id,
            closed_at=now,
        )
        record(
            doing,
            event=Event.DEVIATION_CLOSED,
            stream=_stream(row),
            facts={**closing, "signature": signature.id},
            changes=[closed, *_released(row, outcome, actor, now), *_time_accepted(row, outcome, now)],
            subjects=_subjects(row),
        )


def _keep_texts(doing: Doing, **texts: str) -> tuple[dict[str, UUID], dict[str, str]]:
    """Free text may name people: it goes to the vault, its digest into what is signed."""
    ids = {name: derive(doing.request_id, name) for name in texts}
    kept = {
        name: vault.keep(kind=VaultKind.TEXT, id=ids[name], plain=text.encode())
        for name, text in texts.items()
    }
    return ids, kept


def _sign_closing(
    row: Deviation, closing: dict[str, Any], signer: Person, confirmed: Confirmed, doing: Doing
) -> SignatureView:
    return sign(
        signer=signer,
        meaning=Meaning.APPROVAL,
        record_kind="deviation",
        record_id=row.code,
        record_digest=digest_of(closing),
        credential=confirmed,
        stream=_stream(row),
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def _released(row: Deviation, outcome: DeviationOutcome, actor: Actor, now: datetime) -> Sequence[Change]:
    """The holds that end with the deviation: none, when the containers are to be discarded."""
    if outcome is DeviationOutcome.DISCARD:
        return []
    open_holds = Hold.objects.filter(deviation=row, released_at__isnull=True).order_by("id")
    return [put("coi.hold", hold.id, released_at=now, released_by_name=actor.name) for hold in open_holds]


def _time_accepted(row: Deviation, outcome: DeviationOutcome, now: datetime) -> Sequence[Change]:
    """Quality signed that what waited too long may be used: the time that is over no longer refuses it."""
    if outcome is not DeviationOutcome.USE_AS_IS or row.trigger != RefusalCode.HOLD_TIME_PASSED:
        return []
    late = Container.objects.filter(id__in=row.containers, hold_until__lt=now).order_by("id")
    return [put("coi.container", container.id, hold_until=None, hold_step="") for container in late]


def _open_deviation(code: str, right: Right, actor: Actor, now: datetime) -> Deviation:
    row = Deviation.objects.select_related("order").filter(code=code).first()
    if row is None:
        raise NotFound("deviation_unknown")
    _require_quality(row, right, actor, now)
    if row.state == DeviationState.CLOSED:
        raise Conflict("deviation_closed")
    return row


def _require_quality(row: Deviation, right: Right, actor: Actor, now: datetime) -> Person:
    """Quality of the site where it happened, or of the manufacturer, who answers for the batch."""
    sites = [row.site] + ([row.order.manufacturing_site_id] if row.order is not None else [])
    return require_at(sites, right, actor=actor, now=now)


def _container(code: str) -> Container:
    found = Container.objects.filter(code=code).first()
    if found is None:
        raise NotFound("container_unknown")
    return found


def need_reason(field: str, text: str) -> None:
    """Invalid where a reason is missing or too long."""
    if not text.strip() or len(text) > 4000:
        raise Invalid("fields_invalid", detail={"fields": {field: "text_required"}})


def _lock_open(row: Deviation) -> None:
    """The journey, then the deviation; Conflict when somebody was quicker."""
    if row.order_id is not None:
        _lock(row.order_id)
    if Deviation.objects.select_for_update(no_key=True).get(id=row.id).state == DeviationState.CLOSED:
        raise Conflict("deviation_closed")


def _lock(order_id: UUID) -> None:
    Order.objects.select_for_update(no_key=True).get(id=order_id)


def _stream(row: Deviation) -> str:
    return f"journey:{row.order.coi_id}" if row.order is not None else f"site:{row.site}"


def _subjects(row: Deviation) -> list[Subject]:
    orders = [Subject("order", row.order.coi_id)] if row.order is not None else []
    containers: list[Any] = list(row.containers)
    return [Subject("deviation", row.code), *orders, *(Subject("container", str(c)) for c in containers)]
