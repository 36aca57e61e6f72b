"""What a result is about. A result names its subject, and a sample whose chain leads elsewhere is refused.

A batch and a collection are of one order; a material lot and a study are of a site. Readings of assay controls belong
to a run and stand with it (`qc.rules.runs`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from coi.rules.genealogy import Source
from coi.rules.journey import ContainerStatus, Disposition
from qc.rules.criteria import Criterion, Timing


class SubjectKind(StrEnum):
    """The kinds of subject that a result may name."""

    BATCH = "batch"
    COLLECTION = "collection"
    MATERIAL_LOT = "material_lot"
    STUDY = "study"


class StudyKind(StrEnum):
    """The kinds of study."""

    STABILITY = "stability"
    HOLD_TIME = "hold_time"
    VALIDATION = "validation"


class StudyState(StrEnum):
    """Where a study stands."""

    RUNNING = "running"
    CONCLUDED = "concluded"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class SubjectRef:
    """A subject as somebody names it: its kind and its code (a batch's, a DIN, a lot's, a study's).

    `point` is what of a study was tested: time point, condition and container (`qc.rules.stability.PointOf`); empty for
    all others.
    """

    kind: SubjectKind
    code: str
    point: str = ""


@dataclass(frozen=True)
class Subject:
    """A subject as the rules see it. `order_id`, `coi_id` and `disposition` are empty where there is no order.

    `needs_source`: whether a result has to name a container (a supplier's lot has none of ours). `is_closed`: a study
    that was concluded or abandoned takes nothing more.
    """

    ref: SubjectRef
    id: str
    site: str
    zone: str
    stream: str
    specification_id: str
    order_id: str = ""
    coi_id: str = ""
    disposition: Disposition | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    needs_source: bool = True
    is_closed: bool = False


# Dispositions after which the cells may leave, and be in the patient.
RELEASED = frozenset(disposition for disposition in Disposition if disposition.is_release)


class SubjectRefusal(StrEnum):
    """Why a subject takes no result now."""

    BATCH_REJECTED = "batch_rejected"
    ONLY_FINAL_AFTER_RELEASE = "only_final_after_release"
    STUDY_CLOSED = "study_closed"


def refusal(subject: Subject, criterion: Criterion) -> SubjectRefusal | None:
    """Whether the subject still takes a result of this criterion."""
    if subject.is_closed:
        return SubjectRefusal.STUDY_CLOSED
    return takes(subject.disposition, criterion)


def takes(disposition: Disposition | None, criterion: Criterion) -> SubjectRefusal | None:
    """Whether a batch in this disposition takes a result; after a release only final ones come. None: it does."""
    if disposition is Disposition.REJECTED:
        return SubjectRefusal.BATCH_REJECTED
    if disposition in RELEASED and criterion.timing is not Timing.FINAL:
        return SubjectRefusal.ONLY_FINAL_AFTER_RELEASE
    return None


def source_fault(subject: Subject, code: str) -> str | None:
    """Why a container cannot be the source of a result of this subject, as a code."""
    if not code:
        return "empty" if subject.needs_source else None
    found = subject.sources.get(code)
    if found is None:
        return "not_of_this_subject"
    return "label_not_applied" if found.status is ContainerStatus.UNLABELLED else None


def time_fault(tested_at: datetime, source: Source | None, now: datetime) -> str | None:
    """Why it cannot have been tested then, as a code; people write minutes, so that of the making counts."""
    if tested_at > now:
        return "in_the_future"
    if source is not None and tested_at < source.made_at.replace(second=0, microsecond=0):
        return "before_it_was_made"
    return None
