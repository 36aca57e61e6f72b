"""A limit set: limits of one parameter in one stratum, as a controlled document of kind `cpv_limits` (schema 1).

It is proposed from a baseline, justified, signed by three people and put in effect on a day; from then on it is held
against every later batch and never computed again. Another process, or more batches, is another version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpv.rules import censored
from cpv.rules.basis import (
    PRELIMINARY_FROM,
    Estimator,
    Limits,
    LimitStatus,
    NotComputable,
    Note,
    Why,
    present,
    status_of,
)
from cpv.rules.individuals import imr_limits
from cpv.rules.preliminary import prediction_factor, prediction_limits
from cpv.rules.programme.plan import Parameter, ScalePlan
from cpv.rules.transforms import Scale, Transformation, box_cox, identity, logarithm, logit
from people.rules.documents import Problem
from qc.rules.reading import Reader

KIND = "cpv_limits"
SCHEMA = 1
MOST_WORDS = 2000

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Baseline:
    """Which batches limits came from: the first, the last, those left out, and the digest of all with their values."""

    first: str
    last: str
    sha256: str
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class LimitSet:
    """Frozen limits on the scale of `transformation`. `stratum`: its values, in the order of the plan's strata."""

    plan: str
    parameter: str
    stratum: tuple[str, ...]
    transformation: Transformation
    limits: Limits
    baseline: Baseline
    justification: str

    @property
    def status(self) -> LimitStatus:
        """How far they can be trusted."""
        return self.limits.status


def code_of(plan: str, parameter: str, stratum: Sequence[str]) -> str:
    """The code of the document: short, and the same for the same stratum however long its names are."""
    named = "\x1f".join((plan, parameter, *stratum))
    return f"CPV-{sha256(named.encode()).hexdigest()[:16].upper()}"


def digest_of(batches: Sequence[str], values: Sequence[float]) -> str:
    """The SHA-256 of a baseline: every batch with its value, in order."""
    lines = (f"{batch} {float(value)!r}\n" for batch, value in zip(batches, values, strict=True))
    return sha256("".join(lines).encode()).hexdigest()


def fitted(scale: ScalePlan, values: ArrayLike) -> Transformation:
    """The transformation of a plan, its power estimated where it has one. Raises NotComputable as `box_cox`."""
    if scale.scale is Scale.BOX_COX:
        return box_cox(values)
    if scale.scale is Scale.LOGIT:
        return logit(scale.floor, scale.whole)
    return logarithm() if scale.scale is Scale.LOG else identity()


def proposed(
    parameter: Parameter, values: ArrayLike, is_below: ArrayLike | None = None
) -> tuple[Transformation, Limits]:
    """Limits from a baseline, in the unit of the parameter, excluded batches left out already.

    From 30 results on center -+ 3 sigma by the plan's estimator; from 15 to 29 prediction limits (t), which hold the
    false-alarm rate of .0027 a batch although sigma is uncertain. Where some results are bounds (`is_below`: the value
    is one), mu and sigma are those of greatest likelihood, and the factor is that of the number of results: nothing is
    substituted. Raises NotComputable: TOO_FEW (under 15), CONSTANT, SIZES_DIFFER, as the transformation (a value that
    it cannot take) and as `censored.fit` (ALL_CENSORED).
    """
    there = present(values, least=PRELIMINARY_FROM)
    transformation = fitted(parameter.scale, there)
    below = np.zeros(np.size(values), dtype=bool) if is_below is None else np.asarray(is_below, dtype=bool)
    if below.any():
        limits = _censored_limits(transformation, values, below)
    elif status_of(there.size) is LimitStatus.LONG_TERM:
        # in order and with its gaps, since a moving range over a gap is none
        limits = imr_limits(transformation.forward(values), estimator=parameter.estimator).individuals
    else:
        limits = prediction_limits(transformation.forward(there))
    if not limits.sigma > 0:
        raise NotComputable(Why.CONSTANT, "values")
    return transformation, limits


def _censored_limits(transformation: Transformation, values: ArrayLike, is_below: Bools) -> Limits:
    """mu -+ factor sigma by maximum likelihood; the factor is wider than 3 while there are few results."""
    found = censored.fit(censored.left_censored(transformation.forward(values), is_below))
    multiple = 3.0 if status_of(found.n) is LimitStatus.LONG_TERM else prediction_factor(found.n)
    reach = multiple * found.sigma
    return Limits(
        center=found.mu,
        sigma=found.sigma,
        lower=found.mu - reach,
        upper=found.mu + reach,
        multiple=multiple,
        estimator=Estimator.LIKELIHOOD,
        n=found.n,
        notes=found.notes,
    )


# --- as a document --------------------------------------------------------------------------------------------------


def written(it: LimitSet) -> dict[str, Any]:
    """The content of the document; numbers are the shortest texts that read as the same float again."""
    limits, stored = it.limits, it.transformation.as_dict()
    ends = {key: getattr(limits, key) for key in ("center", "sigma", "lower", "upper", "multiple")}
    return {
        "plan": it.plan,
        "parameter": it.parameter,
        "stratum": list(it.stratum),
        "transformation": _texts(stored),
        "limits": _texts(ends)
        | {"estimator": str(limits.estimator), "n": limits.n, "notes": [str(note) for note in limits.notes]},
        "baseline": {
            "first": it.baseline.first,
            "last": it.baseline.last,
            "sha256": it.baseline.sha256,
            "excluded": list(it.baseline.excluded),
        },
        "justification": it.justification,
    }


def _texts(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Floats as texts; what is None is left out."""
    there = {key: value for key, value in numbers.items() if value is not None}
    return {key: repr(value) if isinstance(value, float) else value for key, value in there.items()}


def parse(content: Any) -> tuple[LimitSet | None, tuple[Problem, ...]]:
    """Read the document. Answers (limit set, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    reader.close({"plan", "parameter", "stratum", "transformation", "limits", "baseline", "justification"})
    parts = {key: _inner(reader, key) for key in ("transformation", "limits", "baseline")}
    found = LimitSet(
        plan=reader.text("plan", is_required=True, most=32),
        parameter=reader.text("parameter", is_required=True, most=32),
        stratum=reader.texts("stratum"),
        transformation=_transformation(parts["transformation"]),
        limits=_limits(parts["limits"]),
        baseline=_baseline(parts["baseline"]),
        justification=reader.text("justification", is_required=True, most=MOST_WORDS),
    )
    return (None, tuple(faults)) if faults else (found, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a limit set; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _inner(reader: Reader, key: str) -> Reader:
    return Reader(reader.data.get(key), key, reader.faults)


def _transformation(reader: Reader) -> Transformation:
    numbers = {"whole", "floor", "power", "unit", "power_low", "power_high", "confidence"}
    reader.close({"scale", "n", "notes"} | numbers)
    read = {key: value for key in numbers if (value := _real(reader, key)) is not None}
    scale = reader.one("scale", Scale, Scale.IDENTITY)
    n = reader.count("n", 0, 10**9) if "n" in reader.data else 0
    try:
        return Transformation(scale, n=n, notes=_notes(reader), **read)
    except ValueError:
        reader.fault("", "not_a_transformation")
        return identity()


def _limits(reader: Reader) -> Limits:
    reader.close({"center", "sigma", "lower", "upper", "multiple", "estimator", "n", "notes"})
    real = {key: _real(reader, key) for key in ("center", "sigma", "lower", "upper", "multiple")}
    for key in ("center", "sigma"):
        if real[key] is None and key not in reader.data:
            reader.fault(key, "required")
    lower, upper, sigma = real["lower"], real["upper"], real["sigma"]
    if sigma is not None and sigma <= 0:
        reader.fault("sigma", "not_positive")
    if lower is not None and upper is not None and lower >= upper:
        reader.fault("upper", "limits_crossed")
    return Limits(
        center=real["center"] or 0.0,
        sigma=sigma or 1.0,
        lower=lower,
        upper=upper,
        multiple=real["multiple"],
        estimator=reader.one("estimator", Estimator, Estimator.GIVEN),
        n=reader.count("n", PRELIMINARY_FROM, 10**9),
        notes=_notes(reader),
    )


def _baseline(reader: Reader) -> Baseline:
    reader.close({"first", "last", "sha256", "excluded"})
    texts: Mapping[str, str] = {
        key: reader.text(key, is_required=True, most=64) for key in ("first", "last", "sha256")
    }
    return Baseline(**texts, excluded=reader.texts("excluded"))


def _notes(reader: Reader) -> tuple[Note, ...]:
    known = {note.value for note in Note}
    named = reader.texts("notes")
    if not set(named) <= known:
        reader.fault("notes", "not_choice", given=sorted(set(named) - known), choices=sorted(known))
    return tuple(Note(name) for name in named if name in known)


def _real(reader: Reader, key: str) -> float | None:
    """A float as its own shortest text; None where there is none."""
    raw = reader.data.get(key)
    if raw is None:
        return None
    try:
        value = float(raw) if isinstance(raw, str) else np.nan
    except ValueError:
        value = np.nan
    if not isfinite(value) or repr(value) != raw:
        reader.fault(key, "not_decimal_text")
        return None
    return value
