"""Every write of `qc`, one function a use case."""

from qc.services.acceptance import MaterialAttempt, decide_material
from qc.services.attempts import AttemptAnswer, record_attempt
from qc.services.conclusions import ConclusionAttempt, conclude_study
from qc.services.dispositions import (
    Attempt,
    complete_release,
    reject_batch,
    release_batch,
    review_batch,
    submit_for_review,
)
from qc.services.documents import (
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
from qc.services.inquiring import InquiryAnswer
from qc.services.investigations import (
    answer_check,
    escalate_investigation,
    name_cause,
    open_investigation,
    start_investigation,
    try_hypothesis,
)
from qc.services.late_failures import record_duty
from qc.services.noted_signals import note_signal
from qc.services.outcomes import authorise_plan, conclude_investigation, propose_outcome
from qc.services.plates import (
    LookedAtPlate,
    PlateResult,
    discard_plate,
    hand_in_plate,
    look_at_plate,
    record_plate,
)
from qc.services.results import Found, correct_result, record_result, review_result
from qc.services.runs import open_run, read_controls, void_run
from qc.services.studies import PullAttempt, abandon_study, begin_study, record_pull
from qc.services.trails import review_trail
from qc.services.validations import MeasurementsAnswer, hand_in_measurements, preview_report

__all__ = [
    "MEDIA_TYPES",
    "Attempt",
    "AttemptAnswer",
    "ConclusionAttempt",
    "DossierAnswer",
    "Evidence",
    "Found",
    "Handed",
    "InquiryAnswer",
    "IssueAnswer",
    "Looked",
    "LookedAtPlate",
    "MaterialAttempt",
    "MeasurementsAnswer",
    "PlateResult",
    "PullAttempt",
    "abandon_study",
    "answer_check",
    "authorise_plan",
    "begin_study",
    "change_supply",
    "complete_release",
    "conclude_investigation",
    "conclude_study",
    "correct_result",
    "decide_dossier",
    "decide_material",
    "discard_import",
    "discard_plate",
    "escalate_investigation",
    "follow_up_dossier",
    "hand_in",
    "hand_in_measurements",
    "hand_in_plate",
    "issue_document",
    "look_at",
    "look_at_plate",
    "name_cause",
    "name_criteria",
    "note_signal",
    "open_dossier",
    "open_investigation",
    "open_run",
    "preview_document",
    "preview_report",
    "propose_outcome",
    "read_controls",
    "record_acceptance",
    "record_attempt",
    "record_consent",
    "record_duty",
    "record_import",
    "record_plate",
    "record_pull",
    "record_request",
    "record_result",
    "refusal_of",
    "reject_batch",
    "release_batch",
    "review_batch",
    "review_result",
    "review_trail",
    "start_investigation",
    "submit_for_review",
    "try_hypothesis",
    "void_run",
    "write_alternatives",
    "write_notice",
    "write_risk",
]
