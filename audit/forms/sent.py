"""What other programs send: shape alone; Invalid names every field that is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.forms.asking import read_question
from audit.forms.bundle_asking import LONGEST_NOTE
from audit.rules.edges import Edge
from audit.rules.questions import Question
from audit.services import Wanted
from ledger.rules.errors import Invalid
from qc.forms.sent import Sent

_LONGEST_TEXT, _LONGEST_CODE = 4096, 64


@dataclass(frozen=True)
class RequestSent:
    """A report that is to be kept."""

    request_id: UUID
    kind: str
    question: Question


def parse_request(data: Any) -> RequestSent:
    """A request as a program sends it."""
    sent = Sent(data, {"request_id", "kind", "question"})
    id, kind = sent.id("request_id"), sent.text("kind", 40, is_required=True)
    said = _question(sent)
    sent.check()
    return RequestSent(id, kind, read_question(said))


@dataclass(frozen=True)
class BundleSent:
    """A bundle that is to be made; `kept`: a checkpoint that its reader holds."""

    request_id: UUID
    question: Question
    kept: str


def parse_bundle(data: Any) -> BundleSent:
    """A bundle as a program asks for it."""
    sent = Sent(data, {"request_id", "question", "checkpoint"})
    id, kept = sent.id("request_id"), sent.text("checkpoint", LONGEST_NOTE, is_prose=True)
    said = _question(sent)
    sent.check()
    return BundleSent(id, read_question(said), kept)


def parse_search(data: Mapping[str, str]) -> Wanted:
    """What is looked for, as a program asks it."""
    sent = Sent(data, {"q", "site", "since", "until", "before"})
    site = sent.text("site", _LONGEST_CODE)
    since, until = _moment(sent, "since"), _moment(sent, "until")
    text = data.get("q", "")
    if len(text) > _LONGEST_TEXT:
        sent.wrong["q"] = "too_long"
    before = _edge(sent)
    sent.check()
    if not (text.strip() or since or until):
        raise Invalid("fields_invalid", detail={"fields": {"q": "required"}})
    return Wanted(text, since, until, site, before)


def _edge(sent: Sent) -> Edge | None:
    """Where the page ends that the one asked for goes on from."""
    try:
        return Edge.read(sent.data["before"]) if sent.data.get("before") else None
    except ValueError:
        sent.wrong["before"] = "not_an_edge"
        return None


def _question(sent: Sent) -> Any:
    said = sent.data.get("question", {})
    if not isinstance(said, Mapping):
        sent.wrong["question"] = "required"
    return said


def _moment(sent: Sent, name: str) -> datetime | None:
    return sent.moment(name) if sent.data.get(name) else None
