"""Holds, deviations, reprints, and requests that come twice: what each use case writes, and what it refuses."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from coi import services as coi
from coi.models import Check, Container, Deviation, Hold, LabelCopy, StepRecord
from coi.rules.deviations import Cause, DeviationOutcome
from coi.rules.journey import Disposition
from config.demonstration import story
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import models as people_models
from people.rules import codes
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.rules.signatures import Meaning
from tests import given
from tests.coi.services_given import at_bedside, mixed_up, refused
from tests.furnished import Journeys

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
