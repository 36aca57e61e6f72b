"""What the services of dossiers do alike: ask who may, lock the journey, refuse with reasons, write, keep words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from coi.rules.batches import BatchSummary
from coi.rules.vault import VaultKind
from coi.selectors.treating import TreatingSite, treating_site
from coi.services.vault import keep
from ledger.rules import Actor, ActorKind, derive, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import NotAllowed, NotFound
from ledger.selectors import EntryView
from ledger.services import store_evidence
from people import selectors as people
from people.rules.authority import Person
from qc import selectors
from qc.events import Event
from qc.rules.exceptional import (
    WRITING,
    DossierRefusal,
    KeptDossier,
    Lack,
    Missing,
    Part,
    against_part,
    value_of,
)
from qc.rules.investigations import Who
from qc.services.recording import (
    Doing,
    Topic,
    batch_topic,
    invalid,
    known_batch,
    locked_batch,
    record,
    repeated,
    writing,
)

TABLE = "qc.dossier"
MOST_TEXT = 8_000
MOST_LINE = 200
MOST_FILE = 10 * 1024 * 1024


@dataclass(frozen=True)
class DossierAnswer:
    """How it ended: done, or refused for these reasons, with what is missing where that is one of them."""

    is_done: bool
    code: str
    refusals: tuple[DossierRefusal, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What shows a part: a reference to where it is kept, or a PDF, or both. A PDF names the patient by codes alone."""

    reference: str = ""
    pdf: bytes = b""


@dataclass(frozen=True)
class Writing:
    """A part about to be written: the dossier as it is under the lock, its batch, and by whom."""

    kept: KeptDossier
    batch: BatchSummary
    person: Person
    doing: Doing

    def signed_by(self) -> dict[str, Any]:
        """Who writes it, as the part says it."""
        return {"by": self.person.user_id, "name": self.person.printed_name}


# From what stands to the columns that change and the facts that the entry tells.
Make = Callable[[Writing], tuple[Mapping[str, Any], Mapping[str, Any]]]


def write_part(code: str, part: Part, doing: Doing, make: Make, **asked: str) -> DossierAnswer:
    """Write one part of a dossier, or refuse with all reasons. `asked` tells this request from another one."""
    kept = known_dossier(code)
    batch = known_batch(kept.batch)
    person, who = writer(batch, treating_site(batch.order_id), part, doing)
    event = Event.DOSSIER_FOLLOWED_UP if part is Part.FOLLOW_UP else Event.DOSSIER_WRITTEN
    asked = {"dossier": code, "part": str(part), **asked}
    with writing():
        locked = locked_batch(kept.batch)
        if earlier := repeated(doing, event, Event.DOSSIER_REFUSED, **asked):
            return as_before(earlier)
        kept = known_dossier(code)
        if reasons := against_part(value_of(kept), part, who):
            return refuse(locked, doing, asked, reasons)
        columns, facts = make(Writing(kept, locked, person, doing))
        changes = (put(TABLE, kept.id, **columns),)
        record(doing, topic_of_dossier(locked, code), event, {**facts, **asked}, changes=changes)
    return DossierAnswer(True, code)


def writer(batch: BatchSummary, treating: TreatingSite, part: Part, doing: Doing) -> tuple[Person, Who]:
    """Who is about to write this part, if a role for it is theirs; NotAllowed otherwise."""
    actor, roles = doing.actor, WRITING[part].roles
    if actor.kind is ActorKind.PERSON and actor.user_id is not None:
        person = people.person(actor.user_id, doing.now)
        if person is not None:
            held = selectors.dossier_roles(person, batch, treating, doing.now)
            if not held.isdisjoint(roles):
                return person, Who(person.user_id, held)
    raise NotAllowed("role_missing", detail={"roles": sorted(roles), "site": batch.site})


def known_dossier(code: str) -> KeptDossier:
    """The dossier, or NotFound."""
    found = selectors.dossier(code)
    if found is None:
        raise NotFound("dossier_unknown")
    return found


def topic_of_dossier(batch: BatchSummary, code: str) -> Topic:
    """An entry about a dossier stands in its journey, and is found by the dossier's code too."""
    topic = batch_topic(batch)
    return Topic(topic.stream, topic.named, (*topic.subjects, LedgerSubject(selectors.DOSSIER_KIND, code)))


def refuse(
    batch: BatchSummary,
    doing: Doing,
    asked: Mapping[str, str],
    reasons: tuple[DossierRefusal, ...],
    lacking: tuple[Missing, ...] = (),
) -> DossierAnswer:
    """Record the attempt with all its reasons, and answer with them."""
    told = lacking if DossierRefusal.NOT_COMPLETE in reasons else ()
    facts = {
        **asked,
        "reasons": [str(reason) for reason in reasons],
        "missing": [{"code": str(it.code), "about": it.about} for it in told],
    }
    record(doing, topic_of_dossier(batch, asked["dossier"]), Event.DOSSIER_REFUSED, facts)
    return DossierAnswer(False, asked["dossier"], reasons, told)


def as_before(entry: EntryView) -> DossierAnswer:
    """The answer that this very request got."""
    code, facts = entry.facts["dossier"], entry.facts
    if entry.event != Event.DOSSIER_REFUSED:
        return DossierAnswer(True, code)
    reasons = tuple(DossierRefusal(reason) for reason in facts["reasons"])
    lacking = tuple(Missing(Lack(it["code"]), it["about"]) for it in facts["missing"])
    return DossierAnswer(False, code, reasons, lacking)


def by_the_product(doing: Doing, label: str) -> dict[str, Any]:
    """What the product does when somebody writes: whoever that is need not hold the role that it is for."""
    made = replace(doing, actor=Actor.service("qc"))
    return made.as_keywords(derive(doing.request_id, label))


# --- fields ---------------------------------------------------------------------------------------------------------


def need_line(field: str, text: str, *, required: bool = True) -> str:
    """A line of words: short, without what cannot be shown."""
    line = text.strip()
    if not line and required:
        raise invalid({field: "empty"})
    if len(line) > MOST_LINE:
        raise invalid({field: "too_long"})
    if not line.isprintable():
        raise invalid({field: "not_printable"})
    return line


def need_past(now: datetime, **times: datetime | None) -> None:
    """What has happened has happened by now."""
    if late := [name for name, at in times.items() if at is not None and at > now]:
        raise invalid(dict.fromkeys(late, "in_the_future"))


def keep_text(field: str, text: str, doing: Doing) -> dict[str, str]:
    """Free text may name people: it goes to the vault, its digest into what is signed."""
    words = text.replace("\r\n", "\n").strip()
    if not words or len(words) > MOST_TEXT:
        raise invalid({field: "too_long" if words else "empty"})
    id = derive(doing.request_id, "text")
    return {"text": str(id), "sha256": keep(kind=VaultKind.TEXT, id=id, plain=words.encode())}


def keep_evidence(of: Writing, part: Part, evidence: Evidence) -> dict[str, str]:
    """A reference, a file, or what stood there before where nothing new is given."""
    reference = need_line("reference", evidence.reference, required=False)
    before = of.kept.part(str(part))
    old = {name: str(before.get(name, "")) for name in ("reference", "file", "sha256")}
    if not evidence.pdf:
        if not reference and not any(old.values()):
            raise invalid({"reference": "evidence_missing"})
        return old | ({"reference": reference} if reference else {})
    if fault := file_fault(evidence.pdf):
        raise invalid({"file": fault})
    topic = topic_of_dossier(of.batch, of.kept.code)
    stored = store_evidence(
        data=evidence.pdf,
        media_type="application/pdf",
        name=f"dossier {of.kept.code} {part}.pdf",
        stream=topic.stream,
        subjects=topic.subjects,
        **of.doing.as_keywords(derive(of.doing.request_id, "file")),
    )
    return {"reference": reference, "file": str(stored.id), "sha256": stored.sha256}


def file_fault(data: bytes) -> str:
    """Why a file is not taken as evidence; empty when it is."""
    if len(data) > MOST_FILE:
        return "file_too_large"
    return "" if data.startswith(b"%PDF-") else "not_a_pdf"


def once(values: Iterable[str]) -> list[str]:
    """Each of them once, in their order."""
    return list(dict.fromkeys(values))
