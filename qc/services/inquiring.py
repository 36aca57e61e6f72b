"""What every step of an investigation does alike: lock, ask the rules, and do it or record that it was refused.

A refused step is an answer, not an exception, and an entry: an attempt to do what may not be done is worth knowing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coi.rules.vault import VaultKind
from coi.services import vault
from ledger.rules import Subject as LedgerSubject
from ledger.rules import derive, put
from ledger.rules.errors import Conflict, NotFound
from ledger.selectors import EntryView
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.investigations import Inquiry, InvestigationRefusal, Policy, Who
from qc.rules.subjects import Subject
from qc.selectors import InvestigationView
from qc.services.recording import (
    Doing,
    Topic,
    invalid,
    known_subject,
    locked_subject,
    record,
    repeated,
    topic_of,
    writing,
)

TABLE = "qc.investigation"
# The house's procedure; a document of its own would have to say otherwise.
POLICY = Policy()
MOST_WORDS = 4000


@dataclass(frozen=True)
class InquiryAnswer:
    """How a step of an investigation ended: done, or refused for these reasons. `code`: of the investigation."""

    is_done: bool
    code: str = ""
    refusals: tuple[InvestigationRefusal, ...] = ()


@dataclass(frozen=True)
class At:
    """An investigation at the moment of a step: locked, with all that the step is judged by, and who does it."""

    view: InvestigationView
    inquiry: Inquiry
    subject: Subject
    person: Person
    who: Who
    doing: Doing

    @property
    def topic(self) -> Topic:
        """Its entries stand where those of its subject do."""
        return inquiry_topic(self.subject, self.view.code)


@dataclass(frozen=True)
class Done:
    """What a step changes in the row, and what its entry says."""

    values: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One kind of step: its event, what speaks against it, and what it does."""

    event: Event
    against: Callable[[At], tuple[InvestigationRefusal, ...]]
    does: Callable[[At], Done]


def take(code: str, doing: Doing, step: Step) -> InquiryAnswer:
    """Take a step of an investigation, or record why not. Raises NotFound, NotAllowed (no role for any of it)."""
    person = inquirer(code, doing)
    if earlier := repeated_step(doing, step.event, investigation=code):
        return as_before(earlier, step.event)
    with writing():
        at = locked(code, person, doing)
        refusals = step.against(at)
        if refusals:
            return refuse(at.topic, doing, step.event, refusals)
        done = step.does(at)
        change = put(TABLE, at.view.id, **done.values)
        record(doing, at.topic, step.event, done.facts, changes=(change,))
    return InquiryAnswer(True, code)


def inquirer(code: str, doing: Doing) -> Person:
    """Whoever takes part in an investigation. Raises NotFound, NotAllowed."""
    site = known_investigation(code).site
    return require(actor=doing.actor, right=Right.TAKE_PART_IN_INVESTIGATION, site=site, now=doing.now)


def known_investigation(code: str) -> InvestigationView:
    """The investigation, or NotFound."""
    found = selectors.investigation(code)
    if found is None:
        raise NotFound("investigation_unknown")
    return found


def locked(code: str, person: Person, doing: Doing) -> At:
    """The investigation as it stands, its subject's journey and itself locked."""
    known = known_investigation(code)
    about = locked_subject(known_subject(known.subject, doing.now), doing.now)
    selectors.lock_investigation(known.id)
    view = known_investigation(code)
    inquiry = replace(selectors.inquiry_of(view, about, doing.now), policy=POLICY)
    return At(view, inquiry, about, person, who_is(person, view.site, doing), doing)


def who_is(person: Person, site: str, doing: Doing) -> Who:
    """The person as the rules of investigations see them."""
    return Who(person.user_id, person.roles(site, doing.now))


def inquiry_topic(subject: Subject, code: str) -> Topic:
    """Where entries of an investigation stand, and what finds them."""
    own = topic_of(subject)
    return Topic(
        own.stream,
        {**own.named, "investigation": code},
        (*own.subjects, LedgerSubject("investigation", code)),
    )


def refuse(
    topic: Topic, doing: Doing, wanted: Event, refusals: Sequence[InvestigationRefusal], **facts: str
) -> InquiryAnswer:
    """Record that a step was refused, and answer so."""
    codes = [str(code) for code in refusals]
    record(doing, topic, Event.INVESTIGATION_REFUSED, {"wanted": str(wanted), "refusals": codes, **facts})
    return InquiryAnswer(False, topic.named.get("investigation", ""), tuple(refusals))


def repeated_step(doing: Doing, event: Event, **facts: str) -> EntryView | None:
    """What this very request did before, or was refused; Conflict when its id was used for another step."""
    found = repeated(doing, event, Event.INVESTIGATION_REFUSED, **facts)
    is_other = found is not None and found.event != event and found.facts.get("wanted") != event
    if is_other:
        raise Conflict("request_id_used")
    return found


def as_before(entry: EntryView, done: Event) -> InquiryAnswer:
    """The answer that this very request got."""
    code = str(entry.facts.get("investigation", ""))
    if entry.event == done:
        return InquiryAnswer(True, code)
    refusals = tuple(InvestigationRefusal(it) for it in entry.facts["refusals"])
    return InquiryAnswer(False, code, refusals)


def checked_words(text: str) -> str:
    """What somebody wrote, within bounds; Invalid else."""
    if len(text) > MOST_WORDS or "\x00" in text:
        raise invalid({"remark": "too_long"})
    return text.strip()


def keep_words(text: str, doing: Doing) -> tuple[str, str]:
    """Put what somebody wrote into the vault, for it may name people; its digest and id, empty where nothing was."""
    if not text:
        return "", ""
    id = derive(doing.request_id, "words")
    return vault.keep(kind=VaultKind.TEXT, id=id, plain=text.encode()), str(id)
