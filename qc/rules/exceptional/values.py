"""The dossier of an exceptional release as values: its parts, and what it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qc.rules.investigations.values import Investigation, Outcome


class Region(StrEnum):
    """Under whose law it is given."""

    EU = "EU"
    US = "US"


class Setting(StrEnum):
    """Whether it is given in a trial, as an authorised product, or under expanded access."""

    TRIAL = "trial"
    AUTHORISED = "authorised"
    EXPANDED_ACCESS = "expanded_access"


class Part(StrEnum):
    """The parts of a dossier."""

    CRITERIA = "criteria"
    RISK = "risk"
    ALTERNATIVES = "alternatives"
    REQUEST = "request"
    ACCEPTANCE = "acceptance"
    CONSENT = "consent"
    NOTICE = "notice"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"


class NoticeKind(StrEnum):
    """Who is told, or asked."""

    SPONSOR = "sponsor"
    COMPETENT_AUTHORITY = "competent_authority"
    AUTHORISATION_HOLDER = "authorisation_holder"
    SUPERVISORY_AUTHORITY = "supervisory_authority"
    EXPANDED_ACCESS = "expanded_access"
    ETHICS_BOARD = "ethics_board"
    FORM = "form"


@dataclass(frozen=True)
class Statement:
    """Something that quality wrote: a reference to it, who and when."""

    reference: str
    by: int
    at: datetime


@dataclass(frozen=True)
class Request:
    """The physician's request: who asks (a reference to the name), when, and what shows it."""

    physician: str
    at: datetime | None
    evidence: str


@dataclass(frozen=True)
class Acceptance:
    """The physician's word that they take the product, knowing the risks: when these were sent to them, and when they
    answered."""

    risk_sent_at: datetime | None
    at: datetime | None
    evidence: str


@dataclass(frozen=True)
class Consent:
    """Whether the patient (or who speaks for the patient) has consented, and what shows it."""

    is_given: bool
    at: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True)
class Notice:
    """Word to an authority, sponsor or board: due, sent, and under which reference of theirs."""

    kind: NoticeKind
    due_at: datetime | None = None
    sent_at: datetime | None = None
    reference: str = ""

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been sent before now."""
        return self.sent_at is None and self.due_at is not None and now > self.due_at


@dataclass(frozen=True)
class Held:
    """The investigation of a named criterion as it was when the dossier took it in: its code and its digest."""

    criterion: str
    investigation: str
    digest: str


@dataclass(frozen=True)
class Decision:
    """Quality's decision on the dossier. The batch itself is released by two signatures of its own."""

    is_approved: bool
    by: int
    at: datetime


@dataclass(frozen=True)
class FollowUp:
    """What became of the patient and the product: a reference to what was written."""

    reference: str
    by: int
    at: datetime


@dataclass(frozen=True)
class ExceptionalDossier:
    """All that an exceptional release of one batch is decided on. `held` names the criteria that it is to lift."""

    batch: str
    setting: Setting
    held: tuple[Held, ...] = ()
    risk: Statement | None = None
    alternatives: Statement | None = None
    request: Request | None = None
    acceptance: Acceptance | None = None
    consent: Consent | None = None
    notices: tuple[Notice, ...] = ()
    is_emergency: bool = False
    decision: Decision | None = None
    follow_up: tuple[FollowUp, ...] = ()
    producers: frozenset[int] = frozenset()

    @property
    def criteria(self) -> frozenset[str]:
        """The codes of the criteria that it names."""
        return frozenset(held.criterion for held in self.held)

    def notice(self, kind: NoticeKind) -> Notice | None:
        """The notice of this kind."""
        return next((notice for notice in self.notices if notice.kind is kind), None)


@dataclass(frozen=True)
class InquiryStanding:
    """How an investigation stands now: concluded or not, how, and its digest."""

    code: str
    digest: str
    outcome: Outcome | None = None

    @staticmethod
    def of(investigation: Investigation, digest: str) -> "InquiryStanding":
        """Of an investigation; while it is open it has no outcome, whatever was proposed."""
        return InquiryStanding(
            investigation.code, digest, None if investigation.is_open else investigation.outcome
        )


@dataclass(frozen=True)
class Now:
    """What the dossier is held against: the criteria that fail now, and how their investigations stand."""

    failing: frozenset[str]
    investigations: Mapping[str, InquiryStanding] = field(default_factory=dict)
