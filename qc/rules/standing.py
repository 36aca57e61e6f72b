"""How far results meet a specification, line by line: a criterion, or several of which one is enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qc.rules.criterion import Criterion, Effect
from qc.rules.limits import Verdict
from qc.rules.specification import Alternatives, Specification


class Standing(StrEnum):
    """Where one line stands."""

    MET = "met"
    REPORTED = "reported"
    WAIVED = "waived"
    FAILING = "failing"
    UNDECIDED = "undecided"
    NOT_TESTED = "not_tested"
    MISSING = "missing"


# Nothing more is wanted of a line that stands so.
SATISFIED = frozenset({Standing.MET, Standing.REPORTED, Standing.WAIVED})


class GroupVerdict(StrEnum):
    """What criteria of which one is enough come to."""

    PASS = "pass"  # noqa: S105  (a verdict, not a secret)
    FAIL = "fail"
    UNDECIDED = "undecided"
    MISSING = "missing"


@dataclass(frozen=True)
class Found:
    """The result that counts for a criterion: its verdict; and the reason, where nothing was tested."""

    verdict: Verdict
    not_tested: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a specification as a release asks for it. `criteria` has several where one of them is enough."""

    code: str
    title: str
    criteria: tuple[Criterion, ...]
    standing: Standing

    @property
    def is_needed_for_release(self) -> bool:
        """Whether a release waits for it; alternatives have one timing."""
        return self.criteria[0].is_needed_for_release

    @property
    def is_satisfied(self) -> bool:
        """Whether nothing more is wanted of it."""
        return self.standing in SATISFIED


def standing(criterion: Criterion, found: Found | None) -> Standing:
    """Where one criterion stands. What was not tested is enough only for a reason that the criterion allows."""
    if found is None:
        return Standing.MISSING
    if found.not_tested:
        is_allowed = found.not_tested in criterion.may_be_not_tested
        return Standing.WAIVED if is_allowed else Standing.NOT_TESTED
    if not criterion.is_judged:
        return Standing.REPORTED
    return _BY_VERDICT[found.verdict]


_BY_VERDICT: Mapping[Verdict, Standing] = {
    Verdict.PASS: Standing.MET,
    Verdict.FAIL: Standing.FAILING,
    Verdict.NOT_JUDGED: Standing.UNDECIDED,
}


def judge_group(group: Alternatives, verdicts: Mapping[str, Verdict]) -> GroupVerdict:
    """One that passes is enough, whatever the others say. It fails only when all are there and all fail."""
    known = [verdicts[code] for code in group.criteria if code in verdicts]
    if Verdict.PASS in known:
        return GroupVerdict.PASS
    if len(known) < len(group.criteria):
        return GroupVerdict.MISSING
    return GroupVerdict.UNDECIDED if Verdict.NOT_JUDGED in known else GroupVerdict.FAIL


_BY_GROUP: Mapping[GroupVerdict, Standing] = {
    GroupVerdict.PASS: Standing.MET,
    GroupVerdict.FAIL: Standing.FAILING,
    GroupVerdict.UNDECIDED: Standing.UNDECIDED,
    GroupVerdict.MISSING: Standing.MISSING,
}


def lines(specification: Specification, found: Mapping[str, Found]) -> tuple[Line, ...]:
    """Every line in the order of the specification; alternatives stand where the first of them does.

    `found` holds the result that counts of each criterion that has one, by the criterion's code.
    """
    made: list[Line] = []
    for criterion in specification.criteria:
        group = specification.group_of(criterion.code)
        if group is None:
            here = standing(criterion, found.get(criterion.code))
            made.append(Line(criterion.code, criterion.title, (criterion,), here))
        elif group.code not in {line.code for line in made}:
            made.append(_group_line(specification, group, found))
    return tuple(made)


def _group_line(specification: Specification, group: Alternatives, found: Mapping[str, Found]) -> Line:
    """What was not tested is not judged, so that it can neither meet nor fail the group, allowed or not."""
    verdicts = {code: result.verdict for code, result in found.items()}
    members = tuple(criterion for criterion in specification.criteria if criterion.code in group.criteria)
    return Line(group.code, group.title, members, _BY_GROUP[judge_group(group, verdicts)])


def effects(specification: Specification, found: Mapping[str, Found]) -> tuple[tuple[Criterion, Effect], ...]:
    """What failing starting material leads to: each failing criterion that says so, with its effect.

    A criterion that fails beside an alternative that passes has none.
    """
    failing = {
        criterion.code
        for line in lines(specification, found)
        if line.standing is Standing.FAILING
        for criterion in line.criteria
    }
    return tuple(
        (criterion, criterion.effect)
        for criterion in specification.criteria
        if criterion.code in failing and criterion.effect is not None
    )
