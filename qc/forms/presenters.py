"""One line of words for each kind of entry that this room writes."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from qc.events import Event

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
    Event.BATCH_SUBMITTED: gettext_lazy("Batch {batch} handed to quality review"),
    Event.BATCH_REVIEWED: gettext_lazy("Batch {batch}: record reviewed and signed"),
    Event.BATCH_RELEASED: gettext_lazy("Batch {batch} released with two signatures"),
    Event.BATCH_REJECTED: gettext_lazy("Batch {batch} rejected with two signatures"),
    Event.SUBMISSION_REFUSED: gettext_lazy("Batch {batch}: not ready for review"),
    Event.REVIEW_REFUSED: gettext_lazy("Batch {batch}: review refused"),
    Event.RELEASE_REFUSED: gettext_lazy("Batch {batch}: release refused"),
    Event.REJECTION_REFUSED: gettext_lazy("Batch {batch}: rejection refused"),
    Event.DOCUMENT_ISSUED: gettext_lazy("Batch {batch}: {title} issued, version {version}"),
    Event.ISSUE_REFUSED: gettext_lazy("Batch {batch}: {title} not issued"),
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


def presenters() -> Mapping[str, Callable[[Any], str]]:
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(sentence) for event, sentence in _SAY.items()}


def _presenter(sentence: Promise) -> Callable[[Any], str]:
    return lambda entry: str(sentence).format_map(_Spoken(entry.facts)).strip()


class _Spoken(dict[str, Any]):
    """Facts; one that is missing reads as nothing."""

    def __missing__(self, name: str) -> str:
        return ""
