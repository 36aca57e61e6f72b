"""The dossier of an exceptional release: what it needs, who writes it, and how little it lifts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from people.rules.roles import Role
from qc.rules.blockers import Blocker, BlockerCode, Target
from qc.rules.exceptional import (
    LIFTABLE,
    Acceptance,
    Consent,
    Decision,
    DossierRefusal,
    DossierState,
    ExceptionalDossier,
    FollowUp,
    Held,
    InquiryStanding,
    Lack,
    Missing,
    Notice,
    NoticeKind,
    Now,
    Part,
    Region,
    Request,
    Setting,
    Statement,
    against_decision,
    against_part,
    lifts,
    missing,
    overdue,
    state,
)
from qc.rules.investigations import Outcome, Who
from tests.qc.rules.investigations_given import COMPLETE, concluded

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUINN, REA, PRODUCER = 5, 6, 1

NOW = Now(frozenset({"VIAB"}), {"VIAB": InquiryStanding("OOS-1", "d1", Outcome.CONFIRMED)})
FULL = ExceptionalDossier(
    batch="B1",
    setting=Setting.TRIAL,
    held=(Held("VIAB", "OOS-1", "d1"),),
    risk=Statement("n1", QUINN, AT),
    alternatives=Statement("n2", QUINN, AT),
    request=Request("n3", AT, "f" * 64),
    acceptance=Acceptance(AT + HOUR, AT + 2 * HOUR, "e" * 64),
    consent=Consent(True, AT, "c" * 64),
    notices=(
        Notice(NoticeKind.SPONSOR, due_at=AT + 24 * HOUR),
        Notice(NoticeKind.COMPETENT_AUTHORITY, due_at=AT + 48 * HOUR),
    ),
    producers=frozenset({PRODUCER}),
)
AUTHORISED = replace(
    FULL,
    setting=Setting.AUTHORISED,
    notices=(
        Notice(NoticeKind.AUTHORISATION_HOLDER, due_at=AT + 24 * HOUR),
        Notice(NoticeKind.SUPERVISORY_AUTHORITY, due_at=AT + 48 * HOUR),
    ),
)
ACCESS = Notice(NoticeKind.EXPANDED_ACCESS, sent_at=AT, reference="IND 1")
BOARD = Notice(NoticeKind.ETHICS_BOARD, sent_at=AT, reference="IRB 2")
FORM = Notice(NoticeKind.FORM, sent_at=AT, reference="3926")
AMERICAN = replace(FULL, setting=Setting.EXPANDED_ACCESS, notices=(ACCESS, BOARD, FORM))
URGENT = replace(
    AMERICAN,
    is_emergency=True,
    notices=(ACCESS, Notice(NoticeKind.ETHICS_BOARD, AT + 120 * HOUR), Notice(NoticeKind.FORM, AT + HOUR)),
)


@pytest.mark.parametrize(
    ("dossier", "region"),
    [(FULL, Region.EU), (AUTHORISED, Region.EU), (AMERICAN, Region.US), (URGENT, Region.US)],
)
def test_a_whole_dossier_lacks_nothing(dossier, region):
    assert missing(dossier, region, NOW) == ()
    assert state(dossier, region, NOW) is DossierState.READY


def now(**more) -> Now:
    return Now(NOW.failing, {"VIAB": replace(NOW.investigations["VIAB"], **more)})


LACKS = [
    (replace(FULL, held=()), Region.EU, NOW, Lack.CRITERIA_MISSING, ""),
    (FULL, Region.EU, Now(frozenset(), NOW.investigations), Lack.CRITERION_NOT_FAILING, "VIAB"),
    (FULL, Region.EU, Now(NOW.failing), Lack.INVESTIGATION_MISSING, "VIAB"),
    (FULL, Region.EU, now(code="OOS-2"), Lack.INVESTIGATION_MISSING, "VIAB"),
    (FULL, Region.EU, now(outcome=None), Lack.INVESTIGATION_OPEN, "VIAB"),
    (FULL, Region.EU, now(outcome=Outcome.LABORATORY_ERROR), Lack.LABORATORY_ERROR, "VIAB"),
    (FULL, Region.EU, now(digest="d2"), Lack.INVESTIGATION_CHANGED, "VIAB"),
    (replace(FULL, risk=None), Region.EU, NOW, Lack.RISK_MISSING, ""),
    (replace(FULL, risk=Statement(" ", QUINN, AT)), Region.EU, NOW, Lack.RISK_MISSING, ""),
    (replace(FULL, alternatives=None), Region.EU, NOW, Lack.ALTERNATIVES_MISSING, ""),
    (replace(FULL, request=None), Region.EU, NOW, Lack.REQUEST_MISSING, ""),
    (replace(FULL, request=Request("", AT, "f")), Region.EU, NOW, Lack.PHYSICIAN_MISSING, ""),
    (replace(FULL, request=Request("n", None, "f")), Region.EU, NOW, Lack.REQUEST_DATE_MISSING, ""),
    (replace(FULL, request=Request("n", AT, "")), Region.EU, NOW, Lack.REQUEST_EVIDENCE_MISSING, ""),
    (replace(FULL, acceptance=Acceptance(None, AT, "e")), Region.EU, NOW, Lack.RISK_NOT_SENT, ""),
    (replace(FULL, acceptance=Acceptance(AT, None, "e")), Region.EU, NOW, Lack.ACCEPTANCE_MISSING, ""),
    (replace(FULL, acceptance=Acceptance(AT, AT, " ")), Region.EU, NOW, Lack.ACCEPTANCE_MISSING, ""),
    (
        replace(FULL, acceptance=Acceptance(AT + HOUR, AT, "e")),
        Region.EU,
        NOW,
        Lack.ACCEPTED_BEFORE_RISK,
        "",
    ),
    (replace(FULL, consent=None), Region.EU, NOW, Lack.CONSENT_MISSING, ""),
    (replace(FULL, consent=Consent(False, AT, "c")), Region.EU, NOW, Lack.CONSENT_MISSING, ""),
    (replace(FULL, consent=Consent(True, None, "c")), Region.EU, NOW, Lack.CONSENT_MISSING, ""),
    (replace(FULL, consent=Consent(True, AT, "")), Region.EU, NOW, Lack.CONSENT_MISSING, ""),
    (FULL, Region.US, NOW, Lack.SETTING_OF_ANOTHER_REGION, "trial"),
    (AMERICAN, Region.EU, NOW, Lack.SETTING_OF_ANOTHER_REGION, "expanded_access"),
    (replace(FULL, notices=FULL.notices[:1]), Region.EU, NOW, Lack.NOTICE_MISSING, "competent_authority"),
    (replace(AUTHORISED, notices=FULL.notices[:0]), Region.EU, NOW, Lack.NOTICE_MISSING, None),
    (
        replace(FULL, notices=(Notice(NoticeKind.SPONSOR), FULL.notices[1])),
        Region.EU,
        NOW,
        Lack.NOTICE_DATE_MISSING,
        "sponsor",
    ),
    (replace(AMERICAN, notices=(BOARD, FORM)), Region.US, NOW, Lack.NOTICE_MISSING, "expanded_access"),
    (
        replace(AMERICAN, notices=(ACCESS, replace(BOARD, sent_at=None, due_at=AT), FORM)),
        Region.US,
        NOW,
        Lack.NOTICE_NOT_SENT,
        "ethics_board",
    ),
    (
        replace(AMERICAN, notices=(replace(ACCESS, reference=""), BOARD, FORM)),
        Region.US,
        NOW,
        Lack.NOTICE_NOT_SENT,
        "expanded_access",
    ),
    (
        replace(URGENT, notices=(replace(ACCESS, sent_at=None, due_at=AT), *URGENT.notices[1:])),
        Region.US,
        NOW,
        Lack.NOTICE_NOT_SENT,
        "expanded_access",
    ),
    (
        replace(URGENT, notices=(ACCESS, Notice(NoticeKind.ETHICS_BOARD), FORM)),
        Region.US,
        NOW,
        Lack.NOTICE_DATE_MISSING,
        "ethics_board",
    ),
]


@pytest.mark.requirement("URS-REL-03")
@pytest.mark.parametrize(("dossier", "region", "facts", "code", "about"), LACKS)
def test_what_is_missing(dossier, region, facts, code, about):
    lacking = missing(dossier, region, facts)
    assert {it.code for it in lacking} == {code}
    assert about is None or lacking == (Missing(code, about),)
    assert state(dossier, region, facts) is DossierState.OPEN


def test_every_lack_is_met():
    assert {code for *_rest, code, _about in LACKS} == set(Lack)


def test_an_empty_dossier_is_told_everything():
    codes = [it.code for it in missing(ExceptionalDossier("B1", Setting.TRIAL), Region.EU, NOW)]
    assert codes == [
        Lack.CRITERIA_MISSING,
        Lack.RISK_MISSING,
        Lack.ALTERNATIVES_MISSING,
        Lack.REQUEST_MISSING,
        Lack.RISK_NOT_SENT,
        Lack.ACCEPTANCE_MISSING,
        Lack.CONSENT_MISSING,
        Lack.NOTICE_MISSING,
        Lack.NOTICE_MISSING,
    ]


def test_an_open_investigation_has_no_outcome_whatever_was_proposed():
    proposed = replace(COMPLETE, outcome=Outcome.CONFIRMED)
    assert InquiryStanding.of(proposed, "d").outcome is None
    assert InquiryStanding.of(concluded(Outcome.CONFIRMED, COMPLETE), "d").outcome is Outcome.CONFIRMED


# --- who, and when --------------------------------------------------------------------------------------------------

REVIEWER = Who(QUINN, frozenset({Role.QA_REVIEWER}))
RELEASER = Who(REA, frozenset({Role.QA_RELEASER}))
COORDINATOR = Who(9, frozenset({Role.COORDINATOR}))
DECIDED = replace(FULL, decision=Decision(True, REA, AT))
R = DossierRefusal


@pytest.mark.parametrize("part", Part)
def test_after_the_decision_notices_and_follow_up_alone_are_added(part: Part):
    late = {Part.NOTICE, Part.FOLLOW_UP}
    assert against_part(DECIDED, part, RELEASER) == (() if part in late else (R.DECIDED,))
    assert against_part(FULL, part, RELEASER) == ((R.NOT_DECIDED,) if part is Part.FOLLOW_UP else ())


@pytest.mark.parametrize("part", Part)
def test_who_may_write_a_part(part: Part):
    from_outside = {Part.REQUEST, Part.ACCEPTANCE, Part.CONSENT}
    assert (R.NO_ROLE not in against_part(FULL, part, COORDINATOR)) is (
        part in from_outside | {Part.FOLLOW_UP}
    )
    assert (R.NO_ROLE not in against_part(FULL, part, REVIEWER)) is (part is not Part.DECISION)
    assert R.NO_ROLE in against_part(
        FULL, part, Who(1, frozenset(Role) - {*RELEASER.roles, *REVIEWER.roles, Role.COORDINATOR})
    )


LACKING = (Missing(Lack.RISK_MISSING),)
DECISIONS = [
    (FULL, (), True, RELEASER, ()),
    (FULL, LACKING, False, RELEASER, ()),
    (FULL, LACKING, True, RELEASER, (R.NOT_COMPLETE,)),
    (FULL, (), True, REVIEWER, (R.NO_ROLE, R.BY_ITS_AUTHOR)),
    (FULL, (), True, Who(QUINN, RELEASER.roles), (R.BY_ITS_AUTHOR,)),
    (FULL, (), True, Who(PRODUCER, RELEASER.roles), (R.BY_A_PRODUCER,)),
    (DECIDED, (), True, RELEASER, (R.DECIDED,)),
]


@pytest.mark.parametrize(("dossier", "lacking", "is_approved", "who", "expected"), DECISIONS)
def test_decisions(dossier, lacking, is_approved, who, expected):
    assert against_decision(dossier, lacking, is_approved=is_approved, who=who) == expected


def test_every_refusal_is_met():
    assert {code for *_rest, codes in DECISIONS for code in codes} | {R.NOT_DECIDED} == set(R)


def test_a_changed_investigation_undoes_the_decision():
    assert state(DECIDED, Region.EU, NOW) is DossierState.APPROVED
    assert state(DECIDED, Region.EU, now(digest="d2")) is DossierState.INVALID
    assert state(DECIDED, Region.EU, now(outcome=None)) is DossierState.INVALID
    declined = replace(DECIDED, decision=Decision(False, REA, AT))
    assert state(declined, Region.EU, NOW) is DossierState.DECLINED


def test_what_is_added_later_undoes_nothing():
    sent = tuple(replace(notice, sent_at=AT) for notice in FULL.notices)
    later = replace(DECIDED, notices=sent, follow_up=(FollowUp("n9", 9, AT),))
    assert state(later, Region.EU, NOW) is DossierState.APPROVED


@pytest.mark.parametrize(
    ("hours", "late"),
    [
        (24, set()),
        (25, {NoticeKind.SPONSOR}),
        (49, {NoticeKind.SPONSOR, NoticeKind.COMPETENT_AUTHORITY}),
    ],
)
def test_notices_that_are_overdue(hours, late):
    assert {notice.kind for notice in overdue(DECIDED, AT + hours * HOUR)} == late
    told = replace(DECIDED, notices=tuple(replace(it, sent_at=AT) for it in DECIDED.notices))
    assert overdue(told, AT + hours * HOUR) == ()


# --- what it lifts --------------------------------------------------------------------------------------------------

# Whatever else is ever added: these are never lifted.
NEVER = {
    BlockerCode.LEDGER_BROKEN,
    BlockerCode.CUSTODY_GAP,
    BlockerCode.OPEN_HOLD,
    BlockerCode.OPEN_DEVIATION,
    BlockerCode.MATERIAL_NOT_ACCEPTED,
    BlockerCode.LABEL_NOT_APPLIED,
    BlockerCode.LABELS_OPEN,
    BlockerCode.STEP_NOT_DONE,
    BlockerCode.OOS_OPEN,
    BlockerCode.RESULT_MISSING,
    BlockerCode.TRAIL_UNREVIEWED,
    BlockerCode.SIGNER_IS_PRODUCER,
    BlockerCode.SIGNER_IS_REVIEWER,
}


@pytest.mark.parametrize("code", BlockerCode)
def test_a_dossier_lifts_failing_criteria_that_it_names_and_nothing_else(code: BlockerCode):
    lifted = code in {BlockerCode.FAILING_RESULT, BlockerCode.GROUP_UNMET}
    assert lifts(FULL, Blocker(code, Target("criterion", "VIAB"))) is lifted
    assert not lifts(FULL, Blocker(code, Target("criterion", "CAR")))
    assert not lifts(FULL, Blocker(code, Target("container", "VIAB")))
    assert NEVER.isdisjoint(LIFTABLE)
