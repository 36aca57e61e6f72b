"""From the values of a file to the results that it would record: replicates put together, one value a criterion."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qc.rules.criteria import Reportable, reportable
from qc.rules.imports import Candidate, CriterionOf, Preview, Sense


class ImportState(StrEnum):
    """Where a file of results stands."""

    READ = "read"
    RECORDED = "recorded"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class ImportView:
    """One file of results that was handed in. `mapping` is empty where the one of the product read it."""

    id: str
    site: str
    kind: str
    mapping: str
    mapping_id: str
    run: str
    evidence: str
    sha256: str
    name: str
    state: ImportState
    tested_at: datetime
    handed_in_at: datetime
    handed_in_by: str
    recorded: int


@dataclass(frozen=True)
class Report:
    """One value that would be recorded: of which sample, from which rows, and the replicates that it comes from."""

    sample: str
    criterion: str
    value: str
    rows: tuple[int, ...]
    replicates: tuple[str, ...] = ()
    tested_at: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a value cannot be recorded, at its row; `field` names what is wrong where it is not the value."""

    row: int
    field: str
    code: str
    about: str = ""


def reports(preview: Preview, criterion_of: CriterionOf) -> tuple[tuple[Report, ...], tuple[Problem, ...]]:
    """The values that a preview comes to, and what is wrong with those that come to none.

    Raw values and readings of controls report nothing by themselves; what was not measured is no result. Several
    measurements of one criterion are replicates, for which its specification has to say what is reported.
    """
    found: list[Report] = []
    problems: list[Problem] = []
    for group in _groups(preview):
        first = group[0]
        rows = tuple(one.row for one in group)
        criterion = criterion_of(first.sample, first.criterion)
        if len({one.tested_at for one in group}) > 1:
            problems.append(Problem(first.row, "tested_at", "replicates_at_two_times", first.criterion))
        elif criterion is not None and criterion.replicates is not None:
            texts = tuple(one.reported for one in sorted(group, key=lambda one: one.replicate))
            value = reportable(criterion.replicates, texts)
            if isinstance(value, Reportable):
                found.append(Report(first.sample, first.criterion, value.text, rows, texts, first.tested_at))
            else:
                problems += [
                    Problem(rows[it.index or 0], first.field, str(it.code), it.found) for it in value
                ]
        elif len(group) > 1:
            problems.append(Problem(group[1].row, first.field, "no_rule_for_replicates", first.criterion))
        else:
            found.append(Report(first.sample, first.criterion, first.reported, rows, (), first.tested_at))
    found += [
        Report(one.sample, one.criterion, one.reported, one.rows) for one in preview.computed if not one.level
    ]
    return tuple(found), (*problems, *_twice(found))


def _groups(preview: Preview) -> Iterator[list[Candidate]]:
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for one in preview.candidates:
        if one.control is None and not one.is_raw and one.sense is not Sense.NOT_MEASURED:
            groups.setdefault((one.sample, one.criterion), []).append(one)
    yield from groups.values()


def _twice(found: Sequence[Report]) -> Iterator[Problem]:
    """A value that was read and computed from the same file: neither is taken."""
    seen: set[tuple[str, str]] = set()
    for report in found:
        key = (report.sample, report.criterion)
        if key in seen:
            yield Problem(report.rows[0], "criterion", "reported_twice", report.criterion)
        seen.add(key)
