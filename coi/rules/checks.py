"""Items of a check: what each person must scan, what is still missing, and what to do next."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coi.rules.journey import ContainerFacts, ItemScan
from coi.rules.protocol import Item, Step, ValueRule, WitnessRule
from coi.rules.situation import Part
from coi.rules.weights import WeightFault, read_weight

# A number as people write it down. Decimal alone would also read 1e9, 1_000 and the digits of other scripts.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_COUNT = re.compile(r"[0-9]+", re.ASCII)
MAX_DIGITS = 40


@dataclass(frozen=True)
class Required:
    """One thing to scan. `target` is set where only that one will do (a container of the batch, say)."""

    item: str
    target: str = ""


class Need(StrEnum):
    """What the check waits for."""

    SCAN = "scan"
    VALUES = "values"
    PIN = "pin"
    WITNESS = "witness"
    CHOICE = "choice"
    CLEARANCE = "clearance"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Next:
    """What to do next: codes and counts; the door makes words of them. Never an identifier still to be scanned."""

    need: Need
    item: str = ""
    step: str = ""
    part: Part = Part.PERFORMER
    position: int = 0
    total: int = 0
    choices: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def required(step: Step, part: Part, subjects: Iterable[ContainerFacts]) -> tuple[Required, ...]:
    """What this person scans: the step's items and lots; equipment and places are the first person's alone."""
    found: list[Required] = []
    for item in step.items:
        if item is Item.CONTAINERS:
            found += [Required(Item.CONTAINERS, c.id) for c in subjects] or [Required(Item.CONTAINERS)]
        elif part is Part.PERFORMER or item is not Item.PLACE:
            found.append(Required(item))
    if part is Part.PERFORMER or step.witness is WitnessRule.INDEPENDENT:
        found += [Required(f"lot:{material}") for material in step.lots]
    if part is Part.PERFORMER:
        found += [Required(f"equipment:{kind}") for kind in step.equipment]
    return tuple(found)


def missing(wanted: Iterable[Required], scans: Iterable[ItemScan]) -> tuple[Required, ...]:
    """What is still to be scanned, in the order of the step."""
    done = {(scan.item, scan.target) for scan in scans}
    items = {scan.item for scan in scans}
    return tuple(r for r in wanted if ((r.item, r.target) not in done if r.target else r.item not in items))


def value_faults(step: Step, values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(name, reason code) for each value that is wrong: unknown, not_number, not_a_weight, too_low, too_high,
    not_choice."""
    rules = {rule.name: rule for rule in step.values}
    unknown = [(name, "unknown") for name in values if name not in rules]
    judged = [(name, _judge(rules[name], text)) for name, text in values.items() if name in rules]
    return tuple(unknown + [(name, reason) for name, reason in judged if reason])


def enters_values(step: Step, part: Part) -> bool:
    """Whether the values of the step are this person's to enter."""
    return step.values_by == part.value


def missing_values(step: Step, part: Part, values: Mapping[str, str]) -> tuple[str, ...]:
    """The names of values that this person still has to enter."""
    return tuple(rule.name for rule in step.values if enters_values(step, part) and rule.name not in values)


def _judge(rule: ValueRule, text: str) -> str:
    if rule.choices:
        return "" if text in rule.choices else "not_choice"
    written = _COUNT if rule.is_count else _NUMBER
    if len(text) > MAX_DIGITS or not written.fullmatch(text):
        return "not_number"
    if rule.is_weight and isinstance(read_weight(text), WeightFault):
        return "not_a_weight"
    number = Decimal(text)
    if rule.low is not None and number < rule.low:
        return "too_low"
    if rule.high is not None and number > rule.high:
        return "too_high"
    return ""
