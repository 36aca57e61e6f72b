"""Products, patients, orders and their aliases: where a COI id is born."""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from coi.events import Event
from coi.models import Alias, Patient, Product, Reconciliation
from coi.rules.aliases import AliasKind, RetireReason, key_of, wristband_of
from coi.rules.journey import OrderKind, Phase
from coi.rules.reconciliations import ReconciliationState
from coi.rules.requests import index_key
from coi.rules.vault import VaultKind
from coi.selectors.known import secret_index_key
from coi.services import numbers, vault
from coi.services.aliases import root_of
from coi.services.numbers import lock_value
from coi.services.recording import answered_once, facility_of, repeated, writing
from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.services import append
from people import selectors as people
from people.rules.documents import DocumentVersionView
from people.rules.qualifications import Work
from people.rules.rights import Right
from people.rules.variants import VariantFault, Wanted
from people.services import require
from people.services.recording import Doing, record

MAX_TEXT = 200


@dataclass(frozen=True)
class PatientDetails:
    """Who the patient is; goes to the vault and nowhere else."""

    family_name: str
    given_name: str
    born_on: date
    mrn: str


@dataclass(frozen=True)
class OrderSites:
    """Whose sites take part, by site code."""

    treating: str
    collection: str
    courier: str
    manufacturer: str


def create_product(
    *, code: str, name: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> UUID:
    """Add a therapy that can be ordered. Needs an administrator at the site of `where`."""
    _refuse_empty(code=code, name=name)
    require(actor=actor, right=Right.CREATE_PRODUCT, site=where.site, now=now)
    row = derive(request_id, "product")
    with writing():
        append(
            event=Event.PRODUCT_CREATED,
            stream="stock",
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={"product": code, "name": name},
            changes=[new("coi.product", row, code=code, name=name)],
            subjects=[Subject("product", code)],
        )
    return row


@answered_once
def enrol_patient_and_order(
    *,
    patient: PatientDetails,
    wristband: str,
    product: str,
    sites: OrderSites,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    kind: OrderKind = OrderKind.PATIENT,
    phase: Phase = Phase.COMMERCIAL,
) -> str:
    """Enrol a patient (or find one enrolled by the same MRN) and place the order: the COI id is issued here.

    The order pins the effective protocol of its product, and the specification that applies to the product in this
    phase and in the region of the treating site. The same `request_id` again answers with the same COI id. Raises
    NotAllowed, NotFound (product, protocol, site, no specification for this), Invalid, Conflict (wristband in use,
    several specifications, a site that is not qualified for orders).
    """
    _judge(patient, wristband)
    require(actor=actor, right=Right.ENROL_PATIENT_AND_ORDER, site=sites.treating, now=now)
    asked = _fingerprint(patient, wristband, product, sites, kind, phase)
    if earlier := repeated(request_id, Event.ORDER_PLACED, request=asked):
        return str(earlier.facts["coi_id"])
    _refuse_unknown_sites(sites)
    _refuse_unqualified(sites, now)
    pinned = _pinned(product, sites.treating, phase, now)
    facility = facility_of(sites.collection)
    doing = Doing(actor, where, now, request_id)
    with writing():
        person = _enrol(patient, sites.treating, doing)
        coi_id = numbers.new_coi_id(facility=facility, now=now)
        order = derive(request_id, "order")
        about = {"coi_id": coi_id, "kind": str(kind), "patient_id": person, "ordered_at": now}
        record(
            doing,
            event=Event.ORDER_PLACED,
            stream=f"journey:{coi_id}",
            facts={"coi_id": coi_id, "product": product, "kind": str(kind), "request": asked, **pinned.facts},
            changes=[
                new("coi.order", order, **about, **_site_columns(sites), **pinned.columns),
                *_wristband_rows(order, person, wristband, sites.treating, doing),
            ],
            subjects=[Subject("order", coi_id), Subject("patient", str(person))],
        )
    return coi_id


def _fingerprint(patient: PatientDetails, *asked: object) -> str:
    """What makes this order itself, as a keyed digest: personal data must not stand in the entry."""
    content = "\x1f".join(map(str, (*astuple(patient), *asked)))
    return index_key(secret_index_key(), "order", content)


def _refuse_unqualified(sites: OrderSites, now: datetime) -> None:
    """No order where a site that takes part lacks a programme that it needs for orders."""
    for site in sorted(set(astuple(sites))):
        missing = people.unmet_programmes(site, Work.ORDERS, now)
        if missing:
            raise Conflict("site_not_qualified", detail={"site": site, "programme": ", ".join(missing)})


@dataclass(frozen=True)
class _Pinned:
    """The versions that the order begins with and keeps."""

    columns: dict[str, object]
    facts: dict[str, object]


def _pinned(product: str, treating: str, phase: Phase, now: datetime) -> _Pinned:
    ordered = _product(product)
    protocol = people.effective_document("protocol", product, now)
    if protocol is None:
        raise NotFound("protocol_not_effective", detail={"product": product})
    site = people.site_by_code(treating)
    region = site.region if site is not None else ""
    specification = _specification(Wanted(product, region, str(phase)), now)
    facts: dict[str, object] = {
        "protocol": f"{protocol.code}/{protocol.version}",
        "protocol_sha256": protocol.digest,
    }
    facts |= {"phase": str(phase), "region": region}
    if specification is not None:
        facts["specification"] = f"{specification.code}/{specification.version}"
        facts["specification_sha256"] = specification.digest
    ids = {"protocol_id": protocol.id, "specification_id": specification.id if specification else None}
    return _Pinned(columns={"product_id": ordered.id, "phase": str(phase), **ids}, facts=facts)


def _specification(wanted: Wanted, now: datetime) -> DocumentVersionView | None:
    """The one that applies; None for a product that has none, and then nothing of it is ever released."""
    found = people.applicable_document("specification", wanted, now)
    about = {"product": wanted.product, "region": wanted.region, "phase": wanted.phase}
    if found is VariantFault.NONE:
        raise NotFound("specification_not_for_this", detail=about)
    if found is VariantFault.AMBIGUOUS:
        raise Conflict("specification_ambiguous", detail=about)
    return found if not isinstance(found, VariantFault) else None


def _site_columns(sites: OrderSites) -> dict[str, str]:
    return {
        "treating_site_id": sites.treating,
        "collection_site_id": sites.collection,
        "courier_site_id": sites.courier,
        "manufacturing_site_id": sites.manufacturer,
    }


def _wristband_rows(order: UUID, patient: UUID, wristband: str, site: str, doing: Doing) -> Iterator[Change]:
    """The wristband finds the journey by a keyed digest: its text is not stored.

    A patient who comes for a second course may wear the same number again: it leaves the first one, if that is closed.
    """
    key = key_of(secret_index_key(), AliasKind.WRISTBAND, site, wristband)
    rows = Alias.objects.filter(
        issuer__code=site, kind=AliasKind.WRISTBAND, value_key=key, retired_at__isnull=True
    )
    mine = Q(order__patient=patient) | Q(order__patient__merged_into=patient)
    for worn in rows.filter(mine, order__closed_at__isnull=False):
        yield put(
            "coi.alias",
            worn.id,
            retired_at=doing.now,
            retired_by_name=doing.actor.name,
            retire_reason=str(RetireReason.REPLACED),
        )
    yield new(
        "coi.alias",
        derive(doing.request_id, "wristband"),
        order_id=order,
        issuer_id=site,
        kind=str(AliasKind.WRISTBAND),
        value_key=key,
        added_at=doing.now,
        added_by_name=doing.actor.name,
    )


def _enrol(details: PatientDetails, site: str, doing: Doing) -> UUID:
    """The patient of this MRN at this site, enrolled now if new: a second course is a second order."""
    mrn_index = key_of(secret_index_key(), AliasKind.MRN, site, details.mrn)
    lock_value(mrn_index)
    known = patient_of_mrn(site, mrn_index)
    if known is not None:
        _refuse_another_person(known, details)
        return known
    row = derive(doing.request_id, "patient")
    digest = vault.keep_json(kind=VaultKind.PATIENT, id=row, content=details_json(details))
    record(
        replace(doing, request_id=derive(doing.request_id, "enrol")),
        event=Event.PATIENT_ENROLLED,
        stream=f"site:{site}",
        facts={"patient": row, "identity_sha256": digest},
        changes=[new("coi.patient", row, treating_site_id=site, mrn_index=mrn_index, enrolled_at=doing.now)],
        subjects=[Subject("patient", str(row))],
    )
    return row


def details_json(details: PatientDetails) -> dict[str, str]:
    """The details as the vault keeps them."""
    return {
        "family_name": details.family_name,
        "given_name": details.given_name,
        "born_on": details.born_on.isoformat(),
        "mrn": details.mrn,
    }


def patient_of_mrn(site: str, mrn_index: str) -> UUID | None:
    """The patient whose number at the site this is, or was; of two that were merged the one that was kept."""
    enrolled = Patient.objects.filter(treating_site__code=site, mrn_index=mrn_index).values_list(
        "id", flat=True
    )
    known = Alias.objects.filter(
        issuer__code=site,
        kind=AliasKind.MRN,
        value_key=mrn_index,
        retired_at__isnull=True,
        patient__treating_site__code=site,
    ).values_list("patient", flat=True)
    found = enrolled.first() or known.first()
    return root_of(found) if found is not None else None


def _refuse_another_person(patient: UUID, details: PatientDetails) -> None:
    """One MRN under two names is a slip in one of them: an order for somebody else's cells must not come of it."""
    asked = Q(patient=patient) | Q(give_up=patient)
    if Reconciliation.objects.filter(asked, state=ReconciliationState.OPEN).exists():
        raise Conflict("reconciliation_open")
    kept = vault.opened(kind=VaultKind.PATIENT, id=vault.identity_of(patient))
    given = (details.family_name, details.given_name, details.born_on.isoformat())
    known = (kept["family_name"], kept["given_name"], kept["born_on"])
    if [text.strip().casefold() for text in given] != [text.strip().casefold() for text in known]:
        raise Conflict("mrn_of_another_patient")


def _refuse_unknown_sites(sites: OrderSites) -> None:
    for code in sorted(set(astuple(sites))):
        if people.site_by_code(code) is None:
            raise NotFound("site_unknown", detail={"site": code})


def _product(code: str) -> Product:
    found = Product.objects.filter(code=code).first()
    if found is None:
        raise NotFound("product_unknown", detail={"product": code})
    return found


def judge_details(patient: PatientDetails) -> None:
    """Invalid where a name or number is missing or too long."""
    _refuse_empty(family_name=patient.family_name, given_name=patient.given_name, mrn=patient.mrn)


def _judge(patient: PatientDetails, wristband: str) -> None:
    judge_details(patient)
    if wristband_of(wristband) is None:
        raise Invalid("fields_invalid", detail={"fields": {"wristband": "not_a_wristband_code"}})


def _refuse_empty(**texts: str) -> None:
    wrong: Mapping[str, str] = {
        name: "text_required" if not text.strip() else "too_long"
        for name, text in texts.items()
        if not text.strip() or len(text) > MAX_TEXT or "\x00" in text
    }
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": dict(wrong)})
