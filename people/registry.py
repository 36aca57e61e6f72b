"""Where upper rooms tell `people` about their kinds of controlled documents, in `ready()`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from people.rules.documents import DocumentAction, Problem
from people.rules.roles import QA, Role
from people.rules.work import NoticeView

Word = str | Promise
Validator = Callable[[Mapping[str, Any]], Sequence[Problem]]
# A picture (PNG) of what a document with this code and content would make; raises NotDrawable.
Preview = Callable[[str, Mapping[str, Any]], bytes]

AUTHORS = frozenset({Role.QA_REVIEWER, Role.QC_REVIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR})
REVIEWERS = frozenset({Role.QA_REVIEWER, Role.QC_REVIEWER, Role.SUPERVISOR})
APPROVERS = QA


class NotDrawable(Exception):
    """There is no picture of this document; the words for people, who must hear it before they sign."""

    def __init__(self, words: Word) -> None:
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True)
class Shown:
    """How the pages show a kind: what it is called and is for, its codes, what a new one begins with.

    `faults`: a sentence for each code of its validator, filled from the problem's parameters.
    """

    title: Word = ""
    about: Word = ""
    code_help: Word = ""
    start: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, Word] = field(default_factory=dict)
    preview: Preview | None = None


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: how its content is judged, and which roles write, review and approve it."""

    kind: str
    validate: Validator
    authors: frozenset[Role]
    reviewers: frozenset[Role]
    approvers: frozenset[Role]
    shown: Shown = field(default_factory=Shown)

    def roles_for(self, action: DocumentAction) -> frozenset[Role]:
        """Who may do this with a version, as far as roles go; who wrote or reviewed it is judged beside that."""
        if action in (DocumentAction.EDIT, DocumentAction.SUBMIT):
            return self.authors
        if action is DocumentAction.REVIEW:
            return self.reviewers
        if action is DocumentAction.REJECT:
            return self.reviewers | self.approvers
        return self.approvers


_kinds: dict[str, DocumentKind] = {}


def register_document_kind(
    kind: str,
    validate: Validator,
    *,
    authors: Collection[Role] = AUTHORS,
    reviewers: Collection[Role] = REVIEWERS,
    approvers: Collection[Role] = APPROVERS,
    shown: Shown | None = None,
) -> None:
    """Make a kind known. The validator is a pure function; no problems means the content is sound."""
    known = _kinds.get(kind)
    if known is not None and known.validate is not validate:
        raise ValueError(f"the document kind {kind!r} is registered already")
    roles = (frozenset(authors), frozenset(reviewers), frozenset(approvers))
    _kinds[kind] = DocumentKind(kind, validate, *roles, shown=shown or Shown())


def document_kind(kind: str) -> DocumentKind | None:
    """The registered kind, or None."""
    return _kinds.get(kind)


@dataclass(frozen=True)
class Letter:
    """A notice as it is mailed: what it is about in one line, and what it says."""

    subject: str
    text: str


_letters: dict[str, Callable[[NoticeView], Letter]] = {}


def register_letter(code: str, write: Callable[[NoticeView], Letter]) -> None:
    """Give notices of this code words of their own; others are mailed with their code and what they are about."""
    _letters[code] = write


def letter(notice: NoticeView) -> Letter | None:
    """What is mailed, where a room has words for notices of this code."""
    write = _letters.get(notice.code)
    return None if write is None else write(notice)


_self_ending: set[str] = set()


def register_self_ending(*causes: str) -> None:
    """Make causes of work known that end when what they ask for is done: nobody ends them by saying so."""
    _self_ending.update(causes)


def ends_by_itself(cause: str) -> bool:
    """Whether work of this cause ends when what it asks for is done."""
    return cause in _self_ending


def document_kinds() -> tuple[str, ...]:
    """The names of all registered kinds, sorted."""
    return tuple(sorted(_kinds))
