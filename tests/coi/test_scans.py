"""Every interlock over the real database: a request that is accepted, one fault, the coded refusal and its entry."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction

from coi import services as coi
from coi.events import Event
from coi.models import (
    Check,
    Collection,
    Container,
    Deviation,
    Hold,
    LabelCopy,
    Order,
    Scan,
    StepRecord,
    Vault,
)
from coi.rules.outcome import NEAR_MISSES, STOPS, RefusalCode
from coi.rules.reconciliations import ReconciliationKind
from coi.rules.requests import ScanRequest
from coi.rules.stock import StockStatus
from coi.rules.vault import VaultKind, unseal
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, PRODUCT, Member
from ledger import selectors as ledger
from ledger.rules import Subject
from ledger.rules.errors import Conflict
from people import models as people_models
from people import services as people
from people.rules import codes
from tests import given
from tests.flows import making
from tests.furnished import Journeys

Code = RefusalCode


@dataclass
class Request:
    """One request of one person, which a fault may change before it is made."""

    player: Player
    station: str
    who: Member
    barcodes: list[str]
    step: str = ""
    check: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    pin: str = ""

    def make(self) -> dict[str, Any]:
        """Make it."""
        return self.player.scan(
            self.station,
            self.who,
            *self.barcodes,
            step=self.step,
            check=self.check,
            values=self.values,
            pin=self.pin,
        )


# -- requests that are accepted ---------------------------------------------------------------------------------------


def bedside(j: Journeys) -> Request:
    """The first nurse: wristband, bag, PIN."""
    p, nurse = j.bedside, j.demo.member("Ines")
    return Request(p, "NBED", nurse, [p.wristband, p.label("product_bag")], "bedside", pin=nurse.pin)


def second_nurse(j: Journeys) -> Request:
    """The second nurse, the same."""
    first, other = bedside(j), j.demo.member("Ivan")
    return replace(first, who=other, check=first.make()["check"], pin=other.pin)


def vector(j: Journeys) -> Request:
    """The first operator adds the vector to a culture."""
    p = j.cultured
    barcodes = [p.label("culture"), j.demo.lots["vector", PLANT], j.demo.devices["incubator", PLANT]]
    return Request(p, "HOOD", j.demo.member("Alice"), barcodes, "transduce", values={"moi": "3.0"})


def second_operator(j: Journeys) -> Request:
    """The second operator scans culture and vector again."""
    first = vector(j)
    check = first.make()["check"]
    return replace(first, who=j.demo.member("Amir"), check=check, values={}, barcodes=first.barcodes[:2])


def labelling(j: Journeys) -> Request:
    """The second person at the chair, a nurse who is trained in apheresis."""
    p = j.chair
    first = Request(
        p, "SCHAIR", j.demo.member("Sara"), [p.wristband, p.label("apheresis_bag")], "label_collection"
    )
    return replace(first, who=j.demo.member("Eva"), check=first.make()["check"])


def identifying(j: Journeys) -> Request:
    """Order and wristband of the one who is to be collected."""
    p = j.fresh
    return Request(p, "NCHAIR", j.demo.member("Nora"), [p.order_code, p.wristband], "identify")


def shipping(j: Journeys) -> Request:
    """Both bags and the shipper, at the dock."""
    p = j.filled
    barcodes = [bag.label for bag in p.containers("product_bag")]
    return Request(p, "DOCK", j.demo.member("Alice"), [*barcodes, j.demo.shippers[1]], "ship")


def starting(j: Journeys) -> Request:
    """The batch is to be started from the collection."""
    p = j.labelled
    story.send_collection(p)
    return Request(p, "HOOD", j.demo.member("Alice"), [p.label("apheresis_bag")], "start_batch")


def infusing(j: Journeys) -> Request:
    """The infusion is to begin."""
    p = j.bedside
    return Request(p, "NBED", j.demo.member("Ines"), [p.wristband, p.label("product_bag")], "infuse_start")


def thawed(j: Journeys) -> Request:
    """The bedside check while the second person of the thaw is still awaited."""
    p, lab = j.ready, j.demo.member("Lena")
    device = j.demo.devices["thaw_device", p.site]
    p.scan("NLAB", lab, p.label("product_bag"), device, step="thaw")
    nurse = j.demo.member("Ines")
    return Request(p, "NBED", nurse, [p.wristband, p.label("product_bag")], "bedside", pin=nurse.pin)


# -- faults -----------------------------------------------------------------------------------------------------------

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


def named(case: Case) -> str:
    return f"{case.code}-{case.request.__name__}"


def state() -> dict[str, Any]:
    """What a refusal must leave as it was."""
    return {
        "containers": list(Container.objects.order_by("id").values()),
        "copies": list(LabelCopy.objects.order_by("id").values()),
        "steps": list(StepRecord.objects.order_by("id").values()),
        "closed": list(Order.objects.order_by("id").values()),
        "checks": list(Check.objects.exclude(state="stopped").order_by("id").values("id", "scans", "values")),
    }


def tried(request: Request) -> dict[str, Any]:
    """The answer, as if it had not been asked for."""
    before = request.player.now
    with transaction.atomic():
        answer = request.make()
        transaction.set_rollback(True)
    request.player.now = before
    return answer


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_fault_is_refused_and_recorded(journeys: Journeys, case: Case) -> None:
    request = case.request(journeys)
    if not case.is_cure:
        assert tried(request)["refusals"] == []
        case.fault(journeys, request)
    before = state()
    answer = request.make()
    codes_ = [refusal["code"] for refusal in answer["refusals"]]
    assert case.code in codes_
    assert case.why in ("", *[str(v) for r in answer["refusals"] for v in r["params"].values()])
    assert codes_ == sorted(codes_, key=list(Code).index)
    assert state() == before
    _entry_tells(answer, request)
    if case.is_cure:
        _clear_all(request, journeys)
        case.fault(journeys, request)
        assert request.make()["refusals"] == []


def _clear_all(request: Request, j: Journeys) -> None:
    for stop in Check.objects.filter(state="stopped", cleared_at__isnull=True):
        who = j.demo.member("Amir" if request.station in ("DOCK", "HOOD") else "Ivan")
        given.cleared(request.player, request.station, str(stop.id), who)


def _entry_tells(answer: dict[str, Any], request: Request) -> None:
    """One entry, with the event, the reasons and the subjects; one row; the raw text behind its digest."""
    scan_id = UUID(answer["scan_id"])
    entry = ledger.entry_for_request(scan_id)
    assert entry is not None
    is_unreadable = {r["code"] for r in answer["refusals"]} == {Code.UNREADABLE}
    assert entry.event == (Event.SCAN_UNREADABLE if is_unreadable else Event.SCAN_REFUSED)
    assert entry.occurred_at == request.player.now
    facts = entry.facts
    assert facts["refusals"] == answer["refusals"]
    stops = [r for r in answer["refusals"] if r["code"] in STOPS]
    assert [r["kind"] == "stop" for r in answer["refusals"]] == [r in stops for r in answer["refusals"]]
    assert facts["is_near_miss"] is any(r["code"] in NEAR_MISSES for r in answer["refusals"])
    row = Scan.objects.get(id=scan_id)
    assert (row.is_stop, row.is_near_miss) == (bool(stops), facts["is_near_miss"])
    assert row.answer == answer
    assert raw_of(scan_id, facts["raw_sha256"]) == request.barcodes
    if stops:
        assert Check.objects.get(id=answer["check"]).state == "stopped"
        assert answer["next"]["need"] == "clearance"


def raw_of(scan_id: UUID, digest: str) -> list[str]:
    """The barcodes of a scan, out of the vault; only if they give the digest that the entry holds."""
    sealed = bytes(Vault.objects.get(id=scan_id).ciphertext)
    key = b64decode(settings.VAULT_KEY)
    opened = unseal(sealed, key=key, context=f"{VaultKind.SCAN}:{scan_id}")
    assert opened is not None
    assert opened[1] == digest
    return [bytes.fromhex(text).decode("utf-8", "surrogatepass") for text in json.loads(opened[0])]


def test_no_code_is_without_a_case() -> None:
    elsewhere = {Code.CHECKS_OPEN}  # tests/coi/test_clearance.py
    assert {case.code for case in CASES} == set(Code) - elsewhere


def test_every_fault_is_told_most_severe_first(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes[1] = journeys.neighbour.label("product_bag")
    r.barcodes += [r.barcodes[1], journeys.demo.lots["vector", PLANT], codes.make("L", "NOBODY"), "?"]
    given.a_hold(r.player, journeys.neighbour.containers("product_bag")[0].code)
    neighbour_is_here(journeys, r)
    r.who, r.pin, r.values = journeys.demo.member("Dave"), "0000", {"dose": "1"}
    found = [refusal["code"] for refusal in r.make()["refusals"]]
    assert found == [
        Code.IDENTITY_MISMATCH,
        Code.PLACE_OCCUPIED,
        Code.LOT_NOT_USABLE,
        Code.NO_ROLE,
        Code.NOT_TRAINED,
        Code.PIN_NOT_VALID,
        Code.VALUE_NOT_VALID,
        Code.WRONG_KIND,
        Code.DUPLICATE_SCAN,
        Code.UNKNOWN_CODE,
        Code.UNREADABLE,
    ]


# -- the ledger's side ------------------------------------------------------------------------------------------------


def sent(j: Journeys, *barcodes: bytes, **more: Any) -> tuple[ScanRequest, dict[str, Any]]:
    """A request as a door makes it, and its answer."""
    scan_id = more.pop("scan_id", uuid4())
    now = more.pop("now", j.bedside.now)
    badge = more.pop("badge", j.demo.member("Ines").badge).encode()
    token = j.demo.tokens[more.pop("station", "NBED")]
    scan = ScanRequest(scan_id=scan_id, token=token, badge=badge, barcodes=barcodes, **more)
    return scan, coi.record_scan(scan=scan, now=now)


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"=A99992600000100\n", b"V" * 4097, bytes(range(256))]
)
def test_whatever_is_scanned_is_kept_byte_for_byte(journeys: Journeys, raw: bytes) -> None:
    scan, answer = sent(journeys, raw)
    assert answer["outcome"] == "unreadable"
    entry = ledger.entry_for_request(scan.scan_id)
    assert entry is not None
    assert entry.stream.startswith("station:")  # it finds no journey
    sealed = bytes(Vault.objects.get(id=scan.scan_id).ciphertext)
    opened = unseal(sealed, key=b64decode(settings.VAULT_KEY), context=f"{VaultKind.SCAN}:{scan.scan_id}")
    assert opened is not None
    assert opened[1] == entry.facts["raw_sha256"]
    assert json.loads(opened[0]) == [raw.hex()]


def test_the_raw_text_is_nowhere_in_the_ledger(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes.append("SMITH^JOHN^1970")
    entry = ledger.entry_for_request(UUID(r.make()["scan_id"]))
    assert entry is not None
    for text in ("SMITH", r.player.wristband):
        assert text.encode() not in entry.body


def test_a_mismatch_stands_in_both_journeys(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes[1] = journeys.neighbour.label("product_bag")
    entry = ledger.entry_for_request(UUID(r.make()["scan_id"]))
    assert entry is not None
    subjects = ledger.subjects_of([entry.id])[entry.id]
    wrong = str(Container.objects.get(labelcopy__code=r.barcodes[1]).id)
    assert {
        Subject("order", journeys.bedside.coi_id),
        Subject("order", journeys.neighbour.coi_id),
        Subject("container", wrong),
    } <= set(subjects)
    assert entry.stream == f"journey:{journeys.bedside.coi_id}"


def test_the_same_scan_again_gets_the_same_answer_and_writes_nothing(journeys: Journeys) -> None:
    p = journeys.bedside
    raw = (p.wristband.encode(), p.label("product_bag").encode())
    scan, answer = sent(journeys, *raw, step="bedside")
    entries = len(ledger.latest_entries(limit=5000))
    again = coi.record_scan(scan=scan, now=p.now + timedelta(days=3))
    assert again == answer
    assert len(ledger.latest_entries(limit=5000)) == entries
    assert Scan.objects.filter(id=scan.scan_id).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"barcodes": ()},
        {"step": "thaw"},
        {"pin": "1"},
        {"badge": b"VB"},
        {"check": uuid4()},
        {"values": {"weight": "70"}},
    ],
)
def test_the_same_id_with_another_body_is_a_conflict(journeys: Journeys, change: dict[str, Any]) -> None:
    scan, _ = sent(journeys, journeys.bedside.wristband.encode(), step="bedside")
    with pytest.raises(Conflict, match="scan_id_used"):
        coi.record_scan(scan=replace(scan, **change), now=journeys.bedside.now)


def test_a_trigger_pulled_twice_is_a_repeat_and_no_refusal(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes[1] = journeys.neighbour.label("product_bag")
    raw = tuple(code.encode() for code in r.barcodes)
    _, answer = sent(journeys, *raw, step="bedside")
    deviations = Deviation.objects.count()
    now = r.player.now + timedelta(seconds=2.9)
    scan, again = sent(journeys, *raw, step="bedside", now=now)
    assert again == answer | {"scan_id": str(scan.scan_id), "is_repeat": True}
    assert Deviation.objects.count() == deviations
    entry = ledger.entry_for_request(scan.scan_id)
    assert entry is not None
    assert (entry.event, entry.facts["repeats"]) == (Event.SCAN_REPEATED, answer["scan_id"])
    # the moments run from the scan that was decided, not from its echo
    _, later_ = sent(journeys, *raw, step="bedside", now=now + timedelta(seconds=2.9))
    assert "is_repeat" not in later_
    assert Code.STOP_NOT_CLEARED in [refusal["code"] for refusal in later_["refusals"]]


def test_an_outsider_stops_nobodys_check(journeys: Journeys) -> None:
    """A station of another hospital names a check that is open here: it is stopped itself, the check goes on."""
    r = second_nurse(journeys)
    p = r.player
    wrong = journeys.neighbour.label("product_bag")
    answer = p.scan("SBED", journeys.demo.member("Eva"), wrong, check=r.check)
    found = [refusal["code"] for refusal in answer["refusals"]]
    assert {Code.IDENTITY_MISMATCH, Code.WRONG_SITE} <= set(found)
    assert Check.objects.get(id=r.check).state == "open"
    assert r.make()["outcome"] == "accepted"


def test_after_the_moment_it_is_already_done_by_somebody(journeys: Journeys) -> None:
    story.bedside(journeys.bedside)
    r = infusing(journeys)
    assert r.make()["outcome"] == "accepted"
    done_at = r.player.now
    r.who = journeys.demo.member("Ivan")
    (refusal,) = r.make()["refusals"]
    assert refusal["code"] == Code.ALREADY_DONE
    assert refusal["params"]["by"] == "Ines Ito"
    assert refusal["params"]["at"] == done_at.isoformat()
    assert refusal["kind"] == "hint"


@pytest.mark.parametrize("first", [{"pin": "0000"}, {"values": {"moi": "99"}}])
def test_what_was_put_right_within_the_moment_is_no_repeat(journeys: Journeys, first: dict[str, Any]) -> None:
    r = bedside(journeys) if "pin" in first else vector(journeys)
    raw = tuple(code.encode() for code in r.barcodes)
    about = {"station": r.station, "badge": r.who.badge, "step": r.step}
    right = {"pin": r.pin, "values": r.values}
    now = r.player.now + timedelta(seconds=4)
    _, wrong = sent(journeys, *raw, now=now, **about, **right | first)
    assert wrong["outcome"] == "refused"
    _, answer = sent(journeys, *raw, now=now + timedelta(seconds=1), **about, **right)
    assert (answer["outcome"], answer["next"]["need"]) == ("incomplete", "witness")


def test_two_cancels_within_the_moment_are_two(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.demo.member("Ines").badge
    first = p.scan("NBED", journeys.demo.member("Ines"), p.wristband, step="bedside")["check"]
    second = p.scan("NBED", journeys.demo.member("Ivan"), p.wristband, step="infuse_start")["check"]
    raw = codes.make("C", "CANCEL").encode()
    for check, seconds in ((first, 0), (second, 1), (second, 2)):
        _, answer = sent(
            journeys, raw, badge=nurse, check=UUID(check), now=p.now + timedelta(seconds=5 + seconds)
        )
        assert answer["outcome"] == "accepted"
    assert answer["is_repeat"]
    assert set(Check.objects.filter(id__in=[first, second]).values_list("state", flat=True)) == {"abandoned"}


def test_an_entry_says_how_somebody_was_known(journeys: Journeys) -> None:
    """Only a PIN that was right is one that was shown."""
    r = bedside(journeys)
    found = []
    for pin in ("0000", "", r.who.pin):
        r.pin = pin
        entry = ledger.entry_for_request(UUID(r.make()["scan_id"]))
        assert entry is not None
        found.append(entry.auth_method)
    assert found == ["badge", "badge", "badge_pin"]


def test_a_request_without_barcodes_begins_nothing(journeys: Journeys) -> None:
    _, answer = sent(journeys)
    assert answer["outcome"] == "refused"
    assert [refusal["code"] for refusal in answer["refusals"]] == [Code.STEP_UNKNOWN]
    assert answer["check"] is None


def test_the_pin_alone_finishes_a_part_in_which_all_was_scanned(journeys: Journeys) -> None:
    r = bedside(journeys)
    pin, r.pin = r.pin, ""
    answer = r.make()
    assert answer["next"]["need"] == "pin"
    finished = replace(r, barcodes=[], check=answer["check"], pin=pin, step="").make()
    assert (finished["outcome"], finished["next"]["need"]) == ("incomplete", "witness")
    # and not by somebody else's PIN
    other_ = replace(r, who=journeys.demo.member("Ivan"), barcodes=[], check=answer["check"], pin="0000")
    assert other_.make()["outcome"] == "refused"


def test_a_stop_names_what_is_wrong_and_the_right_bag_goes_on(journeys: Journeys) -> None:
    r = bedside(journeys)
    right, wrong = r.barcodes[1], journeys.neighbour.label("product_bag")
    first = r.make()  # the right bag, first person: a check is open
    second = replace(r, who=journeys.demo.member("Ivan"), barcodes=[r.barcodes[0], wrong], pin="7420")
    answer = replace(second, check=first["check"], pin="").make()
    deviation = Deviation.objects.get(code=answer["deviation"])
    wrong_id = str(Container.objects.get(labelcopy__code=wrong).id)
    assert (deviation.grade, deviation.trigger) == ("critical", Code.IDENTITY_MISMATCH)
    assert deviation.containers == [wrong_id]
    assert [str(hold.container_id) for hold in Hold.objects.filter(deviation=deviation)] == [wrong_id]
    given.cleared(r.player, "NBED", answer["check"], journeys.demo.member("Ines"))
    r.barcodes[1] = right
    story.bedside(r.player)  # all anew, by two people, and accepted
    # the wrong one is held, also where it would be right
    p = journeys.neighbour
    p.now = r.player.now
    p.scan("NBED", journeys.demo.member("Ines"), story.CLEAR)
    refused = p.scan("NBED", journeys.demo.member("Ines"), p.wristband, wrong, step="bedside")
    assert [refusal["code"] for refusal in refused["refusals"]] == [Code.ON_HOLD]
