"""Where upper rooms tell `people` about their kinds of controlled documents, in `ready()`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from people.rules.documents import Problem
from people.rules.roles import Role

Validator = Callable[[Mapping[str, Any]], Sequence[Problem]]

AUTHORS = frozenset({Role.QA_REVIEWER, Role.QC_REVIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR})
REVIEWERS = frozenset({Role.QA_REVIEWER, Role.QC_REVIEWER, Role.SUPERVISOR})
APPROVERS = frozenset({Role.QA_REVIEWER, Role.QA_RELEASER})


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: how its content is judged, and which roles write, review and approve it."""

    kind: str
    validate: Validator
    authors: frozenset[Role]
    reviewers: frozenset[Role]
    approvers: frozenset[Role]


_kinds: dict[str, DocumentKind] = {}


def register_document_kind(
    kind: str,
    validate: Validator,
    *,
    authors: Collection[Role] = AUTHORS,
    reviewers: Collection[Role] = REVIEWERS,
    approvers: Collection[Role] = APPROVERS,
) -> None:
    """Make a kind known. The validator is a pure function; no problems means the content is sound."""
    known = _kinds.get(kind)
    if known is not None and known.validate is not validate:
        raise ValueError(f"the document kind {kind!r} is registered already")
    _kinds[kind] = DocumentKind(
        kind, validate, frozenset(authors), frozenset(reviewers), frozenset(approvers)
    )


def document_kind(kind: str) -> DocumentKind | None:
    """The registered kind, or None."""
    return _kinds.get(kind)


def document_kinds() -> tuple[str, ...]:
    """The names of all registered kinds, sorted."""
    return tuple(sorted(_kinds))
