"""What a bundle may be asked about: one journey, one batch, or a stretch of time at one site."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from audit.rules.questions import Question

KIND = "bundle"
LONGEST = timedelta(days=366)
MOST_ENTRIES = 50_000


class BundleFault(StrEnum):
    """Why a bundle could not be made, and will not be however often it is tried."""

    TOO_MANY_ENTRIES = "too_many_entries"
    TOO_LARGE = "too_large"
    NOTHING = "no_entries"
    NOT_AS_SEALED = "not_as_sealed"
    LEDGER_BROKEN = "ledger_broken"
    EVIDENCE_DAMAGED = "evidence_damaged"
    KEY_REPLACED = "signing_key_replaced"
    NOT_THEIRS = "not_theirs"
    NOT_DRAWABLE = "not_drawable"


def problems(question: Question, now: datetime) -> Mapping[str, str]:
    """What is wrong with the question, by field."""
    asked = [name for name in ("journey", "batch", "site") if getattr(question, name)]
    if len(asked) != 1:
        return {"journey": "one_of_journey_batch_site"}
    if asked != ["site"]:
        return {}
    if question.since is None or question.until is None:
        return {name: "required" for name in ("since", "until") if getattr(question, name) is None}
    if question.since >= question.until:
        return {"until": "before_since"}
    if question.since > now:
        return {"since": "in_the_future"}
    return {"until": "bundle_too_long"} if question.until - question.since > LONGEST else {}


def file_name(question: Question) -> str:
    """The name of the file, for whoever keeps several."""
    if question.since is not None and question.until is not None:
        return f"bundle {question.site} {question.since:%Y-%m-%d} to {question.until:%Y-%m-%d}.zip"
    return f"bundle {question.journey or question.batch}.zip"
