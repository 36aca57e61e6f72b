"""Investigations of what is out of specification, in the reader's language; and what follows from a late failure."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qc.rules.investigations import (
    Answer,
    Check,
    Experiment,
    InvestigationRefusal,
    InvestigationState,
    LaboratoryCheck,
    NextStep,
    Outcome,
    ProductionCheck,
    ResampleReason,
    Support,
    Why,
)
from qc.rules.late_failures import Duty, TaskRefusal
from qc.rules.results import AttemptKind

Sentence = str | Promise

STATES: Mapping[InvestigationState, tuple[str, Sentence]] = {
    InvestigationState.OPENED: ("◷", _("opened")),
    InvestigationState.PHASE_1: ("◐", _("first phase, in the laboratory")),
    InvestigationState.PHASE_2: ("◑", _("second phase, in production too")),
    InvestigationState.CONCLUDED: ("✔", _("concluded")),
}

CHECKS: Mapping[Check, Sentence] = {
    LaboratoryCheck.SAMPLE_IDENTITY: _("The sample is the right one, and was taken as it should be"),
    LaboratoryCheck.CALCULATION: _("Readings, transcription and calculation"),
    LaboratoryCheck.INSTRUMENT: _("The instrument: calibrated, qualified, no fault in its log"),
    LaboratoryCheck.REAGENTS: _("Reagents: the right ones, in date, kept as they should be"),
    LaboratoryCheck.STANDARD: _("The reference standard: the right one, in date, prepared as it should be"),
    LaboratoryCheck.TECHNIQUE: _("How the analyst worked, gone through with the analyst"),
    LaboratoryCheck.SUITABILITY: _("Controls and suitability of the system"),
    LaboratoryCheck.SAMPLE_KEPT: _("The sample was kept as it should be, and what is left of it is there"),
    ProductionCheck.BATCH_RECORD: _("The batch record is whole"),
    ProductionCheck.PARAMETERS: _("Process parameters and in-process results"),
    ProductionCheck.STARTING_MATERIAL: _("The starting material"),
    ProductionCheck.MATERIALS: _("Reagents, vector and consumables of the process"),
    ProductionCheck.EQUIPMENT: _("Equipment of the process"),
    ProductionCheck.ENVIRONMENT: _("Monitoring of the rooms"),
    ProductionCheck.PEOPLE: _("People: trained, and as many as needed"),
    ProductionCheck.SAMPLING: _("How and where samples were taken"),
    ProductionCheck.DEVIATIONS: _("Deviations of this batch"),
    ProductionCheck.OTHER_BATCHES: _("The same in other batches"),
}

ANSWERS: Mapping[Answer, tuple[str, Sentence]] = {
    Answer.IN_ORDER: ("✔", _("in order")),
    Answer.NOT_IN_ORDER: ("■", _("not in order")),
    Answer.NOT_APPLICABLE: ("○", _("does not apply")),
}

EXPERIMENTS: Mapping[Experiment, Sentence] = {
    Experiment.READ_AGAIN: _("read again"),
    Experiment.CALCULATED_AGAIN: _("calculated again"),
    Experiment.MEASURED_AGAIN: _("the same preparation measured again"),
    Experiment.DILUTED_AGAIN: _("diluted again from the same preparation"),
    Experiment.OTHER_INSTRUMENT: _("measured on another instrument"),
    Experiment.FRESH_REAGENT: _("measured with fresh reagents"),
}

SUPPORTS: Mapping[Support, Sentence] = {
    Support.SUPPORTED: _("speaks for it"),
    Support.REFUTED: _("speaks against it"),
    Support.UNCLEAR: _("says nothing"),
}

OUTCOMES: Mapping[Outcome, Sentence] = {
    Outcome.LABORATORY_ERROR: _("an error of the laboratory: the first result does not count"),
    Outcome.CONFIRMED: _("confirmed: the first result stands"),
    Outcome.INCONCLUSIVE: _("nothing was found: the first result stands"),
}

ATTEMPTS: Mapping[AttemptKind, Sentence] = {
    AttemptKind.ORIGINAL: _("first test"),
    AttemptKind.RETEST: _("retest"),
    AttemptKind.RESAMPLE: _("another sample"),
}

RESAMPLE_REASONS: Mapping[ResampleReason, Sentence] = {
    ResampleReason.NOT_REPRESENTATIVE: _("The sample does not stand for the batch"),
    ResampleReason.LOST: _("The sample was lost"),
    ResampleReason.INSUFFICIENT: _("Too little of the sample is left"),
    ResampleReason.PROTOCOL_ALLOWS: _("The protocol allows it"),
}

WHY: Mapping[Why, Sentence] = {
    Why.NOTHING_YET: _("No result yet."),
    Why.ATTEMPT: _("This result counts."),
    Why.NOT_INVESTIGATED: _("It is out of specification, and nobody has opened an investigation."),
    Why.UNDER_INVESTIGATION: _("It is out of specification, and its investigation is open."),
    Why.CONFIRMED: _("The investigation confirmed it."),
    Why.INCONCLUSIVE: _("The investigation found no error: it stands."),
    Why.CORRECTED: _("It was corrected, and the investigation found the error."),
    Why.INVALIDATED: _("It was an error of the laboratory, and nothing has taken its place."),
    Why.PLAN_INCOMPLETE: _("Not all planned tests were made."),
}

# What comes next: who does it, and what.
NEXT: Mapping[NextStep, tuple[Sentence, Sentence]] = {
    NextStep.TAKE_UP: (
        _("QC reviewer"),
        _("The laboratory takes it up: somebody else than the analyst."),
    ),
    NextStep.CHECK_LABORATORY: (
        _("QC reviewer"),
        _("Answer every check of the laboratory. What is not in order needs words."),
    ),
    NextStep.TEST_AGAIN: (_("Analyst"), _("Make the tests that quality has authorised.")),
    NextStep.LOOK_OVER: (_("QC reviewer"), _("Look over the tests that were made by the plan.")),
    NextStep.NAME_CAUSE: (
        _("QC reviewer"),
        _("Something was not in order. Assign the result to it, or go on in production."),
    ),
    NextStep.ESCALATE: (
        _("QC or QA reviewer"),
        _("The laboratory found no error of its own: go on in production."),
    ),
    NextStep.PLAN_OR_PROPOSE: (
        _("QA reviewer, or QC reviewer"),
        _(
            "The error is known. Quality authorises tests in the place of the first one; where a correction is"
            " enough, QC signs the outcome."
        ),
    ),
    NextStep.CHECK_PRODUCTION: (_("QA reviewer"), _("Answer every check of production.")),
    NextStep.PROPOSE: (_("QC reviewer"), _("Everything is answered: sign the outcome.")),
    NextStep.CONCLUDE: (
        _("QA reviewer or releaser"),
        _("QC has signed the outcome: read it, and sign it as somebody else."),
    ),
    NextStep.NOTHING: (_("nobody"), _("It is concluded.")),
}

REFUSALS: Mapping[InvestigationRefusal, Sentence] = {
    InvestigationRefusal.NO_ROLE: _("You do not hold a role for this at this site."),
    InvestigationRefusal.NOT_NOW: _("The investigation is not at this stage."),
    InvestigationRefusal.BY_ITS_ANALYST: _("You tested this: another person must judge it."),
    InvestigationRefusal.BY_A_PRODUCER: _("You took part in making this batch: somebody else must judge it."),
    InvestigationRefusal.NOT_FAILING: _("This result meets its criterion: there is nothing to investigate."),
    InvestigationRefusal.ALREADY_INVESTIGATED: _("This result is investigated already."),
    InvestigationRefusal.INVESTIGATION_MISSING: _(
        "A result out of specification is corrected only within an open investigation."
    ),
    InvestigationRefusal.REMARK_MISSING: _("Say in words what was found."),
    InvestigationRefusal.ALWAYS_APPLIES: _("This always applies: it is in order, or it is not."),
    InvestigationRefusal.ONLY_IN_PHASE_2: _("Production is looked at in the second phase."),
    InvestigationRefusal.LABORATORY_INCOMPLETE: _("The laboratory has not answered all its checks."),
    InvestigationRefusal.PRODUCTION_INCOMPLETE: _("Not all checks of production are answered."),
    InvestigationRefusal.CAUSE_MISSING: _("The result has not been assigned to an error that was found."),
    InvestigationRefusal.CAUSE_NOT_FOUND: _("This check was not found out of order."),
    InvestigationRefusal.NO_SUCH_PLAN: _("A plan is for retests or for other samples."),
    InvestigationRefusal.PLAN_MISSING: _("Quality has not authorised a plan for this."),
    InvestigationRefusal.PLAN_EXISTS: _(
        "There is a plan already. Planning again until a result fits would be testing into compliance."
    ),
    InvestigationRefusal.PLAN_USED_UP: _(
        "All planned tests were made. Going on until a result fits would be testing into compliance."
    ),
    InvestigationRefusal.PLAN_NOT_DONE: _("Not all planned tests were made."),
    InvestigationRefusal.NUMBER_OUT_OF_RANGE: _("The procedure does not allow this number of tests."),
    InvestigationRefusal.BY_ANOTHER_REQUIRED: _("The procedure asks for another analyst."),
    InvestigationRefusal.SAME_ANALYST: _("The plan asks for another analyst than the first."),
    InvestigationRefusal.SAMPLE_NOT_KEPT: _(
        "The sample was found not to be kept: it cannot be tested again."
    ),
    InvestigationRefusal.NOT_THE_SAMPLE: _("A retest is of the same sample."),
    InvestigationRefusal.SAME_SAMPLE: _("This is the sample that was tested first."),
    InvestigationRefusal.CONTAINERS_MISSING: _("Say which containers are sampled."),
    InvestigationRefusal.NOT_OF_SUBJECT: _("This container does not belong to the batch."),
    InvestigationRefusal.NOT_PLANNED: _("The plan does not name this container."),
    InvestigationRefusal.REASON_MISSING: _("Say why another sample is tested."),
    InvestigationRefusal.RESAMPLE_NOT_SHOWN: _("No check was found that shows this."),
    InvestigationRefusal.RESAMPLE_NOT_ALLOWED: _("The protocol does not allow another sample."),
    InvestigationRefusal.TESTED_BEFORE_PLAN: _("This was tested before the plan was authorised."),
    InvestigationRefusal.ATTEMPT_UNREVIEWED: _("Nobody has looked over a test of the plan."),
    InvestigationRefusal.INVALIDATED_TOO_OFTEN: _(
        "Errors of the laboratory have taken away as many results of this criterion as the procedure allows."
    ),
    InvestigationRefusal.QC_SIGNATURE_MISSING: _("A reviewer of quality control has to sign."),
    InvestigationRefusal.QA_SIGNATURE_MISSING: _("Somebody else, of quality assurance, has to sign too."),
}

DUTIES: Mapping[Duty, Sentence] = {
    Duty.TELL_PHYSICIAN: _("Tell the treating physician"),
    Duty.TELL_SPONSOR: _("Tell the sponsor or the holder of the authorisation"),
    Duty.REPORT_DEVIATION: _("Report the biological product deviation"),
    Duty.IDENTIFY_ORGANISM: _("Identify the organism"),
    Duty.TEST_SUSCEPTIBILITY: _("Test what the organism is susceptible to"),
    Duty.FOLLOW_UP: _("Follow up how the patient is"),
}

TASK_REFUSALS: Mapping[TaskRefusal, Sentence] = {
    TaskRefusal.NOT_A_DUTY: _("Nobody has to do this here."),
    TaskRefusal.DONE_ALREADY: _("This was done already."),
    TaskRefusal.REFERENCE_MISSING: _("Say what shows that it was done."),
    TaskRefusal.BEFORE_KNOWN: _("Nobody knew of the failure then."),
    TaskRefusal.IN_THE_FUTURE: _("This is in the future."),
}
