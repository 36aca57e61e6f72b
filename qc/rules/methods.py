"""A method: how an attribute is measured, as a controlled document of kind `method` (schema 1).

It says what a result by it needs: an analyst trained in it, an instrument of one of its kinds, reagents, a run whose
assay controls were accepted, and until when its validation counts (ICH Q2(R2), Q14: a method has a version and a time).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from coi.rules.stock import StockStatus, why_not
from people.rules.authority import Person
from people.rules.documents import Problem
from qc.rules.reading import Reader
from qc.rules.specification_reading import SpecificationReader

KIND = "method"
SCHEMA = 1

_FIELDS = {
    *("title", "technique", "needs_run", "valid_until", "training", "instruments", "reagents", "controls"),
    *("validation", "calculation", "confidence", "least_p", "ratio"),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Calculation(StrEnum):
    """What is computed from the responses of a plate."""

    RELATIVE_POTENCY = "relative_potency"
    STANDARD_CURVE = "standard_curve"
    SPECIFIC_LYSIS = "specific_lysis"


CONFIDENCE, LEAST_P = Decimal("0.95"), Decimal("0.05")


@dataclass(frozen=True)
class Computed:
    """How a method computes its result from a plate.

    `confidence` is that of the limits; two curves count as parallel at a p of `least_p` or more; `ratio` is the
    effector-to-target ratio at which lysis is reported (None: the one of the plate).
    """

    calculation: Calculation
    confidence: Decimal = CONFIDENCE
    least_p: Decimal = LEAST_P
    ratio: Decimal | None = None


@dataclass(frozen=True)
class Method:
    """What a method asks for. `training` is a topic; `instruments` and `reagents` are kinds, each needed once.

    `valid_until` is the last day on which its validation counts (None: until it is retired); `controls` the code of
    the document that holds the targets of its assay controls (empty: it has none); `validation` names the report;
    `computed` is None where nobody computes anything here.
    """

    title: str
    technique: str
    needs_run: bool = False
    valid_until: date | None = None
    training: str = ""
    instruments: tuple[str, ...] = ()
    reagents: tuple[str, ...] = ()
    controls: str = ""
    validation: str = ""
    computed: Computed | None = None


@dataclass(frozen=True)
class Used:
    """A material lot or a device as somebody names it for a run."""

    code: str
    kind: str
    status: StockStatus
    good_until: datetime
    site: str

    def why_not(self, site: str, now: datetime) -> str:
        """Empty when it may be used at this site now, else why not."""
        return why_not(
            status=self.status, good_until=self.good_until, site=self.site, station_site=site, now=now
        )


class MethodFault(StrEnum):
    """Why a method gives no result now."""

    EXPIRED = "method_expired"
    UNTRAINED = "analyst_untrained"
    RUN_REQUIRED = "run_required"
    INSTRUMENT_MISSING = "instrument_missing"
    INSTRUMENT_UNFIT = "instrument_unfit"
    INSTRUMENT_OTHER = "instrument_not_of_method"
    REAGENT_MISSING = "reagent_missing"
    REAGENT_UNFIT = "reagent_unfit"
    REAGENT_OTHER = "reagent_not_of_method"


@dataclass(frozen=True)
class Fault:
    """One reason, at the field that it is about, and what it is about."""

    field: str
    code: MethodFault
    about: str = ""
    why: str = ""


def parse(content: Any) -> tuple[Method | None, tuple[Problem, ...]]:
    """Read a method document. Answers (method, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = SpecificationReader(content, "", faults)
    reader.close(_FIELDS)
    method = Method(
        title=reader.text("title", is_required=True),
        technique=reader.text("technique", is_required=True),
        needs_run=reader.flag("needs_run"),
        valid_until=_day(reader),
        training=reader.text("training", most=40),
        instruments=reader.texts("instruments"),
        reagents=reader.texts("reagents"),
        controls=reader.text("controls", most=40),
        validation=reader.text("validation", most=200),
        computed=_computed(reader),
    )
    for key in ("instruments", "reagents", "controls"):
        if getattr(method, key) and not method.needs_run:
            reader.fault(key, "only_for_runs")
    if method.computed is not None and not method.needs_run:
        reader.fault("calculation", "only_for_runs")
    return (None, tuple(faults)) if faults else (method, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a method document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def topics(content: Any) -> frozenset[str]:
    """The training that a method document asks for."""
    method = parse(content)[0]
    return frozenset({method.training}) if method and method.training else frozenset()


def _computed(reader: SpecificationReader) -> Computed | None:
    calculation = reader.maybe("calculation", Calculation)
    confidence, least_p, ratio = (reader.number(key) for key in ("confidence", "least_p", "ratio"))
    for key, it, wanted, code in (
        ("confidence", confidence, calculation, "only_with_calculation"),
        ("least_p", least_p, calculation is Calculation.RELATIVE_POTENCY, "only_for_relative_potency"),
        ("ratio", ratio, calculation is Calculation.SPECIFIC_LYSIS, "only_for_lysis"),
    ):
        if it is not None and not wanted:
            reader.fault(key, code)
    for key, it in (("confidence", confidence), ("least_p", least_p)):
        if it is not None and not 0 < it < 1:
            reader.fault(key, "not_a_share")
    if ratio is not None and ratio <= 0:
        reader.fault("ratio", "not_positive")
    if calculation is None:
        return None
    return Computed(calculation, confidence or CONFIDENCE, least_p or LEAST_P, ratio)


def _day(reader: Reader) -> date | None:
    raw = reader.text("valid_until", most=10)
    if not raw:
        return None
    try:
        if _DAY.fullmatch(raw):
            return date.fromisoformat(raw)
    except ValueError:  # the thirtieth of February
        pass
    reader.fault("valid_until", "not_a_day")
    return None


def against_use(method: Method, analyst: Person, at: datetime) -> tuple[Fault, ...]:
    """Why this person gets no result by the method at this moment, whatever is used."""
    found = []
    if method.valid_until is not None and at.date() > method.valid_until:
        found.append(Fault("method", MethodFault.EXPIRED, about=method.valid_until.isoformat()))
    if method.training and not analyst.is_trained(method.training, at):
        found.append(Fault("method", MethodFault.UNTRAINED, about=method.training))
    return tuple(found)


def against_things(
    method: Method, instruments: Sequence[Used], reagents: Sequence[Used], site: str, at: datetime
) -> tuple[Fault, ...]:
    """Why a run of the method cannot be made with these: every one that is missing, unfit or none of the method's."""
    unfit, other, missing = (
        MethodFault.INSTRUMENT_UNFIT,
        MethodFault.INSTRUMENT_OTHER,
        MethodFault.INSTRUMENT_MISSING,
    )
    found = _against("instruments", method.instruments, instruments, (site, at), (unfit, other, missing))
    unfit, other, missing = MethodFault.REAGENT_UNFIT, MethodFault.REAGENT_OTHER, MethodFault.REAGENT_MISSING
    found += _against("reagents", method.reagents, reagents, (site, at), (unfit, other, missing))
    return tuple(found)


def _against(
    field: str,
    kinds: Sequence[str],
    used: Sequence[Used],
    here: tuple[str, datetime],
    codes: tuple[MethodFault, MethodFault, MethodFault],
) -> list[Fault]:
    unfit, other, missing = codes
    found = [Fault(field, missing, about=kind) for kind in kinds if kind not in {one.kind for one in used}]
    for one in used:
        if one.kind not in kinds:
            found.append(Fault(field, other, about=one.code))
        elif why := one.why_not(*here):
            found.append(Fault(field, unfit, about=one.code, why=why))
    return found
