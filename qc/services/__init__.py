"""Every write of `qc`, one function a use case."""

from qc.services.dispositions import Attempt, reject_batch, release_batch, review_batch, submit_for_review
from qc.services.results import correct_result, record_result, review_result, start_testing

__all__ = [
    "Attempt",
    "correct_result",
    "record_result",
    "reject_batch",
    "release_batch",
    "review_batch",
    "review_result",
    "start_testing",
    "submit_for_review",
]
