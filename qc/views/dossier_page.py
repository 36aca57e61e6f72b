"""What the page of a dossier shows, as plain values: sections with what they lack, notices, the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from coi.rules.dispositions import DECIDED_BY
from coi.rules.journey import OrderKind
from qc.forms import investigation_words, release_words, texts
from qc.forms.pages import WritingForm
from qc.rules.exceptional import (
    WRITING,
    DossierRefusal,
    DossierState,
    ExceptionalDossier,
    Lack,
    Missing,
    Notice,
    NoticeKind,
    Part,
    Region,
    Setting,
    against_decision,
    latest_notices,
    needed_notices,
)
from qc.rules.investigations import Who
from qc.selectors import DossierView, FailingLine
from qc.services import DossierAnswer

Sentence = str | Promise
_SECTIONS: tuple[tuple[str, Part], ...] = (
    ("criteria", Part.CRITERIA),
    ("risk", Part.RISK),
    ("alternatives", Part.ALTERNATIVES),
    ("request", Part.REQUEST),
    ("acceptance", Part.ACCEPTANCE),
    ("consent", Part.CONSENT),
    ("notice", Part.NOTICE),
)
_SECTION_OF: Mapping[Lack, str] = {
    Lack.RISK_MISSING: "risk",
    Lack.ALTERNATIVES_MISSING: "alternatives",
    Lack.REQUEST_MISSING: "request",
    Lack.PHYSICIAN_MISSING: "request",
    Lack.REQUEST_DATE_MISSING: "request",
    Lack.REQUEST_EVIDENCE_MISSING: "request",
    Lack.RISK_NOT_SENT: "acceptance",
    Lack.ACCEPTANCE_MISSING: "acceptance",
    Lack.ACCEPTED_BEFORE_RISK: "acceptance",
    Lack.CONSENT_MISSING: "consent",
    Lack.SETTING_OF_ANOTHER_REGION: "supply",
    Lack.NOTICE_MISSING: "notice",
    Lack.NOTICE_DATE_MISSING: "notice",
    Lack.NOTICE_NOT_SENT: "notice",
}


@dataclass(frozen=True)
class LackShown:
    """One thing that is missing, what it is about, and the section where it is mended."""

    text: Sentence
    about: Sentence
    section: str


@dataclass(frozen=True)
class Section:
    """A part of the dossier: its heading, what stands in it, what it lacks, the form for who may write it."""

    key: str
    title: Sentence
    lacks: tuple[LackShown, ...]
    form: WritingForm | None
    is_written: bool
    part: Mapping[str, Any]
    text: str = ""
    is_next: bool = False


@dataclass(frozen=True)
class CriterionShown:
    """A failing criterion: its limits, what counts for it, and where its investigation stands."""

    line: FailingLine
    limits: str
    unit: str
    outcome: Sentence


@dataclass(frozen=True)
class NoticeShown:
    """One notice that is needed: nothing yet, due, overdue, or sent."""

    kind: NoticeKind
    title: Sentence
    notice: Notice | None
    is_overdue: bool
    by: str


@dataclass(frozen=True)
class Told:
    """Words with who wrote them and when."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Page:
    """A dossier as its page shows it."""

    state: tuple[str, Sentence]
    tag: str
    setting: Sentence
    region: Sentence
    value: ExceptionalDossier
    lacks: tuple[LackShown, ...]
    sections: tuple[Section, ...]
    notices: tuple[NoticeShown, ...]
    overdue: tuple[NoticeShown, ...]
    supply: WritingForm | None
    decision: WritingForm | None
    why_not: tuple[Sentence, ...]
    decided: Told | None
    follow_up: tuple[Told, ...]
    follow_up_form: WritingForm | None


_TAGS = {
    "approved": "tag-done",
    "declined": "",
    "invalid": "tag-stop",
    "ready": "tag-warn",
    "open": "tag-warn",
}


def may_open(view: DossierView) -> bool:
    """Whether to offer the form that opens a dossier."""
    ended = {DossierState.DECLINED, DossierState.INVALID}
    is_free = view.lifting is None or (
        view.lifting.state in ended and all(it.is_decided for it in view.earlier)
    )
    is_open = view.batch.disposition not in DECIDED_BY and view.batch.order_kind is OrderKind.PATIENT
    return is_free and is_open and not view.roles.isdisjoint(WRITING[Part.CRITERIA].roles)


def criteria_shown(view: DossierView) -> tuple[CriterionShown, ...]:
    """The failing criteria with their limits and investigations."""
    shown = []
    for line in view.lines:
        outcome = line.inquiry.outcome if line.inquiry is not None else None
        words = investigation_words.OUTCOMES[outcome] if outcome is not None else ""
        unit = texts.unit(line.criterion.unit)
        shown.append(CriterionShown(line, texts.limits(line.criterion), str(unit), words))
    return tuple(shown)


def shown(view: DossierView, forms: Mapping[str, WritingForm], who: Who, now: datetime) -> Page | None:
    """The page; None while there is no dossier."""
    kept, lifting = view.kept, view.lifting
    if kept is None or lifting is None:
        return None
    value = lifting.dossier
    # After the decision nothing is lacked any more; what was changed since is told.
    lacks = () if value.decision is not None and not value.decision.is_approved else lifting.missing
    told = tuple(_lack(it, view) for it in lacks)
    notices = _notices(view, value, now)
    return Page(
        state=release_words.DOSSIER_STATES[lifting.state],
        tag=_TAGS[lifting.state],
        setting=release_words.SETTINGS[Setting(kept.setting)],
        region=release_words.REGIONS[Region(kept.region)],
        value=value,
        lacks=told,
        sections=tuple(_section(key, part, view, told, forms) for key, part in _SECTIONS),
        notices=notices,
        overdue=tuple(it for it in notices if it.is_overdue),
        supply=forms.get("supply"),
        decision=None if (why := _why_not(value, who)) else forms.get("decision"),
        why_not=why if "decision" in forms else (),
        decided=_decided(view, value),
        follow_up=_follow_up(view, value),
        follow_up_form=forms.get("follow_up"),
    )


def _section(
    key: str,
    part: Part,
    view: DossierView,
    told: Sequence[LackShown],
    forms: Mapping[str, WritingForm],
) -> Section:
    own = tuple(it for it in told if it.section == key)
    rows = {"criteria": "held", "notice": "notices"}
    stands: Mapping[str, Any] = {}
    if view.kept is not None and key not in rows:
        stands = view.kept.part(key)
    is_written = bool(view.kept.rows(rows[key])) if view.kept is not None and key in rows else bool(stands)
    title = release_words.PARTS[part]
    to_write = [it.section for it in told if it.section in forms]
    is_next = key in to_write[:1]
    return Section(key, title, own, forms.get(key), is_written, stands, _words(view, stands), is_next)


def _words(view: DossierView, part: Mapping[str, Any]) -> str:
    return view.texts.get(str(part.get("text", "")), "")


def _lack(it: Missing, view: DossierView) -> LackShown:
    titles = {line.criterion.code: line.criterion.title for line in view.lines}
    about: Sentence = titles.get(it.about, it.about)
    if it.about in set(NoticeKind):
        about = release_words.NOTICES[NoticeKind(it.about)]
    elif it.about in set(Setting):
        about = release_words.SETTINGS[Setting(it.about)]
    return LackShown(release_words.LACKS[it.code], about, _SECTION_OF.get(it.code, "criteria"))


def _notices(view: DossierView, value: ExceptionalDossier, now: datetime) -> tuple[NoticeShown, ...]:
    """Those that the way of supply needs, and any that were written before it was changed."""
    if view.kept is None:
        return ()
    rows = {NoticeKind(row["kind"]): row for row in latest_notices(view.kept.rows("notices"))}
    is_watched = value.decision is None or value.decision.is_approved
    return tuple(
        NoticeShown(
            kind=kind,
            title=release_words.NOTICES[kind],
            notice=(found := value.notice(kind)),
            is_overdue=is_watched and found is not None and found.is_overdue(now),
            by=str(rows.get(kind, {}).get("name", "")),
        )
        for kind in dict.fromkeys([*needed_notices(view.kept.region, view.kept.setting), *rows])
    )


def _why_not(value: ExceptionalDossier, who: Who) -> tuple[Sentence, ...]:
    """Why this person, who holds the role, may not decide it whatever they decide."""
    never = {DossierRefusal.BY_A_PRODUCER, DossierRefusal.BY_ITS_AUTHOR}
    found = against_decision(value, (), is_approved=False, who=who)
    return tuple(release_words.DOSSIER_REFUSALS[code] for code in found if code in never)


def _decided(view: DossierView, value: ExceptionalDossier) -> Told | None:
    if view.kept is None or value.decision is None:
        return None
    part = view.kept.part("decision")
    return Told(_words(view, part), str(part["name"]), value.decision.at)


def _follow_up(view: DossierView, value: ExceptionalDossier) -> tuple[Told, ...]:
    rows = view.kept.rows("follow_up") if view.kept is not None else ()
    pairs = zip(rows, value.follow_up, strict=True)
    return tuple(Told(_words(view, row), str(row["name"]), it.at) for row, it in pairs)


def refusals(answer: DossierAnswer, view: DossierView) -> tuple[Sentence, ...]:
    """Why it was refused, with what is missing."""
    told = [release_words.DOSSIER_REFUSALS[code] for code in answer.refusals]
    lacks = [_lack(it, view) for it in answer.missing]
    return (*told, *(f"{it.text}: {it.about}" if it.about else it.text for it in lacks))
