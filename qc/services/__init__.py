"""Every write of `qc`, one function a use case."""

from qc.services.dispositions import Attempt, reject_batch, release_batch, review_batch, submit_for_review
from qc.services.documents import (
    ISSUERS,
    MEDIA_TYPES,
    IssueAnswer,
    issue_document,
    preview_document,
    refusal_of,
)
from qc.services.imports import Handed, Looked, discard_import, hand_in, look_at, record_import
from qc.services.plates import (
    LookedAtPlate,
    PlateResult,
    discard_plate,
    hand_in_plate,
    look_at_plate,
    record_plate,
)
from qc.services.results import Found, correct_result, record_result, review_result, start_testing
from qc.services.runs import open_run, read_controls, void_run

__all__ = [
    "ISSUERS",
    "MEDIA_TYPES",
    "Attempt",
    "Found",
    "Handed",
    "IssueAnswer",
    "Looked",
    "LookedAtPlate",
    "PlateResult",
    "correct_result",
    "discard_import",
    "discard_plate",
    "hand_in",
    "hand_in_plate",
    "issue_document",
    "look_at",
    "look_at_plate",
    "open_run",
    "preview_document",
    "read_controls",
    "record_import",
    "record_plate",
    "record_result",
    "refusal_of",
    "reject_batch",
    "release_batch",
    "review_batch",
    "review_result",
    "start_testing",
    "submit_for_review",
    "void_run",
]
