"""A specification: the versioned list of criteria of one product, read from a controlled document (schema 2).

Schema 2 adds to schema 1 and takes nothing away: a document that uses nothing new reads, and judges, as it did.
Numbers are decimal texts ("0.5"), since a float is not what anybody wrote. `parse` answers with the specification or
with every fault found, each at its path.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from people.rules.documents import Problem
from people.rules.fields import code_problem
from qc.rules.criterion import Criterion, Timing
from qc.rules.criterion_reading import read_criterion
from qc.rules.reading import Reader
from qc.rules.specification_reading import CODE, SpecificationReader
from qc.rules.subjects import SubjectKind

KIND = "specification"
SCHEMA = 2
MAX_CRITERIA = 100
MAX_GROUPS = 20

_REGION = re.compile(r"[A-Z]{2,8}", re.ASCII)
_FIELDS = {"name", "criteria", "product", "region", "phase", "subject", "any_of", "trail_review"}


class TrailNeed(StrEnum):
    """Whether a batch is let go only once quality has looked its audit trail over, with a signature."""

    NEEDED = "needed"
    NOT_NEEDED = "not_needed"


class Phase(StrEnum):
    """The phase of development that a variant is for."""

    ONE = "1"
    ONE_TWO = "1/2"
    TWO = "2"
    TWO_THREE = "2/3"
    THREE = "3"
    COMMERCIAL = "commercial"


@dataclass(frozen=True)
class Alternatives:
    """Criteria of which one that passes is enough."""

    code: str
    title: str
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class Specification:
    """A whole specification, criteria in the order in which they are reported.

    `product` is empty where the document is called by the product's code; region and phase are empty where there are
    no variants. `trail_review`: needed, unless the document says that it is not.
    """

    name: str
    criteria: tuple[Criterion, ...]
    product: str = ""
    region: str = ""
    phase: Phase | None = None
    subject: SubjectKind = SubjectKind.BATCH
    any_of: tuple[Alternatives, ...] = ()
    trail_review: TrailNeed = TrailNeed.NEEDED

    def criterion(self, code: str) -> Criterion | None:
        """The criterion of that code, or None."""
        return next((criterion for criterion in self.criteria if criterion.code == code), None)

    def group_of(self, code: str) -> Alternatives | None:
        """The alternatives that a criterion is one of, or None."""
        return next((group for group in self.any_of if code in group.criteria), None)


def parse(content: Any) -> tuple[Specification | None, tuple[Problem, ...]]:
    """Read a specification document. Answers (specification, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = SpecificationReader(content, "", faults)
    reader.close(_FIELDS)
    name = reader.text("name", is_required=True)
    raw: Sequence[Any] = reader.data.get("criteria", [])
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_CRITERIA:
        reader.fault("criteria", "out_of_range", low=1, high=MAX_CRITERIA)
        raw = []
    criteria = tuple(read_criterion(item, f"criteria[{n}]", faults) for n, item in enumerate(raw))
    found = Specification(
        name=name,
        criteria=criteria,
        product=reader.text("product", most=32),
        region=reader.text("region", most=8),
        phase=reader.maybe("phase", Phase),
        subject=reader.maybe("subject", SubjectKind) or SubjectKind.BATCH,
        trail_review=reader.maybe("trail_review", TrailNeed) or TrailNeed.NEEDED,
        any_of=tuple(_group(item, n, faults) for n, item in enumerate(reader.some("any_of", MAX_GROUPS))),
    )
    _check_header(found, reader)
    _check_criteria(found, faults, reader)
    _check_groups(found, faults)
    return (None, tuple(faults)) if faults else (found, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a specification document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _group(raw: Any, n: int, faults: list[Problem]) -> Alternatives:
    reader = SpecificationReader(raw, f"any_of[{n}]", faults)
    reader.close({"code", "title", "criteria"})
    group = Alternatives(
        code=reader.text("code", is_required=True),
        title=reader.text("title", is_required=True),
        criteria=reader.texts("criteria"),
    )
    if not CODE.fullmatch(group.code):
        reader.fault("code", "code_shape")
    if len(group.criteria) < 2:
        reader.fault("criteria", "two_required")
    return group


def _check_header(it: Specification, reader: Reader) -> None:
    if it.product and code_problem(it.product) is not None:
        reader.fault("product", "product_shape")
    if it.region and not _REGION.fullmatch(it.region):
        reader.fault("region", "region_shape")
    if (it.region or it.phase) and not it.product:
        reader.fault("product", "product_required")


def _check_criteria(it: Specification, faults: list[Problem], reader: Reader) -> None:
    """What criteria must be to each other."""
    seen: set[str] = set()
    for n, criterion in enumerate(it.criteria):
        for key, is_wrong, code in (
            ("code", criterion.code in seen, "repeated"),
            ("effect", criterion.effect is not None and not _has_effects(it), "only_for_collection"),
            ("final", bool(criterion.final) and not _is_final(it, criterion.final), "not_a_final_criterion"),
        ):
            if is_wrong:
                faults.append(Problem(f"criteria[{n}].{key}", code, {"code": criterion.code}))
        seen.add(criterion.code)
    if it.criteria and not any(criterion.is_needed_for_release for criterion in it.criteria):
        reader.fault("criteria", "nothing_for_release")


def _has_effects(it: Specification) -> bool:
    return it.subject is SubjectKind.COLLECTION


def _is_final(it: Specification, code: str) -> bool:
    found = it.criterion(code)
    return found is not None and found.timing is Timing.FINAL


def _check_groups(it: Specification, faults: list[Problem]) -> None:
    """A criterion is an alternative once; alternatives are judged, and at one time."""
    codes = [criterion.code for criterion in it.criteria] + [group.code for group in it.any_of]
    times_used = Counter(code for group in it.any_of for code in set(group.criteria))
    for n, group in enumerate(it.any_of):
        members = [found for code in group.criteria if (found := it.criterion(code)) is not None]
        for key, is_wrong, code in (
            ("code", codes.count(group.code) > 1, "repeated"),
            ("criteria", len(members) < len(group.criteria), "unknown_criterion"),
            ("criteria", any(times_used[code] > 1 for code in group.criteria), "in_two_groups"),
            ("criteria", not all(member.is_judged for member in members), "alternative_not_judged"),
            ("criteria", len({member.timing for member in members}) > 1, "alternatives_of_one_time"),
        ):
            if is_wrong:
                faults.append(Problem(f"any_of[{n}].{key}", code, {"code": group.code}))
