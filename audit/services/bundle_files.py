"""What goes into a bundle: entries with their proofs, checkpoints, evidence, signed records, the page, the verifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from ledger.rules import bundles, canonical
from ledger.rules.bundles import Selects
from ledger.rules.canonical import instant
from ledger.rules.errors import Invalid
from ledger.rules.evidence import BUNDLE_LIMIT
from ledger.selectors import EntryView
from ledger.services import proofs
from people import selectors as people
from people.events import Event as PeopleEvent
from people.services.documents import RECORD_KIND


@dataclass(frozen=True)
class Chosen:
    """The entries of a bundle, by their ids, and what the bundle says that they are."""

    ids: tuple[int, ...]
    selects: Selects


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


def files_of(
    view: BundleView, chosen: Chosen, proof: proofs.Proof, report: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Every file of the bundle but its manifest and the proof of its making, by name; `report`: those of its report."""
    entries = ledger.entries_by_id(chosen.ids)
    keys = proofs.log_keys()
    records, signed = _signatures(entries)
    kept = _evidence(entries)
    files = {
        "README.txt": readme(view, keys),
        "about.json": bundles.line(_about(view, chosen)),
        "checkpoints.jsonl": bundles.lines(_cosigned(one).as_plain() for one in proof.checkpoints),
        "entries.jsonl": bundles.lines(one.as_plain() for one in proof.entries),
        "keys.json": bundles.line({"log": keys, "witnesses": _witness_keys()}),
        "report.html": page(view, entries, ledger.subjects_of(chosen.ids)),
        "signatures.jsonl": bundles.lines(_named(uuid, digest, kept, records) for uuid, digest in signed),
        "verify.py": bundles.verifier(),
        **{f"evidence/{digest}": data for digest, data in kept.items()},
        **report,
        **{f"records/{digest}": data for digest, data in records.items()},
    }
    if sum(map(len, files.values())) > BUNDLE_LIMIT:
        raise Invalid(BundleFault.TOO_LARGE)
    return files


def _cosigned(checkpoint: bundles.LinkedCheckpoint) -> bundles.LinkedCheckpoint:
    """The same, with the lines of log witnesses below the log's own; one that was handed in may have them already."""
    lines = (line.removesuffix("\n") + "\n" for line in ledger.cosignature_lines(checkpoint.size))
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
    records: dict[str, bytes] = {}
    signed: list[tuple[str, str]] = []
    for entry in entries:
        if entry.event != PeopleEvent.SIGNATURE_MADE:
            continue
        kind, key, digest = entry.facts["record"]
        version = people.document_version(key) if kind == RECORD_KIND else None
        if version is not None:
            about = {
                name: getattr(version, name) for name in ("kind", "code", "version", "schema", "content")
            }
            record = canonical(about)
            digest = sha256(record).hexdigest()
            records[digest] = record
        signed.append((str(entry.uuid), digest))
    return records, signed


def _named(
    uuid: str, digest: str, kept: Mapping[str, bytes], records: Mapping[str, bytes]
) -> Mapping[str, str]:
    """A signature and the file that holds what it is over; none where that is not kept as it was signed."""
    folder = "evidence" if digest in kept else "records" if digest in records else ""
    return {"entry": uuid, "record": f"{folder}/{digest}" if folder else ""}
