"""Reading a worksheet's document: every fault of its shape at its path, nothing repaired.

What is not filled in yet is no fault here, so that a sheet can be kept as it is typed; `fmea.rules.unready` asks for
the rest. A document of 2,000 rows is read in one pass.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from coi.rules.deviations import Trigger
from coi.rules.outcome import RefusalCode
from coi.rules.protocol import MAX_CODE
from fmea.rules.priority import PRIORITY_2019, read_table
from fmea.rules.scales import HIGHEST, LOWEST, ScaleKind, read_scale
from fmea.rules.worksheet import (
    MOST_ACTIONS,
    MOST_ROWS,
    MOST_STEPS,
    Action,
    ActionStatus,
    Aim,
    Control,
    Decision,
    Evidence,
    EvidenceKind,
    Formality,
    Link,
    LinkKind,
    Member,
    Residual,
    Row,
    Scales,
    Score,
    Scores,
    Step,
    Vote,
    Worksheet,
)
from people.rules.days import day_in
from people.rules.documents import Problem
from qc.rules.specification_reading import CODE, SpecificationReader

MOST_TEAM, MOST_CONTROLS, MOST_LINKS, MOST_EVIDENCE, MOST_VOTES = 40, 20, 10, 20, 40
MOST_TEXT = 2_000
# Of rows, steps and actions: what a spreadsheet may bring with it.
ITEM_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)

_REFUSALS = frozenset(RefusalCode)
# What may stand in a reference of this kind.
_IS_REF: dict[str, Callable[[str], bool]] = {
    LinkKind.INTERLOCK: _REFUSALS.__contains__,
    EvidenceKind.REFUSAL: _REFUSALS.__contains__,
    EvidenceKind.DEVIATION: (_REFUSALS | frozenset(Trigger)).__contains__,
    EvidenceKind.EXCURSION: lambda ref: len(ref) <= MAX_CODE,
}
_HEADER = {
    *("title", "product", "scope", "formality", "look_again", "team"),
    *("scales", "priorities", "steps", "rows", "actions"),
}
_SCORE = {"rating", "by", "why", "look_again", "votes"}
_OF_SEVERITY = _SCORE | {"justification"}
_KINDS = tuple(ScaleKind)
_Item = TypeVar("_Item")
_Choice = TypeVar("_Choice", bound=StrEnum)


class WorksheetReader(SpecificationReader):
    """Reads what a worksheet has beside: days, ratings, and objects that may be left out."""

    def day(self, key: str) -> date | None:
        """A day as YYYY-MM-DD, or nothing."""
        raw = self.data.get(key)
        if raw is None:
            return None
        found = day_in(raw)
        if found is None:
            self.fault(key, "not_a_day")
        return found

    def one(self, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        """One of a closed list; what is one is found without writing the list down."""
        found = self.data.get(key)
        if isinstance(found, str) and found in choices._value2member_map_:
            return choices(found)
        return super().one(key, choices, default)

    def part(self, key: str) -> "WorksheetReader":
        """A reader of the object at a key; of an empty one where there is none."""
        return WorksheetReader(
            self.data.get(key, {}), f"{self.path}.{key}" if self.path else key, self.faults
        )

    def each(self, key: str, read: Callable[["WorksheetReader"], _Item], most: int) -> tuple[_Item, ...]:
        """Every object of a list, or nothing."""
        if key not in self.data:
            return ()
        path = f"{self.path}.{key}" if self.path else key
        raw = self.items(key, 0, most)
        return tuple(read(WorksheetReader(it, f"{path}[{n}]", self.faults)) for n, it in enumerate(raw))

    def code(self) -> str:
        """The code of a row, a step or an action."""
        found = self.text("code", is_required=True, most=32)
        if found and not ITEM_CODE.fullmatch(found):
            self.fault("code", "code_shape")
        return found

    def ref(self, kind: LinkKind | EvidenceKind) -> str:
        """What a link or evidence names, as its kind has it."""
        found = self.text("ref", is_required=True, most=MAX_CODE)
        is_ref = _IS_REF.get(kind, CODE.fullmatch)
        if found and not is_ref(found):
            self.fault("ref", "ref_unknown", given=found, kind=str(kind))
        return found


def parse(content: Any) -> tuple[Worksheet | None, tuple[Problem, ...]]:
    """Read the document. Answers (worksheet, ()) or (None, every fault of its shape)."""
    faults: list[Problem] = []
    reader = WorksheetReader(content, "", faults)
    reader.close(_HEADER)
    formality = reader.part("formality")
    formality.close({"level", "why"})
    worksheet = Worksheet(
        title=reader.text("title", is_required=True),
        product=reader.text("product", is_required=True, most=32),
        scope=reader.text("scope", most=MOST_TEXT),
        formality=formality.maybe("level", Formality) or Formality.MODERATE,
        formality_why=formality.text("why", most=MOST_TEXT),
        look_again=reader.day("look_again"),
        team=reader.each("team", _member, MOST_TEAM),
        scales=_scales(reader),
        priorities=read_table(reader.data["priorities"], "priorities", faults)
        if "priorities" in reader.data
        else PRIORITY_2019,
        steps=reader.each("steps", _step, MOST_STEPS),
        rows=reader.each("rows", read_row, MOST_ROWS),
        actions=reader.each("actions", read_action, MOST_ACTIONS),
    )
    for key in ("steps", "rows", "actions"):
        faults.extend(repeated(f"{key}[{{}}].code", [it.code for it in getattr(worksheet, key)]))
    faults.extend(repeated("team[{}].person", [it.person for it in worksheet.team]))
    return (None, tuple(faults)) if faults else (worksheet, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with the shape of a worksheet; the check that `people` runs before it keeps one."""
    return parse(content)[1]


def repeated(path: str, names: Iterable[str]) -> list[Problem]:
    """A fault at every name that was there before; empty ones have a fault of their own."""
    seen: set[str] = set()
    faults = []
    for n, name in enumerate(names):
        if name and name in seen:
            faults.append(Problem(path.format(n), "repeated", {"given": name}))
        seen.add(name)
    return faults


def _member(reader: WorksheetReader) -> Member:
    reader.close({"person", "function", "is_lead"})
    person = reader.text("person", is_required=True, most=80)
    return Member(person, reader.text("function"), reader.flag("is_lead"))


def _scales(reader: WorksheetReader) -> Scales:
    inner = reader.part("scales")
    inner.close({kind.value for kind in ScaleKind})
    severity, occurrence, detection = (
        read_scale(inner.data.get(kind.value), kind, f"scales.{kind}", reader.faults) for kind in ScaleKind
    )
    return Scales(severity, occurrence, detection)


def _step(reader: WorksheetReader) -> Step:
    reader.close({"code", "title", "protocol_steps"})
    return Step(reader.code(), reader.text("title"), reader.texts("protocol_steps"))


_ROW = {
    *("code", "step", "function", "mode", "effect", "cause", "prevention_controls", "detection_controls"),
    *("severity", "occurrence", "detection", "evidence", "no_action_why", "residual"),
}


def read_row(reader: WorksheetReader) -> Row:
    """Read one row."""
    reader.close(_ROW)
    return Row(
        code=reader.code(),
        step=reader.text("step", most=32),
        function=reader.text("function", most=MOST_TEXT),
        mode=reader.text("mode", most=MOST_TEXT),
        effect=reader.text("effect", most=MOST_TEXT),
        cause=reader.text("cause", most=MOST_TEXT),
        prevention_controls=reader.each("prevention_controls", _control, MOST_CONTROLS),
        detection_controls=reader.each("detection_controls", _control, MOST_CONTROLS),
        scores=_scores(reader),
        evidence=reader.each("evidence", _evidence, MOST_EVIDENCE),
        no_action_why=reader.text("no_action_why", most=MOST_TEXT),
        residual=_residual(reader),
    )


def _control(reader: WorksheetReader) -> Control:
    reader.close({"text", "links"})
    text = reader.text("text", is_required=True, most=MOST_TEXT)
    return Control(text, reader.each("links", _link, MOST_LINKS))


def _link(reader: WorksheetReader) -> Link:
    reader.close({"kind", "ref"})
    kind = reader.one("kind", LinkKind, LinkKind.CHART)
    return Link(kind, reader.ref(kind))


def _evidence(reader: WorksheetReader) -> Evidence:
    reader.close({"kind", "ref", "at"})
    kind = reader.one("kind", EvidenceKind, EvidenceKind.EXCURSION)
    return Evidence(kind, reader.ref(kind), reader.texts("at"))


def _residual(reader: WorksheetReader) -> Residual:
    if "residual" not in reader.data:
        return Residual()
    inner = reader.part("residual")
    inner.close({"decision", "why", "by"})
    why = inner.text("why", most=MOST_TEXT)
    return Residual(inner.maybe("decision", Decision), why, inner.text("by", most=80))


def _scores(reader: WorksheetReader) -> Scores:
    severity, occurrence, detection = (_score(reader, kind) for kind in _KINDS)
    return Scores(severity, occurrence, detection)


def _score(reader: WorksheetReader, kind: ScaleKind) -> Score:
    if kind not in reader.data:
        return Score()
    inner = reader.part(kind)
    inner.close(_OF_SEVERITY if kind is ScaleKind.SEVERITY else _SCORE)
    votes = inner.each("votes", _vote, MOST_VOTES)
    if votes:
        inner.faults.extend(repeated(f"{inner.path}.votes[{{}}].person", [it.person for it in votes]))
    return Score(
        rating=inner.whole("rating", LOWEST, HIGHEST),
        by=inner.texts("by"),
        why=inner.text("why", most=MOST_TEXT),
        look_again=inner.day("look_again"),
        votes=votes,
        justification=inner.text("justification", most=MOST_TEXT),
    )


def _vote(reader: WorksheetReader) -> Vote:
    reader.close({"person", "rating"})
    return Vote(reader.text("person", is_required=True, most=80), reader.count("rating", LOWEST, HIGHEST))


_ACTION = {
    *("code", "row", "text", "aim", "owner", "due", "status", "evidence", "done_on"),
    *("verified_by", "dropped_why", "after"),
}


def read_action(reader: WorksheetReader) -> Action:
    """Read one action."""
    reader.close(_ACTION)
    after = reader.part("after")
    after.close({kind.value for kind in ScaleKind})
    return Action(
        code=reader.code(),
        row=reader.text("row", most=32),
        text=reader.text("text", most=MOST_TEXT),
        aim=reader.maybe("aim", Aim),
        owner=reader.text("owner", most=80),
        due=reader.day("due"),
        status=reader.maybe("status", ActionStatus) or ActionStatus.PLANNED,
        evidence=reader.texts("evidence"),
        done_on=reader.day("done_on"),
        verified_by=reader.text("verified_by", most=80),
        dropped_why=reader.text("dropped_why", most=MOST_TEXT),
        after=_scores(after),
    )
