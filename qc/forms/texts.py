"""Sentences of `qc`, in the reader's language: blockers, verdicts, limits, and what a service found wrong."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from ledger.rules.errors import DomainError
from qc.forms import criteria_words, release_words
from qc.rules.assessing import Input
from qc.rules.blockers import Blocker, BlockerCode
from qc.rules.controls import ControlRule
from qc.rules.criteria import Verdict
from qc.rules.exceptional import DossierState, Lack
from qc.rules.importing import ImportState, Problem
from qc.rules.results import CorrectionReason, RejectionReason
from qc.rules.runs import RunState
from qc.rules.subjects import SubjectKind

Sentence = str | Promise

# Words about criteria stand in a file of their own; whoever reads texts finds them here too.
TIMINGS, limits, unit = criteria_words.TIMINGS, criteria_words.limits, words.unit
NOT_TESTED, replicate_text = criteria_words.NOT_TESTED, criteria_words.replicate_text

BLOCKERS: Mapping[BlockerCode, Sentence] = {
    BlockerCode.LEDGER_BROKEN: _("The ledger was found altered. Nothing is released until that is resolved."),
    BlockerCode.CUSTODY_GAP: _("%(container)s: no hand-over leads from %(from)s to %(to)s."),
    BlockerCode.OPEN_HOLD: _("%(container)s is on hold: %(reason)s."),
    BlockerCode.MATERIAL_NOT_ACCEPTED: _("Collection %(collection)s has not been accepted by quality."),
    BlockerCode.OPEN_DEVIATION: _("Deviation %(deviation)s (%(class)s) is open."),
    BlockerCode.OOS_OPEN: _("%(criterion)s is out of specification, and its investigation is not concluded."),
    BlockerCode.FAILING_RESULT: _("%(criterion)s: %(value)s does not meet the specification."),
    BlockerCode.GROUP_UNMET: _(
        "%(criterion)s: %(value)s does not meet the specification, and no alternative does (%(group)s)."
    ),
    BlockerCode.SPECIFICATION_MISSING: _(
        "The order began without a specification: there is nothing to judge by."
    ),
    BlockerCode.PROTOCOL_MISSING: _("The protocol that the order began with cannot be read."),
    BlockerCode.CONTROLS_REFUSED: _("%(criterion)s: the controls of its run do not let it count."),
    BlockerCode.METHOD_NOT_VALID: _("%(criterion)s: the method %(method)s was not valid for it."),
    BlockerCode.ANALYST_UNTRAINED: _("%(criterion)s: %(analyst)s was not trained in the method."),
    BlockerCode.COMPONENT_MISSING: _("%(criterion)s: %(value)s leaves out a component."),
    BlockerCode.WEIGHT_MISSING: _("%(criterion)s: there is no body weight to judge it by."),
    BlockerCode.WEIGHT_TOO_OLD: _("%(criterion)s: the body weight is too old to judge it by."),
    BlockerCode.NOT_TESTED_NOT_ALLOWED: _(
        "%(criterion)s was not tested, for a reason that the specification does not allow."
    ),
    BlockerCode.NOTHING_TO_RELEASE: _("Nothing has been filled yet."),
    BlockerCode.STEP_NOT_DONE: _("%(container)s: not done yet: %(step)s."),
    BlockerCode.LABEL_NOT_APPLIED: _("%(container)s: its label has not been scanned back."),
    BlockerCode.LABELS_OPEN: _(
        "%(container)s: nobody has said what became of copy %(number)s of its label (%(label)s)."
    ),
    BlockerCode.RESULT_MISSING: _("%(criterion)s: no result yet."),
    BlockerCode.INTERIM_TOO_EARLY: _("%(criterion)s: %(value)s was read too early to count."),
    BlockerCode.RESULT_UNDECIDED: _("%(criterion)s: %(value)s does not say whether the limit is met."),
    BlockerCode.RESULT_UNREVIEWED: _("%(criterion)s: nobody has looked over the result of %(analyst)s."),
    BlockerCode.TRAIL_UNREVIEWED: _("Quality has not looked over the audit trail up to its last exception."),
    BlockerCode.FINAL_PENDING: _("%(criterion)s: the final result is pending."),
    BlockerCode.FINAL_WITHOUT_DATE: _("%(criterion)s: nobody has said when the final result is due."),
    BlockerCode.NOTHING_PENDING: _("Nothing is pending: there is nothing to release it on condition of."),
    BlockerCode.NOTHING_TO_LIFT: _("The dossier names nothing that fails: it is not needed."),
    BlockerCode.DOSSIER_MISSING: _("There is no dossier of an exceptional release of this batch."),
    BlockerCode.DOSSIER_INCOMPLETE: _("The dossier lacks: %(part)s."),
    BlockerCode.DOSSIER_NOT_APPROVED: _("The dossier is not approved: %(state)s."),
    BlockerCode.NOT_IN_TESTING: _("The batch is not in testing."),
    BlockerCode.NOT_IN_REVIEW: _("The laboratory has not handed the batch to quality."),
    BlockerCode.NOT_CONDITIONAL: _("The batch is not released conditionally."),
    BlockerCode.DECIDED: _("The batch is %(disposition)s already."),
    BlockerCode.REVIEW_INVALID: _(
        "The record changed after %(reviewer)s signed it: it has to be reviewed again."
    ),
    BlockerCode.REVIEW_MISSING: _("Nobody has signed the review."),
    BlockerCode.SIGNER_IS_PRODUCER: _("You took part in making this batch: somebody else must sign."),
    BlockerCode.SIGNER_IS_REVIEWER: _("You signed the review: another person must decide."),
    BlockerCode.REVIEWER_IS_PRODUCER: _(
        "%(reviewer)s, who signed the review, took part in making this batch: somebody else must review."
    ),
}

VERDICTS: Mapping[Verdict, tuple[str, Sentence]] = {
    Verdict.PASS: ("✔", _("meets it")),
    Verdict.FAIL: ("■", _("does not meet it")),
    Verdict.NOT_JUDGED: ("○", _("not judged")),
}

SUBJECTS: Mapping[SubjectKind, Sentence] = {
    SubjectKind.BATCH: _("Batch"),
    SubjectKind.COLLECTION: _("Collection"),
    SubjectKind.MATERIAL_LOT: _("Material lot"),
    SubjectKind.STUDY: _("Study"),
}

IMPORT_STATES: Mapping[ImportState, tuple[str, Sentence]] = {
    ImportState.READ: ("◷", _("waits to be recorded")),
    ImportState.RECORDED: ("✔", _("recorded")),
    ImportState.DISCARDED: ("○", _("discarded")),
}

INPUTS: Mapping[Input, Sentence] = {
    Input.VOLUME_ML: _("Volume that the patient gets, in mL"),
    Input.HOURS: _("Hours over which it is given"),
    Input.WEIGHT_USED_KG: _("Body weight that the laboratory divided by, in kg"),
    Input.INCUBATED_AT: _("Beginning of the incubation"),
}

RUN_STATES: Mapping[RunState, tuple[str, Sentence]] = {
    RunState.OPEN: ("◷", _("waits for its controls")),
    RunState.ACCEPTED: ("✔", _("accepted")),
    RunState.REFUSED: ("■", _("refused by its controls")),
    RunState.VOID: ("○", _("broken off")),
}

CONTROL_RULES: Mapping[str, Sentence] = {
    ControlRule.WARNING: _("1-2s: one control beyond two standard deviations (a warning)"),
    ControlRule.ONE_3S: _("1-3s: one control beyond three standard deviations"),
    ControlRule.TWO_2S: _("2-2s: two in a row beyond two standard deviations on one side"),
    ControlRule.RANGE_4S: _("R-4s: two controls of one run more than four standard deviations apart"),
    ControlRule.FOUR_1S: _("4-1s: four in a row beyond one standard deviation on one side"),
    ControlRule.TEN_X: _("10-x: ten in a row on one side of the mean"),
}

CORRECTIONS: Mapping[CorrectionReason, Sentence] = {
    CorrectionReason.TRANSCRIPTION: _("Copied wrongly"),
    CorrectionReason.CALCULATION: _("Calculated wrongly"),
    CorrectionReason.WRONG_CONTAINER: _("Wrong container named"),
    CorrectionReason.WRONG_TIME: _("Wrong time of test"),
}

REJECTIONS: Mapping[RejectionReason, Sentence] = {
    RejectionReason.FAILING_RESULT: _("A result does not meet the specification"),
    RejectionReason.DEVIATION: _("A deviation"),
    RejectionReason.IDENTITY_IN_DOUBT: _("Its identity is in doubt"),
    RejectionReason.PROCESS_FAILED: _("The process failed"),
    RejectionReason.WITHDRAWN: _("The order was withdrawn"),
}

ERRORS: Mapping[str, Sentence] = {
    "batch_unknown": _("There is no such batch, or it is not yours to see."),
    "result_unknown": _("There is no such result."),
    "late_failure_unknown": _("There is no such failure of this batch."),
    "result_exists": _("Somebody recorded a result meanwhile. To change it, correct it."),
    "result_changed": _("This result was corrected meanwhile. Reload the page."),
    "result_reviewed": _("Somebody looked this result over already."),
    "analyst_may_not_review": _("You recorded this result: another person must look it over."),
    "batch_rejected": _("The batch is rejected: it takes no more results."),
    "only_final_after_release": _("The batch is released: only final results are still recorded."),
    "subject_unknown": _("There is nothing of this kind under that code, or it is not yours to see."),
    "run_unknown": _("There is no such run."),
    "specification_unknown": _("There is no such specification."),
    "content_not_readable": _("What this page held cannot be read. Nothing was saved: open it again."),
    "criterion_unknown": _("No specification in effect has such a quantity."),
    "file_unknown": _("There is no such file, or it is not yours to see."),
    "file_recorded": _("This file is recorded already."),
    "file_discarded": _("This file was discarded."),
    "file_not_clean": _("Something is wrong with the file: nothing of it is recorded."),
    "mapping_not_effective": _("No version of this mapping is in effect."),
    "plate_unknown": _("There is no such plate, or it is not yours to see."),
    "plate_recorded": _("The result of this plate is recorded already."),
    "plate_discarded": _("This plate was discarded."),
    "plate_changed": _("The plate comes to another result than the one that was shown. Look at it again."),
    "plate_refused": _("This plate gives no result."),
    "nothing_to_compute": _("The method of this run computes nothing from a plate."),
    "run_not_accepted": _("The controls of this run have not accepted it: it gives no results."),
    "run_judged": _("The controls of this run have been read already."),
    "method_not_effective": _("No version of this method is in effect."),
    "targets_not_effective": _("The targets of the method's controls are not in effect."),
    "material_not_judged": _(
        "There is no such collection, or no specification of starting material judges it."
    ),
    "study_unknown": _("There is no such study, or it is not yours to see."),
    "study_closed": _("The study is over: nothing more is recorded of it."),
    "study_of_another_kind": _("A study of this kind has no such thing."),
    "study_plan_not_effective": _("No version of this plan is in effect."),
    "study_specification_missing": _("The specification that the plan names is not in effect."),
    "nothing_measured": _("No measurements were handed in."),
    "specification_missing": _("The order began without a specification."),
    "document_unknown": _("There is no such document."),
    "document_overtaken": _("The batch changed while the document was drawn. Nothing was issued: try again."),
    "document_not_drawable": _(
        "A name or text holds a character that cannot be printed. Nothing was issued."
    ),
    "document_undecided": _("Nothing is issued before the batch is decided. Look at the preview."),
    "document_not_infusible": _("The batch is rejected: it is not released for infusion."),
    "investigation_unknown": _("There is no such investigation, or it is not yours to see."),
    "investigation_missing": _(
        "This result is out of specification: it is corrected only within its open investigation."
    ),
    "already_investigated": _("Somebody opened an investigation of this result meanwhile."),
    "dossier_unknown": _("There is no such dossier."),
    "dossier_open": _("A dossier of this batch is being written already. Reload the page."),
    "dossier_no_patient": _("This batch is for no patient: nobody may be given it."),
    "dossier_batch_decided": _("The batch is decided: an exceptional release is not open to it."),
    "dossier_no_region": _("No exceptional release is laid down for the region of the treating site."),
    "notice_sent": _("This notice was sent: it cannot be said that it was not."),
    "trail_seen": _("Somebody looked the trail over up to there meanwhile. Reload the page."),
    "signed_already": _("You signed this very record already."),
    "request_id_used": _("This was sent before with another content. Reload the page."),
    "role_missing": _("You do not hold a role for this at this site."),
    "username_needed": _(
        "Type your username too: this is your first signature, or your last was more than 15 minutes ago."
    ),
    "credential_refused": _("The password is wrong. Nothing was signed."),
    "credential_locked": _("Too many wrong attempts. Wait a quarter of an hour, or ask an administrator."),
    "disposition_not_from_here": _("The batch has moved on meanwhile. Reload the page."),
    "producer_may_not_release": _("You took part in making this batch: somebody else must sign."),
    "fields_invalid": _("Some fields are missing or wrong."),
    "media_type_differs": _("This is no text. Hand in the table as a text file (CSV)."),
}

FIELDS: Mapping[str, Sentence] = {
    **criteria_words.FIELDS,
    **{str(lack): sentence for lack, sentence in release_words.LACKS_AT_FIELDS.items()},
    "evidence_missing": _("Hand in a PDF, or say where the evidence is kept."),
    "file_too_large": _("The file is larger than 10 MB."),
    "not_a_pdf": _("This is no PDF."),
    "not_printable": _("This holds a character that cannot be kept."),
    "not_of_region": _("This is no way of supply in the region of the treating site."),
    "empty": _("This is required."),
    "not_a_number": _("Write a number such as 92.4, or a bound such as <0.5 or >95."),
    "decimal_comma": _("Write a point, not a comma, before the decimals."),
    "not_possible": _("This is outside of what is possible: a slip of the pen?"),
    "not_a_choice": _("Choose one of the list."),
    "not_choice": _("Choose one of the list."),
    "too_long": _("This is too long."),
    "criterion_not_of_specification": _("A criterion of the plan is none of the specification's."),
    "too_few_containers": _("The plan needs more containers."),
    "not_of_a_batch": _("A container belongs to no batch."),
    "at_another_site": _("A container is at another site."),
    "not_at_hand": _("A container is not available: used up, closed out, or without its label."),
    "for_the_patient": _("A container is for a patient: of a patient's batch, samples alone are studied."),
    "in_another_study": _("A container is in another study."),
    "not_of_this_subject": _(
        "This container leads elsewhere: it does not belong to what the result is about."
    ),
    "method_not_effective": _("No version of the method was in effect at the time of the test."),
    "method_expired": _("The validation of the method had run out at the time of the test."),
    "analyst_untrained": _("You were not trained in this method at the time of the test."),
    "run_required": _("This method gives results in a run only: name the run."),
    "run_of_another_method": _("This run is of another method."),
    "run_of_another_site": _("This run was made at another site."),
    "run_not_accepted": _("The controls of this run have not accepted it: it gives no results."),
    "before_the_run": _("The run had not begun then."),
    "not_there": _("There is no such lot or device."),
    "repeated": _("Something is named twice."),
    "instrument_missing": _("An instrument that the method needs is not named."),
    "instrument_unfit": _("An instrument may not be used now: its calibration or approval is missing."),
    "instrument_not_of_method": _("An instrument is none of the method's."),
    "reagent_missing": _("A reagent that the method needs is not named."),
    "reagent_unfit": _("A reagent lot may not be used now: it is not approved, or expired."),
    "reagent_not_of_method": _("A reagent lot is none of the method's."),
    "replicates_at_two_times": _("Its measurements have different times."),
    "no_rule_for_replicates": _("The specification does not say what is reported of several measurements."),
    "reported_twice": _("The file reports this twice."),
    "not_positive": _("Write a number above zero, such as 68 or 0.5."),
    "not_asked": _("The criterion does not ask for this."),
    "not_a_time": _("Write a date and time between 1900 and 2999."),
    "after_the_test": _("This is after the test."),
    "no_target": _("This lot has no target: it is no control of the method."),
    "too_many": _("These are more readings than a run has."),
    "label_not_applied": _("The label of this container has not been scanned back."),
    "in_the_future": _("This is in the future."),
    "in_the_past": _("This is in the past: say a day that is still to come."),
    "too_far_off": _("This is more than a year off: is the year right?"),
    "before_it_was_written": _("What was sent had not been written then."),
    "unchanged": _("This is what stands there already: a correction changes something."),
    "before_it_was_made": _("The container did not exist then."),
    "not_its_investigation": _("This is not the code of the open investigation of this result."),
    "planned_is_tested": _("A planned test is made, or it is not recorded."),
    "code_shape": _("Write the code of the investigation, such as LAB-26-014."),
}


def blocker_text(blocker: Blocker) -> str:
    """A blocker as a sentence."""
    known = dict(blocker.params)
    for name, say in (
        ("reason", words.hold_reason),
        ("class", words.grade),
        ("disposition", words.disposition),
        ("part", lambda code: release_words.LACKS[Lack(code)]),
        ("state", lambda code: release_words.DOSSIER_STATES[DossierState(code)][1]),
    ):
        if name in known:
            known[name] = str(say(known[name]))
    return str(BLOCKERS[blocker.code]) % known


def problem_text(problem: Problem) -> str:
    """Why a value of a file cannot be recorded, as a sentence."""
    known = {
        **ERRORS,
        **FIELDS,
        **{str(code): text for code, text in criteria_words.REPLICATE_FAULTS.items()},
    }
    return str(known.get(problem.code, problem.code))


def error_text(error: DomainError) -> str:
    """What a service raised, as a sentence."""
    return str(ERRORS.get(error.code, error.message))
