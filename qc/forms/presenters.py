"""One line of words for each kind of entry that this room writes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from coi.forms.words import unit
from ledger.registry import Presenter
from qc.events import Event
from qc.forms import investigation_words as words
from qc.rules.investigations import Answer, Experiment, InvestigationRefusal, Outcome, Support
from qc.rules.results import AttemptKind

_SAY: Mapping[str, Promise] = {
    Event.RESULT_RECORDED: gettext_lazy("Result recorded: {criterion} {value} {unit}"),
    Event.RESULT_CORRECTED: gettext_lazy("Result corrected: {criterion} {value} {unit} (version {version})"),
    Event.RESULT_REVIEWED: gettext_lazy("Result looked over by a second person: {criterion}"),
    Event.RUN_OPENED: gettext_lazy("Run {run} of {method} begun"),
    Event.CONTROLS_READ: gettext_lazy("Controls of run {run} read: {state}"),
    Event.RUN_VOIDED: gettext_lazy("Run {run} broken off: {why}"),
    Event.FILE_HANDED_IN: gettext_lazy("File of results handed in ({kind}); nothing of it is recorded yet"),
    Event.FILE_RECORDED: gettext_lazy("File of results recorded: {results} results"),
    Event.FILE_DISCARDED: gettext_lazy("File of results discarded; it stays as evidence"),
    Event.PLATE_HANDED_IN: gettext_lazy(
        "Responses of a plate handed in for run {run}; nothing is recorded yet"
    ),
    Event.PLATE_RECORDED: gettext_lazy("Result computed from the responses of a plate, run {run}: {value}"),
    Event.PLATE_DISCARDED: gettext_lazy("Responses of a plate of run {run} discarded; they stay as evidence"),
    Event.BATCH_SUBMITTED: gettext_lazy("Batch {batch} handed to quality review"),
    Event.BATCH_REVIEWED: gettext_lazy("Batch {batch}: record reviewed and signed"),
    Event.BATCH_RELEASED: gettext_lazy("Batch {batch} released with two signatures"),
    Event.RELEASE_COMPLETED: gettext_lazy("Batch {batch}: conditional release completed with two signatures"),
    Event.COMPLETION_REFUSED: gettext_lazy("Batch {batch}: completion of its release refused"),
    Event.TRAIL_REVIEWED: gettext_lazy("Batch {batch}: audit trail looked over up to entry {upto}"),
    Event.TRAIL_REVIEW_REFUSED: gettext_lazy("Batch {batch}: review of the audit trail refused"),
    Event.LATE_FAILURE_FOUND: gettext_lazy("Batch {batch}: {criterion} failed after the release"),
    Event.LATE_DUTY_DONE: gettext_lazy("Batch {batch}: {duty} done after a late failure"),
    Event.LATE_DUTY_REFUSED: gettext_lazy("Batch {batch}: {duty} not recorded as done"),
    Event.SIGNAL_NOTED: gettext_lazy("Batch {batch}: a control chart signals {parameter}: {state}"),
    Event.BATCH_REJECTED: gettext_lazy("Batch {batch} rejected with two signatures"),
    Event.SUBMISSION_REFUSED: gettext_lazy("Batch {batch}: not ready for review"),
    Event.REVIEW_REFUSED: gettext_lazy("Batch {batch}: review refused"),
    Event.RELEASE_REFUSED: gettext_lazy("Batch {batch}: release refused"),
    Event.REJECTION_REFUSED: gettext_lazy("Batch {batch}: rejection refused"),
    Event.DOCUMENT_ISSUED: gettext_lazy("Batch {batch}: {title} issued, version {version}"),
    Event.ISSUE_REFUSED: gettext_lazy("Batch {batch}: {title} not issued"),
    Event.INVESTIGATION_OPENED: gettext_lazy(
        "{criterion} is out of specification: investigation {investigation} opened"
    ),
    Event.INVESTIGATION_STARTED: gettext_lazy("Investigation {investigation} taken up by the laboratory"),
    Event.CHECK_ANSWERED: gettext_lazy("Investigation {investigation}: {check}: {answer}"),
    Event.HYPOTHESIS_TRIED: gettext_lazy(
        "Investigation {investigation}: {check} tried ({experiment}): {support}"
    ),
    Event.CAUSE_NAMED: gettext_lazy(
        "Investigation {investigation}: the result is assigned to an error ({check})"
    ),
    Event.INVESTIGATION_ESCALATED: gettext_lazy("Investigation {investigation} goes on in production"),
    Event.TESTS_PLANNED: gettext_lazy(
        "Investigation {investigation}: more tests authorised ({kind}, {number})"
    ),
    Event.ATTEMPT_RECORDED: gettext_lazy(
        "Investigation {investigation}: {kind} recorded: {criterion} {value} {unit}"
    ),
    Event.OUTCOME_PROPOSED: gettext_lazy("Investigation {investigation}: QC signed the outcome {outcome}"),
    Event.INVESTIGATION_CONCLUDED: gettext_lazy("Investigation {investigation} concluded: {outcome}"),
    Event.DOSSIER_OPENED: gettext_lazy("Dossier {dossier} of an exceptional release of batch {batch} opened"),
    Event.DOSSIER_WRITTEN: gettext_lazy("Dossier {dossier}: {part} {kind} written"),
    Event.DOSSIER_APPROVED: gettext_lazy("Dossier {dossier} approved and signed"),
    Event.DOSSIER_DECLINED: gettext_lazy("Dossier {dossier} declined and signed"),
    Event.DOSSIER_FOLLOWED_UP: gettext_lazy("Dossier {dossier}: what became of it was added"),
    Event.DOSSIER_REFUSED: gettext_lazy("Dossier {dossier}: {part} refused"),
    Event.INVESTIGATION_REFUSED: gettext_lazy("Refused in an investigation: {refusals}"),
    Event.MATERIAL_DECIDED: gettext_lazy("Collection {collection}: decision on the starting material signed"),
    Event.ACCEPTANCE_REFUSED: gettext_lazy(
        "Collection {collection}: decision on the starting material refused"
    ),
    Event.STUDY_BEGUN: gettext_lazy("Study {study} begun by plan {plan}"),
    Event.PULL_RECORDED: gettext_lazy("Study {study}: {point} pulled of {condition}"),
    Event.PULL_REFUSED: gettext_lazy("Study {study}: pull of {point} refused"),
    Event.MEASUREMENTS_HANDED_IN: gettext_lazy("Study {study}: {rows} measurements handed in"),
    Event.STUDY_CONCLUDED: gettext_lazy("Study {study} concluded and signed"),
    Event.CONCLUSION_REFUSED: gettext_lazy("Study {study}: not concluded"),
    Event.STUDY_ABANDONED: gettext_lazy("Study {study} abandoned: {why}"),
}


def presenters() -> Mapping[str, Presenter]:
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(sentence) for event, sentence in _SAY.items()}


# Facts of investigations whose codes have words.
_OF_INVESTIGATIONS: Mapping[str, Callable[[Any], Any]] = {
    "check": lambda code: words.CHECKS[_CHECKS[code]],
    "answer": lambda code: words.ANSWERS[Answer(code)][1],
    "experiment": lambda code: words.EXPERIMENTS[Experiment(code)],
    "support": lambda code: words.SUPPORTS[Support(code)],
    "outcome": lambda code: words.OUTCOMES[Outcome(code)],
    "kind": lambda code: words.ATTEMPTS[AttemptKind(code)],
    "refusals": lambda codes: " ".join(str(words.REFUSALS[InvestigationRefusal(code)]) for code in codes),
}
_CHECKS = {str(check): check for check in words.CHECKS}


def _presenter(sentence: Promise) -> Presenter:
    return lambda entry: str(sentence).format_map(Spoken(_spoken(entry.facts))).strip()


def _spoken(facts: Mapping[str, Any]) -> dict[str, Any]:
    known = dict(facts)
    if facts.get("unit"):
        known["unit"] = unit(facts["unit"])
    if "investigation" in facts or "refusals" in facts:
        known |= {name: say(facts[name]) for name, say in _OF_INVESTIGATIONS.items() if name in facts}
    return known


class Spoken(dict[str, Any]):
    """Facts; one that is missing reads as nothing."""

    def __missing__(self, name: str) -> str:
        return ""
