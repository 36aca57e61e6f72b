"""Names of what happens in `people`; never renamed, never reused."""

from enum import StrEnum


class Event(StrEnum):
    """Past tense, `room:subject:action`."""

    ORGANISATION_CREATED = "people:organisation:created"
    SITE_CREATED = "people:site:created"
    SITE_CHANGED = "people:site:changed"
    PLACE_CREATED = "people:place:created"
    STATION_REGISTERED = "people:station:registered"
    STATION_CHANGED = "people:station:changed"
    STATION_BOUND = "people:station:bound"
    STATION_RELEASED = "people:station:released"
    STATION_TOKEN_ISSUED = "people:station:token_issued"  # noqa: S105  (a name, not a secret)
    USER_CREATED = "people:user:created"
    USER_ACTIVATED = "people:user:activated"
    USER_DEACTIVATED = "people:user:deactivated"
    USER_RESET = "people:user:reset"
    USER_SIGNED_IN = "people:user:signed_in"
    USER_SIGNED_OUT = "people:user:signed_out"
    USER_LOCKED = "people:user:locked"
    CREDENTIAL_FAILED = "people:credential:failed"
    BADGE_ISSUED = "people:badge:issued"
    BADGE_PRINTED = "people:badge:printed"
    BADGE_REVOKED = "people:badge:revoked"
    ROLE_GRANTED = "people:role:granted"
    ROLE_REVOKED = "people:role:revoked"
    TRAINING_RECORDED = "people:training:recorded"
    DOCUMENT_DRAFTED = "people:document:drafted"
    DOCUMENT_EDITED = "people:document:edited"
    DOCUMENT_SUBMITTED = "people:document:submitted"
    DOCUMENT_REVIEWED = "people:document:reviewed"
    DOCUMENT_APPROVED = "people:document:approved"
    DOCUMENT_REJECTED = "people:document:rejected"
    DOCUMENT_MADE_EFFECTIVE = "people:document:made_effective"
    DOCUMENT_RETIRED = "people:document:retired"
    SIGNATURE_MADE = "people:signature:made"
    WORK_OPENED = "people:work:opened"
    WORK_DONE = "people:work:done"
    NOTICE_SENT = "people:notice:sent"


# The effect that mails a notice to those it is for.
NOTICE_EFFECT = "people:notice"
