"""Which lots a comparison compares: before and after the change, pairs of one order, history, what is left out.

A test is made on the lots that were planned: the first so many after the change, in the order of their manufacture, and
all that there are from before it. Lots that come later than planned do not enter it: a test that goes on until it
pleases is none. What was excluded from the charts is left out here too, counted, and has no part in the plan's number.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from cpv.rules.comparability import Attribute, Design, Lock, Method, locked_before
from cpv.rules.programme.comparison_plan import ComparisonPlan, PartedBy


@dataclass(frozen=True)
class Measured:
    """One lot's number of one attribute. `at`: when its manufacture began; `order`: whose material it is.

    `observed_at`: when the number was there to be seen; None: nobody can say, and it counts from `at` on. `is_below`:
    the value is the bound of a result such as <0.5.
    """

    batch: str
    value: float
    at: datetime
    order: str
    excluded: bool = False
    component: str = ""
    observed_at: datetime | None = None
    is_below: bool = False


class Standing(StrEnum):
    """What a comparison can be by its plan and the moment at which that was approved."""

    CONFIRMATORY = "confirmatory"
    NOT_SIGNED = "not_signed"
    SIGNED_TOO_LATE = "signed_too_late"
    LOOKED_BEFORE = "looked_before"


class ComparisonRefusal(StrEnum):
    """Why a comparison was not opened."""

    ROLE_MISSING = "role_missing"
    NOT_SIGNED = "not_signed"
    NOTHING_AFTER = "nothing_after"


@dataclass(frozen=True)
class Lots:
    """The lots of one attribute, in the order of manufacture.

    `before` and `after` are compared; of PAIRED designs they are the halves of `pairs`, in the same order, and
    `history` are other lots from before the change. `unpaired`: lots after the change that have no one partner. `later`
    came when the planned number was complete. `excluded` were left out by somebody, with a reason.
    """

    before: tuple[Measured, ...]
    after: tuple[Measured, ...]
    history: tuple[Measured, ...] = ()
    unpaired: tuple[Measured, ...] = ()
    later: tuple[Measured, ...] = ()
    excluded: tuple[Measured, ...] = ()
    first_after: datetime | None = None

    @property
    def reference(self) -> tuple[Measured, ...]:
        """Every lot from before the change."""
        return tuple(sorted((*self.before, *self.history), key=_in_order))

    @property
    def has_bounds(self) -> bool:
        """Whether a result that takes part is a bound, of which no mean and no spread can be made."""
        return any(lot.is_below for lot in (*self.before, *self.after, *self.history))

    @property
    def excluded_batches(self) -> tuple[str, ...]:
        """Which were left out."""
        return tuple(lot.batch for lot in self.excluded)


@dataclass(frozen=True)
class Count:
    """How many lots there are of how many planned."""

    code: str
    before: int
    planned_before: int
    after: int
    planned_after: int

    @property
    def is_complete(self) -> bool:
        """Whether as many are there as were planned, on both sides."""
        return self.before >= self.planned_before and self.after >= self.planned_after


@dataclass(frozen=True)
class Arranged:
    """The data of a comparison by attribute, in the plan's order, with the SHA-256 of all that takes part."""

    lots: tuple[tuple[str, Lots], ...]
    counts: tuple[Count, ...]
    is_complete: bool
    first_result_at: datetime | None
    sha256: str

    def of(self, code: str) -> Lots:
        """The lots of an attribute. Raises KeyError."""
        return dict(self.lots)[code]

    @property
    def after(self) -> int:
        """How many lots after the change the attribute has that has most."""
        return max((it.after for it in self.counts), default=0)


def arranged(plan: ComparisonPlan, measured: Mapping[str, Sequence[Measured]]) -> Arranged:
    """Part what was measured, by attribute's code. Complete: every attribute with a criterion has what was planned."""
    attributes = plan.statistics.attributes
    lots = tuple((one.code, lots_of(plan, one, measured.get(one.code, ()))) for one in attributes)
    counts = tuple(_count(one, own) for one, (_, own) in zip(attributes, lots, strict=True))
    has_criterion = {one.code for one in attributes if one.method is not Method.VISUAL}
    first = [own.first_after for _, own in lots if own.first_after is not None]
    return Arranged(
        lots=lots,
        counts=counts,
        is_complete=all(it.is_complete for it in counts if it.code in has_criterion),
        first_result_at=min(first, default=None),
        sha256=_digest(lots),
    )


def lots_of(plan: ComparisonPlan, attribute: Attribute, measured: Sequence[Measured]) -> Lots:
    """The lots of one attribute, parted by the plan."""
    sides: dict[bool, list[Measured]] = {False: [], True: []}
    left_out: list[Measured] = []
    first_after: list[datetime] = []
    for lot in sorted(measured, key=_in_order):
        is_after = _is_after(plan, lot)
        if is_after is None:
            continue
        # a result that somebody excluded was seen all the same
        first_after += [lot.observed_at or lot.at] if is_after else []
        (left_out if lot.excluded else sides[is_after]).append(lot)
    first = min(first_after, default=None)
    if attribute.sizes.design is Design.PAIRED:
        return _paired((sides[False], sides[True]), _most(plan, attribute), tuple(left_out), first)
    most = _most(plan, attribute)
    return Lots(
        before=tuple(sides[False]),
        after=tuple(sides[True][:most]),
        later=tuple(sides[True][most:]),
        excluded=tuple(left_out),
        first_after=first,
    )


def standing_of(
    approved_at: datetime | None, first_result_at: datetime | None, earlier_look_at: datetime | None
) -> Standing:
    """Whether a comparison can confirm anything, by when its plan was approved.

    `earlier_look_at`: the first time that anybody opened the comparison by an earlier version; a plan that was approved
    after that knows results. Raises NotComputable: NO_ZONE.
    """
    lock = locked_before(first_result_at, approved_at)
    if approved_at is None:
        return Standing.NOT_SIGNED
    if earlier_look_at is not None and earlier_look_at <= approved_at:
        return Standing.LOOKED_BEFORE
    return Standing.CONFIRMATORY if lock is Lock.LOCKED else Standing.SIGNED_TOO_LATE


def _most(plan: ComparisonPlan, attribute: Attribute) -> int:
    """How many lots after the change take part; where the plan does not say, as many as of any other attribute."""
    return attribute.sizes.n_test or max(one.sizes.n_test for one in plan.statistics.attributes)


def _paired(
    sides: tuple[Sequence[Measured], Sequence[Measured]],
    most: int,
    left_out: tuple[Measured, ...],
    first_after: datetime | None,
) -> Lots:
    """A pair is an order with one lot on each side; of several lots on a side nobody can say which is the half."""
    before, after = sides
    times = [Counter(lot.order for lot in side) for side in (before, after)]
    whole = {order for order in times[0] if times[0][order] == 1 == times[1][order] and order}
    halves = [lot for lot in after if lot.order in whole]
    partner = {lot.order: lot for lot in before}
    taken, later = halves[:most], halves[most:]
    return Lots(
        before=tuple(partner[lot.order] for lot in taken),
        after=tuple(taken),
        history=tuple(lot for lot in before if times[1][lot.order] == 0 or not lot.order),
        unpaired=tuple(lot for lot in after if lot.order not in whole),
        later=tuple(later),
        excluded=left_out,
        first_after=first_after,
    )


def _is_after(plan: ComparisonPlan, lot: Measured) -> bool | None:
    """On which side of the change a lot lies; None: on neither."""
    parting = plan.parting
    if parting.by is PartedBy.TIME:
        return lot.at >= plan.statistics.change_at
    name = lot.component if parting.by is PartedBy.COMPONENT else lot.batch
    if name in parting.after:
        return True
    return False if name in parting.before else None


def _count(attribute: Attribute, lots: Lots) -> Count:
    sizes = attribute.sizes
    return Count(attribute.code, len(lots.before), sizes.n_reference, len(lots.after), sizes.n_test)


def _digest(lots: Sequence[tuple[str, Lots]]) -> str:
    """Every lot with its number and where it stands: another state of the data has another digest."""
    lines = []
    for code, own in lots:
        sides = ("before", own.before), ("after", own.after), ("history", own.history)
        out = ("unpaired", own.unpaired), ("excluded", own.excluded)
        for side, group in (*sides, *out):
            lines += [f"{code} {side} {lot.batch} {lot.value!r} {lot.is_below}\n" for lot in group]
    return sha256("".join(lines).encode()).hexdigest()


def _in_order(lot: Measured) -> tuple[datetime, str]:
    return lot.at, lot.batch
