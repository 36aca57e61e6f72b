"""The editor of specifications as its page shows it and reads it back: boxes of fields, lines of criteria, faults.

The page carries the content that is being worked on: every button sends all of it, nothing is kept between two
requests, and nothing counts before it is saved as a draft.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people import registry
from people.forms.documents import EditForm, NewForm, NextForm, fault_text
from people.rules.documents import Problem, content_problems
from people.rules.documents_text import MAX_TEXT, read
from qc.forms import criteria_words, texts
from qc.forms import specification_words as words
from qc.rules import specification
from qc.rules.criteria import Criterion
from qc.rules.criterion_reading import read_criterion
from qc.rules.editing import Field, FieldKind, Written, field_of, moved, shown, value_at, with_value, without
from qc.rules.specification_fields import (
    BLANK,
    Section,
    SectionCode,
    fields_in,
    group_fields,
    header_fields,
    sections_of,
    written_into,
)

HEADER, CRITERION = "h:", "c:"
# Sections that most criteria leave empty are closed until something stands in them.
_CLOSED = {
    *(SectionCode.PATIENT, SectionCode.DOSE, SectionCode.REPLICATES, SectionCode.READING),
    *(SectionCode.TOTAL, SectionCode.RATIO),
}


def _hidden() -> forms.CharField:
    return forms.CharField(max_length=MAX_TEXT, strip=False, widget=forms.HiddenInput)


class FirstForm(NewForm):
    """The first version of a specification; its content is made on the page around it."""

    content = _hidden()


class AgainForm(NextForm):
    """The next version of a specification."""

    content = _hidden()


class DraftForm(EditForm):
    """A draft of a specification."""

    content = _hidden()


@dataclass(frozen=True)
class Choice:
    """Something to choose, in words."""

    code: str
    words: str | Promise
    is_chosen: bool


@dataclass(frozen=True)
class Box:
    """One field on the page: how it is called, what stands in it, what is wrong with it."""

    name: str
    label: str | Promise
    kind: FieldKind
    written: Written
    help: str | Promise = ""
    choices: tuple[Choice, ...] = ()
    faults: tuple[str, ...] = ()
    has_focus: bool = False


@dataclass(frozen=True)
class BoxSection:
    """Boxes that stand together."""

    title: str
    boxes: tuple[Box, ...]
    can_close: bool
    is_open: bool


@dataclass(frozen=True)
class CriterionLine:
    """A criterion in the list: in words where it can be read, or what is wrong with it."""

    index: int
    code: str
    title: str
    limits: str = ""
    timing: str | Promise = ""
    method: str = ""
    conditions: tuple[str, ...] = ()
    source: str = ""
    faults: tuple[str, ...] = ()
    is_open: bool = False

    @classmethod
    def of(cls, it: Criterion, index: int, *, faults: tuple[str, ...] = (), is_open: bool = False) -> Self:
        """One that can be read."""
        return cls(
            index,
            it.code,
            it.title,
            limits=texts.limits(it),
            timing=texts.TIMINGS[it.timing],
            method=it.method,
            conditions=tuple(criteria_words.conditions(it)),
            source=it.source,
            faults=faults,
            is_open=is_open,
        )


@dataclass
class Editor:
    """The content that is worked on, and the criterion that is open (None: none is)."""

    content: dict[str, Any]
    opened: int | None = None
    is_new: bool = False
    faults: tuple[Problem, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        self.check()

    @property
    def criteria(self) -> list[Any]:
        """Its criteria, as they stand in the document."""
        found = self.content.get("criteria")
        return found if isinstance(found, list) else []

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written yet: then nobody is told what is missing."""
        return not self.criteria and not self.content.get("name")

    def criterion(self) -> Mapping[str, Any] | None:
        """The criterion that is open."""
        there = self.opened is not None and 0 <= self.opened < len(self.criteria)
        found = self.criteria[self.opened] if there and self.opened is not None else None
        return found if isinstance(found, Mapping) else None

    def check(self) -> None:
        """See what is wrong with the content as it stands."""
        bad = content_problems(self.content)
        self.faults = (*bad, *specification.problems(self.content))
        if self.criterion() is None:
            self.opened = None

    def write(self, posted: QueryDict) -> None:
        """Take in what the page holds: header, groups, and the criterion that was open."""
        criterion = self.criterion()
        if criterion is not None and f"{CRITERION}code" in posted:
            fields = fields_in(sections_of(criterion, self.content))
            made = written_into(criterion, fields, _written(posted, CRITERION, fields))
            self.content = with_value(self.content, f"criteria[{self.opened}]", made)
        if f"{HEADER}name" not in posted:
            return
        groups = tuple(one for group in group_fields(self.content) for one in group)
        fields = (*header_fields(), *groups)
        self.content = written_into(self.content, fields, _written(posted, HEADER, fields))

    def act(self, act: str) -> None:
        """What a button asks for, such as `open:3`; an unknown one asks for nothing."""
        name, _colon, number = act.partition(":")
        index = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else -1
        self.is_new = False
        if name == "add" and len(self.criteria) < specification.MAX_CRITERIA:
            self._put([*self.criteria, dict(BLANK)])
            self.opened, self.is_new = len(self.criteria) - 1, True
        elif name == "close":
            self.opened = None
        elif name == "ungroup":
            self.content = without(self.content, f"any_of[{index}]") if index >= 0 else self.content
        elif 0 <= index < len(self.criteria):
            self._act_on(name, index)
        self.check()

    def _act_on(self, name: str, index: int) -> None:
        if name == "open":
            self.opened = index
        elif name == "remove":
            self._put(self.criteria[:index] + self.criteria[index + 1 :])
            self.opened = None
        elif name in ("up", "down"):
            self._put(moved(self.criteria, index, -1 if name == "up" else 1))
            self.opened = None

    def _put(self, criteria: list[Any]) -> None:
        self.content = with_value(self.content, "criteria", criteria)

    # --- what the page shows

    @property
    def text(self) -> str:
        """The content as the page carries it."""
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))

    @property
    def header(self) -> tuple[Box, ...]:
        """The fields about the specification as a whole."""
        faults = () if self.is_blank else self.faults
        return _boxes(self.content, header_fields(), HEADER, faults)

    @property
    def groups(self) -> list[tuple[Box, ...]]:
        """The fields of each group of alternatives, an empty one last."""
        return [_boxes(self.content, fields, HEADER, self.faults) for fields in group_fields(self.content)]

    @property
    def sections(self) -> list[BoxSection]:
        """The fields of the criterion that is open."""
        criterion = self.criterion()
        if criterion is None:
            return []
        faults = () if self.is_new else self._faults_at(f"criteria[{self.opened}]")
        sections = sections_of(criterion, self.content)
        fields = fields_in(sections)
        return [_section(section, _boxes(criterion, fields, CRITERION, faults)) for section in sections]

    @property
    def other_faults(self) -> list[str]:
        """Faults of the open criterion that are no field's."""
        criterion = self.criterion()
        if criterion is None or self.is_new:
            return []
        fields = fields_in(sections_of(criterion, self.content))
        return _homeless(self._faults_at(f"criteria[{self.opened}]"), fields)

    @property
    def whole_faults(self) -> list[str]:
        """Faults of the document that are neither a field's of the header or a group, nor of a criterion."""
        fields = (*header_fields(), *(one for group in group_fields(self.content) for one in group))
        elsewhere = [fault for fault in self.faults if not fault.path.startswith("criteria[")]
        return _homeless(elsewhere, fields)

    @property
    def lines(self) -> list[CriterionLine]:
        """Every criterion in words."""
        return [self._line(n, raw) for n, raw in enumerate(self.criteria)]

    @property
    def group_words(self) -> list[str]:
        """The alternatives in words, where all can be read."""
        found = specification.parse(self.content)[0]
        return [criteria_words.alternatives(found, group) for group in found.any_of] if found else []

    def _line(self, n: int, raw: Any) -> CriterionLine:
        faults = tuple(dict.fromkeys(_said(one) for one in self._faults_at(f"criteria[{n}]")))
        own: list[Problem] = []
        found = read_criterion(raw, "", own)
        if not own:
            return CriterionLine.of(found, n, faults=faults, is_open=n == self.opened)
        code, title = (str(value_at(raw, name) or "") for name in ("code", "title"))
        return CriterionLine(n, code, title, faults=faults, is_open=n == self.opened)

    def _faults_at(self, path: str) -> tuple[Problem, ...]:
        """The faults of one object, each at its place within."""
        found = []
        for fault in self.faults:
            if fault.path == path or fault.path.startswith((f"{path}.", f"{path}[")):
                inner = fault.path.removeprefix(path).removeprefix(".")
                found.append(Problem(inner, fault.code, fault.params))
        return tuple(found)


def editor_of(posted: QueryDict) -> Editor | None:
    """What a page sent back, as it stood before what was typed since; None where it is no content at all."""
    content, _problems = read(posted.get("content", ""))
    if content is None or not isinstance(content.get("criteria", []), list):
        return None
    opened = posted.get("opened", "")
    is_number = opened.isascii() and opened.isdigit() and len(opened) < 5
    return Editor(content, int(opened) if is_number else None)


def _written(posted: QueryDict, prefix: str, fields: Sequence[Field]) -> dict[str, Written]:
    """What stands in the fields that the page had; a box that nobody ticked is not sent at all."""
    found = {}
    for one in fields:
        name = f"{prefix}{one.path}"
        if one.kind is FieldKind.MANY:
            found[one.path] = Written(chosen=tuple(posted.getlist(name)))
        elif name in posted:
            found[one.path] = Written(posted[name], is_inclusive=posted.get(f"{name}.within", "yes") != "no")
    return found


def _boxes(content: Any, fields: Sequence[Field], prefix: str, faults: Sequence[Problem]) -> tuple[Box, ...]:
    at: dict[str, list[str]] = {}
    for fault in faults:
        home = field_of(fault.path, fields)
        if home is not None:
            at.setdefault(home.path, []).append(_said(fault))
    first = next((one.path for one in fields if one.path in at), fields[0].path if fields else "")
    return tuple(_box(content, one, prefix, at.get(one.path, ()), one.path == first) for one in fields)


def _box(content: Any, it: Field, prefix: str, faults: Sequence[str], is_first: bool) -> Box:
    name = it.path.rsplit(".", 1)[-1]
    written = shown(content, it)
    return Box(
        name=f"{prefix}{it.path}",
        label=words.LABELS[name],
        kind=it.kind,
        written=written,
        help=words.HELPS.get(name, ""),
        choices=_choices(it, written),
        faults=tuple(dict.fromkeys(faults)),
        has_focus=is_first,
    )


def _choices(it: Field, written: Written) -> tuple[Choice, ...]:
    """What can be chosen; what stands there and cannot is kept in view."""
    if it.kind not in (FieldKind.ONE, FieldKind.MANY):
        return ()
    said = words.choices_of(it.path)
    chosen = set(written.chosen) | {written.text} - {""}
    codes = dict.fromkeys((*it.choices, *sorted(chosen)))
    found = [Choice(code, said.get(code, code), code in chosen) for code in codes]
    name = it.path.rsplit(".", 1)[-1]
    if it.kind is FieldKind.ONE and not (name in ("sort", "timing") and chosen):
        empty = _("choose one") if "[" in it.path else words.UNSAID.get(name, "")
        found.insert(0, Choice("", empty, not chosen))
    return tuple(found)


def _section(section: Section, boxes: Sequence[Box]) -> BoxSection:
    names = {f"{CRITERION}{one.path}" for one in section.fields}
    own = tuple(box for box in boxes if box.name in names)
    title = f"{words.SECTIONS[section.code]} {section.number or ''}".strip()
    is_open = section.code not in _CLOSED or any(box.faults or box.written != Written() for box in own)
    return BoxSection(title, own, section.code in _CLOSED, is_open)


def _homeless(faults: Sequence[Problem], fields: Sequence[Field]) -> list[str]:
    found = [fault for fault in faults if field_of(fault.path, fields) is None]
    named = [(fault.path if fault.code == "unknown_field" else "", _said(fault)) for fault in found]
    return [f"{path}: {text}" if path else text for path, text in named]


def _said(problem: Problem) -> str:
    if (problem.path, problem.code) == ("criteria", "out_of_range"):
        return str(_("A specification has 1 to 100 criteria."))
    kind = registry.document_kind(specification.KIND)
    return problem.code if kind is None else fault_text(problem, kind)
