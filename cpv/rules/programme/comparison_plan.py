"""A comparison before and after a change, as a controlled document of kind `cpv_comparison` (schema 1).

It says what changed and when, which batches count as before and which as after, what of them is compared, within which
margins, with which power, and how often anybody may look. Approved before the first result after the change it is the
plan of a confirmation; approved later it is none (`cpv.rules.programme.arranging.standing_of`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cpv.rules.basis import NotComputable
from cpv.rules.comparability import (
    Attribute,
    Design,
    Expected,
    Margin,
    Method,
    Plan,
    Rank,
    Scale,
    Sequential,
    Shape,
    Sizes,
    boundaries,
    faults,
)
from people.rules.days import can_be_told
from people.rules.documents import Problem
from qc.rules.reading import Reader
from qc.rules.specification_reading import CODE, SpecificationReader

KIND = "cpv_comparison"
SCHEMA = 1
MOST_ATTRIBUTES, MOST_LOTS, MOST_LOOKS, MOST_WORDS = 50, 10_000, 20, 2000


class PartedBy(StrEnum):
    """By what batches part into before and after: the start of manufacture, their component, or lists of codes."""

    TIME = "time"
    COMPONENT = "component"
    LISTS = "lists"


@dataclass(frozen=True)
class Parting:
    """TIME: what began before the change, and what began at it or later. COMPONENT: one component each side. LISTS:
    the codes of batches; what is in neither list takes no part.
    """

    by: PartedBy
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What was changed, and the code of its change control."""

    what: str
    reference: str


@dataclass(frozen=True)
class Monitoring:
    """Looks at the differences while lots come in: at which shares of the lots planned after the change, rising."""

    looks: tuple[float, ...]
    shape: Shape
    alpha: float = 0.05

    @property
    def boundaries(self) -> Sequential:
        """The boundaries of the looks, and what of alpha each has spent. Raises NotComputable as `boundaries`."""
        return boundaries(self.looks, alpha=self.alpha, shape=self.shape)


@dataclass(frozen=True)
class ComparisonPlan:
    """The whole document. `plan` is the code of the `cpv_plan` that its attributes are parameters of.

    `statistics` is what is compared and how. `with_history`: codes of paired attributes that are concluded by the model
    that takes other lots from before the change in. `sites`: whose batches; empty for those of the document's own site.
    """

    title: str
    plan: str
    product: str
    change: Change
    parting: Parting
    statistics: Plan
    monitoring: Monitoring | None = None
    with_history: frozenset[str] = frozenset()
    sites: tuple[str, ...] = ()


_FIELDS = {
    *("title", "plan", "product", "change", "change_at", "parting", "alpha", "wanted_power", "attributes"),
    *("monitoring", "sites"),
}
# What `faults` reckons with: with a fault in one of these there is nothing to reckon.
_STATISTICS = ("attributes", "alpha", "wanted_power", "change_at")


def parse(content: Any) -> tuple[ComparisonPlan | None, tuple[Problem, ...]]:
    """Read the document. Answers (plan, ()) or (None, every fault)."""
    found: list[Problem] = []
    reader = SpecificationReader(content, "", found)
    reader.close(_FIELDS)
    raw = reader.items("attributes", 1, MOST_ATTRIBUTES)
    attributes = tuple(_attribute(it, f"attributes[{n}]", found) for n, it in enumerate(raw))
    statistics = Plan(
        change_at=_moment(reader),
        attributes=tuple(attribute for attribute, _ in attributes),
        alpha=_share(reader, "alpha", 0.05),
        wanted_power=_share(reader, "wanted_power", 0.8),
    )
    plan = ComparisonPlan(
        title=reader.text("title", is_required=True),
        plan=reader.text("plan", is_required=True, most=32),
        product=reader.text("product", is_required=True, most=32),
        change=_change(reader),
        parting=_parting(reader),
        statistics=statistics,
        monitoring=_monitoring(reader),
        with_history=frozenset(one.code for one, is_with in attributes if is_with),
        sites=reader.texts("sites"),
    )
    if not any(it.path.startswith(_STATISTICS) for it in found):
        found += _of_statistics(statistics)
    return (None, tuple(found)) if found else (plan, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a plan; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _of_statistics(plan: Plan) -> list[Problem]:
    """What `cpv.rules.comparability.faults` finds, each at the attribute that it is about."""
    places = {one.code: f"attributes[{n}]" for n, one in reversed(list(enumerate(plan.attributes)))}
    known = {code.strip().casefold(): place for code, place in places.items()}
    return [
        Problem(
            known.get(it.attribute.strip().casefold(), "attributes") if it.attribute else "",
            str(it.fault),
            {} if it.power is None else {"power": f"{it.power:.2f}", "wanted": f"{plan.wanted_power:.2f}"},
        )
        for it in faults(plan)
    ]


def _moment(reader: Reader) -> datetime:
    raw = reader.text("change_at", is_required=True, most=40)
    try:
        found = datetime.fromisoformat(raw)
    except ValueError:
        found = None
    if found is not None and can_be_told(found):
        return found
    if raw.strip():
        reader.fault("change_at", "not_a_moment")
    return datetime(1970, 1, 1, tzinfo=UTC)


def _share(reader: Reader, key: str, default: float) -> float:
    value = reader.number(key)
    return default if value is None else float(value)


def _change(reader: Reader) -> Change:
    inner = Reader(reader.data.get("change", {}), "change", reader.faults)
    inner.close({"what", "reference"})
    return Change(
        what=inner.text("what", is_required=True, most=MOST_WORDS),
        reference=inner.text("reference", is_required=True, most=80),
    )


def _parting(reader: Reader) -> Parting:
    inner = Reader(reader.data.get("parting", {"by": PartedBy.TIME.value}), "parting", reader.faults)
    by = inner.one("by", PartedBy, PartedBy.TIME)
    if by is PartedBy.TIME:
        inner.close({"by"})
        return Parting(by)
    inner.close({"by", "before", "after"})
    if by is PartedBy.LISTS:
        sides = {key: inner.texts(key) for key in ("before", "after")}
    else:
        named = {key: inner.text(key, is_required=True, most=40) for key in ("before", "after")}
        sides = {key: (name,) if name.strip() else () for key, name in named.items()}
    for key in sides:
        if by is PartedBy.LISTS and not sides[key]:
            inner.fault(key, "required")
    if set(sides["before"]) & set(sides["after"]):
        inner.fault("after", "on_both_sides")
    return Parting(by, **sides)


def _monitoring(reader: SpecificationReader) -> Monitoring | None:
    if reader.data.get("monitoring") is None:
        return None
    inner = reader.inner("monitoring")
    inner.close({"looks", "shape", "alpha"})
    before = len(reader.faults)
    raw = inner.items("looks", 1, MOST_LOOKS)
    shares = [
        Reader({"": text}, f"monitoring.looks[{n}]", reader.faults).number("") for n, text in enumerate(raw)
    ]
    shape = inner.one("shape", Shape, Shape.OBRIEN_FLEMING_SPENDING)
    found = Monitoring(
        looks=tuple(float(share) for share in shares if share is not None),
        shape=shape,
        alpha=_share(inner, "alpha", 0.05),
    )
    if len(reader.faults) > before:
        return None
    try:
        _ = found.boundaries
    except NotComputable as reason:
        inner.fault("alpha" if reason.about == "alpha" else "looks", f"looks_{reason.why}")
    return found


_ATTRIBUTE = {
    *("code", "rank", "method", "design", "sizes", "margin", "unit", "justification", "expected"),
    *("sd_of_differences", "k", "with_history"),
}


def _attribute(raw: Any, path: str, found: list[Problem]) -> tuple[Attribute, bool]:
    """One attribute, and whether lots of history help to conclude on it."""
    reader = SpecificationReader(raw, path, found)
    reader.close(_ATTRIBUTE)
    code = reader.text("code", is_required=True, most=32)
    if code and not CODE.fullmatch(code):
        reader.fault("code", "code_shape")
    method = reader.one("method", Method, Method.VISUAL)
    sizes = _sizes(reader, method)
    is_with = reader.flag("with_history")
    if is_with and sizes.design is not Design.PAIRED:
        reader.fault("with_history", "only_for_pairs")
    factor, sd = reader.number("k"), reader.number("sd_of_differences")
    attribute = Attribute(
        code=code,
        rank=reader.one("rank", Rank, Rank.LOW),
        method=method,
        sizes=sizes,
        margin=_margin(reader),
        unit=reader.text("unit", most=40),
        justification=reader.text("justification", most=MOST_WORDS),
        expected=_expected(reader, sizes.design),
        sd_difference=None if sd is None else float(sd),
        k=3.0 if factor is None else float(factor),
    )
    return attribute, is_with


def _sizes(reader: SpecificationReader, method: Method) -> Sizes:
    design = reader.maybe("design", Design) or Design.WELCH
    if "sizes" not in reader.data:
        if method is not Method.VISUAL:
            reader.fault("sizes", "required")
        return Sizes(0, 0, design)
    inner = reader.inner("sizes")
    inner.close({"before", "after"})
    return Sizes(inner.count("before", 0, MOST_LOTS), inner.count("after", 0, MOST_LOTS), design)


def _margin(reader: SpecificationReader) -> Margin | None:
    if "margin" not in reader.data:
        return None
    inner = reader.inner("margin")
    inner.close({"lower", "upper", "scale"})
    lower, upper = inner.number("lower"), inner.number("upper")
    return Margin(
        lower=None if lower is None else float(lower),
        upper=None if upper is None else float(upper),
        scale=inner.maybe("scale", Scale) or Scale.RAW,
    )


def _expected(reader: SpecificationReader, design: Design) -> Expected | None:
    """Spreads on both sides and the true difference; of pairs the difference alone."""
    if "expected" not in reader.data:
        return None
    inner = reader.inner("expected")
    is_paired = design is Design.PAIRED
    inner.close({"difference"} if is_paired else {"before", "after", "difference"})
    read = {key: inner.number(key) for key in ("before", "after", "difference")}
    for key in () if is_paired else ("before", "after"):
        if key not in inner.data:
            inner.fault(key, "required")
    # the spreads of single lots take no part in the power of pairs
    spread = {key: 1.0 if value is None else float(value) for key, value in read.items()}
    return Expected(spread["before"], spread["after"], float(read["difference"] or 0))
