"""What changed between two specifications, and whether it became stricter."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.comparison import Change, ChangeKind, Tightness, changes
from qc.rules.criteria import Criterion, Facts, Quantity, Word, assess
from qc.rules.specification import Specification
from tests.qc.rules.criteria_given import PASS, changed, dose, facts, limit, raw, read, sides

UP, DOWN, EVEN = Tightness.STRICTER, Tightness.LOOSER, Tightness.NEITHER
WORDS = {"sort": "quality", "unit": "", "choices": ["a", "b", "c"], "accepted": ["a", "b"]}
BASE: dict[str, Any] = {
    "name": "S",
    "criteria": [
        raw(code="N", decimals=1, **sides(">=80.0", "<95.0")),
        raw(code="W", **WORDS),
        raw(code="I", timing="interim", final="F", not_before_hours=72, method_version=2, **WORDS),
        raw(code="F", timing="final", **WORDS),
        raw(code="R", sort="report", may_be_not_tested=["sample_lost"]),
        raw(
            code="D",
            unit="10*6",
            decimals=1,
            weight_max_age_days=14,
            dose={"kind": "capped", "cap": {"high": limit("<=200")}} | sides(">=0.5", "<=2.0"),
            replicates={"count": 2, "report": "mean", "max_cv_percent": "20"},
        ),
        raw(code="A", **sides(">=1")),
        raw(code="B", **sides(">=1")),
        raw(code="L", timing="final", **sides(">=1")),
    ],
    "any_of": [{"code": "G", "title": "G", "criteria": ["A", "B"]}],
}


def test_nothing_changed():
    assert changes(read(BASE), read(copy.deepcopy(BASE))) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("name", "T", [("", "name", "S", "T", EVEN)]),
        ("product", "CD19", [("", "product", "", "CD19", EVEN)]),
        ("criteria.0.title", "New", [("N", "title", "X", "New", EVEN)]),
        ("criteria.0.low", limit(">=81"), [("N", "low", "≥ 80.0", "≥ 81", UP)]),
        ("criteria.0.low", limit(">80"), [("N", "low", "≥ 80.0", "> 80", UP)]),
        ("criteria.0.low", limit(">=79"), [("N", "low", "≥ 80.0", "≥ 79", DOWN)]),
        ("criteria.0.low", ..., [("N", "low", "≥ 80.0", "", DOWN)]),
        ("criteria.0.high", limit("<=95"), [("N", "high", "< 95.0", "≤ 95", DOWN)]),
        ("criteria.0.high", limit("<94.9"), [("N", "high", "< 95.0", "< 94.9", UP)]),
        ("criteria.0.high", ..., [("N", "high", "< 95.0", "", DOWN)]),
        ("criteria.0.decimals", 2, [("N", "decimals", "1", "2", EVEN)]),
        ("criteria.0.unit", "g", [("N", "unit", "%", "g", EVEN)]),
        ("criteria.0.possible_high", "100", [("N", "possible_high", "", "100", EVEN)]),
        ("criteria.0.timing", "in_process", [("N", "timing", "release", "in_process", EVEN)]),
        ("criteria.0.timing", "final", [("N", "timing", "release", "final", DOWN)]),
        ("criteria.0.method_version", 1, [("N", "method_version", "", "1", UP)]),
        (
            "criteria.0.may_be_not_tested",
            ["sample_lost"],
            [("N", "may_be_not_tested", "", "sample_lost", DOWN)],
        ),
        (
            "criteria.0.replicates",
            {"count": 3, "report": "median"},
            [("N", "replicates.count", "", "3", EVEN), ("N", "replicates.report", "", "median", EVEN)],
        ),
        ("criteria.1.accepted", ["a"], [("W", "accepted", "a | b", "a", UP)]),
        ("criteria.1.accepted", ["a", "b", "c"], [("W", "accepted", "a | b", "a | b | c", DOWN)]),
        ("criteria.1.accepted", ["a", "c"], [("W", "accepted", "a | b", "a | c", EVEN)]),
        ("criteria.1.accepted", ["b", "a"], [("W", "accepted", "a | b", "b | a", EVEN)]),
        ("criteria.2.not_before_hours", 73, [("I", "not_before_hours", "72", "73", UP)]),
        ("criteria.2.not_before_hours", ..., [("I", "not_before_hours", "72", "", DOWN)]),
        ("criteria.2.method_version", 1, [("I", "method_version", "2", "1", DOWN)]),
        ("criteria.2.method", "other", [("I", "method", "m", "other", EVEN)]),
        ("criteria.2.final", ..., [("I", "final", "F", "", EVEN)]),
        ("criteria.8.timing", "release", [("L", "timing", "final", "release", UP)]),
        ("criteria.4.may_be_not_tested", ..., [("R", "may_be_not_tested", "sample_lost", "", UP)]),
        ("criteria.5.weight_max_age_days", 7, [("D", "weight_max_age_days", "14", "7", UP)]),
        ("criteria.5.weight_max_age_days", 15, [("D", "weight_max_age_days", "14", "15", DOWN)]),
        ("criteria.5.replicates.max_cv_percent", "15", [("D", "replicates.max_cv_percent", "20", "15", UP)]),
        ("criteria.5.replicates.max_cv_percent", ..., [("D", "replicates.max_cv_percent", "20", "", DOWN)]),
        ("criteria.5.replicates.count", 3, [("D", "replicates.count", "2", "3", EVEN)]),
        ("criteria.5.dose.low", limit(">=0.6"), [("D", "dose.low", "≥ 0.5", "≥ 0.6", UP)]),
        ("criteria.5.dose.high", limit("<=2.1"), [("D", "dose.high", "≤ 2.0", "≤ 2.1", DOWN)]),
        ("criteria.5.dose.cap.high", limit("<=150"), [("D", "dose.cap.high", "≤ 200", "≤ 150", EVEN)]),
        ("any_of.0.title", "H", [("G", "title", "G", "H", EVEN)]),
        ("any_of.0.criteria", ["A", "B", "N"], [("G", "criteria", "A | B", "A | B | N", DOWN)]),
        ("any_of.0.criteria", ["B", "A"], []),
    ],
)
def test_what_changed(path: str, value: Any, expected: list[tuple[Any, ...]]):
    found = changes(read(BASE), read(changed(BASE, path, value)))
    assert all(change.kind is ChangeKind.CHANGED for change in found)
    assert [(x.criterion, x.field, x.old, x.new, x.tightness) for x in found] == expected


def test_what_is_stricter_one_way_is_looser_the_other():
    for path, value in (
        ("criteria.0.low", limit(">=81")),
        ("criteria.1.accepted", ["a"]),
        ("criteria.8.timing", "release"),
        ("criteria.5.weight_max_age_days", 7),
        ("criteria.2.not_before_hours", 80),
    ):
        there = changes(read(BASE), read(changed(BASE, path, value)))
        back = changes(read(changed(BASE, path, value)), read(BASE))
        assert [change.tightness for change in there] == [UP]
        assert [change.tightness for change in back] == [DOWN]
        assert (there[0].old, there[0].new) == (back[0].new, back[0].old)


def test_limits_of_another_kind_of_number_are_not_compared():
    other = changed(BASE, "criteria.0", raw(code="N", decimals=0, **sides(">=90")))
    found = {change.field: change.tightness for change in changes(read(BASE), read(other))}
    assert found == {"decimals": EVEN, "low": EVEN, "high": EVEN}


def test_a_cap_without_a_lower_limit_is_compared():
    base = changed(BASE, "criteria.5.dose.low", ...)
    lower = changed(base, "criteria.5.dose.cap.high", limit("<=150"))
    assert [(c.field, c.tightness) for c in changes(read(base), read(lower))] == [("dose.cap.high", UP)]


BANDS = {
    "kind": "weight_band",
    "bands": [{"upto_kg": "50", "basis": "per_kg"} | sides(">=1"), {"basis": "flat"} | sides(">=9")],
}
PARTS = {
    "kind": "components",
    "components": [{"code": code, "title": code} | sides(">=1") for code in ("P", "Q")],
    "total": sides("<=110"),
}


def with_dose(window: dict[str, Any], *, aged: bool = True) -> Specification:
    more = {"weight_max_age_days": 14} if aged else {}
    return read({"name": "S", "criteria": [raw(code="D", unit="10*6", dose=window, **more)]})


def test_bands_and_components_are_compared_window_by_window():
    fewer = copy.deepcopy(BANDS)
    fewer["bands"][1]["low"] = limit(">=8")
    found = changes(with_dose(BANDS), with_dose(fewer))
    assert [(c.field, c.tightness) for c in found] == [("dose.bands[1].low", DOWN)]
    moved = copy.deepcopy(fewer)
    moved["bands"][0]["upto_kg"] = "60"
    found = changes(with_dose(BANDS), with_dose(moved))
    assert {c.field: c.tightness for c in found} == {"dose.bands[0].upto_kg": EVEN, "dose.bands[1].low": EVEN}
    more = copy.deepcopy(PARTS)
    more["components"][1]["low"], more["total"] = limit(">=2"), sides("<=120")
    found = changes(with_dose(PARTS, aged=False), with_dose(more, aged=False))
    assert [(c.field, c.tightness) for c in found] == [("dose.Q.low", UP), ("dose.total.high", DOWN)]


def test_another_kind_of_dose_is_for_people_to_look_at():
    found = changes(with_dose(BANDS), with_dose(PARTS, aged=False))
    assert {c.tightness for c in found if c.field.startswith("dose")} == {EVEN}
    assert ("dose.kind", "weight_band", "components") in [(c.field, c.old, c.new) for c in found]


def criteria(*codes: str, any_of: tuple[str, ...] = (), late: tuple[str, ...] = ()) -> Specification:
    made = [raw(code=code, timing="final" if code in late else "release", **sides(">=1")) for code in codes]
    group = [{"code": "G", "title": "G", "criteria": list(any_of)}] if any_of else []
    return read({"name": "S", "criteria": made, "any_of": group})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (criteria("A"), criteria("A", "B"), [("added", "B", UP)]),
        (criteria("A", "B"), criteria("A"), [("removed", "B", DOWN)]),
        (criteria("A"), criteria("A", "B", late=("B",)), [("added", "B", UP)]),
        (criteria("A", "B"), criteria("B", "A"), [("changed", "", EVEN)]),
        (criteria("A", "B"), criteria("A", "B", any_of=("A", "B")), [("added", "G", DOWN)]),
        (criteria("A", "B", any_of=("A", "B")), criteria("A", "B"), [("removed", "G", UP)]),
        (criteria("A"), criteria("A", "B", any_of=("A", "B")), [("added", "B", EVEN), ("added", "G", DOWN)]),
        (
            criteria("C"),
            criteria("C", "A", "B", any_of=("A", "B")),
            [("added", "A", EVEN), ("added", "B", EVEN), ("added", "G", UP)],
        ),
        (
            criteria("C", "A", "B", any_of=("A", "B")),
            criteria("C"),
            [("removed", "A", EVEN), ("removed", "B", EVEN), ("removed", "G", DOWN)],
        ),
    ],
)
def test_what_came_and_went(
    old: Specification, new: Specification, expected: list[tuple[str, str, Tightness]]
):
    assert [(c.kind, c.criterion, c.tightness) for c in changes(old, new)] == expected


def test_what_is_only_reported_and_late_hinders_nothing():
    late = {
        "name": "S",
        "criteria": [raw(code="A", **sides(">=1")), raw(code="B", sort="report", timing="final")],
    }
    assert changes(criteria("A"), read(late)) == [Change(ChangeKind.ADDED, "B", "", "", "X", EVEN)]


# --- what is said is so ---------------------------------------------------------------------------------------------


@st.composite
def quantities(draw: st.DrawFn) -> dict[str, Any]:
    low, width = draw(st.integers(0, 20)), draw(st.integers(1, 20))
    made = raw(decimals=draw(st.integers(0, 1)))
    which = draw(st.sampled_from(("low", "high", "both")))
    if which != "high":
        made["low"] = {"value": str(low), "is_inclusive": draw(st.booleans())}
    if which != "low":
        made["high"] = {"value": str(low + width), "is_inclusive": draw(st.booleans())}
    return made


def whole(it: dict[str, Any]) -> Specification:
    return read({"name": "S", "criteria": [it]})


def passes(it: Criterion, value: Any, known: Facts | None = None) -> bool:
    return assess(it, value, known).verdict is PASS


@given(quantities(), quantities(), st.decimals("-5", "50", places=2), st.sampled_from(("", "<", ">")))
def test_what_meets_the_stricter_one_met_the_looser(
    old: dict[str, Any], new: dict[str, Any], number: Decimal, sign: str
):
    before, after = whole(old), whole(new)
    found = {change.tightness for change in changes(before, after)}
    value = Quantity(number, sign)
    was, now = passes(before.criteria[0], value), passes(after.criteria[0], value)
    if found == {UP}:
        assert was or not now
    if found == {DOWN}:
        assert now or not was
    if not found:
        assert was == now


words = st.lists(st.sampled_from(("a", "b", "c")), min_size=1, unique=True)


@given(words, words, st.sampled_from(("a", "b", "c")))
def test_the_same_holds_for_words(old: list[str], new: list[str], word: str):
    before, after = whole(raw(**WORDS | {"accepted": old})), whole(raw(**WORDS | {"accepted": new}))
    found = {change.tightness for change in changes(before, after)}
    was, now = (passes(it.criteria[0], Word(word)) for it in (before, after))
    assert not (found == {UP} and now and not was)
    assert not (found == {DOWN} and was and not now)


tenths = st.integers(1, 30)


@given(
    st.tuples(tenths, tenths),
    st.tuples(tenths, tenths),
    st.integers(50, 300),
    st.decimals("0", "400", places=1),
    st.integers(5, 200),
)
def test_the_same_holds_for_doses_with_a_cap(
    old: tuple[int, int], new: tuple[int, int], cap: int, number: Decimal, kg: int
):
    def of(start: int, wide: int) -> Criterion:
        window = sides(f">={start / 10}", f"<={(start + wide) / 10}")
        return dose({"kind": "capped", "cap": {"decimals": 0} | sides(f"<={cap}")} | window)

    before, after = of(*old), of(*new)
    found = changes(Specification("S", (before,)), Specification("S", (after,)))
    tightness = {change.tightness for change in found}
    was, now = (passes(it, Quantity(number), facts(str(kg))) for it in (before, after))
    assert not (tightness == {UP} and now and not was)
    assert not (tightness == {DOWN} and was and not now)
