"""Holds, deviations, reprints, dispositions, numbers: what each use case writes, and what it refuses."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from coi import services as coi
from coi.models import Batch, Check, Container, Deviation, Hold, LabelCopy, Order, StepRecord, Vault
from coi.rules.deviations import Cause, DeviationOutcome
from coi.rules.journey import Disposition
from coi.services import numbers
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import models as people_models
from people import selectors as people
from people.rules import codes
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from tests import given
from tests.furnished import Journeys

RECORD = "ab" * 32  # the digest of a batch record


def refused(answer: dict[str, Any]) -> list[str]:
    """The codes of the refusals."""
    return [refusal["code"] for refusal in answer["refusals"]]


def at_bedside(p: Player) -> dict[str, Any]:
    """The first nurse shows the first bag."""
    nurse = p.one(Role.NURSE, p.site)
    return p.scan("NBED", nurse, p.wristband, p.label("product_bag"), step="bedside", pin=nurse.pin)


# -- holds ------------------------------------------------------------------------------------------------------------


def test_a_hold_spreads_to_what_is_made_later_and_ends_for_all(journeys: Journeys) -> None:
    p = journeys.cultured
    culture = p.containers("culture")[0]
    story.transduce(p)
    hold = given.a_hold(p, p.containers("apheresis_bag")[0].code)
    operator = p.one(Role.OPERATOR, PLANT)
    assert refused(p.scan("BENCH", operator, culture.label, step="sample_culture")) == ["on_hold"]
    coi.release_hold(hold=hold, text="looked at", **given.doing(p, "Rosa"))
    stop = Check.objects.get(state="stopped")
    given.cleared(p, "BENCH", str(stop.id), journeys.demo.member("Amir"))
    story.sample(p, "sample_culture", culture.label)
    made = p.containers("sample")[-1]
    again = given.a_hold(p, p.containers("apheresis_bag")[0].code)
    values = {"fate": "used_up"}  # closing out stays possible: it is how a held container ends
    answer = p.scan("BENCH", operator, made.label, step="close_sample", values=values)
    assert answer["outcome"] == "accepted"
    assert Hold.objects.get(id=again).released_at is None


def test_a_hold_needs_a_reason_a_role_and_a_container(journeys: Journeys) -> None:
    p = journeys.bedside
    code = p.containers("product_bag")[0].code
    about = {"container": code, "reason_code": "suspect", "text": "smells"}
    with pytest.raises(NotAllowed):
        coi.place_hold(**about, **given.doing(p, "Dave"))
    with pytest.raises(NotAllowed):
        coi.place_hold(**about, **given.doing(p, "Saul", SECOND))  # a supervisor, of another hospital
    with pytest.raises(NotFound):
        coi.place_hold(**about | {"container": "nothing"}, **given.doing(p, "Bob"))
    with pytest.raises(Invalid):
        coi.place_hold(**about | {"text": " "}, **given.doing(p, "Bob"))
    hold = coi.place_hold(**about, **given.doing(p, "Lena", HOSPITAL))
    with pytest.raises(NotAllowed):
        coi.release_hold(hold=hold, text="fine", **given.doing(p, "Lena", HOSPITAL))
    coi.release_hold(hold=hold, text="fine", **given.doing(p, "Luca", HOSPITAL))
    with pytest.raises(Conflict, match="hold_released"):
        coi.release_hold(hold=hold, text="fine", **given.doing(p, "Luca", HOSPITAL))


# -- deviations -------------------------------------------------------------------------------------------------------


def mixed_up(j: Journeys) -> Deviation:
    """The neighbour's bag was shown at the bedside."""
    p, nurse = j.bedside, j.demo.member("Ines")
    answer = p.scan("NBED", nurse, p.wristband, j.neighbour.label("product_bag"), step="bedside")
    given.cleared(p, "NBED", answer["check"], j.demo.member("Ivan"))
    return Deviation.objects.get(code=answer["deviation"])


@pytest.mark.parametrize(
    ("outcome", "is_free"),
    [(DeviationOutcome.USE_AS_IS, True), (DeviationOutcome.RELABEL, True), (DeviationOutcome.DISCARD, False)],
)
def test_a_deviation_ends_by_signature_and_frees_what_it_named(
    journeys: Journeys, outcome: DeviationOutcome, is_free: bool
) -> None:
    deviation = mixed_up(journeys)
    p = journeys.neighbour
    p.now = journeys.bedside.now
    hold = Hold.objects.get(deviation=deviation)
    with pytest.raises(Conflict, match="hold_of_deviation"):
        coi.release_hold(hold=hold.id, text="fine", **given.doing(p, "Luca", HOSPITAL))
    given.a_closed_deviation(p, deviation.code, outcome)
    deviation.refresh_from_db()
    assert (deviation.state, deviation.closed_at) == ("closed", p.now)
    signature = people_models.Signature.objects.get(id=deviation.signature)
    assert (signature.printed_name, signature.meaning) == ("Bob Brandt", Meaning.APPROVAL)
    assert (signature.record_kind, signature.record_id) == ("deviation", deviation.code)
    # the wrong place was begun by the other patient: clear it, then show the bag where it belongs
    p.scan("NBED", p.one(Role.NURSE, HOSPITAL), codes.make("C", "CLEAR"))
    assert (refused(at_bedside(p)) == []) is is_free


def test_a_deviation_is_not_closed_without_a_right_credential_or_role(journeys: Journeys) -> None:
    deviation = mixed_up(journeys)
    p = journeys.bedside
    about = {
        "code": deviation.code,
        "cause": Cause.PERSON,
        "cause_text": "x",
        "outcome": DeviationOutcome.USE_AS_IS,
        "outcome_text": "y",
    }
    wrong = PasswordCredential("bob", "no")
    with pytest.raises(NotAllowed, match="credential_refused"):
        coi.close_deviation(**about, credential=wrong, **given.doing(p, "Bob"))
    rosas = journeys.demo.member("Rosa").credential
    with pytest.raises(NotAllowed, match="credential_of_another"):
        coi.close_deviation(**about, credential=rosas, **given.doing(p, "Bob"))
    with pytest.raises(NotAllowed):
        coi.close_deviation(
            **about, credential=journeys.demo.member("Alice").credential, **given.doing(p, "Alice")
        )
    assert Deviation.objects.get(id=deviation.id).state == "open"
    bobs = journeys.demo.member("Bob").credential
    coi.close_deviation(**about, credential=bobs, **given.doing(p, "Bob"))
    with pytest.raises(Conflict, match="deviation_closed"):
        coi.close_deviation(**about, credential=bobs, **given.doing(p, "Bob"))


def test_an_expired_hold_time_opens_a_deviation_seen_or_not(journeys: Journeys) -> None:
    p = journeys.bedside
    bag = Container.objects.get(code=p.containers("product_bag")[0].code)
    assert coi.open_overdue_deviations(now=bag.hold_until) == 0
    p.now = bag.hold_until + timedelta(minutes=1)
    answer = at_bedside(p)
    assert "hold_time_passed" in refused(answer)
    deviation = Deviation.objects.get(code=answer["deviation"])
    assert (deviation.grade, deviation.containers) == ("critical", [str(bag.id)])
    # the other bag is not named
    assert Hold.objects.filter(deviation=deviation).count() == 1
    # and the watch, which comes by each minute, finds only what nobody scanned
    others = journeys.neighbour
    late = others.now + timedelta(hours=9)
    assert coi.open_overdue_deviations(now=late) == 1
    assert coi.open_overdue_deviations(now=late) == 0


def test_a_stop_is_cleared_once_and_by_another_qualified_person(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    answer = p.scan(
        "NBED", j.demo.member("Ines"), p.wristband, j.neighbour.label("product_bag"), step="bedside"
    )
    stop = answer["check"]
    for name in ("Ines", "Dave", "Alice"):  # the same person; nobody; an operator of another site
        with pytest.raises(NotAllowed):
            given.cleared(p, "NBED", stop, j.demo.member(name))
    given_ = {
        "check": UUID(stop),
        "token": j.demo.tokens["NBED"],
        "badge": j.demo.member("Ivan").badge,
        "now": p.now,
    }
    with pytest.raises(NotAllowed, match="credential_refused"):
        coi.clear_stop(**given_, pin="0000", request_id=uuid4())
    with pytest.raises(NotFound):
        given.cleared(p, "NLAB", stop, j.demo.member("Ivan"))  # not at this station
    request = uuid4()
    pin = j.demo.member("Ivan").pin
    coi.clear_stop(**given_, pin=pin, request_id=request)
    coi.clear_stop(**given_, pin=pin, request_id=request)  # the answer was lost, and it is asked again
    with pytest.raises(Conflict, match="stop_cleared"):
        given.cleared(p, "NBED", stop, j.demo.member("Ivan"))
    assert refused(at_bedside(p)) == []


def test_two_stops_at_one_station_are_both_to_be_cleared(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    wrong = j.neighbour.label("product_bag")
    stops = [
        p.scan("NBED", j.demo.member("Ines"), p.wristband, wrong, step="bedside")["check"] for _ in range(2)
    ]
    assert len(set(stops)) == 2
    given.cleared(p, "NBED", stops[1], j.demo.member("Ivan"))
    assert "stop_not_cleared" in refused(at_bedside(p))
    given.cleared(p, "NBED", stops[0], j.demo.member("Ivan"))
    assert refused(at_bedside(p)) == []


# -- labels -----------------------------------------------------------------------------------------------------------


def test_a_reprint_between_two_people_ends_their_check(journeys: Journeys) -> None:
    """The first person scanned a copy that is void now: the second one's scan of the new copy must not complete it."""
    j, p = journeys, journeys.chair
    old = p.label("apheresis_bag")
    begun = p.scan("SCHAIR", j.demo.member("Sara"), p.wristband, old, step="label_collection")["check"]
    new = given.a_reprint(p, old, "Sara", SECOND)
    answer = p.scan("SCHAIR", j.demo.member("Saul"), p.wristband, new, check=begun)
    assert refused(answer) == ["check_closed"]
    copies = dict(LabelCopy.objects.filter(code__in=[old, new]).values_list("code", "status"))
    assert copies == {old: "void", new: "issued"}
    p.do(
        "label_collection",
        "SCHAIR",
        j.demo.member("Sara"),
        [p.wristband, new],
        witness=j.demo.member("Saul"),
    )
    assert LabelCopy.objects.get(code=new).status == "applied"
    assert LabelCopy.objects.get(code=old).status == "void"
    assert StepRecord.objects.get(step="label_collection", order__coi_id=p.coi_id).occurrence == 1


def test_a_label_is_applied_again_after_each_reprint(journeys: Journeys) -> None:
    p = journeys.cultured
    for expected in (2, 3):
        new = given.a_reprint(p, p.label("culture"), "Alice")
        story._two(p, "label_culture", [new])
        rows = StepRecord.objects.filter(step="label_culture", order__coi_id=p.coi_id)
        assert max(rows.values_list("occurrence", flat=True)) == expected
    assert [c.status for c in p.containers("culture")] == ["available", "available"]


def test_a_reprint_is_refused_without_reason_role_or_use(journeys: Journeys) -> None:
    p = journeys.bedside
    thawed, frozen = p.label("product_bag"), p.label("product_bag", 1)
    with pytest.raises(Invalid):
        coi.reprint_label(copy=frozen, reason="because", **given.doing(p, "Lena", HOSPITAL))
    with pytest.raises(NotAllowed):
        given.a_reprint(p, frozen, "Alice")  # the bag is at the hospital
    with pytest.raises(NotFound):
        given.a_reprint(p, "VL1", "Lena", HOSPITAL)
    with pytest.raises(Conflict, match="container_used"):
        given.a_reprint(p, thawed, "Lena", HOSPITAL)
    culture = journeys.cultured
    old = culture.label("culture")
    given.a_reprint(culture, old, "Alice")
    with pytest.raises(Conflict, match="label_void"):
        given.a_reprint(culture, old, "Alice")


# -- release ----------------------------------------------------------------------------------------------------------


def test_whoever_made_the_batch_may_not_release_it(journeys: Journeys) -> None:
    """From its very first step on: also who only started it."""
    p = journeys.labelled
    story.send_collection(p)
    story.receive_collection(p)
    story.start_batch(p)
    record = StepRecord.objects.get(step="start_batch", order__coi_id=p.coi_id)
    batch = Batch.objects.get(order__coi_id=p.coi_id)
    assert record.batch == batch.id
    given.tested(p, batch.code)
    given.granted(p, "Alice", Role.QA_REVIEWER, PLANT)
    signatures = [
        given.signed(p, batch.code, "Alice Adams", Meaning.REVIEW, RECORD),
        given.signed(p, batch.code, "Rosa Reyes", Meaning.RELEASE, RECORD),
    ]
    with pytest.raises(NotAllowed, match="producer_may_not_release"):
        given.disposed(p, batch.code, Disposition.RELEASED, signatures)


@pytest.mark.parametrize(
    "pairs",
    [
        (),
        (("Bob Brandt", Meaning.REVIEW),),
        (("Bob Brandt", Meaning.REVIEW), ("Bob Brandt", Meaning.RELEASE)),
        (("Bob Brandt", Meaning.REVIEW), ("Rosa Reyes", Meaning.REVIEW)),
        (("Bob Brandt", Meaning.REVIEW), ("Rosa Reyes", Meaning.REJECTION)),
    ],
)
def test_a_release_needs_two_peoples_right_signatures(
    journeys: Journeys, pairs: tuple[tuple[str, Meaning], ...]
) -> None:
    p = journeys.filled
    batch = p.containers("product_bag")[0].batch
    given.tested(p, batch)
    signatures = [given.signed(p, batch, name, meaning, RECORD) for name, meaning in pairs]
    with pytest.raises(Invalid, match="signatures_incomplete"):
        given.disposed(p, batch, Disposition.RELEASED, signatures)


@pytest.fixture
def decided(journeys: Journeys) -> tuple[Player, str, SignatureView, SignatureView]:
    """A tested batch, its review and its release, both over one record."""
    p = journeys.filled
    batch = p.containers("product_bag")[0].batch
    given.tested(p, batch)
    review = given.signed(p, batch, "Bob Brandt", Meaning.REVIEW, RECORD)
    return p, batch, review, given.signed(p, batch, "Rosa Reyes", Meaning.RELEASE, RECORD)


Decided = tuple[Player, str, SignatureView, SignatureView]


def test_a_release_with_both_signatures_is_recorded(decided: Decided) -> None:
    p, batch, review, release = decided
    given.disposed(p, batch, Disposition.RELEASED, [review, release])
    assert Batch.objects.get(code=batch).disposition == "released"


def test_a_signature_of_another_batch_or_of_nobody_releases_nothing(
    journeys: Journeys, decided: Decided
) -> None:
    p, batch, review, release = decided
    other = journeys.bedside.containers("product_bag")[0].batch
    elsewhere = given.signed(p, other, "Bob Brandt", Meaning.REVIEW, RECORD)
    invented = replace(review, id=str(uuid4()))
    rewritten = replace(review, signer_id=journeys.demo.member("Leo").user_id)
    for strange in (elsewhere, replace(elsewhere, record_id=batch), invented, rewritten):
        with pytest.raises(Invalid, match="signatures_not_of_this_batch"):
            given.disposed(p, batch, Disposition.RELEASED, [strange, release])
    assert Batch.objects.get(code=batch).disposition == "qa_review"


def test_both_signatures_are_over_one_record(decided: Decided) -> None:
    p, batch, _, release = decided
    later = given.signed(p, batch, "Bob Brandt", Meaning.REVIEW, "0" * 64)
    with pytest.raises(Invalid, match="signatures_over_different_records"):
        given.disposed(p, batch, Disposition.RELEASED, [later, release])


def test_nobody_decides_with_the_signature_of_another(decided: Decided) -> None:
    p, batch, review, release = decided
    given.granted(p, "Leo", Role.QA_RELEASER, PLANT)
    with pytest.raises(NotAllowed, match="signature_of_another"):
        given.disposed(p, batch, Disposition.RELEASED, [review, release], by="Leo")


def test_a_signer_held_the_role_when_signing(decided: Decided) -> None:
    p, batch, _, release = decided
    unqualified = given.signed(p, batch, "Leo Marsh", Meaning.REVIEW, RECORD)
    p.wait(minutes=1)
    given.granted(p, "Leo", Role.QA_REVIEWER, PLANT)  # too late for what was signed before
    with pytest.raises(NotAllowed, match="role_missing"):
        given.disposed(p, batch, Disposition.RELEASED, [unqualified, release])


@pytest.mark.parametrize(
    ("to", "who", "is_done"),
    [
        (Disposition.TESTING, "Ana", True),
        (Disposition.TESTING, "Alice", False),
        (Disposition.TESTING, "Rosa", False),
        (Disposition.REJECTED, "Bob", False),
        (Disposition.TESTING, "Olga", False),
    ],
)
def test_a_batch_is_moved_by_whoever_may(
    journeys: Journeys, to: Disposition, who: str, is_done: bool
) -> None:
    p = journeys.filled
    batch = p.containers("product_bag")[0].batch
    with nullcontext() if is_done else pytest.raises(NotAllowed, match="role_missing"):
        given.disposed(p, batch, to, by=who)
    assert Batch.objects.get(code=batch).disposition == ("testing" if is_done else "in_process")


def test_a_disposition_moves_one_way(journeys: Journeys) -> None:
    batch = journeys.bedside.containers("product_bag")[0].batch
    movers = {Disposition.TESTING: "Ana", Disposition.QA_REVIEW: "Leo"}
    for state in set(Disposition) - {Disposition.IN_PROCESS}:
        with pytest.raises(Conflict, match="disposition_not_from_here"):
            given.disposed(journeys.bedside, batch, state, by=movers.get(state, "Rosa"))
    for anybody in ("Ana", "Leo", "Bob", "Rosa", "Ada"):
        with pytest.raises(NotAllowed):
            given.disposed(journeys.bedside, batch, Disposition.IN_PROCESS, by=anybody)


# -- again and again --------------------------------------------------------------------------------------------------


def _place(j: Journeys) -> Callable[[], object]:
    about = given.doing(j.bedside, "Bob")
    code = j.bedside.containers("product_bag")[0].code
    return lambda: coi.place_hold(container=code, reason_code="suspect", text="smells", **about)


def _release(j: Journeys) -> Callable[[], object]:
    hold = given.a_hold(j.bedside, j.bedside.containers("product_bag")[0].code)
    about = given.doing(j.bedside, "Luca", HOSPITAL)
    return lambda: coi.release_hold(hold=hold, text="fine", **about)


def _reprint(j: Journeys) -> Callable[[], object]:
    about, label = given.doing(j.cultured, "Alice"), j.cultured.label("culture")
    return lambda: coi.reprint_label(copy=label, reason="damaged", **about)


def _close(j: Journeys) -> Callable[[], object]:
    deviation, about = mixed_up(j), given.doing(j.bedside, "Bob")
    return lambda: coi.close_deviation(
        code=deviation.code,
        cause=Cause.PERSON,
        cause_text="x",
        outcome=DeviationOutcome.USE_AS_IS,
        outcome_text="y",
        credential=j.demo.member("Bob").credential,
        **about,
    )


def _dispose(j: Journeys) -> Callable[[], object]:
    about, batch = given.doing(j.filled, "Ana"), j.filled.containers("product_bag")[0].batch
    return lambda: coi.record_disposition(batch=batch, disposition=Disposition.TESTING, **about)


def _enrol(j: Journeys) -> Callable[[], object]:
    about = given.doing(j.fresh, "Olga", HOSPITAL)
    return lambda: coi.enrol_patient_and_order(
        patient=coi.PatientDetails("Testcase", "Anew", date(1970, 1, 1), "MRN9"),
        wristband=codes.make("W", "NEW"),
        product=PRODUCT,
        sites=coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        **about,
    )


@pytest.mark.parametrize("make", [_place, _release, _reprint, _close, _dispose, _enrol])
def test_a_request_that_comes_again_is_answered_as_before(
    journeys: Journeys, make: Callable[[Journeys], Callable[[], object]]
) -> None:
    call = make(journeys)
    first = call()
    entries = len(ledger.latest_entries(limit=9000))
    assert call() == first
    assert len(ledger.latest_entries(limit=9000)) == entries


def test_a_request_id_is_used_for_one_thing(journeys: Journeys) -> None:
    p, about = journeys.bedside, given.doing(journeys.bedside, "Bob")
    bags = [bag.code for bag in p.containers("product_bag")]
    coi.place_hold(container=bags[0], reason_code="suspect", text="smells", **about)
    with pytest.raises(Conflict, match="request_id_used"), transaction.atomic():
        coi.place_hold(container=bags[1], reason_code="suspect", text="smells", **about)


# -- enrolling --------------------------------------------------------------------------------------------------------


def enrolment(j: Journeys, **other: Any) -> dict[str, Any]:
    """A second course of the first patient."""
    first = {
        "family_name": "Testcase",
        "given_name": "Synthia",
        "born_on": date(1970, 1, 1),
        "mrn": "MRN0000001",
    }
    return {
        "patient": coi.PatientDetails(**first | other),
        "wristband": codes.make("W", "SECOND"),
        "product": PRODUCT,
        "sites": coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        **given.doing(j.fresh, "Olga", HOSPITAL),
    }


def test_a_second_course_is_a_second_order_of_one_patient(journeys: Journeys) -> None:
    coi_id = coi.enrol_patient_and_order(**enrolment(journeys, family_name=" testcase"))
    orders = Order.objects.filter(coi_id__in=[coi_id, journeys.fresh.coi_id])
    assert orders.count() == 2
    assert len(set(orders.values_list("patient", flat=True))) == 1


@pytest.mark.parametrize(
    "slip", [{"family_name": "Jones"}, {"given_name": "Bob"}, {"born_on": date(1971, 1, 1)}]
)
def test_one_number_under_two_names_orders_nothing(journeys: Journeys, slip: dict[str, Any]) -> None:
    """A slip of the pen in the MRN must not order somebody else's cells."""
    before = Order.objects.count()
    with pytest.raises(Conflict, match="mrn_of_another_patient"):
        coi.enrol_patient_and_order(**enrolment(journeys, **slip))
    assert Order.objects.count() == before


def test_an_order_names_sites_that_exist(journeys: Journeys) -> None:
    strange = coi.OrderSites(HOSPITAL, HOSPITAL, "NOWHERE", PLANT)
    with pytest.raises(NotFound, match="site_unknown"):
        coi.enrol_patient_and_order(**enrolment(journeys) | {"sites": strange})


def test_a_wristband_is_one_order_at_its_site_and_another_elsewhere(journeys: Journeys) -> None:
    """Two hospitals may print the same code: each finds its own patient by it."""
    band = journeys.bedside.wristband
    with pytest.raises(Conflict, match="alias_of_another_order"):
        coi.enrol_patient_and_order(**enrolment(journeys) | {"wristband": band})
    sites = coi.OrderSites(SECOND, SECOND, COURIER, PLANT)
    pia = given.doing(journeys.fresh, "Pia", SECOND)
    coi.enrol_patient_and_order(**enrolment(journeys) | {"wristband": band, "sites": sites} | pia)
    assert refused(at_bedside(journeys.bedside)) == []


@pytest.mark.parametrize(
    ("kind", "value", "issuer", "error"),
    [
        ("lot", "L1", "NOWHERE", NotFound),
        ("lot", "x" * 81, HOSPITAL, Invalid),
        ("k" * 21, "L1", HOSPITAL, Invalid),
        ("lot", " ", HOSPITAL, Invalid),
        ("lot", "a\x00b", HOSPITAL, Invalid),
    ],
)
def test_an_alias_that_does_not_fit_is_refused(
    journeys: Journeys, kind: str, value: str, issuer: str, error: type[Exception]
) -> None:
    about = {"coi_id": journeys.fresh.coi_id, "kind": kind, "value": value, "issuer": issuer}
    with pytest.raises(error):
        coi.add_alias(**about, **given.doing(journeys.fresh, "Olga", HOSPITAL))


def test_an_alias_belongs_to_one_journey(journeys: Journeys) -> None:
    alias = {"kind": "join", "value": "J-1", "issuer": HOSPITAL}
    olga = given.doing(journeys.fresh, "Olga", HOSPITAL)
    coi.add_alias(coi_id=journeys.fresh.coi_id, **alias, **olga)
    with pytest.raises(Conflict, match="alias_of_another_order"):
        coi.add_alias(coi_id=journeys.bedside.coi_id, **alias, **olga | {"request_id": uuid4()})


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_go_on_and_a_request_that_failed_gives_its_own_back(journeys: Journeys) -> None:
    first = numbers.next_numbers("series", 3)
    assert list(first) == [1, 2, 3]
    with transaction.atomic():
        assert list(numbers.next_numbers("series")) == [4]
        transaction.set_rollback(True)
    assert list(numbers.next_numbers("series", 2)) == [4, 5]


def test_the_demonstrations_numbers_are_all_different(journeys: Journeys) -> None:
    labels = LabelCopy.objects.values_list("code", flat=True)
    assert len(set(labels)) == len(labels)
    assert len(set(Order.objects.values_list("coi_id", flat=True))) == Order.objects.count()


# -- erasing ----------------------------------------------------------------------------------------------------------


def erasing(p: Player, name: str) -> dict[str, Any]:
    """What it takes to erase the identity of the journey's patient."""
    patient = Order.objects.get(coi_id=p.coi_id).patient_id
    credential = p.demo.member(name).credential
    about = {"patient": patient, "reason": "court order", "credential": credential}
    return about | given.doing(p, name, HOSPITAL)


def test_nothing_is_erased_without_role_reason_and_signature(journeys: Journeys) -> None:
    p = journeys.fresh
    given.granted(p, "Ivan", Role.ADMINISTRATOR, HOSPITAL)
    right = erasing(p, "Ivan")
    wrong_password = PasswordCredential(p.demo.member("Ivan").username, "not the password")
    faults: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"reason": " "}, Invalid, "fields_invalid"),
        ({"credential": wrong_password}, NotAllowed, "credential_refused"),
        ({"credential": p.demo.member("Ines").credential}, NotAllowed, "credential_of_another"),
        ({"patient": uuid4()}, NotFound, "patient_unknown"),
    ]
    for fault, error, code in faults:
        with pytest.raises(error, match=code):
            coi.erase_patient(**right | fault | {"request_id": uuid4()})
    with pytest.raises(NotAllowed, match="role_missing"):
        coi.erase_patient(**erasing(p, "Olga"))
    with pytest.raises(NotFound, match="patient_unknown"):  # not theirs to know
        coi.erase_patient(**erasing(p, "Bob"))
    assert people.signatures("patient", str(right["patient"])) == []
    assert Vault.objects.get(id=right["patient"]).erased_at is None
    coi.erase_patient(**right)
    assert Vault.objects.get(id=right["patient"]).erased_at is not None


def test_an_erased_patient_is_gone_and_the_ledger_stands(journeys: Journeys) -> None:
    p = journeys.fresh
    order = Order.objects.get(coi_id=p.coi_id)
    look = {"coi_id": p.coi_id, **given.doing(p, "Olga", HOSPITAL)}
    assert coi.reveal_identity(**look)["family_name"] == "Testcase"
    assert [e.event for e in ledger.entries_for_subject("patient", str(order.patient_id))][-1] == (
        "coi:identity:revealed"
    )
    with pytest.raises(NotFound):  # another hospital does not learn that there is such a patient
        coi.reveal_identity(coi_id=p.coi_id, **given.doing(p, "Pia", SECOND))
    given.granted(p, "Ivan", Role.ADMINISTRATOR, HOSPITAL)
    erased = erasing(p, "Ivan")
    coi.erase_patient(**erased)
    assert bytes(Vault.objects.get(id=order.patient_id).ciphertext) == b""
    coi.erase_patient(**erased)  # the same request again
    (signature,) = people.signatures("patient", str(order.patient_id))
    assert (signature.printed_name, signature.meaning) == ("Ivan Ivers", Meaning.RESPONSIBILITY)
    entry = ledger.entries_for_subject("patient", str(order.patient_id))[-1]
    assert (entry.event, entry.reason) == ("coi:vault:erased", "court order")
    assert entry.facts["signature"] == signature.id
    with pytest.raises(Conflict, match="patient_erased"):
        coi.erase_patient(**erasing(p, "Ivan"))
    with pytest.raises(NotFound, match="vault_erased"):
        coi.reveal_identity(**look | {"request_id": uuid4()})
    assert ledger_services.verify(now=given.now(), record=False).is_sound


# -- the whole of it --------------------------------------------------------------------------------------------------


def test_everything_that_was_played_verifies(journeys: Journeys) -> None:
    """Refusals, STOPs, holds, reprints, cancels and repeats among it: every row follows from the entries."""
    j = journeys
    mixed_up(j)
    story.bedside(j.bedside)
    given.a_hold(j.ready, j.ready.containers("harvest")[0].code)
    old = j.cultured.label("culture")
    new = given.a_reprint(j.cultured, old, "Alice")
    j.cultured.scan("HOOD", j.demo.member("Alice"), old)
    stop = Check.objects.get(state="stopped", cleared_at=None)
    given.cleared(j.cultured, "HOOD", str(stop.id), j.demo.member("Amir"))
    begun = j.cultured.scan("HOOD", j.demo.member("Alice"), new, step="label_culture")["check"]
    j.cultured.scan("HOOD", j.demo.member("Alice"), codes.make("C", "CANCEL"), check=begun)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    report = ledger_services.verify(now=given.now(), record=False)
    assert report.findings == ()
    assert {"coi.container", "coi.check", "coi.scan", "coi.steprecord", "coi.hold"} <= set(report.tables)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("coi_container", "status", "'infused'"),
        ("coi_steprecord", "performer_name", "'Mallory'"),
        ("coi_hold", "released_at", "now()"),
        ("coi_batch", "disposition", "'released'"),
        ("coi_scan", "outcome", "'accepted'"),
    ],
)
def test_a_row_changed_behind_the_application_is_named(
    journeys: Journeys, table: str, column: str, value: str
) -> None:
    p = journeys.filled
    given.a_hold(p, p.containers("product_bag")[0].code)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"UPDATE {table} SET {column} = {value} WHERE id ="
            f" (SELECT id FROM {table} WHERE {column} IS DISTINCT FROM {value} LIMIT 1) RETURNING id::text"
        )
        (row_id,) = cursor.fetchone()
    (finding,) = ledger_services.verify(now=given.now(), record=False).findings
    assert (finding.table, finding.row_id, finding.columns) == (table.replace("_", ".", 1), row_id, (column,))


def test_an_entry_changed_behind_the_application_is_named(journeys: Journeys) -> None:
    p = journeys.bedside
    entry = ledger.entries_in_stream(f"journey:{p.coi_id}")[-1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET actor_name = 'Mallory' WHERE id = %s", [entry.id])
    found = ledger_services.verify(now=given.now(), record=False).findings
    assert {f.entry_id for f in found} == {entry.id}
    assert found[0].stream == f"journey:{p.coi_id}"
