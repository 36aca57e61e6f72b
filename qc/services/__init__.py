"""Every write of `qc`, one function a use case."""

from qc.services.acceptance import MaterialAttempt, decide_material
from qc.services.conclusions import ConclusionAttempt, conclude_study
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
from qc.services.results import Found, correct_result, record_result, review_result, start_testing
from qc.services.runs import open_run, read_controls, void_run
from qc.services.studies import PullAttempt, abandon_study, begin_study, record_pull
from qc.services.validations import MeasurementsAnswer, hand_in_measurements, preview_report

__all__ = [
    "ISSUERS",
    "MEDIA_TYPES",
    "Attempt",
    "ConclusionAttempt",
    "Found",
    "Handed",
    "IssueAnswer",
    "Looked",
    "MaterialAttempt",
    "MeasurementsAnswer",
    "PullAttempt",
    "abandon_study",
    "begin_study",
    "conclude_study",
    "correct_result",
    "decide_material",
    "discard_import",
    "hand_in",
    "hand_in_measurements",
    "issue_document",
    "look_at",
    "open_run",
    "preview_document",
    "preview_report",
    "read_controls",
    "record_import",
    "record_pull",
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
