"""Results as values: what was found of what, by which method, by whom, and who looked it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qc.rules.criteria import Verdict
from qc.rules.subjects import SubjectRef
from qc.rules.values import NOT_TESTED


class CorrectionReason(StrEnum):
    """Why a result has a new version. A retest is none of these: it is another attempt."""

    TRANSCRIPTION = "transcription"
    CALCULATION = "calculation"
    WRONG_CONTAINER = "wrong_container"
    WRONG_TIME = "wrong_time"


class AttemptKind(StrEnum):
    """An attempt at a result: the first, the same sample tested again, or another sample tested."""

    ORIGINAL = "original"
    RETEST = "retest"
    RESAMPLE = "resample"


class RejectionReason(StrEnum):
    """Why a batch is rejected."""

    FAILING_RESULT = "failing_result"
    DEVIATION = "deviation"
    IDENTITY_IN_DOUBT = "identity_in_doubt"
    PROCESS_FAILED = "process_failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ResultView:
    """One version of one attempt at one result.

    `subject_id` is what it is of; `container` the code of what was tested (empty where there is none of ours);
    `method` the code, `method_version` the version in effect (empty for what was recorded before methods were
    documents); `replicates` the single measurements as they were reported; `not_tested` why there is none.
    """

    id: str
    subject: SubjectRef
    subject_id: str
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
    attempt: int = 1
    attempt_kind: AttemptKind = AttemptKind.ORIGINAL
    replicates: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    method_version: int | None = None
    run: str = ""
    supersedes: str = ""
    reason: str = ""
    reference: str = ""
    source_file: str = ""
    reviewer_id: int | None = None
    reviewer: str = ""
    reviewed_at: datetime | None = None

    @property
    def batch(self) -> str:
        """The code of what it is of, where that is a batch."""
        return self.subject.code

    @property
    def not_tested(self) -> str:
        """Why there is no result and none will come, as a code; empty where there is one."""
        start, _between, reason = self.value.partition(": ")
        return reason if start == NOT_TESTED else ""

    @property
    def is_reviewed(self) -> bool:
        """Whether another person has looked it over."""
        return self.reviewed_at is not None


def current(results: Sequence[ResultView], criterion: str, attempt: int = 1) -> ResultView | None:
    """The version of an attempt at a criterion's result that counts; the first attempt unless another is named."""
    return next(
        (r for r in results if r.criterion == criterion and r.attempt == attempt and r.is_current), None
    )
