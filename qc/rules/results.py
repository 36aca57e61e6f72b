"""Results as values: what was found of which container, by whom, and who looked it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coi.rules.batches import BatchContainer, Dossier
from coi.rules.journey import ContainerStatus, Disposition
from qc.rules.criteria import Criterion, Timing, Verdict


class CorrectionReason(StrEnum):
    """Why a result has a new version. A retest is none of these: it is another result."""

    TRANSCRIPTION = "transcription"
    CALCULATION = "calculation"
    WRONG_CONTAINER = "wrong_container"
    WRONG_TIME = "wrong_time"


class RejectionReason(StrEnum):
    """Why a batch is rejected."""

    FAILING_RESULT = "failing_result"
    DEVIATION = "deviation"
    IDENTITY_IN_DOUBT = "identity_in_doubt"
    PROCESS_FAILED = "process_failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ResultView:
    """One version of one result."""

    id: str
    batch: str
    container: str
    criterion: str
    version: int
    is_current: bool
    value: str
    unit: str
    verdict: Verdict
    method: str
    specification: str
    analyst_id: int
    analyst: str
    tested_at: datetime
    recorded_at: datetime
    supersedes: str = ""
    reason: str = ""
    reference: str = ""
    reviewer_id: int | None = None
    reviewer: str = ""
    reviewed_at: datetime | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether another person has looked it over."""
        return self.reviewed_at is not None


def current(results: Sequence[ResultView], criterion: str) -> ResultView | None:
    """The version of a criterion's result that counts."""
    return next((r for r in results if r.criterion == criterion and r.is_current), None)


class ResultRefusal(StrEnum):
    """Why a result may not be recorded now."""

    BATCH_REJECTED = "batch_rejected"
    ONLY_FINAL_AFTER_RELEASE = "only_final_after_release"


def refusal(disposition: Disposition, criterion: Criterion) -> ResultRefusal | None:
    """Whether the batch still takes a result of this criterion; after a release only final ones come."""
    if disposition is Disposition.REJECTED:
        return ResultRefusal.BATCH_REJECTED
    if disposition is Disposition.RELEASED and criterion.timing is not Timing.FINAL:
        return ResultRefusal.ONLY_FINAL_AFTER_RELEASE
    return None


def container_fault(dossier: Dossier, code: str) -> str | None:
    """Why a container cannot be the source of a result of this batch, as a code."""
    found = dossier.container(code)
    if found is None:
        return "not_of_this_batch"
    return "label_not_applied" if found.status is ContainerStatus.UNLABELLED else None


def time_fault(tested_at: datetime, container: BatchContainer, now: datetime) -> str | None:
    """Why a container cannot have been tested then, as a code; people write minutes, so that of its making counts."""
    if tested_at > now:
        return "in_the_future"
    return "before_it_was_made" if tested_at < container.made_at.replace(second=0, microsecond=0) else None
