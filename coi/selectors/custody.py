"""The custody of a journey: every container, step and hand-over, and every check of identity."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from coi.events import Event
from coi.models import Check, Container, ContainerParent, Handover, Hold, Order, StepRecord
from coi.rules import genealogy
from coi.rules.custody import (
    BindingCheck,
    CustodyContainer,
    CustodyRecord,
    CustodyStep,
    CustodyTransfer,
    Entered,
)
from coi.rules.journey import CheckState, ContainerStatus
from coi.rules.outcome import NEAR_MISSES
from coi.rules.protocol import Does, Item, Party, Protocol, Step
from coi.selectors.protocols import pinned_protocol
from coi.selectors.visible import visible_orders
from ledger import selectors as ledger
from ledger.rules.errors import NotFound
from ledger.selectors import EntryView
from people import selectors as people
from people.rules.authority import Person
from people.rules.sites import StationView

# A step that asks for one of these says whose the material is, or makes it so.
BINDING = frozenset({Item.ORDER, Item.WRISTBAND, Item.LABEL, Item.CASSETTE})


def custody_of(viewer: Person, coi_id: str, now: datetime) -> CustodyRecord:
    """The custody of a journey. NotFound where there is none, or none that is the viewer's to see.

    A fixed number of statements, however many containers and steps.
    """
    order = None if "\x00" in coi_id else visible_orders(viewer, now).filter(coi_id=coi_id).first()
    if order is None:
        raise NotFound("order_unknown")
    protocol, _version = pinned_protocol(str(order.protocol_id))
    rows = list(Container.objects.filter(order=order).select_related("batch").order_by("made_at", "code"))
    known = _known(order, rows, protocol)
    done = StepRecord.objects.filter(order=order).select_related("site").order_by("at", "id")
    return CustodyRecord(
        coi_id=order.coi_id,
        closed_at=order.closed_at,
        containers=_containers(order, rows, known.codes),
        steps=tuple(_step(row, known) for row in done),
        transfers=transfers_of(order),
        bindings=_bindings(known),
        carriers=frozenset({order.courier_site_id}) - {order.treating_site_id, order.manufacturing_site_id},
        kept=_kept(order, protocol),
    )


def _containers(
    order: Order, rows: list[Container], codes: Mapping[str, str]
) -> tuple[CustodyContainer, ...]:
    lines = ContainerParent.objects.filter(order=order).values_list("child_id", "parent_id")
    pairs = [(str(child), str(parent)) for child, parent in lines]
    open_holds = Hold.objects.filter(order=order, released_at__isnull=True).values_list(
        "container_id", flat=True
    )
    held = genealogy.descendants({str(id) for id in open_holds}, pairs)
    return tuple(
        CustodyContainer(
            code=row.code,
            kind=row.kind,
            number=row.number,
            total=row.total,
            status=ContainerStatus(row.status),
            custodian=row.custodian_id,
            place=row.place,
            batch=row.batch.code if row.batch is not None else "",
            made_at=row.made_at,
            made_by_step=row.made_by_step,
            expires_at=row.expires_at,
            parents=tuple(sorted(codes[parent] for child, parent in pairs if child == str(row.pk))),
            is_held=str(row.pk) in held,
        )
        for row in rows
    )


@dataclass(frozen=True)
class _Known:
    """What rows are looked up in: codes of containers by id, the protocol, the stations, checks and their entries."""

    codes: Mapping[str, str]
    protocol: Protocol | None
    stations: Mapping[str, StationView]
    checks: Mapping[Any, Check]
    entries: Mapping[Any, EntryView]
    made: Mapping[tuple[str, datetime], list[str]]

    def named(self, ids: Iterable[Any]) -> tuple[str, ...]:
        """Containers by their codes."""
        return tuple(self.codes[str(id)] for id in ids if str(id) in self.codes)


def _known(order: Order, rows: list[Container], protocol: Protocol | None) -> _Known:
    made: dict[tuple[str, datetime], list[str]] = defaultdict(list)
    for row in rows:
        made[row.made_by_step, row.made_at].append(row.code)
    checks = Check.objects.filter(order=order).order_by("opened_at", "id")
    entries = ledger.entries_for_subject("order", order.coi_id)
    return _Known(
        codes={str(row.pk): row.code for row in rows},
        protocol=protocol,
        stations={station.code: station for station in people.stations(set(order.sites.values()))},
        checks={check.pk: check for check in checks},
        entries={it.check_id: it for it in entries if it.event == Event.STEP_COMPLETED},
        made=made,
    )


def _step(done: StepRecord, known: _Known) -> CustodyStep:
    step = known.protocol.step(done.step) if known.protocol is not None else None
    check, entry = known.checks.get(done.check_ref_id), known.entries.get(done.check_ref_id)
    station = known.stations.get(done.station)
    used = [(str(it["item"]), str(it["code"])) for it in done.stock]
    return CustodyStep(
        step=done.step,
        title=step.title if step is not None else done.step,
        does=step.does if step is not None else Does.NOTHING,
        at=done.at,
        begun_at=check.performed_at if check is not None else None,
        number=entry.id if entry is not None else 0,
        site=done.site_id,
        zone=done.site.zone,
        station=station.name if station is not None else done.station,
        station_place=station.place if station is not None else "",
        performer=done.performer_name,
        witness=done.witness_name,
        containers=known.named(done.containers),
        made=tuple(known.made.get((done.step, done.performed_at or done.at), ())),
        is_consuming=step is not None and step.makes is not None and step.makes.is_consuming,
        place=_scanned(check, Item.PLACE),
        devices=tuple(dict.fromkeys(code for item, code in used if item.startswith("equipment:"))),
        shipper=next((code for item, code in used if item == Item.SHIPPER), ""),
        values=_values(done.values, step),
        performed_at=entry.performed_at if entry is not None else None,
    )


def _scanned(check: Check | None, item: Item) -> str:
    scans = check.scans if check is not None else ()
    return next((str(scan["target"]) for scan in reversed(scans) if scan["item"] == item), "")


def _values(values: Mapping[str, Any], step: Step | None) -> tuple[Entered, ...]:
    rules = {rule.name: rule for rule in (step.values if step is not None else ())}
    return tuple(
        Entered(name, rules[name].label, str(value), "" if rules[name].choices else rules[name].unit)
        if name in rules
        else Entered(name, name, str(value))
        for name, value in values.items()
    )


def transfers_of(
    order: Order, titles: Mapping[str, str] = MappingProxyType({})
) -> tuple[CustodyTransfer, ...]:
    """Every hand-over of a journey, the first one first (one statement); steps by their titles, where given."""
    rows = Handover.objects.filter(order=order).select_related("container")
    return tuple(
        CustodyTransfer(
            container=row.container.code,
            step=titles.get(row.step, row.step),
            at=row.at,
            giver_site=row.giver_site_id,
            giver=row.giver_name,
            receiver_site=row.receiver_site_id,
            receiver=row.receiver_name,
            shipper=row.shipper,
        )
        for row in rows.order_by("at", "container__code")
    )


def _bindings(known: _Known) -> tuple[BindingCheck, ...]:
    """Every attempt at a binding step that was not merely given up, and every near miss at any other step."""
    steps = known.protocol.steps if known.protocol is not None else ()
    by_code = {step.code: step for step in steps}
    return tuple(
        _binding(check, by_code[check.step], known)
        for check in known.checks.values()
        if check.step in by_code and _is_of_identity(check, by_code[check.step])
    )


def _is_of_identity(check: Check, step: Step) -> bool:
    if BINDING & set(step.items):
        return check.state in (CheckState.COMPLETE, CheckState.STOPPED)
    return check.state == CheckState.STOPPED and any(it["code"] in NEAR_MISSES for it in check.refusals)


def _binding(check: Check, step: Step, known: _Known) -> BindingCheck:
    station = known.stations.get(check.station)
    return BindingCheck(
        at=check.closed_at or check.opened_at,
        step=step.code,
        title=step.title,
        items=tuple(map(str, step.items)),
        state=CheckState(check.state),
        station=station.name if station is not None else check.station,
        site=station.site if station is not None else "",
        zone=station.zone if station is not None else "UTC",
        containers=known.named(check.subjects),
        performer=check.performer_name,
        witness=check.witness_name,
        codes=tuple(str(refusal["code"]) for refusal in check.refusals),
    )


def _kept(order: Order, protocol: Protocol | None) -> frozenset[tuple[str, str]]:
    """Which kinds of containers are put away, at which sites of the order."""
    sites: Mapping[Party, str] = order.sites
    steps = protocol.steps if protocol is not None else ()
    return frozenset(
        (kind, sites[step.party]) for step in steps if step.does is Does.PUT_AWAY for kind in step.kinds
    )
