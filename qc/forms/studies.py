"""Studies on the pages: forms, and what a study comes to in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from people.forms.days import SiteTimeField
from people.rules.documents import DocumentVersionView
from people.rules.sites import SiteView
from qc.forms import study_words, texts
from qc.forms.fields import LimitedFileField
from qc.forms.pages import SignForm, WritingForm
from qc.rules.criteria import Criterion
from qc.rules.imports import DEFAULT_LIMITS
from qc.rules.stability import (
    Assessed,
    Ground,
    Model,
    Pull,
    PullLine,
    PullState,
    StudyUnit,
    Unassessed,
    supported_until,
)
from qc.selectors import StudyPage, TestedPoint

_OPEN = frozenset({PullState.WAITING, PullState.DUE, PullState.OVERDUE})


class BeginForm(WritingForm):
    """A plan, a site, and the containers that are put into the study."""

    plan = forms.ChoiceField(label=_("Plan"))
    site = forms.ChoiceField(label=_("Site"))
    containers = forms.CharField(
        label=_("Containers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Their codes, with spaces or line breaks between; none for a validation."),
    )

    def __init__(
        self, *args: Any, plans: Sequence[DocumentVersionView], sites: Sequence[SiteView], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        own = [(f"{it.kind}:{it.code}", f"{it.code}/{it.version} · {it.title}") for it in plans]
        self.offer("plan", [("", ""), *own])
        self.offer("site", [(site.code, site.name) for site in sites])

    @property
    def asked(self) -> dict[str, Any]:
        """As the service takes it."""
        kind, _between, code = self.cleaned_data["plan"].partition(":")
        containers = self.cleaned_data["containers"].split()
        return {"kind": kind, "plan": code, "site": self.cleaned_data["site"], "containers": containers}


class PullForm(WritingForm):
    """One pull: which point of which condition, which containers, when, and why where it is off its window."""

    REFUSALS = study_words.PULL_REFUSALS
    what = forms.ChoiceField(label=_("Time point and condition"))
    containers = forms.MultipleChoiceField(label=_("Containers"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("Why outside of its window"), required=False, max_length=200)

    def __init__(self, *args: Any, page: StudyPage, **more: Any) -> None:
        super().__init__(*args, **more)
        waiting = [line for line in page.lines if line.state in _OPEN]
        self.offer("what", [(_what(line), _what_shown(line)) for line in waiting])
        used = {code for pull in page.study.pulls for code in pull.containers}
        left = [it for it in page.study.containers if it.code not in used]
        self.offer("containers", [(it.code, f"{it.code} ({it.batch})") for it in left])
        self.fields["at"] = SiteTimeField(_("Taken out at"), page.study.zone, help_text="")
        self.order_fields(["what", "containers", "at", "reason"])

    @property
    def pull(self) -> Pull:
        """What was pulled."""
        asked = self.cleaned_data
        point, _between, condition = asked["what"].partition("/")
        return Pull(condition, point, asked["at"], tuple(asked["containers"]), asked["reason"].strip())


class ConcludeForm(SignForm):
    """The signature under what a study comes to."""

    REFUSALS = study_words.CONCLUSION_REFUSALS
    field_order = ("reason", "username", "password")
    reason = forms.CharField(label=_("Why without the pulls that are open"), required=False, max_length=200)

    def __init__(self, *args: Any, may_lack: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not may_lack:
            del self.fields["reason"]


class AbandonForm(WritingForm):
    """Why a study is given up."""

    reason = forms.CharField(label=_("Why it is given up"), max_length=200)


class MeasurementsForm(WritingForm):
    """The measurements of a validation study, as a table."""

    file = LimitedFileField(most=DEFAULT_LIMITS.bytes, accept=".csv,.txt")


def _what(line: PullLine) -> str:
    return f"{line.point.code}/{line.condition.code}"


def _what_shown(line: PullLine) -> str:
    return f"{line.point.code} · {line.condition.title}"


# --- what a study comes to, in words --------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellShown:
    """One time point under one condition."""

    line: PullLine
    mark: str
    state: str
    tone: str
    tested: tuple[TestedPoint, ...]


@dataclass(frozen=True)
class AssessedShown:
    """One criterion under one condition, in words. `has_picture`: whether there are numbers to draw."""

    condition: str
    condition_title: str
    criterion: Criterion
    limits: str
    length: str
    why: str
    model: str
    notes: tuple[str, ...]
    has_picture: bool


def table(page: StudyPage) -> list[tuple[str, list[CellShown]]]:
    """A row for each time point, a cell for each condition."""
    rows: dict[str, list[CellShown]] = {}
    for line in page.lines:
        rows.setdefault(line.point.code, []).append(_cell(page, line))
    return list(rows.items())


def _cell(page: StudyPage, line: PullLine) -> CellShown:
    mark, state, tone = study_words.PULL_STATES[line.state]
    own = (line.point.code, line.condition.code)
    tested = tuple(it for it in page.tested if (it.point.point, it.point.condition) == own)
    return CellShown(line, mark, str(state), tone, tested)


def assessed_shown(page: StudyPage) -> list[AssessedShown]:
    """Everything that a study comes to."""
    titles = {condition.code: condition.title for condition in page.document.plan.conditions}
    criteria, unit = page.criteria, page.document.plan.unit
    numbered = {(it.condition, it.criterion) for it in page.results if it.number is not None}
    return [
        AssessedShown(
            condition=it.condition,
            condition_title=titles[it.condition],
            criterion=criteria[it.criterion],
            limits=texts.limits(criteria[it.criterion]),
            length=length(it, unit),
            why=_why(it),
            model=_model(it),
            notes=tuple(_notes(it)),
            has_picture=(it.condition, it.criterion) in numbered,
        )
        for it in page.assessed
    ]


def conclusions(page: StudyPage) -> list[tuple[str, str]]:
    """For each condition, until when the results support that something is kept so."""
    unit = str(study_words.UNITS[page.document.plan.unit])
    said = []
    for condition in page.document.plan.conditions:
        until = supported_until(page.assessed, condition.code)
        if until is None:
            text = _now("nothing yet: results are missing")
        elif not until:
            text = _now("nothing is supported beyond the start")
        else:
            text = _now("supported until %(length)s %(unit)s") % {"length": until, "unit": unit}
        said.append((condition.title, text))
    return said


def length(it: Assessed, unit: StudyUnit) -> str:
    """How long one criterion supports."""
    if it.length is None:
        return _now("nothing yet") if it.why is not None else _now("reported only")
    return f"{it.length} {study_words.UNITS[unit]}" if it.length else _now("not beyond the start")


def _why(it: Assessed) -> str:
    if it.ground is not None:
        return str(study_words.GROUNDS[Ground(it.ground)])
    return "" if it.why is None else str(study_words.UNASSESSED[Unassessed(it.why)])


def _model(it: Assessed) -> str:
    return "" if it.supported is None else str(study_words.MODELS[Model(it.supported.pooling.model)])


def _notes(it: Assessed) -> Sequence[str]:
    notes = []
    if it.supported is None and it.ground is not None and it.why is not None:
        notes.append(_now("No line: %(why)s") % {"why": study_words.UNASSESSED[it.why]})
    if it.supported is not None and it.supported.has_few_batches:
        notes.append(_now("Fewer than three batches are no basis of a shelf life (ICH Q1A(R2))."))
    if it.supported is not None and it.supported.batch:
        notes.append(_now("The worst batch is %(batch)s.") % {"batch": it.supported.batch})
    return notes
