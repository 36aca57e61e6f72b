"""Label copies: issued with a container, drawn by the worker, applied by a scan, voided by a reprint."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import Check, LabelCopy, Order, PrintJob
from coi.rules.journey import CheckState, ContainerStatus, CopyStatus, Fate
from coi.rules.protocol import Does
from coi.selectors.protocols import pinned_protocol
from coi.services import numbers
from coi.services.context import Context, Plan
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, Change, EntryRef, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.services import append, enqueue, enqueue_each
from people.rules.rights import Right
from people.services import require

RENDER = "coi.render_label"
REPRINT_REASONS = ("damaged", "unreadable", "lost", "wrong_stock", "moved_to_other_bag", "did_not_print")


def issue(
    context: Context, order_id: str, kind: str, containers: Sequence[UUID], make_id: Callable[[str], UUID]
) -> Plan:
    """The first copy of each label of each new container; drawing them is an effect."""
    carriers = context.protocol.carriers(kind) if context.protocol is not None else ("",)
    wanted = [(container, carrier) for container in containers for carrier in carriers]
    rows = tuple(
        new(
            "coi.labelcopy",
            make_id(f"label-{carrier}{container}"),
            order_id=order_id,
            container_id=container,
            code=code,
            carrier=carrier,
            number=1,
            status=str(CopyStatus.ISSUED),
            issued_at=context.now,
        )
        for (container, carrier), code in zip(wanted, numbers.new_label_codes(len(wanted)), strict=True)
    )

    def follow(entry: EntryRef) -> None:
        # The station goes along: what is drawn is printed where it was asked for.
        at = {"site": context.station.site, "station": context.station.code}
        payloads = [{"copy": row.id, **at} for row in rows]
        enqueue_each(kind=RENDER, entry=entry, payloads=payloads, now=context.now)

    return Plan(changes=rows, after=(follow,))


@answered_once
def reprint_label(
    *, copy: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> str:
    """Void a copy (by its code) and issue the next one; the container waits for the new copy to be scanned back.

    The label of a cassette is replaced in the same way, and it is scanned back beside the one on the bag inside.

    In place of a copy that is void already because it did not come out of the printer, the next one is issued. Returns
    the new copy's code. Raises NotFound, NotAllowed, Invalid (reason), Conflict (replaced already, used already, or in
    the custody of a party that has no step to apply it).
    """
    if reason not in REPRINT_REASONS:
        raise Invalid("fields_invalid", detail={"fields": {"reason": "not_choice"}})
    if earlier := repeated(request_id, Event.LABEL_REPRINTED, voided=copy):
        return str(earlier.facts["issued"])
    row = LabelCopy.objects.select_related("container", "order").filter(code=copy).first()
    if row is None:
        raise NotFound("label_unknown")
    require(actor=actor, right=Right.REPRINT_LABEL, site=row.container.custodian_id, now=now)
    with writing():
        Order.objects.select_for_update(no_key=True).get(id=row.order_id)
        row = LabelCopy.objects.select_related("container", "order").get(code=copy)
        if row.status == CopyStatus.VOID and _is_replaced(row):
            raise Conflict("label_void")
        if row.container.status not in (ContainerStatus.UNLABELLED, ContainerStatus.AVAILABLE):
            raise Conflict("container_used")
        if not _may_be_applied(row):
            raise Conflict("label_not_applied_here")
        (code,) = numbers.new_label_codes(1)
        issued = derive(request_id, "label")
        entry = append(
            event=Event.LABEL_REPRINTED,
            stream=f"journey:{row.order.coi_id}",
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={"voided": copy, "issued": code, "container": row.container.code},
            changes=[*_replaced(row, reason, issued, code, now), *begun_checks_end(row, now)],
            subjects=[Subject("order", row.order.coi_id), Subject("container", str(row.container_id))],
            reason=reason,
        )
        enqueue(kind=RENDER, entry=entry, payload={"copy": issued, **_printed_at(row)}, now=now)
    return code


def _is_replaced(copy: LabelCopy) -> bool:
    later = LabelCopy.objects.filter(container=copy.container_id, carrier=copy.carrier)
    return later.filter(number__gt=copy.number).exists()


def _printed_at(copy: LabelCopy) -> dict[str, str]:
    """Where the copy before was to be printed, unless its container has left that site."""
    site = copy.container.custodian_id
    found = PrintJob.objects.filter(copy=copy, site__code=site).values_list("station", flat=True)
    return {"site": site, "station": found.first() or ""}


def _may_be_applied(copy: LabelCopy) -> bool:
    """Whether the protocol has a step by which whoever holds the container now can apply a new copy."""
    container, sites = copy.container, copy.order.sites
    protocol, _version = pinned_protocol(str(copy.order.protocol_id))
    applies = Does.INTO_CASSETTE if copy.carrier else Does.APPLY_LABEL
    steps = [s for s in (protocol.steps if protocol is not None else ()) if s.does is applies]
    return any(container.kind in s.kinds and sites[s.party] == container.custodian_id for s in steps)


def _replaced(copy: LabelCopy, reason: str, issued: UUID, code: str, now: datetime) -> Sequence[Change]:
    """The old copy void, the next one issued, the container without a label until that is scanned back."""
    next_one = new(
        "coi.labelcopy",
        issued,
        order_id=copy.order_id,
        container_id=copy.container_id,
        code=code,
        carrier=copy.carrier,
        number=copy.number + 1,
        status=str(CopyStatus.ISSUED),
        issued_at=now,
    )
    # A bag whose cassette waits for its label is labelled: it is only not to be moved by the cassette.
    status = ContainerStatus.UNLABELLED
    waits = [] if copy.carrier else [put("coi.container", copy.container_id, status=str(status))]
    if copy.status == CopyStatus.VOID:
        return [next_one, *waits]
    # It was used, perhaps, and is no longer: what becomes of the piece that comes off is still to be said.
    void = voided(
        copy.id,
        reason,
        now,
        fate=Fate.UNKNOWN,
        fate_at=None,
        fate_by_id=None,
        fate_by_name="",
        fate_reason="",
    )
    return [void, next_one, *waits]


def voided(copy: UUID, reason: str, now: datetime, **more: object) -> Change:
    """A copy that no longer counts: whoever scans it is stopped."""
    return put("coi.labelcopy", copy, status=str(CopyStatus.VOID), voided_at=now, void_reason=reason, **more)


def begun_checks_end(copy: LabelCopy, now: datetime) -> Sequence[Change]:
    """Whoever has scanned the old copy has scanned a void one: the checks in which they did are over."""
    begun = Check.objects.filter(
        order=copy.order_id, state=CheckState.OPEN, subjects__contains=[str(copy.container_id)]
    )
    ids = begun.order_by("id").values_list("id", flat=True)
    return [put("coi.check", check, state=str(CheckState.ABANDONED), closed_at=now) for check in ids]
