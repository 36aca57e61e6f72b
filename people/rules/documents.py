"""Controlled documents: the table of their life, and comparison of two versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from ledger.rules import canonical
from people.rules.signatures import Meaning

MAX_DEPTH = 32
LARGEST_INTEGER = 2**63


class DocumentState(StrEnum):
    """Where a version of a document stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    EFFECTIVE = "effective"
    RETIRED = "retired"


# On its way: neither in effect nor over. A document has one such version at most.
OPEN_STATES = (DocumentState.DRAFT, DocumentState.IN_REVIEW, DocumentState.REVIEWED, DocumentState.APPROVED)


class DocumentAction(StrEnum):
    """What can be done with a version."""

    EDIT = "edit"
    SUBMIT = "submit"
    REVIEW = "review"
    APPROVE = "approve"
    REJECT = "reject"
    MAKE_EFFECTIVE = "make_effective"
    RETIRE = "retire"


@dataclass(frozen=True)
class Transition:
    """Where an action leads, and what the one who does it signs (nothing when None)."""

    to: DocumentState
    signs: Meaning | None = None


S, A = DocumentState, DocumentAction

# The whole life of a version. A pair that is not here is not allowed.
TRANSITIONS: Mapping[tuple[DocumentState, DocumentAction], Transition] = {
    (S.DRAFT, A.EDIT): Transition(S.DRAFT),
    (S.DRAFT, A.SUBMIT): Transition(S.IN_REVIEW, Meaning.AUTHORSHIP),
    (S.IN_REVIEW, A.REVIEW): Transition(S.REVIEWED, Meaning.REVIEW),
    (S.IN_REVIEW, A.REJECT): Transition(S.DRAFT, Meaning.REJECTION),
    (S.REVIEWED, A.APPROVE): Transition(S.APPROVED, Meaning.APPROVAL),
    (S.REVIEWED, A.REJECT): Transition(S.DRAFT, Meaning.REJECTION),
    (S.APPROVED, A.MAKE_EFFECTIVE): Transition(S.EFFECTIVE),
    (S.APPROVED, A.RETIRE): Transition(S.RETIRED),
    (S.EFFECTIVE, A.RETIRE): Transition(S.RETIRED),
}


class DocumentRefusal(StrEnum):
    """Why an action on a version is not allowed."""

    NOT_IN_THIS_STATE = "not_in_this_state"
    AUTHOR_MAY_NOT = "author_may_not"
    REVIEWER_MAY_NOT = "reviewer_may_not"
    ONLY_THE_AUTHOR = "only_the_author"


@dataclass(frozen=True)
class PinnedVersion:
    """A version as a record pins it. `content` is None where the reader said that they know this digest's."""

    kind: str
    code: str
    version: int
    schema: int
    digest: str
    content: Mapping[str, Any] | None

    @property
    def is_as_signed(self) -> bool:
        """Whether the content that was read is the one that the digest, and so every signature, is over."""
        if self.content is None:
            return False
        found = record_digest(
            kind=self.kind, code=self.code, version=self.version, schema=self.schema, content=self.content
        )
        return found == self.digest


@dataclass(frozen=True)
class DocumentVersionView:
    """One version of a controlled document, with who has done what to it."""

    id: str
    kind: str
    code: str
    version: int
    schema: int
    content: dict[str, Any]
    digest: str
    state: DocumentState
    effective_from: datetime | None
    title: str = ""
    site: str = ""
    retired_at: datetime | None = None
    author_id: int | None = None
    reviewer_id: int | None = None
    approver_id: int | None = None

    @property
    def is_as_signed(self) -> bool:
        """Whether the content is the one that the digest, and so every signature, is over."""
        found = record_digest(
            kind=self.kind, code=self.code, version=self.version, schema=self.schema, content=self.content
        )
        return found == self.digest


def judge(
    *, state: DocumentState, action: DocumentAction, by: int, author: int, reviewer: int | None
) -> tuple[DocumentRefusal, ...]:
    """Every reason against this action by this person; author, reviewer and approver are three people."""
    refusals: list[DocumentRefusal] = []
    if (state, action) not in TRANSITIONS:
        refusals.append(DocumentRefusal.NOT_IN_THIS_STATE)
    if action in (A.EDIT, A.SUBMIT) and by != author:
        refusals.append(DocumentRefusal.ONLY_THE_AUTHOR)
    if action in (A.REVIEW, A.APPROVE, A.REJECT) and by == author:
        refusals.append(DocumentRefusal.AUTHOR_MAY_NOT)
    if action is A.APPROVE and by == reviewer:
        refusals.append(DocumentRefusal.REVIEWER_MAY_NOT)
    return tuple(refusals)


def record_digest(*, kind: str, code: str, version: int, schema: int, content: Mapping[str, Any]) -> str:
    """What signatures are made over: the content together with which document and version it is."""
    record = {"kind": kind, "code": code, "version": version, "schema": schema, "content": content}
    return sha256(canonical(record)).hexdigest()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with content: where (a path such as `steps[2].code`), a code, and parameters."""

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def content_problems(content: Any) -> tuple[Problem, ...]:
    """What keeps content from having one canonical form: floats, odd keys, NUL, surrogates, depth."""
    if not isinstance(content, Mapping):
        return (Problem("", "not_an_object"),)
    found: list[Problem] = []
    _walk(content, "", 0, found)
    return tuple(found)


def _walk(value: Any, path: str, depth: int, found: list[Problem]) -> None:
    if depth > MAX_DEPTH:
        found.append(Problem(path, "too_deep", {"most": MAX_DEPTH}))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            found.extend([] if _is_text(key) else [Problem(path, "key_not_text")])
            _walk(inner, f"{path}.{key}" if path else str(key), depth + 1, found)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            _walk(inner, f"{path}[{index}]", depth + 1, found)
    elif code := _scalar_problem(value):
        found.append(Problem(path, code))


def _scalar_problem(value: Any) -> str | None:
    if isinstance(value, str):
        return None if _is_text(value) else "text_not_storable"
    if isinstance(value, float):
        return "float_not_exact"
    if isinstance(value, int):
        return None if abs(value) < LARGEST_INTEGER else "integer_too_large"
    return None if value is None else "type_unknown"


def _is_text(value: Any) -> bool:
    if not isinstance(value, str) or "\x00" in value:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in value)


def leaves(value: Any, path: str = "") -> tuple[tuple[str, Any], ...]:
    """Content as lines: every plain value with the path that leads to it; what is empty stands for itself."""
    if isinstance(value, Mapping) and value:
        parts = [(f"{path}.{key}" if path else str(key), inner) for key, inner in value.items()]
    elif _is_list(value) and value:
        parts = [(f"{path}[{index}]", inner) for index, inner in enumerate(value)]
    else:
        return ((path, value),)
    return tuple(line for name, inner in parts for line in leaves(inner, name))


class DifferenceKind(StrEnum):
    """How a place differs between two versions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One place at which two versions differ."""

    path: str
    kind: DifferenceKind
    before: Any = None
    after: Any = None


def compare(before: Any, after: Any, path: str = "") -> tuple[Difference, ...]:
    """Every place at which the content differs, in reading order; equal content gives nothing."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = [*before, *(key for key in after if key not in before)]
        names = [(key, f"{path}.{key}" if path else str(key)) for key in keys]
        return _compare_parts(before, after, names)
    if _is_list(before) and _is_list(after):
        left, right = dict(enumerate(before)), dict(enumerate(after))
        return _compare_parts(left, right, [(i, f"{path}[{i}]") for i in range(max(len(left), len(right)))])
    if type(before) is type(after) and before == after:
        return ()
    return (Difference(path, DifferenceKind.CHANGED, before, after),)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _compare_parts(
    before: Mapping[Any, Any], after: Mapping[Any, Any], names: Sequence[tuple[Any, str]]
) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for key, path in names:
        if key not in after:
            found.append(Difference(path, DifferenceKind.REMOVED, before=before[key]))
        elif key not in before:
            found.append(Difference(path, DifferenceKind.ADDED, after=after[key]))
        else:
            found.extend(compare(before[key], after[key], path))
    return tuple(found)
