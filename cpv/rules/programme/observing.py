"""From the facts of a batch to the numbers that a plan watches: each exact, with its stratum and where it came from.

What is not there yet yields nothing. What is there and is no number of its parameter is left out, and a code says why.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from re import ASCII
from re import compile as pattern
from typing import Any

from cpv.rules.programme.plan import By, ElapsedUnit, Parameter, Plan, Source, SourceKind, Stratum
from qc.rules.units import in_unit, steps

# What stands for a stratum of which the batch has nothing: no lot of this material, no device of this kind.
NONE = "-"
JOINED_BY = "+"
DECIMALS = Decimal("0.0001")
UNITY = "1"
# Wide enough for any time between two steps, whatever the precision of the thread.
_ROUNDED = Context(prec=50, rounding=ROUND_HALF_EVEN)
_NUMBER = pattern(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", ASCII)
_LENGTHS = {ElapsedUnit.HOURS: timedelta(hours=1), ElapsedUnit.DAYS: timedelta(days=1)}


class LeftOutWhy(StrEnum):
    """Why something that is there is no number of its parameter."""

    NOT_A_NUMBER = "not_a_number"
    ABOVE_A_BOUND = "above_a_bound"
    OTHER_UNIT = "other_unit"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"


@dataclass(frozen=True)
class StepDone:
    """A step that was completed: `values` as they were entered, `units` as the protocol has them, `ref` its record."""

    step: str
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ResultCounted:
    """The result that counts for a criterion. `number`: exact decimal text, or None where it reports none.

    `is_below` and `is_above`: the number is a bound, and what was found lies on this side of it. `unit` is a UCUM code.
    """

    criterion: str
    number: str | None
    is_below: bool = False
    unit: str = ""
    ref: str = ""
    is_above: bool = False


@dataclass(frozen=True)
class BatchFacts:
    """One batch as far as numbers come from it. `materials`: codes of lots by the kind of material; `equipment`:
    codes of devices by their kind; each in the order of their first use. `id` is what tables call the batch."""

    code: str
    product: str
    site: str
    zone: str
    started_at: datetime
    steps: tuple[StepDone, ...] = ()
    results: tuple[ResultCounted, ...] = ()
    materials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    equipment: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_patient: bool = True
    id: str = ""


@dataclass(frozen=True)
class Observed:
    """One number of one parameter: exact decimal text in the parameter's unit.

    `is_below`: the value is the bound of a result below it. `source`: what it came from, as `result:<id>`, `step:<id>`
    or `time:<id>..<id>`.
    """

    parameter: str
    stratum: tuple[str, ...]
    value: str
    is_below: bool = False
    source: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A parameter of which something is there that is no number of it, and why."""

    parameter: str
    why: LeftOutWhy


def observed(plan: Plan, facts: BatchFacts) -> tuple[Observed, ...]:
    """The numbers of a batch, in the order of the plan's parameters: one of each that has one."""
    return tuple(it for it in _read(plan, facts) if isinstance(it, Observed))


def left_out(plan: Plan, facts: BatchFacts) -> tuple[LeftOut, ...]:
    """What of the batch is there and is no number of its parameter, in the order of the plan's parameters."""
    return tuple(it for it in _read(plan, facts) if isinstance(it, LeftOut))


@dataclass(frozen=True)
class _Number:
    """A number before it is of a parameter; `unit` None: nobody has said in what it is."""

    value: Decimal
    source: str
    unit: str | None = None
    is_below: bool = False


_Found = _Number | LeftOutWhy | None


def _read(plan: Plan, facts: BatchFacts) -> list[Observed | LeftOut]:
    found = (
        (parameter, _READERS[parameter.source.kind](parameter.source, facts)) for parameter in plan.parameters
    )
    return [_of(parameter, it, facts) for parameter, it in found if it is not None]


def _of(parameter: Parameter, found: _Number | LeftOutWhy, facts: BatchFacts) -> Observed | LeftOut:
    if isinstance(found, LeftOutWhy):
        return LeftOut(parameter.code, found)
    given, wanted = _plain(found.unit), _plain(parameter.unit)
    if given is not None and steps(given, wanted or UNITY) is None:
        return LeftOut(parameter.code, LeftOutWhy.OTHER_UNIT)
    value = found.value if given is None else in_unit(found.value, given, wanted or UNITY)
    stratum = tuple(_stratum(it, facts) for it in parameter.strata)
    return Observed(parameter.code, stratum, f"{value:f}", found.is_below, found.source)


def _plain(unit: str | None) -> str | None:
    """What has no unit is counted in ones."""
    return UNITY if unit == "" else unit


def _stratum(stratum: Stratum, facts: BatchFacts) -> str:
    """Sorted: which of two lots was opened first makes no other stratum."""
    if stratum.by is By.SITE:
        return facts.site
    used = facts.materials if stratum.by is By.MATERIAL else facts.equipment
    return JOINED_BY.join(sorted(set(used.get(stratum.kind, ())))) or NONE


# --- where numbers come from ----------------------------------------------------------------------------------------


def _result(source: Source, facts: BatchFacts) -> _Found:
    found = next((it for it in facts.results if it.criterion == source.criterion), None)
    if found is None:
        return None
    if found.number is None or _NUMBER.fullmatch(found.number) is None:
        return LeftOutWhy.NOT_A_NUMBER
    if found.is_above:
        return LeftOutWhy.ABOVE_A_BOUND
    return _Number(Decimal(found.number), f"result:{found.ref}", found.unit, found.is_below)


def _step_value(source: Source, facts: BatchFacts) -> _Found:
    """The last time that the step was done counts."""
    done = [
        it for it in facts.steps if it.step == source.step and it.values.get(source.field) not in (None, "")
    ]
    if not done:
        return None
    last = max(done, key=_moment)
    text = str(last.values[source.field])
    if _NUMBER.fullmatch(text) is None:
        return LeftOutWhy.NOT_A_NUMBER
    return _Number(Decimal(text), f"step:{last.ref}", last.units.get(source.field))


def _elapsed(source: Source, facts: BatchFacts) -> _Found:
    """From the first time that the one step was done to the last time that the other was, to four decimals."""
    begun = [it for it in facts.steps if it.step == source.step]
    ended = [it for it in facts.steps if it.step == source.until]
    if not begun or not ended:
        return None
    first, last = min(begun, key=_moment), max(ended, key=_moment)
    if last.at < first.at:
        return LeftOutWhy.ENDS_BEFORE_IT_BEGINS
    micro = timedelta(microseconds=1)
    exact = _ROUNDED.divide(Decimal((last.at - first.at) // micro), Decimal(_LENGTHS[source.unit] // micro))
    return _Number(exact.quantize(DECIMALS, context=_ROUNDED), f"time:{first.ref}..{last.ref}")


def _elsewhere(source: Source, facts: BatchFacts) -> _Found:
    """Handed in by another program, or no number of a batch."""
    del source, facts
    return None


def _moment(done: StepDone) -> tuple[datetime, str]:
    return done.at, done.ref


_READERS: Mapping[SourceKind, Callable[[Source, BatchFacts], _Found]] = {
    SourceKind.RESULT: _result,
    SourceKind.STEP_VALUE: _step_value,
    SourceKind.ELAPSED: _elapsed,
    SourceKind.EXTERNAL: _elsewhere,
    SourceKind.REFUSED_SCANS: _elsewhere,
}
