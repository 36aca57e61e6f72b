"""The list of journeys: what each waits for, what holds it up. A fixed number of statements however many rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from coi.models import (
    Alias,
    Batch,
    Check,
    Container,
    Deviation,
    Hold,
    LabelCopy,
    Order,
    Scan,
)
from coi.models.containers import Collection as Apheresis
from coi.rules.aliases import PERSONAL
from coi.rules.deviations import DeviationState
from coi.rules.identifiers import Identifier, read
from coi.rules.journey import CheckState, Known, OrderKind, StationFacts
from coi.rules.waiting import Waiting, of_order, waits_for
from coi.selectors.known import gather
from coi.selectors.protocols import pinned_protocol, titles_of
from coi.selectors.visible import visible_orders
from people.rules.authority import Person

PAGE = 25
NOWHERE = StationFacts(code="", site="", steps=frozenset())


class JourneyState(StrEnum):
    """By what the list may be narrowed."""

    OPEN = "open"
    HELD = "held"
    DEVIATION = "deviation"
    NEAR_MISS = "near_miss"
    SECOND_PERSON = "second_person"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True)
class Countdown:
    """By when a step has to follow, and for how long that time was in all (None where the protocol gives none)."""

    until: datetime
    step: str
    title: str
    minutes: int | None


@dataclass(frozen=True)
class JourneyRow:
    """One journey in the list."""

    coi_id: str
    kind: OrderKind
    product: str
    treating_site: str
    treating_site_name: str
    zone: str
    ordered_at: datetime
    last_at: datetime
    closed_at: datetime | None
    waits: tuple[Waiting, ...]
    done: int
    holds: int
    deviations: int
    near_misses: int
    countdown: Countdown | None

    @property
    def next(self) -> Waiting | None:
        """The first step that it waits for."""
        return self.waits[0] if self.waits else None

    @property
    def needs_attention(self) -> bool:
        """Whether anything stands against it, or a time runs."""
        return bool(self.holds or self.deviations or self.near_misses or self.countdown)


@dataclass(frozen=True)
class JourneyPage:
    """One page of the list."""

    rows: tuple[JourneyRow, ...]
    number: int
    has_more: bool


def journeys(
    viewer: Person,
    now: datetime,
    *,
    text: str = "",
    state: JourneyState = JourneyState.OPEN,
    page: int = 1,
) -> JourneyPage:
    """The viewer's journeys, the newest first. `text` is a COI id, a part of one, or any other code."""
    found = _in_state(visible_orders(viewer, now), state)
    if text:
        found = found.filter(_named(text))
    start = (page - 1) * PAGE
    related = found.select_related("product", "treating_site").order_by("-ordered_at", "coi_id")
    orders = list(related[start : start + PAGE + 1])
    return JourneyPage(_rows(orders[:PAGE], now), page, len(orders) > PAGE)


def _in_state(found: QuerySet[Order], state: JourneyState) -> QuerySet[Order]:
    this = OuterRef("pk")
    waiting = Check.objects.filter(order=this, state=CheckState.OPEN, performed_at__isnull=False)
    conditions = {
        JourneyState.OPEN: Q(closed_at__isnull=True),
        JourneyState.CLOSED: Q(closed_at__isnull=False),
        JourneyState.HELD: Exists(Hold.objects.filter(order=this, released_at__isnull=True)),
        JourneyState.DEVIATION: Exists(Deviation.objects.filter(order=this, state=DeviationState.OPEN)),
        JourneyState.NEAR_MISS: Exists(Scan.objects.filter(order=this, is_near_miss=True)),
        JourneyState.SECOND_PERSON: Exists(waiting),
    }
    return found.filter(conditions[state]) if state in conditions else found


def _named(text: str) -> Q:
    """Orders that go by this text, or by a part of a COI id. By an identifier of a person nothing is found here: that
    is recorded, and has a page of its own."""
    if "\x00" in text:
        return Q(pk__in=[])
    identifier = read(text.encode("utf-8", "surrogatepass"))
    value = identifier.value if isinstance(identifier, Identifier) else text
    aliases = Alias.objects.filter(value_key=value, retired_at__isnull=True).exclude(kind__in=PERSONAL)
    return (
        Q(coi_id__contains=value.upper())
        | Q(pk__in=aliases.values("order"))
        | Q(pk__in=Container.objects.filter(code__iexact=value).values("order"))
        | Q(pk__in=LabelCopy.objects.filter(code=value).values("order"))
        | Q(pk__in=Batch.objects.filter(code__iexact=value).values("order"))
        | Q(pk__in=Apheresis.objects.filter(din__iexact=value).values("order"))
    )


def _rows(orders: Sequence[Order], now: datetime) -> tuple[JourneyRow, ...]:
    if not orders:
        return ()
    known = gather(orders=[str(order.id) for order in orders], check_id="", station=NOWHERE)
    deviations = _counted(Deviation.objects.filter(state=DeviationState.OPEN), orders)
    misses = _counted(Scan.objects.filter(is_near_miss=True), orders)
    protocols = {version: pinned_protocol(version)[0] for version in {str(o.protocol_id) for o in orders}}
    rows = []
    for order in orders:
        mine, protocol = of_order(known, str(order.id)), protocols[str(order.protocol_id)]
        facts = mine.orders[str(order.id)]
        waits = waits_for(mine, facts, protocol, now) if protocol is not None else ()
        titles = titles_of(protocol)
        holds = {step.hold_until_step: step.hold_minutes for step in protocol.steps} if protocol else {}
        rows.append(_row(order, mine, waits, (deviations, misses), countdown_of(mine, titles, holds)))
    return tuple(rows)


def _counted(rows: QuerySet[Deviation] | QuerySet[Scan], orders: Sequence[Order]) -> Mapping[object, int]:
    """How many rows each order has."""
    mine = rows.filter(order__in=[order.id for order in orders]).order_by()
    return dict(mine.values_list("order").annotate(n=Count("pk")))


def countdown_of(
    known: Known, titles: Mapping[str, str], minutes: Mapping[str, int | None]
) -> Countdown | None:
    """The earliest time that runs for any container of the journey."""
    running = [(c.hold_until, c.hold_step) for c in known.containers.values() if c.hold_until is not None]
    if not running:
        return None
    until, step = min(running)
    return Countdown(until, step, titles.get(step, step), minutes.get(step))


def _row(
    order: Order,
    known: Known,
    waits: tuple[Waiting, ...],
    counts: tuple[Mapping[object, int], Mapping[object, int]],
    countdown: Countdown | None,
) -> JourneyRow:
    deviations, misses = counts
    return JourneyRow(
        coi_id=order.coi_id,
        kind=OrderKind(order.kind),
        product=order.product.name,
        treating_site=order.treating_site_id,
        treating_site_name=order.treating_site.name,
        zone=order.treating_site.zone,
        ordered_at=order.ordered_at,
        last_at=max((done.at for done in known.done), default=order.ordered_at),
        closed_at=order.closed_at,
        waits=waits,
        done=len({done.step for done in known.done}),
        holds=len(known.held),
        deviations=deviations.get(order.id, 0),
        near_misses=misses.get(order.id, 0),
        countdown=countdown,
    )
