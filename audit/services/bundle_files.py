"""What goes into a bundle: entries with their proofs, checkpoints, evidence, signed records, the page, the verifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from audit.events import Event
from audit.rules.bundles import KIND, MOST_ENTRIES, BundleFault
from audit.selectors.bundles import BundleView
from audit.services.bundle_page import left_out, page, readme
from coi.selectors.concerning import Concerned, concerned_by_batch, concerned_by_journey
from ledger import selectors as ledger
from ledger.events import Event as LedgerEvent
from ledger.rules import Subject, bundles, canonical
from ledger.rules.bundles import Selects
from ledger.rules.canonical import instant
from ledger.rules.errors import Invalid, NotFound
from ledger.rules.evidence import BUNDLE_LIMIT
from ledger.selectors import EntryView
from ledger.services import proofs
from people import selectors as people
from people.events import Event as PeopleEvent
from people.rules.authority import Person
from people.services.documents import RECORD_KIND


@dataclass(frozen=True)
class Chosen:
    """The entries of a bundle, by their ids, and what the bundle says that they are."""

    ids: tuple[int, ...]
    selects: Selects


@dataclass(frozen=True)
class Held:
    """What the files of a bundle are made of, as it was when its entries were chosen."""

    chosen: Chosen
    entries: Sequence[EntryView]
    subjects: Mapping[int, Sequence[Subject]]
    evidence: Mapping[str, bytes]
    records: Mapping[str, bytes]
    signed: Sequence[tuple[str, str]]


def concerned(view: BundleView) -> Concerned | None:
    """The journey or batch that a bundle is about."""
    question = view.question
    return concerned_by_journey(question.journey) if question.journey else concerned_by_batch(question.batch)


def choose(view: BundleView) -> Chosen:
    """Which entries are in it. Raises Invalid where there are none or too many."""
    question = view.question
    if question.since is not None and question.until is not None:
        ids, streams = proofs.entries_at(question.site, question.since, question.until)
        since, until = instant(question.since), instant(question.until)
        selects = Selects(streams=tuple(streams), site=question.site, since=since, until=until)
    else:
        about = concerned(view)
        subjects, names = (about.subjects, about.streams) if about else ((), ())
        ids = proofs.entries_about(subjects, names)
        pairs = tuple((subject.kind, subject.key) for subject in subjects)
        selects = Selects(subjects=pairs, streams=tuple(proofs.whole_streams(names, ids)))
    if not ids:
        raise Invalid(BundleFault.NOTHING)
    if len(ids) > MOST_ENTRIES:
        raise Invalid(BundleFault.TOO_MANY_ENTRIES)
    return Chosen(tuple(ids), selects)


def held_in(chosen: Chosen) -> Held:
    """Read what the files are made of. Raises Invalid where it is too much, EvidenceDamaged."""
    entries = ledger.entries_by_id(chosen.ids)
    records, signed = _signatures(entries)
    return Held(chosen, entries, ledger.subjects_of(chosen.ids), _evidence(entries), records, signed)


def files_of(
    view: BundleView, held: Held, proof: proofs.Proof, report: Mapping[str, bytes], now: datetime
) -> dict[str, bytes]:
    """Every file of the bundle but its manifest and the proof of its making, by name; `report`: those of its report.

    Raises NotFound where whoever asked may see nothing any more.
    """
    keys = proofs.log_keys()
    cosigned = ledger.cosignature_lines([one.size for one in proof.checkpoints])
    files = {
        "README.txt": readme(view, keys),
        "about.json": bundles.line(_about(view, held.chosen)),
        "checkpoints.jsonl": bundles.lines(
            _cosigned(one, cosigned[one.size]).as_plain() for one in proof.checkpoints
        ),
        "entries.jsonl": bundles.lines(one.as_plain() for one in proof.entries),
        "keys.json": bundles.line(
            {"log": keys, "statements": ledger.key_statements(), "witnesses": _witness_keys()}
        ),
        "report.html": page(view, held.entries, held.subjects, asker_of(view, now), now),
        "signatures.jsonl": bundles.lines(_named(held, uuid, digest) for uuid, digest in held.signed),
        "verify.py": bundles.verifier(),
        **{f"evidence/{digest}": data for digest, data in held.evidence.items()},
        **report,
        **{f"records/{digest}": data for digest, data in held.records.items()},
    }
    if sum(map(len, files.values())) > BUNDLE_LIMIT:
        raise Invalid(BundleFault.TOO_LARGE)
    return files


def asker_of(view: BundleView, now: datetime) -> Person:
    """Whoever asked for it, with what they may see now. Raises NotFound."""
    found = people.person(view.asked_by_id, now)
    if found is None:
        raise NotFound("person_unknown")
    return found


def _cosigned(checkpoint: bundles.LinkedCheckpoint, cosigned: Sequence[str]) -> bundles.LinkedCheckpoint:
    """The same, with the lines of log witnesses below the log's own; one that was handed in may have them already."""
    lines = (line.removesuffix("\n") + "\n" for line in cosigned)
    more = "".join(line for line in lines if line not in checkpoint.note)
    return replace(checkpoint, note=checkpoint.note + more)


def _witness_keys() -> list[str]:
    """The verifier keys of the log witnesses in the settings."""
    witnesses = [destination.witness for destination in settings.LEDGER_WITNESSES]
    return [witness.text for witness in witnesses if witness is not None]


def _about(view: BundleView, chosen: Chosen) -> Mapping[str, object]:
    return {
        "format": bundles.FORMAT,
        "kind": KIND,
        "bundle": view.id,
        "question": view.question.said(),
        "sites": view.sites,
        "asked_at": view.asked_at,
        "asked_by": view.asked_by,
        "origin": settings.LEDGER_ORIGIN,
        "software_version": settings.SOFTWARE_VERSION,
        "verifier_sha256": sha256(bundles.verifier()).hexdigest(),
        "selects": chosen.selects.as_plain(),
        "left_out": left_out(),
    }


def _evidence(entries: Sequence[EntryView]) -> dict[str, bytes]:
    """The files that these entries recorded, by SHA-256, but for earlier bundles: one would hold the other.

    Raises EvidenceDamaged where one is not what it was.
    """
    earlier = {entry.facts["sha256"] for entry in entries if entry.event == Event.BUNDLE_KEPT}
    kept: dict[str, bytes] = {}
    for entry in entries:
        if entry.event != LedgerEvent.EVIDENCE_STORED or entry.facts["sha256"] in earlier:
            continue
        data = ledger.evidence_bytes(UUID(entry.facts["evidence"]))
        if data is not None:
            kept[entry.facts["sha256"]] = data
        if sum(map(len, kept.values())) > BUNDLE_LIMIT:
            raise Invalid(BundleFault.TOO_LARGE)
    return kept


def _signatures(entries: Sequence[EntryView]) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    """The records of controlled documents under signatures, and every signature with the SHA-256 of what it is over.

    The record of a document is what it says now: one that was changed since is shown so, and its signature fails.
    """
    made = [entry for entry in entries if entry.event == PeopleEvent.SIGNATURE_MADE]
    about = [entry.facts["record"] for entry in made]
    versions = people.document_versions({key for kind, key, _ in about if kind == RECORD_KIND})
    records: dict[str, bytes] = {}
    signed: list[tuple[str, str]] = []
    for entry, (kind, key, digest_then) in zip(made, about, strict=True):
        version = versions.get(key) if kind == RECORD_KIND else None
        digest = digest_then
        if version is not None:
            names = ("kind", "code", "version", "schema", "content")
            record = canonical({name: getattr(version, name) for name in names})
            digest = sha256(record).hexdigest()
            records[digest] = record
        signed.append((str(entry.uuid), digest))
    return records, signed


def _named(held: Held, uuid: str, digest: str) -> Mapping[str, str]:
    """A signature and the file that holds what it is over; none where that is not kept as it was signed."""
    folder = "evidence" if digest in held.evidence else "records" if digest in held.records else ""
    return {"entry": uuid, "record": f"{folder}/{digest}" if folder else ""}
