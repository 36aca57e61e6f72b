"""A protocol: the versioned list of steps of one therapy, read from a controlled document into frozen dataclasses.

Data chooses from closed lists (`Does`, `Item`, `Guard`, `Scope`, `Party`, `WitnessRule`) and sets parameters; there
are no expressions in it, so that every reachable state can be explored. `parse` answers with the protocol or with
every fault found, each at its path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from coi.rules.reading import Reader
from people.rules.documents import Problem
from people.rules.roles import Role

MAX_STEPS = 60
MAX_CHILDREN = 12
MAX_CODE, MAX_KIND = 40, 30
MAX_COMPONENTS, MAX_COMPONENT = 4, 20
# How long after it was done a step may be recorded late, where the protocol says nothing, and at most.
LATE_HOURS, MOST_LATE_HOURS = 72, 720
CASSETTE = "cassette"  # what wears the second label of a frozen bag


class Scope(StrEnum):
    """What a step is done to, once each."""

    ORDER = "order"
    BATCH = "batch"
    CONTAINER = "container"


class Party(StrEnum):
    """Whose site a step belongs to, by the order's own parties."""

    TREATING = "treating"
    COLLECTION = "collection"
    COURIER = "courier"
    MANUFACTURER = "manufacturer"


class WitnessRule(StrEnum):
    """The second person: none, an independent witness who scans all again, or the receiver of a hand-over."""

    NONE = "none"
    INDEPENDENT = "independent"
    RECEIVER = "receiver"


class ValuesBy(StrEnum):
    """Who enters the step's values: the person who performs it, or the second one (a receiver reads the logger)."""

    PERFORMER = "performer"
    WITNESS = "witness"


class Item(StrEnum):
    """What one person scans in a step. `CONTAINERS` asks for every container of the step's kind."""

    ORDER = "order"
    WRISTBAND = "wristband"
    CONTAINER = "container"
    CONTAINERS = "containers"
    LABEL = "label"
    CASSETTE = "cassette"
    SHIPPER = "shipper"
    PLACE = "place"


class Does(StrEnum):
    """What a completed step changes."""

    NOTHING = "nothing"
    COLLECT = "collect"
    APPLY_LABEL = "apply_label"
    INTO_CASSETTE = "into_cassette"
    TRANSFER = "transfer"
    START_BATCH = "start_batch"
    MAKE = "make"
    POOL = "pool"
    PUT_AWAY = "put_away"
    THAW = "thaw"
    INFUSE = "infuse"
    CLOSE = "close"


class Guard(StrEnum):
    """Conditions beyond those that always hold."""

    RELEASED = "released"
    INFUSIBLE = "infusible"
    ACCEPTED_MATERIAL = "accepted_material"
    ALL_COMPONENTS = "all_components"


# What a step must have asked for, so that another may record what came of it whatever is known by then.
_FOR_A_PATIENT = frozenset({Guard.RELEASED, Guard.INFUSIBLE})
_OF_CONTAINERS = frozenset({Guard.ACCEPTED_MATERIAL, Guard.ALL_COMPONENTS})


@dataclass(frozen=True)
class ValueRule:
    """One typed value that the step records: a quantity in a UCUM unit, or a word from a fixed set.

    `is_weight`: it is what the patient weighs, and a dated weight of the journey from then on.
    """

    name: str
    label: str
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[str, ...] = ()
    is_count: bool = False
    is_weight: bool = False


@dataclass(frozen=True)
class Makes:
    """The containers that a step makes: their kind, how many (fixed, or from a recorded count) and their life."""

    kind: str
    count: int = 1
    count_from: str = ""
    is_consuming: bool = False
    expires_minutes: int | None = None


@dataclass(frozen=True)
class Step:
    """One step of a protocol. `after` names the steps that must be done before, for the same material.

    `is_past`: it records what has happened already and nobody can prevent any more (an infusion that ended). A hold or
    a time that is over no longer refuses it; what overran has its deviation. `is_by_cassette`: the label of the
    cassette stands for the container in it, which nobody can see. `component_of`: which component of the dose the batch
    that it starts is, by the kind of container that it is started from.
    """

    code: str
    title: str
    scope: Scope
    party: Party
    roles: frozenset[Role]
    items: tuple[Item, ...]
    does: Does = Does.NOTHING
    after: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    guards: frozenset[Guard] = frozenset()
    witness: WitnessRule = WitnessRule.NONE
    witness_roles: frozenset[Role] = frozenset()
    receiver: Party | None = None
    training: str = ""
    is_signed: bool = False
    is_critical: bool = False
    is_repeatable: bool = False
    is_past: bool = False
    is_by_cassette: bool = False
    lots: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    values: tuple[ValueRule, ...] = ()
    values_by: ValuesBy = ValuesBy.PERFORMER
    makes: Makes | None = None
    hold_minutes: int | None = None
    hold_until_step: str = ""
    component_of: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Protocol:
    """A whole protocol. `witness_gap_s`: the least seconds between the first person's scans and the witness's.

    `components`: what a dose consists of where it is more than one product, each of batches of its own. `late_hours`:
    within which time a step that was done on paper may be recorded late; 0: none may.
    """

    name: str
    steps: tuple[Step, ...]
    witness_gap_s: int = 1
    components: tuple[str, ...] = ()
    by_code: Mapping[str, Step] = field(default_factory=dict, compare=False)
    late_hours: int = LATE_HOURS

    def step(self, code: str) -> Step | None:
        """The step of that code, or None."""
        return self.by_code.get(code)

    @property
    def products(self) -> frozenset[str]:
        """The kinds of containers that are given to the patient."""
        return frozenset(kind for step in self.steps if step.does is Does.INFUSE for kind in step.kinds)

    def carriers(self, kind: str) -> tuple[str, ...]:
        """What wears a label for a container of this kind: the container (empty), and the cassette it goes into."""
        is_cased = any(step.does is Does.INTO_CASSETTE and kind in step.kinds for step in self.steps)
        return ("", CASSETTE) if is_cased else ("",)


def parse(content: Any) -> tuple[Protocol | None, tuple[Problem, ...]]:
    """Read a protocol document (schema 1). Answers (protocol, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "protocol", faults)
    name = reader.text("name", required=True)
    gap = reader.count("witness_gap_s", 0, 600)
    late = reader.count("late_hours", 0, MOST_LATE_HOURS)
    components = reader.texts("components")
    raw_steps: Sequence[Any] = reader.get("steps", list, [])
    reader.close()
    if not 1 <= len(raw_steps) <= MAX_STEPS:
        reader.fault("steps", "out_of_range", low=1, high=MAX_STEPS)
    steps = tuple(_read_step(raw, f"steps[{n}]", faults) for n, raw in enumerate(raw_steps[:MAX_STEPS]))
    _check_references(steps, faults)
    _check_components(components, steps, faults)
    if faults:
        return None, tuple(faults)
    by_code = {step.code: step for step in steps}
    return Protocol(
        name,
        steps,
        witness_gap_s=1 if gap is None else gap,
        components=components,
        by_code=by_code,
        late_hours=LATE_HOURS if late is None else late,
    ), ()


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a protocol document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def topics(content: Any) -> frozenset[str]:
    """The training that the steps of a protocol document ask for."""
    found = parse(content)[0]
    return frozenset(step.training for step in found.steps if step.training) if found else frozenset()


def _read_step(raw: Any, path: str, faults: list[Problem]) -> Step:
    reader = Reader(raw, path, faults)
    step = Step(
        code=reader.text("code", required=True),
        title=reader.text("title", required=True),
        scope=reader.one("scope", Scope, None) or Scope.ORDER,
        party=reader.one("party", Party, None) or Party.TREATING,
        roles=frozenset(reader.many("roles", Role)),
        items=reader.many("items", Item),
        does=reader.one("does", Does, Does.NOTHING) or Does.NOTHING,
        after=reader.texts("after"),
        kinds=reader.texts("kinds"),
        guards=frozenset(reader.many("guards", Guard)),
        witness=reader.one("witness", WitnessRule, WitnessRule.NONE) or WitnessRule.NONE,
        witness_roles=frozenset(reader.many("witness_roles", Role)),
        receiver=reader.one("receiver", Party, None),
        training=reader.text("training"),
        is_signed=reader.get("is_signed", bool, False),
        is_critical=reader.get("is_critical", bool, False),
        is_repeatable=reader.get("is_repeatable", bool, False),
        is_past=reader.get("is_past", bool, False),
        is_by_cassette=reader.get("is_by_cassette", bool, False),
        lots=reader.texts("lots"),
        equipment=reader.texts("equipment"),
        values=_read_values(reader),
        values_by=reader.one("values_by", ValuesBy, ValuesBy.PERFORMER) or ValuesBy.PERFORMER,
        makes=_read_makes(reader),
        hold_minutes=reader.count("hold_minutes", 1, 525_600),
        hold_until_step=reader.text("hold_until_step"),
        component_of=reader.names("component_of"),
    )
    reader.close()
    return step


def _read_values(reader: Reader) -> tuple[ValueRule, ...]:
    values = []
    for n, raw in enumerate(reader.get("values", list, [])):
        inner = Reader(raw, f"{reader.path}.values[{n}]", reader.faults)
        values.append(
            ValueRule(
                name=inner.text("name", required=True),
                label=inner.text("label", required=True),
                unit=inner.text("unit"),
                low=inner.number("low"),
                high=inner.number("high"),
                choices=inner.texts("choices"),
                is_count=inner.get("is_count", bool, False),
                is_weight=inner.get("is_weight", bool, False),
            )
        )
        inner.close()
    return tuple(values)


def _read_makes(reader: Reader) -> Makes | None:
    raw = reader.get("makes", dict, None)
    if raw is None:
        return None
    inner = Reader(raw, f"{reader.path}.makes", reader.faults)
    makes = Makes(
        kind=inner.text("kind", required=True),
        count=inner.count("count", 1, MAX_CHILDREN) or 1,
        count_from=inner.text("count_from"),
        is_consuming=inner.get("is_consuming", bool, False),
        expires_minutes=inner.count("expires_minutes", 1, 5_256_000),
    )
    inner.close()
    return makes


def _check_references(steps: Sequence[Step], faults: list[Problem]) -> None:
    seen: set[str] = set()
    batched: set[str] = set()  # steps that come after the start of a batch
    codes = {step.code for step in steps}
    for n, step in enumerate(steps):
        path = f"steps[{n}]"
        if step.does is Does.START_BATCH or batched & set(step.after):
            batched.add(step.code)
        if step.scope is Scope.BATCH and step.code not in batched:
            faults.append(Problem(f"{path}.after", "not_after_start_of_batch"))
        if step.hold_until_step and step.hold_until_step not in codes:
            faults.append(Problem(f"{path}.hold_until_step", "unknown_step", {"code": step.hold_until_step}))
        if step.code in seen:
            faults.append(Problem(f"{path}.code", "repeated", {"code": step.code}))
        for code in step.after:
            if code not in seen:
                faults.append(Problem(f"{path}.after", "not_an_earlier_step", {"code": code}))
        seen.add(step.code)
        found = (
            *_step_faults(step),
            *_shape_faults(step),
            *_value_faults(step),
            *_past_faults(step, steps),
            *_cassette_faults(step, steps),
        )
        faults.extend(Problem(f"{path}.{key}", code) for key, code in found)


def _check_components(components: Sequence[str], steps: Sequence[Step], faults: list[Problem]) -> None:
    """A dose has two components at least, or is not divided; then every batch is one of them, and each is made."""
    is_count_wrong = bool(components) and not 2 <= len(components) <= MAX_COMPONENTS
    made = {component for step in steps for component in step.component_of.values()}
    unmade = set(components) - made
    needs: tuple[tuple[bool, str, dict[str, Any]], ...] = (
        (is_count_wrong, "out_of_range", {"low": 2, "high": MAX_COMPONENTS}),
        (len(set(components)) < len(components), "repeated", {}),
        (any(len(component) > MAX_COMPONENT for component in components), "too_long", {}),
        (bool(unmade), "component_not_made", {"code": ", ".join(sorted(unmade))}),
    )
    faults.extend(
        Problem("protocol.components", code, params) for is_wrong, code, params in needs if is_wrong
    )
    for n, step in enumerate(steps):
        found = _component_faults(step, components)
        faults.extend(Problem(f"steps[{n}].{key}", code) for key, code in found)


def _component_faults(step: Step, components: Sequence[str]) -> list[tuple[str, str]]:
    is_start, unknown = step.does is Does.START_BATCH, set(step.component_of.values()) - set(components)
    is_partial = is_start and bool(components) and set(step.component_of) != set(step.kinds)
    needs = (
        ("component_of", bool(step.component_of) and not is_start, "only_for_start_batch"),
        ("component_of", bool(unknown), "unknown_component"),
        ("component_of", is_partial, "not_for_every_kind"),
        ("guards", Guard.ALL_COMPONENTS in step.guards and not components, "no_components"),
    )
    return [(key, code) for key, is_wrong, code in needs if is_wrong]


def _past_faults(step: Step, steps: Sequence[Step]) -> list[tuple[str, str]]:
    """What is past all refusing must come after a step that let through only what is released and for a patient."""
    before = (earlier for earlier in steps if earlier.code in step.after)
    is_guarded = any(earlier.guards >= _FOR_A_PATIENT for earlier in before)
    needs = (
        ("is_past", step.is_past and step.does is not Does.INFUSE, "only_for_infuse"),
        ("is_past", step.is_past and not is_guarded, "not_after_a_guarded_step"),
    )
    return [(key, code) for key, is_wrong, code in needs if is_wrong]


def _cassette_faults(step: Step, steps: Sequence[Step]) -> list[tuple[str, str]]:
    """A cassette's label is scanned beside its container's first, and stands for it only after that."""
    cased = {kind for earlier in steps if earlier.does is Does.INTO_CASSETTE for kind in earlier.kinds}
    is_into = step.does is Does.INTO_CASSETTE
    needs = (
        (
            "items",
            is_into and frozenset(step.items) != {Item.CONTAINER, Item.CASSETTE},
            "container_and_cassette",
        ),
        ("items", not is_into and Item.CASSETTE in step.items, "only_for_into_cassette"),
        ("is_repeatable", is_into and step.is_repeatable, "not_for_into_cassette"),
        ("is_by_cassette", step.is_by_cassette and not cased & set(step.kinds), "no_step_into_cassette"),
    )
    return [(key, code) for key, is_wrong, code in needs if is_wrong]


def _step_faults(step: Step) -> list[tuple[str, str]]:
    """What one step needs to make sense on its own."""
    needs = (
        ("roles", not step.roles, "required"),
        ("items", not step.items, "required"),
        ("kinds", step.scope is not Scope.ORDER and not step.kinds, "required"),
        ("witness_roles", step.witness is not WitnessRule.NONE and not step.witness_roles, "required"),
        (
            "receiver",
            (step.witness is WitnessRule.RECEIVER) != (step.receiver is not None),
            "receiver_and_witness_differ",
        ),
        (
            "values_by",
            step.values_by is ValuesBy.WITNESS and step.witness is WitnessRule.NONE,
            "needs_witness",
        ),
        ("receiver", step.does is Does.TRANSFER and step.receiver is None, "required_for_transfer"),
        ("makes", step.does in (Does.COLLECT, Does.MAKE, Does.POOL) and step.makes is None, "required"),
        ("items", step.does is Does.APPLY_LABEL and Item.LABEL not in step.items, "label_required"),
        ("items", step.does is Does.PUT_AWAY and Item.PLACE not in step.items, "place_required"),
        (
            "hold_minutes",
            (step.hold_minutes is None) != (not step.hold_until_step),
            "hold_incomplete",
        ),
    )
    return [(key, code) for key, is_wrong, code in needs if is_wrong]


# How the containers of a step are scanned, by its scope: one of these and no other, so that a label means one thing.
_SUBJECT_ITEMS = {
    Scope.ORDER: [frozenset[Item]()],
    Scope.CONTAINER: [frozenset({Item.CONTAINER}), frozenset({Item.LABEL})],
    Scope.BATCH: [frozenset({Item.CONTAINERS})],
}
_SCOPES = {Does.COLLECT: {Scope.ORDER}, Does.POOL: {Scope.BATCH}, Does.START_BATCH: {Scope.CONTAINER}}
_ANY_SCOPE = frozenset({Does.NOTHING})


def _shape_faults(step: Step) -> list[tuple[str, str]]:
    """Scope, items and effect have to fit each other; codes and kinds have to fit their columns."""
    containers = frozenset(step.items) & {Item.CONTAINER, Item.CONTAINERS, Item.LABEL}
    scopes = _SCOPES.get(step.does, set(Scope) if step.does in _ANY_SCOPE else {Scope.CONTAINER, Scope.BATCH})
    kinds = (*step.kinds, *([step.makes.kind] if step.makes else []))
    needs = (
        ("items", containers not in _SUBJECT_ITEMS[step.scope], f"not_the_items_of_scope_{step.scope}"),
        ("items", len(set(step.items)) < len(step.items), "repeated"),
        ("guards", step.scope is Scope.ORDER and step.guards & _OF_CONTAINERS, "not_for_this_scope"),
        ("scope", step.scope not in scopes, "not_for_this_effect"),
        ("code", len(step.code) > MAX_CODE, "too_long"),
        ("kinds", any(len(kind) > MAX_KIND for kind in kinds), "too_long"),
    )
    return [(key, code) for key, is_wrong, code in needs if is_wrong]


def _value_faults(step: Step) -> list[tuple[str, str]]:
    """Values have a name each and a range that is not empty; a count of containers has lawful ends."""
    counts = {value.name: value for value in step.values if value.is_count}
    wanted = step.makes.count_from if step.makes else ""
    count = counts.get(wanted)
    is_bounded = count is None or ((count.low or 0) >= 1 and 1 <= (count.high or 0) <= MAX_CHILDREN)
    needs = (
        ("makes", bool(wanted) and count is None, "unknown_count"),
        ("makes", bool(wanted) and not is_bounded, f"count_not_from_1_to_{MAX_CHILDREN}"),
        (
            "values",
            any(v.is_weight and (v.unit != "kg" or v.choices) for v in step.values),
            "weight_not_in_kg",
        ),
        ("values", sum(v.is_weight for v in step.values) > 1, "weight_repeated"),
        ("values", len({value.name for value in step.values}) < len(step.values), "repeated"),
        (
            "values",
            any(v.low is not None and v.high is not None and v.low > v.high for v in step.values),
            "empty_range",
        ),
    )
    return [(key, code) for key, is_wrong, code in needs if is_wrong]
