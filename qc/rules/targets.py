"""What assay controls should measure: a controlled document of kind `control_targets` (schema 1).

One document for a method, a line for each control: which lot, its mean and standard deviation and from how many
measurements they come. Limits are set beforehand and frozen; a new lot of control material is a new version.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from people.rules.documents import Problem
from qc.rules.controls import ControlRule, ControlTarget
from qc.rules.reading import Reader

KIND = "control_targets"
SCHEMA = 1
MAX_CONTROLS = 12
# Fewer measurements than twenty estimate a standard deviation too badly to judge by (Westgard; CLSI C24 in practice).
FEWEST = 20

_NUMBERS = {"name", "lot", "mean", "sd", "n", "basis"}


@dataclass(frozen=True)
class Control:
    """One control material: its name at the bench, the code of its lot, its target, and where that comes from."""

    name: str
    lot: str
    mean: Decimal
    sd: Decimal
    n: int
    basis: str = ""

    @property
    def target(self) -> ControlTarget:
        """The target, by the lot: another lot of the same material is another chart."""
        return ControlTarget(self.lot, self.mean, self.sd)

    @property
    def is_provisional(self) -> bool:
        """Whether its limits come from fewer measurements than limits should."""
        return self.n < FEWEST


@dataclass(frozen=True)
class Targets:
    """The controls of one method, and the rules that judge its runs."""

    method: str
    unit: str
    controls: tuple[Control, ...]
    rules: frozenset[ControlRule]

    def control(self, lot: str) -> Control | None:
        """The control of that lot, or None."""
        return next((control for control in self.controls if control.lot == lot), None)


def parse(content: Any) -> tuple[Targets | None, tuple[Problem, ...]]:
    """Read the document. Answers (targets, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    reader.close({"method", "unit", "controls", "rules"})
    raw = reader.items("controls", 1, MAX_CONTROLS)
    controls = tuple(_read(item, f"controls[{n}]", faults) for n, item in enumerate(raw))
    for key in ("lot", "name"):
        values = [getattr(control, key) for control in controls]
        if len(set(values)) < len(values):
            reader.fault("controls", "repeated", about=key)
    named = reader.texts("rules")
    unknown = [name for name in named if name not in {rule.value for rule in ControlRule}]
    for name in unknown:
        reader.fault("rules", "not_choice", given=name, choices=[rule.value for rule in ControlRule])
    targets = Targets(
        method=reader.text("method", is_required=True, most=40),
        unit=reader.text("unit", most=40),
        controls=controls,
        rules=frozenset(ControlRule(name) for name in named if name not in unknown) or frozenset(ControlRule),
    )
    return (None, tuple(faults)) if faults else (targets, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with the document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _read(raw: Any, path: str, faults: list[Problem]) -> Control:
    reader = Reader(raw, path, faults)
    reader.close(_NUMBERS)
    mean, sd = reader.number("mean"), reader.number("sd")
    for key, value in (("mean", mean), ("sd", sd)):
        if value is None and key not in reader.data:
            reader.fault(key, "required")
    if sd is not None and sd <= 0:
        reader.fault("sd", "not_positive")
    return Control(
        name=reader.text("name", is_required=True, most=60),
        lot=reader.text("lot", is_required=True, most=28),
        mean=mean or Decimal(0),
        sd=sd or Decimal(1),
        n=reader.count("n", 2, 100_000),
        basis=reader.text("basis", most=200),
    )
