"""Faults in requests, and the code with which each is refused."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from coi import services as coi
from coi.models import Collection, Order, Vault
from coi.rules.outcome import RefusalCode
from coi.rules.reconciliations import ReconciliationKind
from coi.rules.stock import StockStatus
from coi.rules.vault import VaultKind, unseal
from config.demonstration import story
from config.demonstration.site import HOSPITAL, PLANT, PRODUCT
from people import models as people_models
from people import services as people
from people.rules import codes
from people.rules.qualifications import Work
from tests import given
from tests.coi.scan_requests import (
    Request,
    bedside,
    identifying,
    infusing,
    labelling,
    second_nurse,
    second_operator,
    shipping,
    starting,
    thawed,
    vector,
)
from tests.flows import making
from tests.furnished import Journeys

Code = RefusalCode


Fault = Callable[[Journeys, Request], object]


@dataclass(frozen=True)
class Case:
    """A code, a request, and what is wrong. A `cure` says that the request is refused until that is done."""

    code: RefusalCode
    request: Callable[[Journeys], Request]
    fault: Fault
    is_cure: bool = False
    why: str = ""


def other(position: int, take: Callable[[Journeys], str]) -> Fault:
    """Another barcode in place of one."""

    def fault(j: Journeys, r: Request) -> None:
        r.barcodes[position] = take(j)

    return fault


def also(barcode: str) -> Fault:
    """One barcode more."""
    return lambda j, r: r.barcodes.append(barcode)


def by(name: str) -> Fault:
    """Somebody else's request."""

    def fault(j: Journeys, r: Request) -> None:
        r.who = j.demo.member(name)
        r.pin = r.who.pin if r.pin else ""

    return fault


def later(**span: float) -> Fault:
    """The same after a while."""
    return lambda j, r: r.player.wait(**span)


def said(**values: Any) -> Fault:
    """Something else is said."""

    def fault(j: Journeys, r: Request) -> None:
        for name, value in values.items():
            setattr(r, name, value)

    return fault


def neighbour_is_here(j: Journeys, r: Request) -> None:
    """The patient of the next bed was begun at this place, and no line clearance followed."""
    p = j.neighbour
    p.scan(r.station, j.demo.member("Ines"), p.order_code, p.wristband, step="patient_ready")


def reprinted(j: Journeys, r: Request) -> None:
    """The label on the culture was replaced and the new one scanned back; somebody scans the old one."""
    new = given.a_reprint(r.player, r.barcodes[0], "Alice")
    story._two(r.player, "label_culture", [new])


def reprinted_only(j: Journeys, r: Request) -> None:
    """The new label is on the bench, not yet scanned back."""
    r.barcodes[0] = given.a_reprint(r.player, r.barcodes[0], "Alice")


def order_is(**values: Any) -> Fault:
    """Written past the services, which know no way there (or a long one)."""
    return lambda j, r: Order.objects.filter(coi_id=r.player.coi_id).update(**values)


def held(kind: str) -> Fault:
    """Quality holds a container of the journey."""
    return lambda j, r: given.a_hold(r.player, r.player.containers(kind)[0].code)


def closed_out(j: Journeys, r: Request) -> None:
    """The bag was closed out, and lies about."""
    values = {"fate": "retained"}
    r.player.do("close", "NLAB", j.demo.member("Lena"), [r.player.label("product_bag")], values=values)


def blocked_lot(j: Journeys, r: Request) -> None:
    about = given.doing(r.player, "Bob")
    coi.set_lot_status(code=r.barcodes[1], status=StockStatus.BLOCKED, reason="recall", **about)


def blocked_device(j: Journeys, r: Request) -> None:
    about = given.doing(r.player, "Bob")
    coi.set_equipment_status(code=r.barcodes[2], status=StockStatus.BLOCKED, reason="alarm", **about)


SUPPLIED = "]d201095060001343521728123110LOT42A\x1d21BAG01"


def run_together(j: Journeys, r: Request) -> None:
    """The supplier's own label of an approved lot, from a scanner that drops separators."""
    about = {"material": "vector", "lot_no": "LOT42A", "site": PLANT, "supplier_label": SUPPLIED.encode()}
    expires = datetime(2028, 12, 31, 22, 59, 59, tzinfo=UTC)
    code = codes.make("M", "SUPPLIED")
    coi.receive_lot(code=code, expires_at=expires, **about, **given.doing(r.player, "Alice"))
    r.barcodes[1] = SUPPLIED.replace("\x1d", "")


def identity_asked(j: Journeys, r: Request) -> None:
    """The coordinator asks to change the patient's name."""
    details = coi.PatientDetails("Married", "Synthia", given.BORN, "MRN0000007")
    coi.change_patient_details(
        coi_id=r.player.coi_id,
        details=details,
        kind=ReconciliationKind.CHANGE,
        reason="seen",
        **given.doing(r.player, "Olga", HOSPITAL),
    )


def asked_by_the_protocol(content: Callable[[], dict[str, Any]]) -> Fault:
    """The order pinned another protocol."""

    def fault(j: Journeys, r: Request) -> None:
        version = given.in_effect(r.player, "protocol", PRODUCT, content())
        Order.objects.filter(coi_id=r.player.coi_id).update(protocol=version)

    return fault


def accepted_material() -> dict[str, Any]:
    """The bedside check asks whether the starting material was accepted."""
    return given.a_protocol(bedside={"guards": ["released", "infusible", "accepted_material"]})


def number_of_a_tube(j: Journeys, r: Request) -> None:
    """The donation number, with the flags of a test tube."""
    r.barcodes.append(f"={Collection.objects.get(order__coi_id=r.player.coi_id).din}07")


def stopped_before(j: Journeys, r: Request) -> None:
    """A wrong bag was shown here a moment ago."""
    r.player.scan(r.station, r.who, r.player.wristband, j.neighbour.label("product_bag"), step="bedside")


def badge_revoked(j: Journeys, r: Request) -> None:
    people.revoke_badge(code=r.who.badge, reason="lost", **given.doing(r.player, "Ada"))


def badge_unknown(j: Journeys, r: Request) -> None:
    r.who = replace(r.who, badge=codes.make("B", "NOBODY"))


def role_revoked(j: Journeys, r: Request) -> None:
    grants = people_models.Grant.objects.filter(user_id=r.who.user_id)
    for grant in grants:
        people.revoke_role(grant_id=str(grant.pk), reason="left", **given.doing(r.player, "Ada"))


def programme_needed(j: Journeys, r: Request) -> None:
    """The hospital's qualification ended as the nurse came."""
    about = {"site": HOSPITAL, "programme": "REMS"}
    admin = given.doing(r.player, "Ada")
    people.require_programme(**about, work=Work.INFUSION, **admin)
    window = {
        "valid_from": r.player.now - timedelta(days=9),
        "valid_until": r.player.now - timedelta(minutes=1),
    }
    people.record_site_qualification(**about, **window, **given.doing(r.player, "Ada"))


def first_unfinished(j: Journeys, r: Request) -> None:
    """The first nurse has scanned the wristband alone."""
    first = j.demo.member("Ines")
    r.player.scan("NBED", first, codes.make("C", "CANCEL"), check=r.check)
    r.check = r.player.scan("NBED", first, r.player.wristband, step="bedside")["check"]


def another_began(j: Journeys, r: Request) -> None:
    """A third person has begun to scan as the witness."""
    r.player.scan("NBED", j.demo.member("Lena"), r.player.wristband, check=r.check)


def cancelled(j: Journeys, r: Request) -> None:
    r.player.scan("NBED", j.demo.member("Ines"), codes.make("C", "CANCEL"), check=r.check)


def done_before(j: Journeys, r: Request) -> None:
    story.bedside(r.player)


def card_failed(j: Journeys, r: Request) -> None:
    """The test card was scanned here a moment ago, and the separator did not come."""
    given.a_card(r.player, r.station, r.who, lambda sent: sent.replace("\x1d", ""))


def witnessed(j: Journeys, r: Request) -> None:
    """The second person of the thaw scans."""
    r.player.scan("NLAB", j.demo.member("Luca"), r.player.label("product_bag"), step="thaw")


CASES = (
    Case(Code.IDENTITY_MISMATCH, bedside, other(1, lambda j: j.neighbour.label("product_bag"))),
    Case(Code.IDENTITY_MISMATCH, bedside, other(0, lambda j: j.neighbour.wristband)),
    Case(Code.IDENTITY_MISMATCH, second_nurse, other(1, lambda j: j.neighbour.label("product_bag"))),
    Case(Code.IDENTITY_MISMATCH, second_nurse, other(0, lambda j: j.neighbour.wristband)),
    Case(Code.IDENTITY_MISMATCH, identifying, other(0, lambda j: j.neighbour.order_code)),
    Case(Code.IDENTITY_MISMATCH, identifying, other(1, lambda j: j.neighbour.wristband)),
    Case(Code.IDENTITY_MISMATCH, labelling, other(1, lambda j: j.labelled.label("apheresis_bag"))),
    Case(Code.IDENTITY_MISMATCH, second_operator, other(0, lambda j: j.bedside.label("culture"))),
    Case(Code.WRONG_CONTAINER, second_nurse, other(1, lambda j: j.bedside.label("product_bag", 1))),
    Case(Code.PLACE_OCCUPIED, bedside, neighbour_is_here),
    Case(Code.LABEL_VOID, vector, reprinted),
    Case(Code.NOT_INFUSIBLE, bedside, order_is(kind="engineering")),
    Case(Code.NOT_RELEASED, shipping, lambda j, r: given.release(r.player), is_cure=True),
    Case(Code.MATERIAL_NOT_ACCEPTED, bedside, asked_by_the_protocol(accepted_material), why="pending"),
    Case(
        Code.COMPONENT_MISSING,
        bedside,
        asked_by_the_protocol(lambda: making.two_components(("bedside",))),
        why="CD8, CD4",
    ),
    Case(Code.ON_HOLD, bedside, held("product_bag")),
    Case(Code.ON_HOLD, bedside, held("harvest")),
    Case(Code.ON_HOLD, second_nurse, held("apheresis_bag")),
    Case(Code.EXPIRED, vector, later(days=15)),
    Case(Code.HOLD_TIME_PASSED, bedside, later(minutes=151)),
    Case(Code.ALREADY_USED, bedside, closed_out),
    Case(Code.CUSTODY_ELSEWHERE, starting, lambda j, r: story.receive_collection(r.player), is_cure=True),
    Case(Code.LOT_NOT_USABLE, vector, blocked_lot),
    Case(Code.LOT_NOT_USABLE, vector, lambda j, r: r.player.wait(days=901)),
    Case(Code.EQUIPMENT_NOT_USABLE, vector, blocked_device),
    Case(Code.STOP_NOT_CLEARED, bedside, stopped_before),
    Case(Code.BADGE_NOT_VALID, bedside, badge_revoked, why="revoked"),
    Case(Code.BADGE_NOT_VALID, bedside, badge_unknown, why="unknown"),
    Case(Code.NO_ROLE, bedside, by("Dave")),
    Case(Code.NO_ROLE, bedside, by("Eva")),
    Case(Code.NO_ROLE, bedside, role_revoked),
    Case(Code.NOT_TRAINED, labelling, by("Elio")),
    Case(Code.NOT_TRAINED, bedside, later(days=800)),
    Case(Code.WITNESS_SAME_PERSON, second_nurse, by("Ines")),
    Case(Code.WITNESS_NOT_INDEPENDENT, second_nurse, first_unfinished, why="first_not_finished"),
    Case(Code.WITNESS_NOT_INDEPENDENT, second_nurse, another_began, why="another_witness"),
    Case(Code.WITNESS_NOT_INDEPENDENT, second_nurse, later(seconds=-3.5), why="too_soon"),
    Case(Code.WITNESS_MISSING, thawed, witnessed, is_cure=True),
    Case(Code.SITE_NOT_QUALIFIED, bedside, programme_needed, why="REMS"),
    Case(Code.WRONG_SITE, bedside, said(station="SBED")),
    Case(Code.WRONG_STATION, bedside, said(station="NLAB")),
    Case(Code.SCANNER_NOT_QUALIFIED, bedside, card_failed, why="scanner_unproved"),
    Case(Code.SCANNER_NOT_QUALIFIED, identifying, later(days=91), why="scanner_overdue"),
    Case(Code.OUT_OF_SEQUENCE, infusing, lambda j, r: story.bedside(r.player), is_cure=True),
    Case(Code.JOURNEY_CLOSED, bedside, order_is(closed_at=given.START)),
    Case(Code.LABEL_NOT_APPLIED, vector, reprinted_only),
    Case(Code.ALREADY_DONE, bedside, done_before),
    Case(Code.CHECK_CLOSED, second_nurse, cancelled, why="abandoned"),
    Case(Code.CHECK_CLOSED, bedside, said(check=str(uuid4())), why="unknown"),
    Case(Code.PIN_NOT_VALID, bedside, said(pin="0000")),
    Case(Code.VALUE_NOT_VALID, vector, said(values={"moi": "99"}), why="too_high"),
    Case(Code.VALUE_NOT_VALID, second_nurse, said(values={"moi": "3"}), why="not_this_person"),
    Case(Code.STEP_UNKNOWN, bedside, said(step="dance")),
    Case(Code.ELEMENT_MISSING, vector, run_together, why="21"),
    Case(Code.IDENTITY_IN_QUESTION, bedside, identity_asked),
    Case(Code.WRONG_FLAG, bedside, number_of_a_tube, why="07"),
    Case(Code.LABEL_EXPIRED, bedside, also("&>0200011200"), why="2020-01-01 12:00"),
    Case(Code.DIVISION_MISSING, bedside, also("=<S1295499")),
    Case(Code.WRONG_KIND, bedside, also("=<S12954A0"), why="product"),
    Case(Code.WRONG_KIND, bedside, lambda j, r: r.barcodes.append(j.demo.lots["vector", PLANT])),
    Case(Code.WRONG_KIND, vector, other(0, lambda j: j.cultured.label("apheresis_bag"))),
    Case(Code.DUPLICATE_SCAN, bedside, lambda j, r: r.barcodes.append(r.barcodes[0])),
    Case(Code.UNKNOWN_CODE, bedside, also(codes.make("L", "NOBODY"))),
    Case(Code.UNKNOWN_CODE, bedside, also(codes.make("B", "000001"))),
    Case(Code.UNREADABLE, bedside, also("hello\x00")),
    Case(Code.UNREADABLE, bedside, also("")),
)


def raw_of(scan_id: UUID, digest: str) -> list[str]:
    """The barcodes of a scan, out of the vault; only if they give the digest that the entry holds."""
    sealed = bytes(Vault.objects.get(id=scan_id).ciphertext)
    key = b64decode(settings.VAULT_KEY)
    opened = unseal(sealed, key=key, context=f"{VaultKind.SCAN}:{scan_id}")
    assert opened is not None
    assert opened[1] == digest
    return [bytes.fromhex(text).decode("utf-8", "surrogatepass") for text in json.loads(opened[0])]
