"""Where upper rooms tell `people` about their kinds of controlled documents, in `ready()`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from people.rules.documents import DocumentAction, Problem
from people.rules.rights import Right
from people.rules.work import NoticeView

Word = str | Promise
Validator = Callable[[Mapping[str, Any]], Sequence[Problem]]
Topics = Callable[[Mapping[str, Any]], Collection[str]]
# A picture (PNG) of what a document with this code and content would make; raises NotDrawable.
Preview = Callable[[str, Mapping[str, Any]], bytes]

_RIGHTS: Mapping[DocumentAction, Right] = {
    DocumentAction.REVIEW: Right.REVIEW_DOCUMENT,
    DocumentAction.APPROVE: Right.APPROVE_DOCUMENT,
    DocumentAction.REJECT: Right.REJECT_DOCUMENT,
    DocumentAction.MAKE_EFFECTIVE: Right.MAKE_EFFECTIVE,
    DocumentAction.RETIRE: Right.RETIRE_DOCUMENT,
}


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
    """A kind of document: how its content is judged, and whose it is to write; all else is alike for every kind.

    `topics`: the training that a content asks for, where documents of the kind ask for any.
    """

    kind: str
    validate: Validator
    writing: Right
    shown: Shown = field(default_factory=Shown)
    topics: Topics | None = None

    def right_to(self, action: DocumentAction) -> Right:
        """The right to do this with a version; who wrote or reviewed it is judged beside that."""
        return _RIGHTS.get(action, self.writing)


_kinds: dict[str, DocumentKind] = {}


def register_document_kind(
    kind: str,
    validate: Validator,
    *,
    writing: Right = Right.WRITE_DOCUMENT,
    shown: Shown | None = None,
    topics: Topics | None = None,
) -> None:
    """Make a kind known. The validator is a pure function; no problems means the content is sound."""
    known = _kinds.get(kind)
    if known is not None and known.validate is not validate:
        raise ValueError(f"the document kind {kind!r} is registered already")
    _kinds[kind] = DocumentKind(kind, validate, writing, shown or Shown(), topics)


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


DigestOf = Callable[[str], str | None]
_signed_records: dict[str, DigestOf] = {}


def register_signed_record(kind: str, digest_of: DigestOf) -> None:
    """Say what the digest of a record of this kind is now, by its id; None where that cannot be said any more."""
    _signed_records[kind] = digest_of


def current_digest(kind: str, record_id: str) -> str | None:
    """The digest of a record as it stands; None where its room does not say one."""
    digest_of = _signed_records.get(kind)
    return None if digest_of is None else digest_of(record_id)


_withheld: set[tuple[str, str]] = set()


def register_withheld(table: str, *columns: str) -> None:
    """Keep columns of a table from readers of trails: what nobody may know before a team has opened it."""
    _withheld.update((table, column) for column in columns)


def is_withheld(table: str, column: str) -> bool:
    """Whether what an entry put there is not shown."""
    return (table, column) in _withheld


_columns: dict[tuple[str, str], Word] = {}


def register_columns(tables: Mapping[str, Mapping[str, Word]]) -> None:
    """Say what readers of trails call columns whose names do not say it, by table."""
    _columns.update({(table, name): word for table, words in tables.items() for name, word in words.items()})


def column_word(table: str, column: str) -> str:
    """What a column is called; empty where its name says it."""
    return str(_columns.get((table, column), ""))


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
