"""Names of what happens in `qc`: past tense, never renamed, never reused."""

from enum import StrEnum


class Event(StrEnum):
    """Events of this room."""

    RESULT_RECORDED = "qc:result:recorded"
    RESULT_CORRECTED = "qc:result:corrected"
    RESULT_REVIEWED = "qc:result:reviewed"
    RUN_OPENED = "qc:run:opened"
    CONTROLS_READ = "qc:controls:read"
    RUN_VOIDED = "qc:run:voided"
    FILE_HANDED_IN = "qc:file:handed_in"
    FILE_RECORDED = "qc:file:recorded"
    FILE_DISCARDED = "qc:file:discarded"
    PLATE_HANDED_IN = "qc:plate:handed_in"
    PLATE_RECORDED = "qc:plate:recorded"
    PLATE_DISCARDED = "qc:plate:discarded"
    BATCH_SUBMITTED = "qc:batch:submitted"
    BATCH_REVIEWED = "qc:batch:reviewed"
    BATCH_RELEASED = "qc:batch:released"
    BATCH_REJECTED = "qc:batch:rejected"
    SUBMISSION_REFUSED = "qc:submission:refused"
    REVIEW_REFUSED = "qc:review:refused"
    RELEASE_REFUSED = "qc:release:refused"
    REJECTION_REFUSED = "qc:rejection:refused"
    DOCUMENT_ISSUED = "qc:document:issued"
    ISSUE_REFUSED = "qc:issue:refused"
