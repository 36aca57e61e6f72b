"""Releases in the reader's language: dossiers, the audit trail, what passed by itself, starting material."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.rules.acceptance import Acceptance
from qc.rules.acceptance import AcceptanceRefusal
from qc.rules.exceptional import DossierRefusal, DossierState, Lack, NoticeKind, Part, Region, Setting
from qc.rules.passed import CheckCode
from qc.rules.trail import TrailKind, TrailRefusal

Sentence = str | Promise

REGIONS: Mapping[Region, Sentence] = {
    Region.EU: _("European Union"),
    Region.US: _("United States"),
}

SETTINGS: Mapping[Setting, Sentence] = {
    Setting.TRIAL: _("clinical trial"),
    Setting.AUTHORISED: _("authorised product"),
    Setting.EXPANDED_ACCESS: _("expanded access"),
}

PARTS: Mapping[Part, Sentence] = {
    Part.CRITERIA: _("Criteria that are not met, and their investigations"),
    Part.RISK: _("Evaluation of the risks"),
    Part.ALTERNATIVES: _("Alternatives for the patient"),
    Part.REQUEST: _("Request of the physician"),
    Part.ACCEPTANCE: _("Acceptance by the physician, who knows the risks"),
    Part.CONSENT: _("Consent of the patient"),
    Part.NOTICE: _("Notices"),
    Part.DECISION: _("Decision"),
    Part.FOLLOW_UP: _("What became of it"),
}

NOTICES: Mapping[NoticeKind, Sentence] = {
    NoticeKind.SPONSOR: _("sponsor of the trial"),
    NoticeKind.COMPETENT_AUTHORITY: _("competent authority, by the sponsor"),
    NoticeKind.AUTHORISATION_HOLDER: _("holder of the marketing authorisation"),
    NoticeKind.SUPERVISORY_AUTHORITY: _("supervisory authority of the site of release"),
    NoticeKind.EXPANDED_ACCESS: _("expanded access: protocol or single-patient IND"),
    NoticeKind.ETHICS_BOARD: _("institutional review board"),
    NoticeKind.FORM: _("form to the authority"),
}

DOSSIER_STATES: Mapping[DossierState, tuple[str, Sentence]] = {
    DossierState.OPEN: ("◷", _("being written")),
    DossierState.READY: ("◐", _("waits for its decision")),
    DossierState.APPROVED: ("✔", _("approved")),
    DossierState.DECLINED: ("■", _("declined")),
    DossierState.INVALID: ("■", _("no longer valid: something it rests on was changed")),
}

LACKS: Mapping[Lack, Sentence] = {
    Lack.CRITERIA_MISSING: _("no criterion is named"),
    Lack.CRITERION_NOT_FAILING: _("a named criterion does not fail"),
    Lack.INVESTIGATION_MISSING: _("there is no investigation of a named criterion"),
    Lack.INVESTIGATION_OPEN: _("an investigation is not concluded"),
    Lack.INVESTIGATION_CHANGED: _("an investigation was changed since"),
    Lack.LABORATORY_ERROR: _("the result was an error of the laboratory, and does not count"),
    Lack.RISK_MISSING: _("the evaluation of the risks"),
    Lack.ALTERNATIVES_MISSING: _("the alternatives that were considered"),
    Lack.REQUEST_MISSING: _("the physician's request"),
    Lack.PHYSICIAN_MISSING: _("who asks for it"),
    Lack.REQUEST_DATE_MISSING: _("when it was asked for"),
    Lack.REQUEST_EVIDENCE_MISSING: _("what shows the request"),
    Lack.RISK_NOT_SENT: _("the risks were not sent to the physician"),
    Lack.ACCEPTANCE_MISSING: _("the physician has not accepted the product"),
    Lack.ACCEPTED_BEFORE_RISK: _("the physician accepted before the risks were sent"),
    Lack.CONSENT_MISSING: _("the patient's consent"),
    Lack.SETTING_OF_ANOTHER_REGION: _("this is no way of supply in this region"),
    Lack.NOTICE_MISSING: _("a notice"),
    Lack.NOTICE_DATE_MISSING: _("when a notice is due"),
    Lack.NOTICE_NOT_SENT: _("a notice that comes before the decision was not sent, or has no reference"),
}

# What a field says where it would leave the dossier lacking at once.
LACKS_AT_FIELDS: Mapping[Lack, Sentence] = {
    Lack.CRITERION_NOT_FAILING: _("One of them does not fail."),
    Lack.INVESTIGATION_MISSING: _("Of one of them there is no investigation."),
    Lack.INVESTIGATION_OPEN: _("The investigation of one of them is not concluded."),
    Lack.LABORATORY_ERROR: _(
        "The failing result of one of them is an error of the laboratory: it does not count."
    ),
    Lack.ACCEPTED_BEFORE_RISK: _(
        "This is before the risks were sent: it was something else that was accepted."
    ),
}

DOSSIER_REFUSALS: Mapping[DossierRefusal, Sentence] = {
    DossierRefusal.NO_ROLE: _("You do not hold a role for this at this site."),
    DossierRefusal.DECIDED: _("The dossier is decided: only notices and the follow-up are added."),
    DossierRefusal.NOT_DECIDED: _("The dossier is not decided yet."),
    DossierRefusal.NOT_COMPLETE: _("The dossier is not complete."),
    DossierRefusal.BY_A_PRODUCER: _("You took part in making this batch: somebody else must decide."),
    DossierRefusal.BY_ITS_AUTHOR: _("You wrote a part of the dossier: another person must decide."),
}

CHECKS: Mapping[CheckCode, Sentence] = {
    CheckCode.LEDGER: _("Ledger intact"),
    CheckCode.MATERIAL: _("Starting material accepted"),
    CheckCode.CUSTODY: _("Containers with an unbroken chain of custody"),
    CheckCode.HOLDS: _("Holds resolved"),
    CheckCode.DEVIATIONS: _("Deviations closed"),
    CheckCode.INVESTIGATIONS: _("Investigations concluded"),
    CheckCode.STEPS: _("Steps done"),
    CheckCode.LABELS_APPLIED: _("Containers with their label on"),
    CheckCode.LABELS: _("Copies of labels accounted for"),
    CheckCode.CRITERIA: _("Criteria met"),
    CheckCode.REVIEWS: _("Results looked over by a second person"),
    CheckCode.TRAINING: _("Tests by trained analysts"),
    CheckCode.METHODS: _("Tests by valid methods"),
    CheckCode.CONTROLS: _("Tests with accepted controls"),
    CheckCode.TRAIL: _("Entries out of the ordinary that quality has seen"),
}

TRAIL_KINDS: Mapping[TrailKind, Sentence] = {
    TrailKind.CHANGE: _("something was changed"),
    TrailKind.CORRECTION: _("something was corrected"),
    TrailKind.OVERRIDE: _("an override"),
    TrailKind.MANUAL_ENTRY: _("entered by hand"),
    TrailKind.REFUSAL: _("refused"),
    TrailKind.REPRINT: _("a label was printed again"),
    TrailKind.LATE_ENTRY: _("recorded late"),
}

TRAIL_REFUSALS: Mapping[TrailRefusal, Sentence] = {
    TrailRefusal.BY_A_PRODUCER: _("You took part in making this batch: somebody else must look it over."),
    TrailRefusal.BEYOND_THE_END: _("The trail does not reach so far."),
    TrailRefusal.SEEN_ALREADY: _("The trail was looked over up to there already."),
}

ACCEPTANCES: Mapping[Acceptance, Sentence] = {
    Acceptance.PENDING: _("not decided yet"),
    Acceptance.ACCEPTED: _("accepted"),
    Acceptance.ACCEPTED_WITH_CHANGES: _("accepted, with changes to the plan"),
    Acceptance.REFUSED: _("refused"),
}

ACCEPTANCE_REFUSALS: Mapping[AcceptanceRefusal, Sentence] = {
    AcceptanceRefusal.DECIDED: _("This was decided already."),
    AcceptanceRefusal.RESULTS_OPEN: _("Results that are needed are missing or undecided."),
    AcceptanceRefusal.RESULT_UNREVIEWED: _("Nobody has looked over a result."),
    AcceptanceRefusal.LAXER_THAN_PROPOSED: _("The results do not allow this."),
    AcceptanceRefusal.EFFECT_LEFT_OUT: _("A criterion that is not met asks for a change that is left out."),
    AcceptanceRefusal.EFFECT_WITHOUT_CHANGES: _("Changes are named, but it is not accepted with changes."),
    AcceptanceRefusal.EFFECT_MISSING: _("Say what is changed."),
    AcceptanceRefusal.PHYSICIAN_MISSING: _("Say what shows that the physician agrees."),
    AcceptanceRefusal.BY_ITS_ANALYST: _("You tested this: another person must decide."),
    AcceptanceRefusal.BY_ITS_COLLECTOR: _("You collected this: another person must decide."),
}
