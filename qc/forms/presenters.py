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
    Event.PLATE_HANDED_IN: gettext_lazy(
        "Responses of a plate handed in for run {run}; nothing is recorded yet"
    ),
    Event.PLATE_RECORDED: gettext_lazy("Result computed from the responses of a plate, run {run}: {value}"),
    Event.PLATE_DISCARDED: gettext_lazy("Responses of a plate of run {run} discarded; they stay as evidence"),
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
