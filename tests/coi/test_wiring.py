"""What was read reaches the decision: messages, symbology identifiers, staff and patients' numbers."""

import pytest

from coi import services as coi
from coi.models import Alias, Deviation, LabelCopy
from coi.rules.requests import MAX_READINGS
from coi.selectors.labels import label_copy_by_id
from coi.services.printing.content import label_of
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger import services as ledger_services
from ledger.rules.errors import Conflict, Invalid
from people import services as people
from people.rules.roles import Role
from tests import given
from tests.coi.services_given import refused
from tests.coi.test_aliases import FOREIGN_DIN, add
from tests.coi.wiring_given import (
    PATIENT_GS1,
    STAFF,
    STAFF_GS1,
    Code,
    din_of,
    facts,
    identify,
    request,
)
from tests.furnished import Journeys

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
    din = f"={din_of(p)}"
    for flags, is_tubes in (("07", True), ("06", True), ("00", False), ("20", False), ("01", False)):
        answer = p.scan("NBED", j.demo.member("Ines"), p.wristband, din + flags, step="bedside")
        assert (Code.WRONG_FLAG in refused(answer)) is is_tubes, flags


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
