"""Every write of `qc`, one function a use case."""

from qc.services.dispositions import (
    Attempt,
    complete_release,
    reject_batch,
    release_batch,
    review_batch,
    submit_for_review,
)
from qc.services.documents import (
    ISSUERS,
    MEDIA_TYPES,
    IssueAnswer,
    issue_document,
    preview_document,
    refusal_of,
)
from qc.services.imports import Handed, Looked, discard_import, hand_in, look_at, record_import
from qc.services.late_failures import record_duty
from qc.services.results import Found, correct_result, record_result, review_result, start_testing
from qc.services.runs import open_run, read_controls, void_run
from qc.services.trails import review_trail

__all__ = [
    "ISSUERS",
    "MEDIA_TYPES",
    "Attempt",
    "Found",
    "Handed",
    "IssueAnswer",
    "Looked",
    "complete_release",
    "correct_result",
    "discard_import",
    "hand_in",
    "issue_document",
    "look_at",
    "open_run",
    "preview_document",
    "read_controls",
    "record_duty",
    "record_import",
    "record_result",
    "refusal_of",
    "reject_batch",
    "release_batch",
    "review_batch",
    "review_result",
    "review_trail",
    "start_testing",
    "submit_for_review",
    "void_run",
]
