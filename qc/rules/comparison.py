"""What changed between two versions of a specification, field by field, and whether it became stricter.

Stricter: with all else as it was, whatever meets the new one met the old one. Looser: the other way round. Where
numbers are not of one kind any more (another unit, other decimals, another basis), and where that depends on more than
this field, it is neither: a person has to look.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from qc.rules.criterion import Criterion, Sort
from qc.rules.dose import Dose, DoseKind, Window
from qc.rules.limits import Limit
from qc.rules.specification import Alternatives, Specification


class ChangeKind(StrEnum):
    """What became of a criterion, a field, or a group of alternatives."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Tightness(StrEnum):
    """What a change does to what passes."""

    STRICTER = "stricter"
    LOOSER = "looser"
    NEITHER = "neither"


@dataclass(frozen=True)
class Change:
    """One difference. `criterion` is the code of a criterion or group, empty for the header; `field` a path in it,
    empty where the whole of it came or went. `old` and `new` as short texts, empty where there is nothing."""

    kind: ChangeKind
    criterion: str
    field: str
    old: str
    new: str
    tightness: Tightness


class _Way(StrEnum):
    """How a field's value bears on what passes."""

    PLAIN = "plain"
    LOW = "low"
    HIGH = "high"
    MORE = "more"  # the more, the stricter; nothing is the loosest
    LESS = "less"  # the less, the stricter; nothing is the loosest
    ALLOWED = "allowed"  # a set of what is allowed: the fewer, the stricter
    NEEDED = "needed"


@dataclass(frozen=True)
class _Field:
    """A field as it is compared; two are comparable only in one frame."""

    value: Any
    way: _Way = _Way.PLAIN
    frame: tuple[Any, ...] = ()


def changes(old: Specification, new: Specification) -> list[Change]:
    """Every difference: the header's, then the criteria's in the order of the new one, then those of alternatives."""
    found = list(_compared("", _header(old), _header(new)))
    before = {criterion.code: criterion for criterion in old.criteria}
    after = {criterion.code: criterion for criterion in new.criteria}
    common_old = [code for code in before if code in after]
    common_new = [code for code in after if code in before]
    if common_old != common_new:
        texts = (", ".join(common_old), ", ".join(common_new))
        found.append(Change(ChangeKind.CHANGED, "", "order", *texts, Tightness.NEITHER))
    for code, criterion in after.items():
        if code in before:
            found += _compared(code, _fields(before[code]), _fields(criterion))
        else:
            does = _of_whole(new, criterion, Tightness.STRICTER)
            found.append(Change(ChangeKind.ADDED, code, "", "", criterion.title, does))
    for code, criterion in before.items():
        if code not in after:
            does = _of_whole(old, criterion, Tightness.LOOSER)
            found.append(Change(ChangeKind.REMOVED, code, "", criterion.title, "", does))
    return found + list(_of_groups(old, new))


def _of_whole(of: Specification, criterion: Criterion, otherwise: Tightness) -> Tightness:
    """Of an alternative the group says it; what is only reported, and late, hinders nothing."""
    is_alternative = of.group_of(criterion.code) is not None
    hinders = criterion.is_judged or criterion.is_needed_for_release
    return otherwise if hinders and not is_alternative else Tightness.NEITHER


# --- fields ---------------------------------------------------------------------------------------------------------


def _header(it: Specification) -> dict[str, _Field]:
    names = ("name", "product", "region", "phase", "subject")
    return {name: _Field(getattr(it, name)) for name in names}


def _fields(it: Criterion) -> dict[str, _Field]:
    plain = (
        *("title", "method", "unit", "decimals", "possible_low", "possible_high", "choices", "source"),
        *("final", "basis", "reported_as", "effect"),
    )
    frame = (it.sort, it.unit, it.decimals, it.basis, it.reported_as, it.dose is None)
    made = {name: _Field(getattr(it, name)) for name in plain}
    made |= {
        "sort": _Field(it.sort, _Way.NEEDED),
        "timing": _Field(it.timing, _Way.NEEDED),
        "low": _Field(it.low, _Way.LOW, frame),
        "high": _Field(it.high, _Way.HIGH, frame),
        "accepted": _Field(it.accepted, _Way.ALLOWED, (it.sort,)),
        "method_version": _Field(it.method_version, _Way.MORE, (it.method,)),
        "not_before_hours": _Field(it.not_before_hours, _Way.MORE),
        "weight_max_age_days": _Field(it.weight_max_age_days, _Way.LESS),
        "may_be_not_tested": _Field(it.may_be_not_tested, _Way.ALLOWED),
    }
    if it.replicates is not None:
        made |= {
            "replicates.count": _Field(it.replicates.count),
            "replicates.report": _Field(it.replicates.report),
            "replicates.max_cv_percent": _Field(it.replicates.max_cv_percent, _Way.LESS),
        }
    return made | (_dose_fields(it, it.dose) if it.dose is not None else {})


def _dose_fields(it: Criterion, dose: Dose) -> dict[str, _Field]:
    frame = (it.unit, it.reported_as, dose.kind)
    made = {"dose.kind": _Field(dose.kind)}
    reach = tuple(band.upto_kg for band in dose.bands)
    for n, band in enumerate(dose.bands):
        path = f"dose.bands[{n}]" if dose.kind is DoseKind.WEIGHT_BAND else "dose"
        made |= _window_fields(path, band.window, (*frame, reach))
        if dose.kind is DoseKind.WEIGHT_BAND:
            made[f"{path}.upto_kg"] = _Field(band.upto_kg)
    for component in dose.components:
        path = f"dose.{component.code}"
        made[f"{path}.title"] = _Field(component.title)
        made |= _window_fields(path, component.window, frame)
    for name, window in (("total", dose.total), ("ratio", dose.ratio), ("cap", dose.cap)):
        made |= _window_fields(f"dose.{name}", window, frame) if window is not None else {}
    # A lower cap also lets the window of the heaviest begin lower: that is stricter only where it has no beginning.
    if dose.cap is not None and dose.bands[0].window.low is not None:
        made["dose.cap.high"] = _Field(dose.cap.high)
    return made


def _window_fields(path: str, window: Window, frame: tuple[Any, ...]) -> dict[str, _Field]:
    inner = (*frame, window.unit, window.basis, window.decimals)
    return {
        f"{path}.unit": _Field(window.unit),
        f"{path}.basis": _Field(window.basis),
        f"{path}.decimals": _Field(window.decimals),
        f"{path}.target": _Field(window.target),
        f"{path}.tolerance_percent": _Field(window.tolerance_percent),
        f"{path}.low": _Field(window.low, _Way.LOW, inner),
        f"{path}.high": _Field(window.high, _Way.HIGH, inner),
    }


_NOTHING = _Field(None)


def _compared(code: str, old: Mapping[str, _Field], new: Mapping[str, _Field]) -> Iterator[Change]:
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name, _NOTHING), new.get(name, _NOTHING)
        if _is_nothing(before.value) and _is_nothing(after.value):
            continue
        if before.value != after.value:
            texts = (_text(before.value, name), _text(after.value, name))
            yield Change(ChangeKind.CHANGED, code, name, *texts, _tightness(before, after))


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", ())


def _text(value: Any, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Limit):
        sign = (">" if value.is_inclusive is False else "≥") if name.endswith("low") else ""
        sign = sign or ("≤" if value.is_inclusive else "<")
        return f"{sign} {value.value:f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return " | ".join(value) if isinstance(value, tuple) else str(value)


# --- stricter or looser ---------------------------------------------------------------------------------------------


def _tightness(old: _Field, new: _Field) -> Tightness:
    way = new.way if new.way is not _Way.PLAIN else old.way
    both_said = old is not _NOTHING and new is not _NOTHING
    if way is _Way.PLAIN or (both_said and (old.way is not new.way or old.frame != new.frame)):
        return Tightness.NEITHER
    if way is _Way.NEEDED:
        return _by(_rank_needed(old.value), _rank_needed(new.value))
    if way is _Way.ALLOWED:
        return _of_sets(set(old.value or ()), set(new.value or ()))
    if not both_said and way in (_Way.LOW, _Way.HIGH):
        return Tightness.NEITHER
    rank = _RANKS[way]
    return _by(rank(old.value), rank(new.value))


def _by(old: tuple[Any, ...], new: tuple[Any, ...]) -> Tightness:
    if old == new:
        return Tightness.NEITHER
    return Tightness.STRICTER if new > old else Tightness.LOOSER


def _of_sets(old: set[str], new: set[str]) -> Tightness:
    if new < old:
        return Tightness.STRICTER
    return Tightness.LOOSER if old < new else Tightness.NEITHER


def _rank_needed(value: Any) -> tuple[int]:
    """A sort by whether it is judged; a timing by whether a release waits for it."""
    return (0,) if value in (Sort.REPORT, "final") else (1,)


def _rank_low(limit: Limit | None) -> tuple[Any, ...]:
    return (0,) if limit is None else (1, limit.value, not limit.is_inclusive)


def _rank_high(limit: Limit | None) -> tuple[Any, ...]:
    return (0,) if limit is None else (1, -limit.value, not limit.is_inclusive)


def _rank_more(value: Any) -> tuple[Any, ...]:
    return (0,) if value is None else (1, value)


def _rank_less(value: Any) -> tuple[Any, ...]:
    return (0,) if value is None else (1, -value)


_RANKS: Mapping[_Way, Callable[[Any], tuple[Any, ...]]] = {
    _Way.LOW: _rank_low,
    _Way.HIGH: _rank_high,
    _Way.MORE: _rank_more,
    _Way.LESS: _rank_less,
}


# --- alternatives ---------------------------------------------------------------------------------------------------


def _of_groups(old: Specification, new: Specification) -> Iterator[Change]:
    before = {group.code: group for group in old.any_of}
    after = {group.code: group for group in new.any_of}
    for code, group in after.items():
        if code not in before:
            yield Change(ChangeKind.ADDED, code, "", "", _members(group), _of_new_group(old, group))
            continue
        was = before[code]
        if was.title != group.title:
            yield Change(ChangeKind.CHANGED, code, "title", was.title, group.title, Tightness.NEITHER)
        if set(was.criteria) != set(group.criteria):
            # One more way to pass is looser.
            does = _of_sets(set(was.criteria), set(group.criteria))
            yield Change(ChangeKind.CHANGED, code, "criteria", _members(was), _members(group), does)
    for code, group in before.items():
        if code not in after:
            yield Change(ChangeKind.REMOVED, code, "", _members(group), "", _of_old_group(new, group))


def _members(group: Alternatives) -> str:
    return " | ".join(group.criteria)


def _of_new_group(old: Specification, group: Alternatives) -> Tightness:
    """Of what was asked for one by one, one is enough now. Where nothing was asked for, something is."""
    known = [code for code in group.criteria if old.criterion(code) is not None]
    if not known:
        return Tightness.STRICTER
    return Tightness.LOOSER if any(old.group_of(code) is None for code in known) else Tightness.NEITHER


def _of_old_group(new: Specification, group: Alternatives) -> Tightness:
    """Of what was enough one by one, all that is left is asked for now."""
    left = [code for code in group.criteria if new.criterion(code) is not None]
    if not left:
        return Tightness.LOOSER
    return Tightness.STRICTER if any(new.group_of(code) is None for code in left) else Tightness.NEITHER
