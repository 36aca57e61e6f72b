"""Auditor's bundles: asked for by somebody, made once by the worker, checked by their own verifier, kept as bytes.

The making is itself an entry: it records the SHA-256 of the manifest, so that every byte of the bundle is under a
signed checkpoint. What the verifier in the bundle refuses is not kept.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.events import Event
from audit.rules.bundles import KIND, BundleFault, file_name, problems
from audit.rules.questions import Question
from audit.rules.requests import RequestState
from audit.selectors.bundles import BundleView, bundle, lock_bundle
from audit.selectors.scope import is_open_to
from audit.services import progress
from audit.services.bundle_files import Chosen, choose, files_of, held_in
from audit.services.bundle_report import report_about, report_digest, report_files
from coi.selectors.concerning import concerned_by_batch, concerned_by_journey
from coi.services.recording import answered_once, require_at
from ledger.rules import Actor, EntryRef, Subject, Where, bundles, derive, new, notes, put
from ledger.rules.errors import Invalid, NotAllowed, NotFound
from ledger.rules.evidence import BUNDLE
from ledger.rules.offline import verify
from ledger.selectors import EffectView, EvidenceDamaged, entry_for_request, evidence_bytes, latest_checkpoint
from ledger.selectors.snapshots import snapshot
from ledger.services import BrokenLedger, SigningKeyReplaced, enqueue, proofs, store_evidence
from ledger.services.effects import carry_out_or_give_up
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from qc.services.drawing_documents import DOCUMENT_FAULTS
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated, writing

TABLE, MAKE_BUNDLE, STREAM = "audit.request", "audit.make_bundle", "audit"
# How much is done once it is known what belongs in, once all files are there, and once all is proved (%).
_CHOSEN, _GATHERED, _PROVED = 15, 60, 80


@answered_once
def ask_for_bundle(
    *, question: Question, kept: str = "", actor: Actor, where: Where, now: datetime, request_id: UUID
) -> UUID:
    """Ask for a bundle about a journey, a batch, or a site in [since, until); the worker makes and keeps it.

    `kept`: a checkpoint that the reader holds; the bundle then proves whether it is of this log. Answers with the id;
    the same request again asks for nothing new. Raises Invalid (by field), NotFound, NotAllowed.
    """
    doing = asking(actor, where, now, request_id, question=question, kept=kept)
    if wrong := {**problems(question, now), **_kept_problems(kept)}:
        raise invalid(wrong)
    sites, subjects = _concerned(question)
    person = _reader(question, sites, actor=actor, now=now)
    id = derive(request_id, "bundle")
    if repeated(doing, Event.BUNDLE_ASKED):
        return id
    said = dict(question.said())
    values = {"kind": KIND, "question": said | ({"checkpoint": kept} if kept else {}), "sites": list(sites)}
    who = {"asked_by_id": person.user_id, "asked_by_name": actor.name, "asked_at": now}
    with writing():
        change = new(TABLE, id, state=str(RequestState.ASKED), **values, **who)
        topic = Topic(STREAM, {}, (Subject("request", str(id)), *subjects))
        entry = record(doing, topic, Event.BUNDLE_ASKED, {"bundle": id, "question": said}, changes=(change,))
        enqueue(kind=MAKE_BUNDLE, entry=entry, payload={"bundle": str(id)}, now=now)
    return id


def _reader(question: Question, sites: Sequence[str], *, actor: Actor, now: datetime) -> Person:
    """Who may have it. A journey in which none of one's sites takes part is not told from one that is not there."""
    viewer = people.person(actor.user_id, now) if actor.user_id is not None else None
    if not question.site and (viewer is None or not viewer.sites_of(Right.SEE_JOURNEYS, now) & set(sites)):
        raise NotFound("journey_unknown" if question.journey else "batch_unknown")
    person = require_at(sites, Right.ASK_BUNDLE, actor=actor, now=now)
    if not is_open_to(person, Right.ASK_BUNDLE, question, sites, now):
        if question.site:
            raise invalid({"since": "not_open"})
        raise NotFound("journey_unknown" if question.journey else "batch_unknown")
    return person


def bundle_for(*, id: UUID, actor: Actor, now: datetime) -> BundleView:
    """A bundle, for somebody who may have it now. Raises NotFound, NotAllowed."""
    view = bundle(id)
    if view is None:
        raise NotFound("bundle_unknown")
    person = require_at(view.sites, Right.ASK_BUNDLE, actor=actor, now=now)
    if not is_open_to(person, Right.ASK_BUNDLE, view.question, view.sites, now):
        raise NotFound("bundle_unknown")
    return view


def bundle_bytes(*, id: UUID, actor: Actor, now: datetime) -> bytes:
    """The file of a bundle that is made. Raises NotFound, NotAllowed, EvidenceDamaged."""
    view = bundle_for(id=id, actor=actor, now=now)
    data = evidence_bytes(UUID(view.file["id"])) if view.file else None
    if data is None:
        raise NotFound("bundle_unknown")
    return data


def carry_out_bundle(effect: EffectView) -> None:
    """Make a bundle that was asked for; the handler of `audit.make_bundle`. One that is made already stays as it is.

    What can never be made is recorded as such at once; after any other fault it is tried again, and recorded at last.
    """
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    found = bundle(effect.payload["bundle"])
    if found is None:
        raise LookupError(f"no bundle {effect.payload['bundle']}")
    if found.state is not RequestState.ASKED:
        return
    now = effect.claimed_at
    carry_out_or_give_up(
        effect, lambda: _make(found, now), lambda fault: _fail(found, fault, now), fault_of=_fault_of
    )
    progress.forget(found.id)


def _kept_problems(kept: str) -> Mapping[str, str]:
    """What is wrong with a checkpoint that was handed in: not ours, or of more entries than there are."""
    if not kept:
        return {}
    try:
        size = proofs.kept_size(kept)
    except notes.BadNote:
        return {"checkpoint": "not_a_checkpoint_of_this_ledger"}
    newest = latest_checkpoint()
    return {} if newest is not None and 0 < size <= newest.size else {"checkpoint": "newer_than_the_ledger"}


def _concerned(question: Question) -> tuple[tuple[str, ...], tuple[Subject, ...]]:
    """The sites whose data are in it, and what the entries about the bundle concern."""
    if question.site:
        if people.site_by_code(question.site) is None:
            raise NotFound("site_unknown")
        return (question.site,), (Subject("site", question.site),)
    if question.journey:
        journey = concerned_by_journey(question.journey)
        if journey is None:
            raise NotFound("journey_unknown")
        return journey.sites, (Subject("order", question.journey),)
    batch = concerned_by_batch(question.batch)
    if batch is None:
        raise NotFound("batch_unknown")
    return batch.sites, (Subject("batch", question.batch),)


def _fault_of(error: Exception) -> str:
    """The code of what is the same however often it is tried; empty for any other fault."""
    if isinstance(error, Invalid):
        return error.code
    if isinstance(error, NotFound | NotAllowed):
        return BundleFault.NOT_THEIRS
    if isinstance(error, DOCUMENT_FAULTS):
        return BundleFault.NOT_DRAWABLE
    known = {
        SigningKeyReplaced: BundleFault.KEY_REPLACED,
        proofs.NotProvable: BundleFault.NOT_AS_SEALED,
        BrokenLedger: BundleFault.LEDGER_BROKEN,
        EvidenceDamaged: BundleFault.EVIDENCE_DAMAGED,
    }
    return known.get(type(error), "")


# -- making -----------------------------------------------------------------------------------------------------------


def _make(found: BundleView, now: datetime) -> None:
    with snapshot():  # what is chosen, shown and reported is of one moment; its proof may be of a later one
        chosen = choose(found)
        held = held_in(chosen)
        report = report_about(found, now)
    proofs.seal_until(chosen.ids, now=now)
    kept = {proofs.kept_size(found.kept): found.kept} if found.kept else {}
    proof = proofs.prove(chosen.ids, kept=kept)
    progress.tell(found.id, _CHOSEN)
    files = files_of(found, held, proof, report_files(found, report, now), now)
    progress.tell(found.id, _GATHERED)
    manifest = bundles.manifest(files)
    digest = bundles.digest(manifest)
    made = _record_making(found, chosen, digest, now)
    proofs.seal_until([made], now=now)
    own = proofs.prove([made])
    progress.tell(found.id, _PROVED)
    making = bundles.making(
        made=own.entries[0],
        note=own.checkpoints[-1].note,
        consistency=proofs.continued(proof.size, own.size),
    )
    data = bundles.archive(files, manifest=manifest, making=making)
    if wrong := verify.Check(data, [], [], list(kept.values())).run().wrong:
        raise proofs.NotProvable(f"its own verifier refuses it: {wrong[:3]}")
    signatures = files["signatures.jsonl"].count(b"\n")
    evidence = sum(name.startswith("evidence/") for name in files)
    counts = {"entries": len(chosen.ids), "checkpoints": len(proof.checkpoints)}
    counts |= {"evidence": evidence, "signatures": signatures}
    _keep(found, data, (digest, report_digest(files)), counts, now)


def _record_making(found: BundleView, chosen: Chosen, digest: str, now: datetime) -> int:
    """The entry that holds the manifest's SHA-256, once for each manifest: another attempt has another."""
    request_id = derive(found.id, f"made:{digest}")
    earlier = entry_for_request(request_id)
    if earlier is not None:
        return earlier.id
    facts = {**_facts(found), "manifest": digest, "entries": len(chosen.ids)}
    with writing():
        return _entry(found, Event.BUNDLE_MADE, facts, now, request_id).id


def _keep(
    found: BundleView, data: bytes, digests: tuple[str, str], counts: Mapping[str, int], now: datetime
) -> None:
    digest, report = digests
    doing = _doing(found, now, derive(found.id, "kept"))
    with writing():
        current = lock_bundle(found.id)
        if current is None or current.state is not RequestState.ASKED:
            return
        # No subject but itself: a later bundle of the same journey would otherwise hold this one.
        stored = store_evidence(
            data=data,
            media_type=BUNDLE,
            name=file_name(found.question),
            stream=STREAM,
            **doing.as_keywords(derive(found.id, "zip")),
        )
        values: dict[str, Any] = {"state": str(RequestState.MADE), "made_at": now, "digest": digest}
        kept = {"id": str(stored.id), "sha256": stored.sha256} | ({"report": report} if report else {})
        values |= {"files": {"zip": kept}, "found": counts}
        facts = {**_facts(found), "manifest": digest, "sha256": stored.sha256, "size": stored.size, **counts}
        topic = Topic(STREAM, {}, (Subject("request", str(found.id)), Subject("evidence", str(stored.id))))
        record(doing, topic, Event.BUNDLE_KEPT, facts, changes=(put(TABLE, found.id, **values),))


def _fail(found: BundleView, fault: str, now: datetime) -> None:
    with writing():
        current = lock_bundle(found.id)
        if current is None or current.state is not RequestState.ASKED:
            return
        change = put(TABLE, found.id, state=str(RequestState.FAILED), fault=fault)
        facts = {**_facts(found), "fault": fault}
        _entry(found, Event.BUNDLE_NOT_MADE, facts, now, derive(found.id, "failed"), change)


def _facts(found: BundleView) -> dict[str, Any]:
    return {"bundle": found.id, "question": found.question.said()}


def _entry(
    found: BundleView, event: Event, facts: Mapping[str, Any], now: datetime, request_id: UUID, *changes: Any
) -> EntryRef:
    _, subjects = _concerned(found.question)
    topic = Topic(STREAM, {}, (Subject("request", str(found.id)), *subjects))
    return record(_doing(found, now, request_id), topic, event, facts, changes=tuple(changes))


def _doing(found: BundleView, now: datetime, request_id: UUID) -> Doing:
    where = Where(site=found.sites[0], zone=people.zone_of(found.sites[0]))
    return Doing(Actor.service("audit"), where, now, request_id)
