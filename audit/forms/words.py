"""Words of this room: what questions are about, why one is wrong, where a request stands."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from audit.registry import report_kind
from audit.rules.bundles import KIND as BUNDLE
from audit.rules.questions import Ask
from audit.rules.report import Severity
from audit.rules.requests import RequestState
from ledger.rules.errors import DomainError
from people.registry import document_kind

# The big questions, as a page asks them.
QUESTIONS: Mapping[Ask, Promise] = {
    Ask.JOURNEY: _("This patient's cells"),
    Ask.BATCH: _("This batch"),
    Ask.PERSON: _("This person"),
    Ask.STATION: _("This station"),
    Ask.LOT: _("This lot of material"),
    Ask.PERIOD: _("This week"),
}
FIELDS: Mapping[Ask, Promise] = {
    Ask.JOURNEY: _("COI id"),
    Ask.BATCH: _("Batch"),
    Ask.PERSON: _("Username"),
    Ask.STATION: _("Station"),
    Ask.LOT: _("Lot"),
    Ask.SITE: _("Site"),
    Ask.PERIOD: _("Period"),
    Ask.MOMENT: _("At this moment"),
}
# Names of what was asked, as it is kept: a period has two.
ASKED: Mapping[str, Promise] = {
    **{str(ask): label for ask, label in FIELDS.items() if ask is not Ask.PERIOD},
    "since": _("From"),
    "until": _("Until"),
    "checkpoint": _("Checkpoint that you kept"),
}
PROBLEMS: Mapping[str, Promise] = {
    "required": _("This is required."),
    "not_asked": _("This report is not asked about that."),
    "before_since": _("The end comes before the beginning."),
    "not_open": _("You were let in to audit records of another time. Choose a time that is open to you."),
    "too_long": _("A report covers ten years at most."),
    "bundle_too_long": _("A bundle covers a year at most. Ask for several."),
    "in_the_future": _("This has not come yet."),
    "unknown": _("There is no such site, or it is not yours to see."),
    "one_of_journey_batch_site": _("Name a journey, or a batch, or a site: one of them."),
    "not_a_checkpoint_of_this_ledger": _(
        "This is not a checkpoint that this ledger signed. Give the whole text, signature lines and all."
    ),
    "newer_than_the_ledger": _(
        "This checkpoint is of more entries than the ledger has. Tell whoever runs the servers."
    ),
    "not_a_time": _("Write a time with its offset from UTC."),
    "not_an_edge": _("No page ends there. Search again, and turn the pages from the first."),
}
FAULTS: Mapping[str, Promise] = {
    "not_theirs": _("What it is about is not there, or is not yours to see any more."),
    "fields_invalid": _("The question can no longer be asked so."),
    "not_drawable": _(
        "It could not be put on paper. Whoever runs this installation finds the cause in its log."
    ),
    "file_too_large": _("It is too large for a file of 20 MB. Ask about a shorter period."),
    "unexpected": _("It was tried ten times. Whoever runs this installation finds the cause in its log."),
}
STATES: Mapping[RequestState, tuple[str, Promise]] = {
    RequestState.ASKED: ("wait", _("Being made")),
    RequestState.MADE: ("good", _("Made")),
    RequestState.FAILED: ("bad", _("Could not be made")),
}
SEVERITIES: Mapping[Severity, Promise] = {Severity.GAP: _("Gap"), Severity.NOTE: _("Note")}
# Kinds of signed records that people call otherwise than their codes say.
_RECORDS: Mapping[str, Promise] = {
    "check": _("step at a station"),
    "document_version": _("document"),
    "fmea_residual": _("residual risk"),
}
_ERRORS: Mapping[str, Promise] = {
    "report_unknown": _("There is no such report, or it is not yours to see."),
    "request_unknown": _("There is no such record, or it is not yours to see."),
    "bundle_unknown": _("There is no such bundle, or it is not yours to have."),
    "journey_unknown": _("There is no such journey, or it is not yours to see."),
    "batch_unknown": _("There is no such batch, or it is not yours to see."),
    "site_unknown": _("There is no such site, or it is not yours to see."),
    "place_unknown": _("There is nothing of this name, or it is not yours to see."),
    "role_missing": _("Your roles do not open this report."),
    "fields_invalid": _("The question is not complete."),
    "request_id_used": _("This was asked for already, with another content."),
}


def title_of(kind: str) -> str:
    """The title of a bundle, or of a kind of report; its code where it is known no more."""
    if kind == BUNDLE:
        return str(_("Bundle that proves itself"))
    known = report_kind(kind)
    return kind if known is None else str(known.title)


def record_kind(kind: str) -> str:
    """A kind of record that is signed, or of document, in words that begin a cell."""
    return capfirst(str(_RECORDS[kind]) if kind in _RECORDS else document_kind_text(kind))


def document_kind_text(kind: str) -> str:
    """What a kind of document is called; its code as words where it is known no more."""
    known = document_kind(kind)
    return str(known.shown.title) if known is not None and known.shown.title else kind.replace("_", " ")


def fault_text(fault: str) -> str:
    """Why a report could not be made, as a sentence."""
    return str(FAULTS.get(fault, fault))


def error_text(error: DomainError) -> str:
    """What a service raised, as a sentence."""
    return str(_ERRORS.get(error.code, error.message))
