"""Blockers and duties as pages show them: in words, each with the way to where something can be done about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from coi.rules.batches import BatchSummary
from qc.forms import investigation_words, texts
from qc.forms.pages import WritingForm
from qc.forms.releases import DutyForm
from qc.rules.blockers import Blocker, BlockerCode
from qc.rules.late_failures import Task
from qc.selectors import BatchView, FailureView


@dataclass(frozen=True)
class Reason:
    """A blocker as the page shows it."""

    text: str
    href: str


@dataclass(frozen=True)
class DutyShown:
    """A duty after a late failure, with the form by which it is recorded as done."""

    task: Task
    words: str
    is_overdue: bool
    form: WritingForm


@dataclass(frozen=True)
class FailureShown:
    """A result that failed after the release, in words."""

    view: FailureView
    title: str
    duties: tuple[DutyShown, ...]


def reasons_shown(blockers: tuple[Blocker, ...], batch: BatchSummary) -> list[Reason]:
    """Every blocker as a link."""
    return [Reason(texts.blocker_text(blocker), _href(blocker, batch)) for blocker in blockers]


def failures_shown(view: BatchView, sent: Mapping[str, WritingForm]) -> list[FailureShown]:
    """What failed after the release, the first first; the forms that were sent come back as they are."""
    specification = view.case.specification
    shown = []
    for found in view.failures:
        criterion = specification.criterion(found.failure.criterion) if specification is not None else None
        title = criterion.title if criterion is not None else found.failure.criterion
        duties = tuple(_duty(found, task, view.zone, sent) for task in found.tasks)
        shown.append(FailureShown(found, title, duties))
    return shown


def duty_key(failure: str, duty: str) -> str:
    """What tells the form of one duty from those of the others on the page."""
    return f"{failure}_{duty}"


def _duty(found: FailureView, task: Task, zone: str, sent: Mapping[str, WritingForm]) -> DutyShown:
    key = duty_key(found.id, task.duty)
    form = sent.get(key) or DutyForm(auto_id=f"{key}_%s", zone=zone)
    words = str(investigation_words.DUTIES[task.duty])
    return DutyShown(task, words, task.is_overdue(timezone.now()), form)


# By the code of a blocker, then by the kind of what it is about: the page and what its address is made of.
_BY_CODE: Mapping[BlockerCode, tuple[str, str]] = {
    BlockerCode.DOSSIER_MISSING: ("qc:dossier", "batch"),
    BlockerCode.DOSSIER_INCOMPLETE: ("qc:dossier", "batch"),
    BlockerCode.DOSSIER_NOT_APPROVED: ("qc:dossier", "batch"),
    BlockerCode.NOTHING_TO_LIFT: ("qc:dossier", "batch"),
    BlockerCode.TRAIL_UNREVIEWED: ("qc:trail", "batch"),
    BlockerCode.WEIGHT_MISSING: ("coi:journey", "journey"),
    BlockerCode.WEIGHT_TOO_OLD: ("coi:journey", "journey"),
}
_BY_KIND: Mapping[str, tuple[str, str]] = {
    "collection": ("qc:subject", "collection"),
    "deviation": ("coi:deviation", "key"),
    "hold": ("coi:holds", ""),
    "label": ("coi:account_label", "key"),
    "container": ("coi:journey", "journey"),
    "investigation": ("qc:investigation", "key"),
}


def _href(blocker: Blocker, batch: BatchSummary) -> str:
    """Where somebody can do something about it."""
    kind, key = blocker.target.kind, blocker.target.key
    page, made_of = _BY_CODE.get(blocker.code) or _BY_KIND.get(kind, ("qc:batch", "batch"))
    parts: Mapping[str, list[str]] = {
        "": [],
        "batch": [batch.code],
        "journey": [batch.coi_id],
        "key": [key],
        "collection": ["collection", key],
    }
    anchor = f"#{key}" if kind == "criterion" and page == "qc:batch" else ""
    return f"{reverse(page, args=parts[made_of])}{anchor}"
