"""A run: one execution of a method, with its instrument, reagents and assay controls, which gate its results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from qc.rules.controls import ControlBreach, ControlMeasurement, breaches, judge_run
from qc.rules.criteria import Verdict
from qc.rules.targets import Targets


class RunState(StrEnum):
    """Where a run stands. Only an accepted one gives results."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    VOID = "void"


@dataclass(frozen=True)
class ReadingView:
    """One measurement of an assay control, and how many standard deviations it lies from its mean."""

    control: str
    lot: str
    number: int
    value: Decimal
    z: Decimal

    @property
    def shown(self) -> str:
        """The measurement without the zeros that the column adds."""
        return f"{self.value.normalize():f}"


@dataclass(frozen=True)
class RunView:
    """One run. `breaches` are the codes of the rules that it broke, warnings among them."""

    id: str
    code: str
    site: str
    method: str
    method_version: str
    state: RunState
    started_at: datetime
    analyst_id: int
    analyst: str
    instruments: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()
    readings: tuple[ReadingView, ...] = ()
    breaches: tuple[str, ...] = ()
    reason: str = ""


class RunFault(StrEnum):
    """Why a run gives no result of a criterion."""

    OTHER_METHOD = "run_of_another_method"
    OTHER_SITE = "run_of_another_site"
    NOT_ACCEPTED = "run_not_accepted"
    BEFORE_RUN = "before_the_run"


def result_fault(run: RunView, method: str, site: str, tested_at: datetime) -> RunFault | None:
    """Why this run gives no result by this method at this site, tested at that moment."""
    if run.method != method:
        return RunFault.OTHER_METHOD
    if run.site != site:
        return RunFault.OTHER_SITE
    if run.state is not RunState.ACCEPTED:
        return RunFault.NOT_ACCEPTED
    # People write minutes.
    return RunFault.BEFORE_RUN if tested_at < run.started_at.replace(second=0, microsecond=0) else None


def missing_controls(targets: Targets, read: Sequence[str]) -> tuple[str, ...]:
    """The lots whose controls have not been read: every control of the method is, in every run."""
    return tuple(control.lot for control in targets.controls if control.lot not in read)


def judge(
    run: str,
    readings: Mapping[str, Sequence[Decimal]],
    before: Sequence[ControlMeasurement],
    targets: Targets,
) -> tuple[Verdict, tuple[ControlBreach, ...]]:
    """Whether the run's controls let it count, and every rule that it broke.

    `readings` by lot, in the order measured; `before` the measurements of earlier runs, oldest first. Those of lots
    that have no target now are another chart.
    """
    lots = {control.lot for control in targets.controls}
    known = [measurement for measurement in before if measurement.material in lots]
    own = [ControlMeasurement(run, lot, value) for lot, values in readings.items() for value in values]
    found = breaches(known + own, [control.target for control in targets.controls], targets.rules)
    return judge_run(found), found


def z_score(targets: Targets, lot: str, value: Decimal) -> Decimal:
    """How many standard deviations a reading lies from its mean, at two decimals. Raises LookupError without target."""
    control = targets.control(lot)
    if control is None:
        raise LookupError(f"no target for control {lot}")
    return ((value - control.mean) / control.sd).quantize(Decimal("0.01"))
