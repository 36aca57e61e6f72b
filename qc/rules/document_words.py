"""Words on the documents of a batch. Like all that is printed they are English, whoever asks for them.

They stand here and not with the words of the pages, since an issued document is data: its words are digested with it
and must not depend on the language of whoever pressed the button.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from coi.rules import units
from coi.rules.labels import moment
from qc.rules import limit_words
from qc.rules.criteria import Criterion


class DocumentKind(StrEnum):
    """The documents that are issued about a batch."""

    COA = "coa"
    RFI = "rfi"
    BATCH_RECORD = "batch_record"


TITLES: Mapping[DocumentKind, str] = {
    DocumentKind.COA: "Certificate of analysis",
    DocumentKind.RFI: "Release for infusion",
    DocumentKind.BATCH_RECORD: "Batch record",
}

RELEASED, CONDITIONAL, EXCEPTIONAL = "released", "conditionally_released", "exceptionally_released"
REJECTED = "rejected"
# A document is issued of a batch that is decided; what goes to the bedside only of one that may be infused.
ISSUED_OF: Mapping[DocumentKind, frozenset[str]] = {
    DocumentKind.COA: frozenset({RELEASED, CONDITIONAL, EXCEPTIONAL, REJECTED}),
    DocumentKind.RFI: frozenset({RELEASED, CONDITIONAL, EXCEPTIONAL}),
    DocumentKind.BATCH_RECORD: frozenset({RELEASED, CONDITIONAL, EXCEPTIONAL, REJECTED}),
}

# Across every page. A plain release has none.
WATERMARKS: Mapping[str, str] = {
    CONDITIONAL: "CONDITIONAL RELEASE",
    EXCEPTIONAL: "OUT OF SPECIFICATION",
    REJECTED: "REJECTED",
}
PREVIEW = "PREVIEW"

_STANDINGS: Mapping[str, str] = {
    RELEASED: "Released",
    CONDITIONAL: "Released conditionally",
    EXCEPTIONAL: "Released exceptionally, out of specification",
    REJECTED: "Rejected",
}

_STATEMENTS: Mapping[str, str] = {
    RELEASED: "The batch was released by the signatures below, over the batch record of the digest named there.",
    CONDITIONAL: "The batch was released conditionally, before all results were known. Those named as pending were not "
    "there when this document was issued. Should one of them fail, the treating physician is told at once.",
    EXCEPTIONAL: "The batch does not meet its specification. It was released exceptionally, for this patient alone, by "
    "the signatures below.",
    REJECTED: "The batch was rejected by the signatures below. It must not be used.",
}
_UNDECIDED = "No decision has been made about this batch. It must not be used."

_MEANINGS: Mapping[str, str] = {
    "review": "Reviewed the batch record",
    "release": "Released the batch",
    "conditional_release": "Released the batch conditionally",
    "exceptional_release": "Released the batch exceptionally",
    "rejection": "Rejected the batch",
}
_VERDICTS = {"pass": "meets", "fail": "DOES NOT MEET", "not_judged": "not judged"}
_TIMINGS = {
    "in_process": "in process",
    "release": "for release",
    "interim": "interim, for release",
    "final": "final",
}


def watermark_of(disposition: str) -> str:
    """The words across every page of a document about a batch that stands so; empty for a plain release."""
    return WATERMARKS.get(disposition, "")


def standing_of(disposition: str) -> str:
    """What was decided, in words."""
    return _STANDINGS.get(disposition, f"Not decided ({plain(disposition)})")


def statement_of(disposition: str) -> str:
    """What the document says of the decision, and no more than is known."""
    return _STATEMENTS.get(disposition, _UNDECIDED)


def plain(code: str) -> str:
    """A code without its underscores."""
    return str(code).replace("_", " ")


def meaning_of(meaning: str) -> str:
    """What a signature says."""
    return _MEANINGS.get(meaning, plain(meaning).capitalize())


def verdict_of(verdict: str) -> str:
    """A verdict beside the limits that it is about."""
    return _VERDICTS.get(verdict, plain(verdict))


def timing_of(timing: str) -> str:
    """When a result has to be there."""
    return _TIMINGS.get(timing, plain(timing))


def unit_of(code: str) -> str:
    """A unit as people read it."""
    return units.unit(code)


def limits_of(criterion: Criterion) -> str:
    """A criterion's limits, without their unit where it is that of the result, which stands beside them."""
    return limit_words.limits(criterion, has_unit=False)


def time_of(at: datetime | None, zone: str) -> dict[str, Any] | None:
    """A time for machines (UTC) and for people (at the site, with the zone's name); None where there is none.

    `local` is for the cells of tables, where UTC beside it leaves no room for what the line is about.
    """
    if at is None:
        return None
    local, under = moment(at, zone)
    return {"at": at, "local": local, "shown": f"{local} {under}".strip()}
