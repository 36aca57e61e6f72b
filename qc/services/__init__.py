"""Every write of `qc`, one function a use case."""

from qc.services.dispositions import Attempt, reject_batch, release_batch, review_batch, submit_for_review
from qc.services.results import Found, correct_result, record_result, review_result, start_testing
from qc.services.runs import open_run, read_controls, void_run

__all__ = [
    "Attempt",
    "Found",
    "correct_result",
    "open_run",
    "read_controls",
    "record_result",
    "reject_batch",
    "release_batch",
    "review_batch",
    "review_result",
    "start_testing",
    "submit_for_review",
    "void_run",
]
