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
from qc.services.exceptional import (
    DossierAnswer,
    Evidence,
    change_supply,
    follow_up_dossier,
    name_criteria,
    open_dossier,
    record_acceptance,
    record_consent,
    record_request,
    write_alternatives,
    write_risk,
)
from qc.services.exceptional_deciding import decide_dossier, write_notice
from qc.services.imports import Handed, Looked, discard_import, hand_in, look_at, record_import
from qc.services.results import Found, correct_result, record_result, review_result, start_testing
from qc.services.runs import open_run, read_controls, void_run

__all__ = [
    "ISSUERS",
    "MEDIA_TYPES",
    "Attempt",
    "DossierAnswer",
    "Evidence",
    "Found",
    "Handed",
    "IssueAnswer",
    "Looked",
    "change_supply",
    "correct_result",
    "decide_dossier",
    "discard_import",
    "follow_up_dossier",
    "hand_in",
    "issue_document",
    "look_at",
    "name_criteria",
    "open_dossier",
    "open_run",
    "preview_document",
    "read_controls",
    "record_acceptance",
    "record_consent",
    "record_import",
    "record_request",
    "record_result",
    "refusal_of",
    "reject_batch",
    "release_batch",
    "review_batch",
    "review_result",
    "start_testing",
    "submit_for_review",
    "void_run",
    "write_alternatives",
    "write_notice",
    "write_risk",
]
