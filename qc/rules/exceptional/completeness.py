"""What a dossier needs before it may be decided, by region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qc.rules.exceptional.values import (
    Acceptance,
    Consent,
    ExceptionalDossier,
    Held,
    InquiryStanding,
    Notice,
    NoticeKind,
    Now,
    Region,
    Request,
    Setting,
)
from qc.rules.investigations.values import Outcome


class Lack(StrEnum):
    """What a dossier lacks before it may be decided."""

    CRITERIA_MISSING = "criteria_missing"
    CRITERION_NOT_FAILING = "criterion_not_failing"
    INVESTIGATION_MISSING = "investigation_missing"
    INVESTIGATION_OPEN = "investigation_open"
    INVESTIGATION_CHANGED = "investigation_changed"
    LABORATORY_ERROR = "laboratory_error"
    RISK_MISSING = "risk_missing"
    ALTERNATIVES_MISSING = "alternatives_missing"
    REQUEST_MISSING = "request_missing"
    PHYSICIAN_MISSING = "physician_missing"
    REQUEST_DATE_MISSING = "request_date_missing"
    REQUEST_EVIDENCE_MISSING = "request_evidence_missing"
    RISK_NOT_SENT = "risk_not_sent"
    ACCEPTANCE_MISSING = "acceptance_missing"
    ACCEPTED_BEFORE_RISK = "accepted_before_risk"
    CONSENT_MISSING = "consent_missing"
    SETTING_OF_ANOTHER_REGION = "setting_of_another_region"
    NOTICE_MISSING = "notice_missing"
    NOTICE_DATE_MISSING = "notice_date_missing"
    NOTICE_NOT_SENT = "notice_not_sent"


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, and what it is about: a criterion or a kind of notice."""

    code: Lack
    about: str = ""


# Which notices each setting needs, and which of them come before the decision: nobody may be treated under expanded
# access that is not there. In an emergency the last two may follow.
_NOTICES: Mapping[tuple[Region, Setting], Mapping[NoticeKind, bool]] = {
    (Region.EU, Setting.TRIAL): {NoticeKind.SPONSOR: False, NoticeKind.COMPETENT_AUTHORITY: False},
    (Region.EU, Setting.AUTHORISED): {
        NoticeKind.AUTHORISATION_HOLDER: False,
        NoticeKind.SUPERVISORY_AUTHORITY: False,
    },
    (Region.US, Setting.EXPANDED_ACCESS): {
        NoticeKind.EXPANDED_ACCESS: True,
        NoticeKind.ETHICS_BOARD: True,
        NoticeKind.FORM: True,
    },
}
_MAY_FOLLOW = frozenset({NoticeKind.ETHICS_BOARD, NoticeKind.FORM})


def settings_of(region: Region) -> tuple[Setting, ...]:
    """The ways of supply that a region has."""
    return tuple(setting for where, setting in _NOTICES if where is region)


def needed_notices(region: Region, setting: Setting) -> tuple[NoticeKind, ...]:
    """Who has to be told or asked; nobody where the region has no such way of supply."""
    return tuple(_NOTICES.get((region, setting), {}))


def missing(dossier: ExceptionalDossier, region: Region, now: Now) -> tuple[Missing, ...]:
    """Everything that a dossier lacks before it may be decided."""
    return (
        *_of_criteria(dossier, now),
        *_of_statements(dossier),
        *_of_request(dossier.request),
        *_of_acceptance(dossier.acceptance),
        *_of_consent(dossier.consent),
        *_of_notices(dossier, region),
    )


def _of_criteria(dossier: ExceptionalDossier, now: Now) -> Iterator[Missing]:
    if not dossier.held:
        yield Missing(Lack.CRITERIA_MISSING)
    for held in dossier.held:
        if held.criterion not in now.failing:
            yield Missing(Lack.CRITERION_NOT_FAILING, held.criterion)
        code = _fault(held, now.investigations.get(held.criterion))
        if code is not None:
            yield Missing(code, held.criterion)


def _fault(held: Held, standing: InquiryStanding | None) -> Lack | None:
    if standing is None or standing.code != held.investigation:
        return Lack.INVESTIGATION_MISSING
    if standing.outcome is None:
        return Lack.INVESTIGATION_OPEN
    if standing.outcome is Outcome.LABORATORY_ERROR:
        return Lack.LABORATORY_ERROR
    return Lack.INVESTIGATION_CHANGED if standing.digest != held.digest else None


def _of_statements(dossier: ExceptionalDossier) -> Iterator[Missing]:
    for statement, code in (
        (dossier.risk, Lack.RISK_MISSING),
        (dossier.alternatives, Lack.ALTERNATIVES_MISSING),
    ):
        if statement is None or not statement.reference.strip():
            yield Missing(code)


def _of_request(request: Request | None) -> Iterator[Missing]:
    if request is None:
        yield Missing(Lack.REQUEST_MISSING)
        return
    for is_missing, code in (
        (not request.physician.strip(), Lack.PHYSICIAN_MISSING),
        (request.at is None, Lack.REQUEST_DATE_MISSING),
        (not request.evidence.strip(), Lack.REQUEST_EVIDENCE_MISSING),
    ):
        if is_missing:
            yield Missing(code)


def _of_acceptance(acceptance: Acceptance | None) -> Iterator[Missing]:
    """Who accepts before the risks were sent has accepted something else."""
    sent = acceptance.risk_sent_at if acceptance is not None else None
    accepted = acceptance.at if acceptance is not None and acceptance.evidence.strip() else None
    if sent is None:
        yield Missing(Lack.RISK_NOT_SENT)
    if accepted is None:
        yield Missing(Lack.ACCEPTANCE_MISSING)
    if sent is not None and accepted is not None and accepted < sent:
        yield Missing(Lack.ACCEPTED_BEFORE_RISK)


def _of_consent(consent: Consent | None) -> Iterator[Missing]:
    if consent is None or not consent.is_given or consent.at is None or not consent.evidence.strip():
        yield Missing(Lack.CONSENT_MISSING)


def _of_notices(dossier: ExceptionalDossier, region: Region) -> Iterator[Missing]:
    needed = _NOTICES.get((region, dossier.setting))
    if needed is None:
        yield Missing(Lack.SETTING_OF_ANOTHER_REGION, str(dossier.setting))
        return
    for kind, is_before in needed.items():
        notice, may_follow = dossier.notice(kind), dossier.is_emergency and kind in _MAY_FOLLOW
        if notice is None:
            yield Missing(Lack.NOTICE_MISSING, kind)
        elif is_before and not may_follow:
            if notice.sent_at is None or not notice.reference.strip():
                yield Missing(Lack.NOTICE_NOT_SENT, kind)
        elif notice.sent_at is None and notice.due_at is None:
            yield Missing(Lack.NOTICE_DATE_MISSING, kind)


def overdue(dossier: ExceptionalDossier, now: datetime) -> tuple[Notice, ...]:
    """Notices that should have been sent; they are watched after the decision too."""
    return tuple(notice for notice in dossier.notices if notice.is_overdue(now))
