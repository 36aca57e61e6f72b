"""The dossier of an exceptional release: opened, and written part by part. `exceptional_deciding` decides it.

A part may be written again until the dossier is decided; the entries keep every writing. What a person may not do now
is an answer with all its reasons, and an entry. Each of these raises NotFound (batch, dossier), NotAllowed (role),
Invalid (with the fields) and Conflict (the same request id with another content) beside what it says itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.rules.dispositions import DECIDED_BY
from coi.rules.journey import OrderKind
from coi.selectors.treating import treating_site
from coi.services.numbers import next_numbers
from ledger.rules import Actor, Where, derive, new
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict
from people.rules.authority import Person
from people.rules.roles import Role
from people.services import send_notice
from qc import selectors
from qc.events import Event
from qc.rules.exceptional import (
    InquiryStanding,
    Lack,
    Now,
    Part,
    Region,
    Setting,
    settings_of,
    value_of,
)
from qc.rules.investigations import Outcome
from qc.rules.lifting import facts_of
from qc.services.dossier_writing import (
    TABLE,
    DossierAnswer,
    Evidence,
    Make,
    Writing,
    by_the_product,
    keep_evidence,
    keep_text,
    need_line,
    need_past,
    once,
    topic_of_dossier,
    write_part,
    writer,
)
from qc.services.recording import asking, invalid, known_batch, locked_batch, record, repeated, writing


def open_dossier(
    *,
    batch: str,
    setting: Setting,
    is_emergency: bool,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DossierAnswer:
    """Open the dossier of a batch that is not decided, under the law of the region of the treating site, whose
    coordinators are told: what comes from the physician is theirs to write.

    Raises Conflict too: no patient's batch, decided, a dossier is being written, no region whose law is laid down.
    """
    found = known_batch(batch)
    doing = asking(actor, where, now, request_id, batch=batch, setting=setting, is_emergency=is_emergency)
    treating = treating_site(found.order_id)
    person, _who = writer(found, treating, Part.CRITERIA, doing)
    region = selectors.region_of(treating)
    if region is None:
        raise Conflict("dossier_no_region", detail={"site": treating.code, "region": treating.region})
    if setting not in settings_of(region):
        raise invalid({"setting": "not_of_region"})
    with writing():
        locked = locked_batch(batch)
        if earlier := repeated(doing, Event.DOSSIER_OPENED, batch=batch, setting=str(setting)):
            return DossierAnswer(True, str(earlier.facts["dossier"]))
        _refuse_to_open(locked)
        code = f"XR-{now:%y}-{next(iter(next_numbers(f'dossier:{now:%y}'))):05d}"
        values = {"region": str(region), "setting": str(setting), "is_emergency": is_emergency}
        row = derive(request_id, "dossier")
        made = new(TABLE, row, code=code, **values, **_opened(locked, person, now))
        facts = {"dossier": code, **values}
        record(doing, topic_of_dossier(locked, code), Event.DOSSIER_OPENED, facts, changes=(made,))
        send_notice(
            site=treating.code,
            role=Role.COORDINATOR,
            code="dossier_opened",
            subject=LedgerSubject(selectors.DOSSIER_KIND, code),
            **by_the_product(doing, "tell"),
        )
    return DossierAnswer(True, code)


def _refuse_to_open(batch: BatchSummary) -> None:
    if batch.order_kind is not OrderKind.PATIENT:
        raise Conflict("dossier_no_patient")
    if batch.disposition in DECIDED_BY:
        raise Conflict("dossier_batch_decided")
    if any(not it.is_decided for it in selectors.dossiers_of(batch.id)):
        raise Conflict("dossier_open")


def _opened(batch: BatchSummary, person: Person, now: datetime) -> dict[str, Any]:
    return {
        "batch_id": batch.id,
        "order_id": batch.order_id,
        "opened_at": now,
        "opened_by_id": person.user_id,
        "opened_by_name": person.printed_name,
    }


def change_supply(
    *,
    dossier: str,
    setting: Setting,
    is_emergency: bool,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DossierAnswer:
    """Say in another way how the product is supplied, and whether it is an emergency."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        if setting not in settings_of(Region(of.kept.region)):
            raise invalid({"setting": "not_of_region"})
        values = {"setting": str(setting), "is_emergency": is_emergency}
        return values, {"supply": values}

    doing = asking(actor, where, now, request_id, dossier=dossier, setting=setting, is_emergency=is_emergency)
    return write_part(dossier, Part.CRITERIA, doing, make)


def name_criteria(
    *, dossier: str, criteria: Sequence[str], actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DossierAnswer:
    """Name the criteria that it is to lift, each failing, with its concluded investigation as it is now.

    Where a criterion is added, what the physician accepted was something else: the acceptance is asked for anew.
    """

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        facts = facts_of(selectors.case_of(of.batch, now))
        by = of.signed_by() | {"written_at": now}
        held = [_held(code, facts) | by for code in once(criteria)]
        if not held:
            raise invalid({"criteria": "empty"})
        is_more = {it["criterion"] for it in held} - value_of(of.kept).criteria
        columns: dict[str, Any] = {"held": held}
        if is_more and of.kept.part("acceptance"):
            columns["acceptance"] = {}
        return columns, {"criteria": [it["criterion"] for it in held], "again": sorted(columns)}

    doing = asking(actor, where, now, request_id, dossier=dossier, criteria=criteria)
    return write_part(dossier, Part.CRITERIA, doing, make)


def _held(code: str, facts: Now) -> dict[str, Any]:
    standing = facts.investigations.get(code)
    if fault := _fault(code, standing, facts):
        raise invalid({"criteria": str(fault)})
    return {"criterion": code, "investigation": standing.code, "digest": standing.digest} if standing else {}


def _fault(code: str, standing: InquiryStanding | None, facts: Now) -> Lack | None:
    """Why a criterion is not taken in: what would be told as missing at once."""
    if code not in facts.failing:
        return Lack.CRITERION_NOT_FAILING
    if standing is None:
        return Lack.INVESTIGATION_MISSING
    if standing.outcome is None:
        return Lack.INVESTIGATION_OPEN
    return Lack.LABORATORY_ERROR if standing.outcome is Outcome.LABORATORY_ERROR else None


def write_risk(
    *, dossier: str, text: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DossierAnswer:
    """Write the evaluation of the risks (8,000 characters at most). What the physician accepted before was another one:
    the acceptance is asked for anew."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        said = _statement(of, text)
        return {"risk": said, "acceptance": {}}, {"sha256": said["sha256"]}

    doing = asking(actor, where, now, request_id, dossier=dossier, text=text)
    return write_part(dossier, Part.RISK, doing, make)


def write_alternatives(
    *, dossier: str, text: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DossierAnswer:
    """Write which alternatives for the patient were considered (8,000 characters at most)."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        said = _statement(of, text)
        return {"alternatives": said}, {"sha256": said["sha256"]}

    doing = asking(actor, where, now, request_id, dossier=dossier, text=text)
    return write_part(dossier, Part.ALTERNATIVES, doing, make)


def _statement(of: Writing, text: str) -> dict[str, Any]:
    return keep_text("text", text, of.doing) | of.signed_by() | {"at": of.doing.now}


def record_request(
    *,
    dossier: str,
    physician: str,
    requested_at: datetime,
    evidence: Evidence,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DossierAnswer:
    """Record the physician's request: who asks (the printed name), when, and what shows it."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        name = need_line("physician", physician)
        need_past(now, requested_at=requested_at)
        proof = keep_evidence(of, Part.REQUEST, evidence)
        part = {"physician": name, "at": requested_at, **proof, **of.signed_by(), "written_at": now}
        return {"request": part}, {"at": requested_at, **proof}

    doing = asking(
        actor,
        where,
        now,
        request_id,
        dossier=dossier,
        physician=physician,
        requested_at=requested_at,
        evidence=evidence,
    )
    return write_part(dossier, Part.REQUEST, doing, make)


def record_acceptance(
    *,
    dossier: str,
    risk_sent_at: datetime,
    accepted_at: datetime | None,
    evidence: Evidence,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DossierAnswer:
    """Record when the evaluation of the risks was sent to the physician, and when (perhaps not yet) they accepted."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        need_past(now, risk_sent_at=risk_sent_at, accepted_at=accepted_at)
        risk = value_of(of.kept).risk
        # people write minutes
        if risk is not None and risk_sent_at < risk.at.replace(second=0, microsecond=0):
            raise invalid({"risk_sent_at": "before_it_was_written"})
        if accepted_at is not None and accepted_at < risk_sent_at:
            raise invalid({"accepted_at": str(Lack.ACCEPTED_BEFORE_RISK)})
        is_answered = accepted_at is not None or bool(evidence.pdf or evidence.reference.strip())
        proof = keep_evidence(of, Part.ACCEPTANCE, evidence) if is_answered else {}
        times = {"risk_sent_at": risk_sent_at, "at": accepted_at}
        part = {**times, **proof, **of.signed_by(), "written_at": now}
        return {"acceptance": part}, {**times, **proof}

    doing = asking(
        actor,
        where,
        now,
        request_id,
        dossier=dossier,
        risk_sent_at=risk_sent_at,
        accepted_at=accepted_at,
        evidence=evidence,
    )
    return write_part(dossier, Part.ACCEPTANCE, doing, make)


def record_consent(
    *,
    dossier: str,
    is_given: bool,
    consented_at: datetime | None,
    reference: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> DossierAnswer:
    """Record whether the patient consents, when, and where that is written. The sheet itself names the patient: it
    stays in the patient's file."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        if is_given and consented_at is None:
            raise invalid({"consented_at": "empty"})
        need_past(now, consented_at=consented_at)
        line = need_line("reference", reference, required=is_given)
        said = {"is_given": is_given, "at": consented_at, "reference": line}
        return {"consent": {**said, **of.signed_by(), "written_at": now}}, said

    doing = asking(
        actor,
        where,
        now,
        request_id,
        dossier=dossier,
        is_given=is_given,
        consented_at=consented_at,
        reference=reference,
    )
    return write_part(dossier, Part.CONSENT, doing, make)


def follow_up_dossier(
    *, dossier: str, text: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> DossierAnswer:
    """Add what became of the patient and the product, once it is decided (8,000 characters at most)."""

    def make(of: Writing) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        said = _statement(of, text)
        return {"follow_up": [*of.kept.rows("follow_up"), said]}, {"sha256": said["sha256"]}

    doing = asking(actor, where, now, request_id, dossier=dossier, text=text)
    return write_part(dossier, Part.FOLLOW_UP, doing, make)


__all__ = [
    "DossierAnswer",
    "Evidence",
    "Make",
    "change_supply",
    "follow_up_dossier",
    "name_criteria",
    "open_dossier",
    "record_acceptance",
    "record_consent",
    "record_request",
    "write_alternatives",
    "write_risk",
]
