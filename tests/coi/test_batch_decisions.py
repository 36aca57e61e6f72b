"""Releases and dispositions: two people, right signatures, over one record."""

from contextlib import nullcontext
from dataclasses import replace
from uuid import uuid4

import pytest

from coi.models import Batch, StepRecord
from coi.rules.journey import Disposition
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import PLANT
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from tests import given
from tests.coi.services_given import RECORD
from tests.furnished import Journeys


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
