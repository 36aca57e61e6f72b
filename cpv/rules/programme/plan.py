"""What is watched, where its numbers come from and what signals: a controlled document of kind `cpv_plan` (schema 1).

One plan of a product. A parameter is charted once for each stratum (site, lot of a material, device of a kind), on the
scale that the plan names; what signals is chosen before, with the false signals that it costs in a year.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cpv.rules.arl.simulated import Chart
from cpv.rules.arl.walks import Ewma
from cpv.rules.basis import Estimator, NotComputable
from cpv.rules.runs import RULE_1, Rule, RuleSet
from cpv.rules.transforms import Scale
from people.rules.documents import Problem
from people.rules.rights import Right
from people.rules.roles import Role
from qc.rules.reading import Reader
from qc.rules.specification_reading import CODE, SpecificationReader

KIND = "cpv_plan"
SCHEMA = 1
MOST_PARAMETERS, MOST_BATCHES, MOST_COVARIATES = 200, 100_000, 4
# Sigma of single values; what has subgroups has estimators of its own.
ESTIMATORS = frozenset({Estimator.MR_BAR, Estimator.MEDIAN_MR, Estimator.SD})
# Beside rule 1: as fast as all eight rules of Nelson, with a third to a fifth of their false signals.
EWMA = Ewma(0.2, 2.86)


class SourceKind(StrEnum):
    """Where the numbers of a parameter come from."""

    RESULT = "result"
    STEP_VALUE = "step_value"
    ELAPSED = "elapsed"
    EXTERNAL = "external"
    REFUSED_SCANS = "refused_scans"


class ElapsedUnit(StrEnum):
    """In what a time between two steps is told."""

    HOURS = "hours"
    DAYS = "days"


class By(StrEnum):
    """What parts the batches of one product into strata."""

    SITE = "site"
    MATERIAL = "material"
    EQUIPMENT = "equipment"


@dataclass(frozen=True)
class Source:
    """Where a number comes from: a criterion's result; a value entered at a step; the time from one step to another.

    `unit` is that of ELAPSED. EXTERNAL numbers are handed in by another program. REFUSED_SCANS is a number a week: how
    many of a hundred scans were refused.
    """

    kind: SourceKind
    criterion: str = ""
    step: str = ""
    field: str = ""
    until: str = ""
    unit: ElapsedUnit = ElapsedUnit.DAYS


@dataclass(frozen=True)
class Stratum:
    """One way of parting batches. `kind`: of the material or of the equipment; empty for sites."""

    by: By
    kind: str = ""


@dataclass(frozen=True)
class ScalePlan:
    """On which scale a parameter is charted. A Box-Cox power is estimated with the limits and frozen with them."""

    scale: Scale = Scale.IDENTITY
    floor: float = 0.0
    whole: float = 100.0


@dataclass(frozen=True)
class Bounds:
    """The specification that capability is reckoned against, in the unit of the parameter. None: no such side."""

    lower: float | None = None
    upper: float | None = None
    target: float | None = None


@dataclass(frozen=True)
class Parameter:
    """One parameter of the process. `ewma` None: no EWMA. A signal is answered within `respond_days`, by `owner`.

    `covariates`: other parameters of the plan that a batch's patient brings with them, and that a chart beside the raw
    one takes into account.
    """

    code: str
    title: str
    source: Source
    unit: str = ""
    scale: ScalePlan = ScalePlan()
    strata: tuple[Stratum, ...] = (Stratum(By.SITE),)
    estimator: Estimator = Estimator.MR_BAR
    rules: RuleSet = RULE_1
    ewma: Ewma | None = EWMA
    bounds: Bounds = Bounds()
    owner: Role = Role.QA_REVIEWER
    respond_days: int = 5
    covariates: tuple[str, ...] = ()

    @property
    def chart(self) -> Chart:
        """What signals, as run lengths are reckoned of it. The moving range is drawn and never signals."""
        return Chart(self.rules, ewma=self.ewma)


@dataclass(frozen=True)
class Plan:
    """The plan of a product. `batches_a_year` is what false signals are reckoned for."""

    title: str
    product: str
    batches_a_year: int
    parameters: tuple[Parameter, ...]

    def parameter(self, code: str) -> Parameter | None:
        """The parameter of this code, or None."""
        return next((it for it in self.parameters if it.code == code), None)


def parse(content: Any) -> tuple[Plan | None, tuple[Problem, ...]]:
    """Read the document. Answers (plan, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    reader.close({"title", "product", "batches_a_year", "parameters"})
    raw = reader.items("parameters", 1, MOST_PARAMETERS)
    found = tuple(_parameter(it, f"parameters[{n}]", faults) for n, it in enumerate(raw))
    codes = [it.code for it in found]
    if len(set(codes)) < len(codes):
        reader.fault("parameters", "repeated", about="code")
    for n, it in enumerate(found):
        if not set(it.covariates) <= set(codes) - {it.code}:
            reader.fault(f"parameters[{n}].covariates", "not_another_parameter")
    plan = Plan(
        title=reader.text("title", is_required=True),
        product=reader.text("product", is_required=True, most=32),
        batches_a_year=reader.count("batches_a_year", 1, MOST_BATCHES),
        parameters=found,
    )
    return (None, tuple(faults)) if faults else (plan, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a plan; the check that `people` runs before it takes one."""
    return parse(content)[1]


_FIELDS = {
    *("code", "title", "source", "unit", "scale", "strata", "estimator", "rules", "ewma", "bounds", "owner"),
    *("respond_days", "covariates"),
}


def _parameter(raw: Any, path: str, faults: list[Problem]) -> Parameter:
    reader = SpecificationReader(raw, path, faults)
    reader.close(_FIELDS)
    code = reader.text("code", is_required=True, most=32)
    if code and not CODE.fullmatch(code):
        reader.fault("code", "code_shape")
    source = _source(reader)
    return Parameter(
        code=code,
        title=reader.text("title", is_required=True),
        source=source,
        unit=reader.text("unit", most=40),
        scale=_scale(reader),
        strata=_strata(reader, _PARTED_BY.get(source.kind, frozenset(By))),
        estimator=_estimator(reader),
        rules=_rules(reader),
        ewma=_ewma(reader),
        bounds=_bounds(reader),
        owner=_owner(reader),
        respond_days=reader.count("respond_days", 1, 365) if "respond_days" in reader.data else 5,
        covariates=_covariates(reader),
    )


# The fields of a source beside its kind: those that it needs.
_NEEDED: dict[SourceKind, tuple[str, ...]] = {
    SourceKind.RESULT: ("criterion",),
    SourceKind.STEP_VALUE: ("step", "field"),
    SourceKind.ELAPSED: ("step", "until", "unit"),
    SourceKind.EXTERNAL: (),
    SourceKind.REFUSED_SCANS: (),
}


def _source(reader: SpecificationReader) -> Source:
    if "source" not in reader.data:
        reader.fault("source", "required")
        return Source(SourceKind.EXTERNAL)
    inner = reader.inner("source")
    kind = inner.one("kind", SourceKind, SourceKind.EXTERNAL)
    inner.close({"kind", *_NEEDED[kind]})
    texts = {key: inner.text(key, is_required=True, most=40) for key in _NEEDED[kind] if key != "unit"}
    unit = (
        inner.one("unit", ElapsedUnit, ElapsedUnit.DAYS) if kind is SourceKind.ELAPSED else ElapsedUnit.DAYS
    )
    return Source(kind, unit=unit, **texts)


def _scale(reader: SpecificationReader) -> ScalePlan:
    if "scale" not in reader.data:
        return ScalePlan()
    inner = reader.inner("scale")
    scale = inner.one("kind", Scale, Scale.IDENTITY)
    if scale is not Scale.LOGIT:
        inner.close({"kind"})
        return ScalePlan(scale)
    inner.close({"kind", "floor", "whole"})
    floor, whole = inner.number("floor"), inner.number("whole")
    found = ScalePlan(scale, float(floor or 0), 100.0 if whole is None else float(whole))
    if not 0 < found.floor < found.whole / 2:
        inner.fault("floor", "not_between", low="0", high="half of the whole")
    return found


# A week has no lots and no devices.
_PARTED_BY: dict[SourceKind, frozenset[By]] = {SourceKind.REFUSED_SCANS: frozenset({By.SITE})}


def _strata(reader: SpecificationReader, choices: frozenset[By]) -> tuple[Stratum, ...]:
    if "strata" not in reader.data:
        return (Stratum(By.SITE),)
    path = ".".join(part for part in (reader.path, "strata") if part)
    found = tuple(
        _stratum(raw, f"{path}[{n}]", reader.faults) for n, raw in enumerate(reader.items("strata", 0, 3))
    )
    if len(set(found)) < len(found):
        reader.fault("strata", "repeated")
    for by in {it.by for it in found} - choices:
        reader.fault("strata", "not_choice", given=str(by), choices=sorted(choices))
    return found


def _stratum(raw: Any, path: str, faults: list[Problem]) -> Stratum:
    reader = Reader(raw, path, faults)
    by = reader.one("by", By, By.SITE)
    reader.close({"by"} if by is By.SITE else {"by", "kind"})
    return Stratum(by, "" if by is By.SITE else reader.text("kind", is_required=True, most=40))


def _estimator(reader: SpecificationReader) -> Estimator:
    found = reader.maybe("estimator", Estimator)
    if found is not None and found not in ESTIMATORS:
        reader.fault("estimator", "not_choice", given=str(found), choices=sorted(ESTIMATORS))
    return found or Estimator.MR_BAR


def _rules(reader: SpecificationReader) -> RuleSet:
    if "rules" not in reader.data:
        return RULE_1
    named, known = reader.texts("rules"), {rule.value for rule in Rule}
    unknown = [name for name in named if name not in known]
    for name in unknown:
        reader.fault("rules", "not_choice", given=name, choices=sorted(known))
    return RULE_1 if unknown else RuleSet.of(*(Rule(name) for name in named))


def _covariates(reader: SpecificationReader) -> tuple[str, ...]:
    named = reader.texts("covariates")
    if len(named) > MOST_COVARIATES:
        reader.fault("covariates", "out_of_range", low=0, high=MOST_COVARIATES)
    return named


def _ewma(reader: SpecificationReader) -> Ewma | None:
    if "ewma" not in reader.data:
        return EWMA
    if reader.data["ewma"] is None:
        return None
    inner = reader.inner("ewma")
    inner.close({"weight", "multiple"})
    weight, multiple = inner.number("weight"), inner.number("multiple")
    try:
        return Ewma(
            float(weight if weight is not None else 0.2), float(multiple if multiple is not None else 2.86)
        )
    except NotComputable as error:
        inner.fault(error.about, str(error.why))
        return None


def _bounds(reader: SpecificationReader) -> Bounds:
    if "bounds" not in reader.data:
        return Bounds()
    inner = reader.inner("bounds")
    inner.close({"lower", "upper", "target"})
    read = {key: inner.number(key) for key in ("lower", "upper", "target")}
    found = Bounds(**{key: None if value is None else float(value) for key, value in read.items()})
    if found.lower is not None and found.upper is not None and found.lower >= found.upper:
        inner.fault("upper", "limits_crossed")
    return found


def _owner(reader: SpecificationReader) -> Role:
    found = reader.maybe("owner", Role)
    if found is not None and found not in Right.OWN_PARAMETER.roles:
        reader.fault("owner", "not_choice", given=str(found), choices=sorted(Right.OWN_PARAMETER.roles))
    return found or Role.QA_REVIEWER
