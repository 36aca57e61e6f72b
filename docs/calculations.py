"""docs/reference/calculations.md: every calculation of `qc` with formula, source, worked example and uncertainty.

The numbers of the worked examples are computed by the code that they explain, so that the page cannot say what the
code does not do; tests/test_docs.py fails when they differ. `python -m docs.generate` writes the page.
"""

from collections.abc import Sequence
from decimal import Decimal

from docs import validation_example
from docs.tables import codes, shown, table
from qc.forms import calculation_texts as texts
from qc.rules.calculations import (
    ENDOTOXIN_THRESHOLD,
    Measured,
    copies_per_transduced_cell,
    dose_per_kg,
    endotoxin_per_kg_hour,
    viable_car_dose,
)
from qc.rules.controls import ControlMeasurement, ControlTarget, breaches, judge_run
from qc.rules.potency import (
    DoseRead,
    Response,
    fit_curve,
    lysis_of_wells,
    read_dose,
    relative_potency,
)

D = Decimal

HEAD = """# Calculations

Every calculation of quality control: its formula, where it comes from, an example, and how uncertain the answer is.
The examples are invented. Their numbers are computed by the code when `python -m docs.generate` writes this page.

- **Doses, endotoxin, copies** are computed in decimals, at 28 digits, and nothing is rounded: the specification rounds
  when it compares ([decision 20](../decisions/0020-a-number-is-rounded-before-it-is-compared.md)).
- **Controls** are judged in decimals: a limit is where it was set.
- **Potency and validation** are computed in floating point. What a report of a validation holds against a limit is
  rounded to the decimals of the claim, half away from zero; what it shows beside that has six significant digits.
- **What cannot be computed** is refused with a code, which the tables below list. Nothing is guessed and no number is
  left out.
- u is a standard uncertainty, s a standard deviation, n a number of measurements; limits are two-sided, 95 % unless
  said otherwise.
"""


def page() -> str:
    """The whole page."""
    parts = (HEAD, doses(), potency(), controls(), validation_example.section())
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def with_u(it: Measured, unit: str) -> str:
    """A quantity with its standard uncertainty."""
    return f"**{shown(it.value)} {unit}**, u = {shown(it.uncertainty, 2)} {unit}"


def doses() -> str:
    """Doses, endotoxin, copies."""
    volume, cells = Measured(D(50), D("0.5")), Measured(D("4.0e6"), D("2.0e5"))
    cd3, car = Measured(D("0.95"), D("0.01")), Measured(D("0.40"), D("0.02"))
    dose = viable_car_dose(volume=volume, viable_cells=cells, cd3=cd3, car=car)
    per_kg = dose_per_kg(dose=dose, weight=Measured(D(38), D("0.2")))
    endotoxin = endotoxin_per_kg_hour(
        concentration=Measured(D("0.5"), D("0.1")),
        volume=Measured(D(70), D("0.7")),
        weight=Measured(D(35), D("0.2")),
        hours=Measured(D("0.5")),
    )
    copies = copies_per_transduced_cell(
        vector=Measured(D(3000), D(90)),
        reference=Measured(D(10000), D(200)),
        transduced=Measured(D("0.30"), D("0.02")),
    )
    return f"""
## Doses, endotoxin, vector copies

**Uncertainty of all four**: each is a product of quantities over a product of others, y = a b / (c d). The standard
uncertainties of what goes in are handed on by the partial derivatives, u(y)^2 = sum of (dy/dx u(x))^2 (JCGM 100:2008,
5.1.2), taken as independent: two that come of one measurement are entered as one. The propagation is of first order;
with a divisor of relative uncertainty r the true one is larger by about r^2 of itself.

### Viable CAR-positive dose

- **Formula**: V c f(CD3+) f(CAR+), with the volume V in mL, viable cells c per mL, the shares of CD3+ cells in viable
  cells and of CAR+ cells in CD3+ cells as fractions of 1.
- **Source**: the definition of the dose in the labels of licensed products (viable CAR-positive T cells).
- **Example**: 50 mL (u 0.5), 4.0e6 per mL (u 2.0e5), 0.95 (u 0.01), 0.40 (u 0.02):
  {with_u(dose, "cells")}.

### Dose per kg

- **Formula**: dose / weight, with the weight in kg that the order was dosed by.
- **Source**: as above, for products that are dosed by weight.
- **Example**: the dose above for 38 kg (u 0.2): {with_u(per_kg, "per kg")}.

### Endotoxin per kg and hour

- **Formula**: c V / (m t), with c in EU/mL, the infused volume V in mL, the weight m in kg, the time t in hours. An
  infusion of less than an hour counts as one hour. Held against {ENDOTOXIN_THRESHOLD} EU per kg and hour.
- **Source**: Ph. Eur. 5.1.10 and USP <85>, threshold pyrogenic dose by any route but into the spine.
- **Example**: 0.5 EU/mL (u 0.1), 70 mL (u 0.7), 35 kg (u 0.2), half an hour:
  {with_u(endotoxin, "EU per kg and hour")}.

### Vector copies per transduced cell

- **Formula**: 2 (vector copies / reference copies) / f(transduced), both copies of one reaction (qPCR or digital PCR);
  a cell that does not divide has two copies of the reference gene.
- **Source**: FDA, Considerations for the Development of CAR T Cell Products, January 2024.
- **Example**: 3000 vector copies (u 90), 10000 reference copies (u 200), 0.30 transduced (u 0.02):
  {with_u(copies, "copies per cell")}.

### What is refused

{codes(texts.REASONS)}
"""


_DOSES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
_REFERENCE = ((5.8, 5.1), (9.6, 10.3), (24.2, 22.9), (51.0, 49.2), (75.9, 78.1), (88.7, 89.9))
_TEST = ((6.2, 5.5), (12.3, 11.4), (30.1, 31.7), (59.0, 60.8), (81.9, 80.4), (91.2, 90.1))


def _responses(wells: Sequence[tuple[float, float]]) -> list[Response]:
    return [Response(dose, y) for dose, pair in zip(_DOSES, wells, strict=True) for y in pair]


def potency() -> str:
    """Lysis, curves, relative potency."""
    lysis = lysis_of_wells(
        measured=(1580.0, 1600.0, 1620.0), spontaneous=(390.0, 400.0, 410.0), maximal=(2370.0, 2400.0, 2430.0)
    )
    curve = fit_curve(_responses(_REFERENCE))
    read = read_dose(curve, (40.0, 42.0))
    if not isinstance(read, DoseRead):
        raise TypeError("the example lies within its standards")
    found = relative_potency(_responses(_REFERENCE), _responses(_TEST))
    f = found.parallelism
    wells = table(
        ("dose", *(f"{dose:g}" for dose in _DOSES)),
        [
            (name, *(f"{a:g}, {b:g}" for a, b in several))
            for name, several in (("reference", _REFERENCE), ("test", _TEST))
        ],
    )
    return f"""
## Potency

### Specific lysis

- **Formula**: L = 100 (m - s) / (x - s) per cent, of the means of measured, spontaneous and maximal release. Below 0 or
  above 100 is noise and stays visible.
- **Source**: Brunner et al., Immunology 14 (1968) 181-196.
- **Uncertainty**: each mean has s / sqrt(n); with w = x - s they are handed on by 100/w, -100 (x - m)/w^2 and
  -100 (m - s)/w^2 (JCGM 100:2008, 5.1.2).
- **Example**: measured 1580, 1600, 1620; spontaneous 390, 400, 410; maximal 2370, 2400, 2430:
  **{shown(lysis.value)} %**, u = {shown(lysis.uncertainty, 2)} %.

### Four-parameter logistic curve

- **Formula**: y = lower + (upper - lower) / (1 + exp(-slope (ln x - ln ec50))), by unweighted least squares
  (Levenberg-Marquardt, begun at several places). For lysis, x is the effector-to-target ratio. s^2 is the residual sum
  of squares over n - 4; the covariance of the parameters is s^2 (J'J)^-1 with the slopes J of the curve in them.
- **Source**: Finney, Statistical Method in Biological Assay, 3rd ed. 1978; the form of USP <1034> and Ph. Eur. 5.3.
- **Example**: the responses below.

{wells}

  The reference has lower **{shown(curve.lower)}**, upper **{shown(curve.upper)}**, slope **{shown(curve.slope)}**, ec50
  **{shown(curve.ec50)}**, s = {shown(curve.residual_sd, 3)} on {curve.df} degrees of freedom.

### Concentration read from a standard curve

- **Formula**: ln x = ln ec50 + ln(p / (1 - p)) / slope with p = (y - lower) / (upper - lower), for the mean y of m
  responses. A response beyond those at the lowest and highest standard is not read: it is below or above.
- **Source**: as the curve; interferon-gamma by immunoassay is read so.
- **Uncertainty**: var(ln x) = (s^2/m + g'Cg) / (dy/dln x)^2 with the covariance C of the curve's parameters and its
  slopes g in them (delta method); limits by Student's t.
- **Example**: 40 and 42 on the reference's curve: **{shown(read.value)}**, limits {shown(read.low)} to
  {shown(read.high)}.

### Relative potency and parallelism

- **Formula**: one curve is fitted to both with common lower, upper and slope; ln R is ln ec50(reference) less
  ln ec50(test). Parallelism: F = ((SSE common - SSE apart) / 3) / (SSE apart / (n - 8)); a small p says that
  there is no one curve, and then R means nothing.
- **Source**: Finney 1978; Ph. Eur. 5.3; USP <1034>.
- **Uncertainty**: the standard error of ln R from the covariance of the common fit, Student's t on n - 5. The test is
  one of difference: a very precise assay finds differences that do not matter, an imprecise one misses those that do.
  Who needs equivalence of slopes sets limits for them beforehand.
- **Example**: the responses above: R = **{shown(found.value)}**, limits {shown(found.low)} to {shown(found.high)};
  F = {shown(f.f, 3)} on {f.df[0]} and {f.df[1]}, p = {shown(f.p, 2)}.

### What is refused

{codes(texts.POTENCY_FAULTS)}
"""


def controls() -> str:
    """Westgard's rules."""
    targets = [ControlTarget("low", D(10), D(1)), ControlTarget("high", D(50), D(2))]
    measured = (("1", "12.4", "50.4"), ("2", "10.3", "55.2"), ("3", "12.3", "54.5"))
    rows = []
    before: list[ControlMeasurement] = []
    for run, low, high in measured:
        before += [ControlMeasurement(run, "low", D(low)), ControlMeasurement(run, "high", D(high))]
        found = breaches(before, targets)
        told = ", ".join(dict.fromkeys(f"`{one.rule}`" for one in found)) or "none"
        z = [(one.value - target.mean) / target.sd for one, target in zip(before[-2:], targets, strict=True)]
        rows.append((run, f"{low} (z {z[0]})", f"{high} (z {z[1]})", told, judge_run(found)))
    return f"""
## Assay controls

- **Formula**: z = (x - mean) / sd with the target's mean and standard deviation, which are set beforehand and frozen.
  "Beyond" is strict. A run that breaks any rule but the warning gives no results.
- **Source**: Westgard, Barry, Hunt and Groth, Clinical Chemistry 27 (1981) 493-501.
- **Within and across**: within one control the rules of several measurements look back over runs. Across the controls
  2-2s and R-4s stay within the run, in any order; 4-1s and 10-x look back over runs, measurement by measurement.
- **Since when**: a breach is told where the latest run takes part in it. Measurements of a rejected run go on counting
  until the cause is mended, so that repeating a run until a rule is satisfied does not help.
- **Uncertainty**: a correct assay breaks 1-3s once in 370 measurements, and some rule of all six oftener; a target from
  fewer than 20 measurements moves its own limits.
- **Example**: a low control of 10 (sd 1) and a high one of 50 (sd 2):

{table(("run", "low", "high", "rules broken", "the run"), rows)}

{codes(texts.CONTROL_RULES)}
"""
