"""What was read reaches the decision: messages, symbology identifiers, staff and patients' numbers, suppliers' labels,
and codes that were typed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from coi import services as coi
from coi.models import Alias, Collection, Deviation, LabelCopy, MaterialLot, Scan
from coi.rules.outcome import RefusalCode
from coi.rules.requests import MAX_READINGS, KeyedReason, ScanRequest
from coi.rules.stock import StockStatus
from coi.selectors.labels import label_copy_by_id
from coi.services.printing.content import label_of
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.errors import Conflict, Invalid
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from tests import given
from tests.coi.doors import SCANS, body, post, signed_in
from tests.coi.test_aliases import FOREIGN_DIN, add
from tests.coi.test_query_counts import statements
from tests.furnished import Journeys

Code = RefusalCode
GS = "\x1d"
STAFF = "='A999900395A"
STAFF_GS1 = "8017950600013435000028"
PATIENT_GS1 = "8018950600013435000028"
SUPPLIED = f"]d201095060001343521728123110LOT42A{GS}21BAG01"


def facts(answer: dict[str, Any]) -> dict[str, Any]:
    """The facts of the entry of an answer."""
    entry = ledger.entry_for_request(UUID(answer["scan_id"]))
    assert entry is not None
    return entry.facts


def refused(answer: dict[str, Any]) -> list[str]:
    """The codes of the refusals."""
    return [refusal["code"] for refusal in answer["refusals"]]


def identify(j: Journeys, *barcodes: str, player: Player | None = None) -> dict[str, Any]:
    """Order and wristband at the chair."""
    return (player or j.fresh).scan("NCHAIR", j.demo.member("Nora"), *barcodes, step="identify")


# -- messages ---------------------------------------------------------------------------------------------------------


def message(din: str, coi_id: str) -> str:
    """A compound message that names a donation, a product and a journey."""
    return f"=+03000={din}00=<S12954A0&/{coi_id}"


def test_a_message_is_judged_part_by_part_and_counts_as_what_is_asked_for(journeys: Journeys) -> None:
    j = journeys
    add(j, j.fresh, "din", FOREIGN_DIN)
    answer = identify(j, message(FOREIGN_DIN, j.fresh.coi_id), j.fresh.wristband)
    assert answer["refusals"] == []
    assert facts(answer)["items"] == ["order", "wristband"]
    assert facts(answer)["kinds"] == ["din", "product", "coi", "wristband"]


def test_a_message_of_two_journeys_is_a_mix_up(journeys: Journeys) -> None:
    j = journeys
    add(j, j.labelled, "din", FOREIGN_DIN)
    answer = identify(j, j.fresh.wristband, message(FOREIGN_DIN, j.fresh.coi_id))
    assert refused(answer) == [Code.IDENTITY_MISMATCH]
    assert answer["refusals"][0]["params"]["kind"] == "din"


def test_a_number_in_a_message_that_is_nobodys_is_not_passed_over(journeys: Journeys) -> None:
    answer = identify(journeys, message(FOREIGN_DIN, journeys.fresh.coi_id), journeys.fresh.wristband)
    assert refused(answer) == [Code.UNKNOWN_CODE]


def test_a_product_alone_is_a_hint_and_a_divided_one_wants_its_division(journeys: Journeys) -> None:
    j = journeys
    assert Code.WRONG_KIND in refused(identify(j, "=<S12954A0"))
    assert Code.DIVISION_MISSING in refused(identify(j, "=<S1295499"))
    assert Code.DIVISION_MISSING not in refused(identify(j, "=<S1295499", "=,000001"))


def beside(player: Player) -> dict[str, str]:
    """The symbols on the label of the collected bag, by their names."""
    ledger_services.sweep_effects(now=player.now)
    copy = label_copy_by_id(LabelCopy.objects.get(code=player.label("apheresis_bag")).id)
    assert copy is not None
    return {str(symbol.name): symbol.content for symbol in label_of(copy).symbols}


def test_what_stands_beside_the_copy_on_a_label_is_refused_and_nothing_comes_of_it(
    journeys: Journeys,
) -> None:
    """A scanner that catches the product or the expiry, or runs them together, costs one more scan and no more."""
    p = journeys.chair
    on_it = beside(p)
    product, expiry, copy = on_it["product_code"], on_it["expiry"], on_it["copy"]
    assert (product, expiry[:2]) == ("=<A9999000", "&>")
    collector = p.one(Role.COLLECTOR, SECOND)
    opened = p.scan("SCHAIR", collector, p.wristband, step="label_collection")
    check = opened["check"]
    for caught in (
        [product],
        [expiry],
        [product + expiry],
        [f"]C4{product}{expiry}"],
        [copy, product],
        [expiry, copy],
    ):
        answer = p.scan("SCHAIR", collector, *caught, step="label_collection", check=check)
        assert refused(answer) == [Code.WRONG_KIND] * len([c for c in caught if c != copy]), caught
        assert answer["refusals"][0]["params"] == {"kind": "product", "step": "label_collection"}
        assert (answer["outcome"], answer["next"]["need"], answer["next"]["item"]) == (
            "refused",
            "scan",
            "label",
        )
    assert not Deviation.objects.exists()
    assert LabelCopy.objects.get(code=copy).applied_at is None
    second = p.one(Role.COLLECTOR, SECOND, but=collector)
    assert (
        p.scan("SCHAIR", collector, copy, step="label_collection", check=check)["next"]["need"] == "witness"
    )
    # joined to the donation it is context: the pair names this journey, and is not the copy that is asked for
    joined = p.scan("SCHAIR", second, on_it["din_linear"] + product, step="label_collection", check=check)
    assert joined["outcome"] != "accepted"
    last = p.scan("SCHAIR", second, p.wristband, copy, step="label_collection", check=check)
    assert last["outcome"] == "accepted"
    assert LabelCopy.objects.get(code=copy).applied_at is not None


def test_the_number_of_a_tube_is_not_a_bags(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    din = f"={_din(j, p)}"
    for flags, is_tubes in (("07", True), ("06", True), ("00", False), ("20", False), ("01", False)):
        answer = p.scan("NBED", j.demo.member("Ines"), p.wristband, din + flags, step="bedside")
        assert (Code.WRONG_FLAG in refused(answer)) is is_tubes, flags


def _din(j: Journeys, p: Player) -> str:
    del j
    return Collection.objects.get(order__coi_id=p.coi_id).din


def test_a_request_holds_so_many_readings_and_no_more(journeys: Journeys) -> None:
    j = journeys
    add(j, j.fresh, "din", FOREIGN_DIN)
    many = ["&/" + j.fresh.coi_id] + [f"=+02000={FOREIGN_DIN}00&/{j.fresh.coi_id}"] * 23
    answer = identify(j, *many)
    assert len(facts(answer)["kinds"]) <= MAX_READINGS


# -- what a scanner sends before a code -------------------------------------------------------------------------------


def test_a_symbology_identifier_is_kept_and_is_no_part_of_the_identity(journeys: Journeys) -> None:
    j, p = journeys, journeys.fresh
    answer = identify(j, f"]d1&/{p.coi_id}", f"]C0{p.wristband}")
    assert answer["refusals"] == []
    assert facts(answer)["symbologies"] == ["]C0", "]d1"]
    assert "symbologies" not in facts(identify(j, f"&/{j.labelled.coi_id}", player=j.labelled))


# -- people -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [STAFF, STAFF_GS1])
def test_a_hospitals_own_badge_is_a_badge(journeys: Journeys, code: str) -> None:
    j, p = journeys, journeys.fresh
    nora = j.demo.member("Nora")
    people.issue_badge(user_id=nora.user_id, code=code, site=HOSPITAL, **given.doing(p, "Ada", HOSPITAL))
    prefixed = f"]C1{code}" if code == STAFF_GS1 else f"]C0{code}"
    for sent, item in ((code, p.order_code), (prefixed, p.wristband)):
        p.wait(seconds=10)
        shown = coi.record_scan(scan=request(j, "NCHAIR", sent, sent), now=p.now)
        assert (shown["outcome"], shown["person"]) == ("accepted", nora.name)
        p.wait(seconds=10)
        done = coi.record_scan(scan=request(j, "NCHAIR", sent, item, step="identify"), now=p.now)
        assert done["refusals"] == []
    people.revoke_badge(code=code, reason="lost", **given.doing(p, "Ada", HOSPITAL))
    p.wait(seconds=10)
    gone = coi.record_scan(scan=request(j, "NCHAIR", code, p.order_code), now=p.now)
    assert Code.BADGE_NOT_VALID in refused(gone)


def request(j: Journeys, station: str, badge: str, *barcodes: str, **more: Any) -> ScanRequest:
    """A request with any badge."""
    raw = tuple(code.encode() for code in barcodes)
    return ScanRequest(uuid4(), j.demo.tokens[station], badge.encode(), raw, **more)


def test_a_badge_with_a_wrong_check_digit_is_not_issued(journeys: Journeys) -> None:
    j = journeys
    for code in ("8017950600013435000027", "='A99990039", "8018950600013435000028"):
        with pytest.raises(Invalid):
            people.issue_badge(
                user_id=j.demo.member("Nora").user_id,
                code=code,
                site=HOSPITAL,
                **given.doing(j.fresh, "Ada", HOSPITAL),
            )


def enrol(j: Journeys, band: str, number: int = 77) -> Player:
    """A patient who wears a number of a standard."""
    p = Player(j.demo, j.fresh.now, name=f"standard {number}")
    p.wristband = band
    p.coi_id = coi.enrol_patient_and_order(
        patient=coi.PatientDetails("Testcase", "Gesa", given.BORN, f"MRN{number:07d}"),
        wristband=band,
        product=PRODUCT,
        sites=coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        **given.doing(j.fresh, "Olga", HOSPITAL),
    )
    p.wait(minutes=1)
    return p


@pytest.mark.parametrize("band", [PATIENT_GS1, "&#01100000123456"])
def test_a_patients_number_of_a_standard_is_a_wristband(journeys: Journeys, band: str) -> None:
    j = journeys
    p = enrol(j, f"]d1{band}" if band.startswith("&") else f"]d2{band}")
    stored = Alias.objects.get(order__coi_id=p.coi_id, kind="wristband").value_key
    assert band[-8:] not in stored
    other = f"]C0{band}" if band.startswith("&") else f"]C1{band}"
    assert identify(j, p.order_code, other, player=p)["refusals"] == []
    assert Code.IDENTITY_MISMATCH in refused(identify(j, j.fresh.order_code, other, player=j.fresh))
    with pytest.raises(Conflict, match="alias_of_another_order"):
        enrol(j, f"]C1{band}" if band == PATIENT_GS1 else band, 78)


# -- suppliers' labels ------------------------------------------------------------------------------------------------


def received(j: Journeys, label: str = SUPPLIED, **more: Any) -> str:
    """A vector's lot comes into stock by its own label, and is approved."""
    code = codes.make("M", "GS1VECTOR")
    about = {
        "code": code,
        "material": "vector",
        "lot_no": "LOT42A",
        "expires_at": datetime(2028, 12, 31, 22, 59, 59, tzinfo=UTC),
        "site": PLANT,
        "supplier_label": label.encode(),
    }
    coi.receive_lot(**about | given.doing(j.cultured, "Alice") | more)
    coi.set_lot_status(
        code=code, status=StockStatus.APPROVED, reason="certificate", **given.doing(j.cultured, "Amir")
    )
    return code


def transduce(j: Journeys, lot: str, who: str = "Alice", **more: Any) -> dict[str, Any]:
    """The vector is added."""
    p = j.cultured
    device = [] if "check" in more else [j.demo.devices["incubator", PLANT]]
    values = {} if "check" in more else {"moi": "3.0"}
    scans = (p.label("culture"), lot, *device)
    return p.scan("HOOD", j.demo.member(who), *scans, step="transduce", values=values, **more)


def test_a_lot_is_found_by_its_suppliers_label_and_by_ours_alike(journeys: Journeys) -> None:
    j = journeys
    code = received(j)
    row = MaterialLot.objects.get(code=code)
    assert (row.gtin, row.lot_no) == ("09506000134352", "LOT42A")
    assert row.elements == {
        "gs1:01": "09506000134352",
        "gs1:10": "LOT42A",
        "gs1:17": "281231",
        "gs1:21": "",
    }
    first = transduce(j, SUPPLIED.replace("BAG01", "BAG99"))
    assert first["refusals"] == []
    second = transduce(j, code, "Amir", check=first["check"])
    assert second["outcome"] == "accepted"


def test_a_dropped_separator_is_a_stop(journeys: Journeys) -> None:
    j = journeys
    received(j)
    answer = transduce(j, SUPPLIED.replace(GS, ""))
    assert refused(answer) == [Code.ELEMENT_MISSING]
    assert answer["refusals"][0]["kind"] == "stop"
    assert answer["refusals"][0]["params"]["elements"] == "21"


def test_a_missing_expiry_and_another_expiry_are_stops(journeys: Journeys) -> None:
    j = journeys
    received(j)
    answer = transduce(j, SUPPLIED.replace("17281231", ""))
    assert refused(answer) == [Code.ELEMENT_MISSING]
    given.cleared(j.cultured, "HOOD", answer["check"], j.demo.member("Amir"))
    answer = transduce(j, SUPPLIED.replace("17281231", "17291231"))
    assert refused(answer) == [Code.LOT_NOT_USABLE]
    assert answer["refusals"][0]["params"]["why"] == "expiry_differs"


def test_another_lot_of_the_same_product_is_unknown(journeys: Journeys) -> None:
    j = journeys
    received(j)
    assert refused(transduce(j, SUPPLIED.replace("LOT42A", "LOT42B"))) == [Code.UNKNOWN_CODE]
    assert refused(transduce(j, SUPPLIED.replace("LOT42A", "lot42a"))) == [Code.UNKNOWN_CODE]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"lot_no": "LOT42"}, "lot_no"),
        ({"expires_at": datetime(2028, 12, 30, 12, tzinfo=UTC)}, "expires_at"),
        ({"label": SUPPLIED.replace(GS, "")}, "lot_no"),
        ({"label": "]d20109506000134352"}, "supplier_label"),
        ({"label": codes.make("M", "1")}, "supplier_label"),
    ],
)
def test_what_was_read_by_eye_has_to_agree_with_the_label(
    journeys: Journeys, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        received(journeys, **more)
    assert list(caught.value.detail["fields"]) == [field]
    assert not MaterialLot.objects.exclude(gtin="").exists()


def test_a_lot_is_registered_once_at_a_site(journeys: Journeys) -> None:
    j = journeys
    received(j)
    with pytest.raises(Conflict, match="lot_registered"):
        received(j, code=codes.make("M", "AGAIN"))


def test_a_suppliers_label_costs_no_statement_more(journeys: Journeys) -> None:
    j, p = journeys, journeys.cultured
    code = received(j)
    counts = []
    for lot in (code, SUPPLIED):
        p.wait(minutes=1)
        with transaction.atomic():
            sql, answer = statements(lambda lot=lot: transduce(j, lot))
            transaction.set_rollback(True)
        assert answer["refusals"] == []
        counts.append(len(sql))
    assert counts[0] == counts[1]


# -- typed ------------------------------------------------------------------------------------------------------------


def typed(j: Journeys, *texts: str, why: KeyedReason = KeyedReason.DAMAGED, **more: Any) -> dict[str, Any]:
    """The nurse types codes at the bedside."""
    p = j.bedside
    p.wait(seconds=10)
    scan = request(j, "NBED", j.demo.member("Ines").badge, *texts, keyed=why, **more)
    return coi.record_scan(scan=scan, now=p.now)


def test_a_typed_code_counts_with_its_check_character_and_is_said_to_be_typed(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    answer = typed(j, p.wristband, step="bedside")
    assert answer["refusals"] == []
    assert facts(answer)["is_keyed"] is True
    assert facts(answer)["keyed_reason"] == "damaged"
    assert Scan.objects.get(id=answer["scan_id"]).is_keyed
    scanned = p.scan("NBED", j.demo.member("Ines"), p.label("product_bag"), check=answer["check"])
    assert "is_keyed" not in facts(scanned)
    assert not Scan.objects.get(id=scanned["scan_id"]).is_keyed


def test_a_typed_number_without_its_check_character_is_not_read(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    din = _din(j, p)
    assert refused(typed(j, din)) == [Code.UNREADABLE]
    assert refused(typed(j, p.coi_id)) == [Code.UNREADABLE]
    assert refused(typed(j, f"&/{p.coi_id}")) == [Code.UNREADABLE]
    assert refused(typed(j, "Ünknown")) == [Code.UNREADABLE]
    assert Code.UNREADABLE not in refused(typed(j, din + codes.check_char(din)))
    assert Code.UNREADABLE not in refused(typed(j, p.coi_id + codes.check_char(p.coi_id)))


def test_typed_and_scanned_are_two_requests(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    badge = j.demo.member("Ines").badge
    scan = request(j, "NBED", badge, p.wristband, step="bedside")
    coi.record_scan(scan=scan, now=p.now)
    again = ScanRequest(
        scan.scan_id, scan.token, scan.badge, scan.barcodes, step="bedside", keyed=KeyedReason.DAMAGED
    )
    with pytest.raises(Conflict, match="scan_id_used"):
        coi.record_scan(scan=again, now=p.now + timedelta(seconds=1))


def test_the_api_takes_typed_codes_with_a_reason(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> None:
    j, p = journeys, journeys.bedside
    monkeypatch.setattr("django.utils.timezone.now", lambda: p.now + timedelta(minutes=1))
    nurse, token = j.demo.member("Ines"), j.demo.tokens["NBED"]

    def send(**more: Any) -> Any:
        return post(SCANS, body(nurse.badge, [p.wristband], step="bedside", **more), token=token)

    for wrong, field in (
        ({"is_keyed": True}, "keyed_reason"),
        ({"is_keyed": "yes"}, "is_keyed"),
        ({"keyed_reason": "damaged"}, "keyed_reason"),
        ({"is_keyed": True, "keyed_reason": "because"}, "keyed_reason"),
    ):
        answer = send(**wrong)
        assert answer.status_code == 422, wrong
        assert list(answer.json()["detail"]["fields"]) == [field]
    done = send(is_keyed=True, keyed_reason="out_of_reach")
    assert done.status_code == 200
    assert facts(done.json())["keyed_reason"] == "out_of_reach"
    page = signed_in(j.demo.member("Olga")).get(f"/journeys/{p.coi_id}/").content.decode()
    assert "typed: The scanner does not reach it" in " ".join(page.split())


def test_a_near_miss_that_was_typed_says_so(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> None:
    j, p = journeys, journeys.bedside
    answer = typed(j, p.wristband, j.neighbour.label("product_bag"), step="bedside")
    assert Code.IDENTITY_MISMATCH in refused(answer)
    monkeypatch.setattr("django.utils.timezone.now", lambda: p.now)
    assert "⌨ typed" in signed_in(j.demo.member("Olga")).get("/near-misses/").content.decode()
