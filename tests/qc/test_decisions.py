"""Review, release, rejection: two signatures over one record, or a reason why not."""

import copy
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import transaction

from coi.rules.deviations import DeviationOutcome
from coi.rules.journey import Fate
from coi.services import account_for_label, place_hold, reprint_label
from config.demonstration import story
from config.demonstration.site import SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.errors import Conflict, NotAllowed
from people import selectors as people
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureState
from people.services import grant_role
from qc import selectors, services
from qc.rules.blockers import BlockerCode as B
from qc.rules.blockers import Target
from qc.rules.record import digest_of
from qc.rules.results import RejectionReason
from tests import given
from tests.qc.given import Laboratory, codes

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def in_review(filled, django_db_blocker):
    """The filled batch with all results in, handed to quality."""
    with django_db_blocker.unblock(), transaction.atomic():
        filled.to_review()
        yield filled
        transaction.set_rollback(True)


@pytest.fixture
def lab(in_review, db) -> Laboratory:
    return copy.deepcopy(in_review)


@pytest.mark.requirement("URS-REL-01")
def test_two_people_of_quality_release_a_sound_batch(lab):
    assert lab.sign_review() == services.Attempt(True)
    assert lab.release() == services.Attempt(True)
    assert lab.disposition == "released"
    review, release = people.signatures("batch", lab.batch)
    assert (review.meaning, release.meaning) == (Meaning.REVIEW, Meaning.RELEASE)
    assert review.record_digest == release.record_digest
    assert lab.events[-1] == "qc:batch:released"
    story.ship(lab.player)


def test_the_record_that_was_signed_is_kept_as_bytes(lab):
    lab.sign_review()
    (review,) = selectors.signatures_of(lab.batch)
    kept = selectors.signed_record(review)
    assert sha256(kept).hexdigest() == review.record_digest
    view = lab.view()
    assert digest_of(view.record) == view.digest == review.record_digest
    lab.release()
    story.ship(lab.player)
    after = lab.view()
    assert after.has_changed_since
    assert [signed.state for signed in after.signatures] == [SignatureState.VALID, SignatureState.VALID]


def test_the_same_request_again_gets_the_same_answer(lab):
    refused_id, done_id = uuid4(), uuid4()
    refused = lab.release(request_id=refused_id)
    assert codes(refused) == [B.REVIEW_MISSING]
    lab.sign_review()
    assert lab.release(request_id=refused_id) == refused
    assert lab.release(request_id=done_id).is_done
    assert lab.release(request_id=done_id).is_done
    assert lab.events.count("qc:batch:released") == 1
    assert len(people.signatures("batch", lab.batch)) == 2


def test_nobody_signs_the_same_record_twice(lab):
    assert lab.sign_review().is_done
    with pytest.raises(Conflict, match="signed_already"):
        lab.sign_review()
    assert len(people.signatures("batch", lab.batch)) == 1


def _hold(lab: Laboratory) -> None:
    about = {
        "container": lab.player.containers("apheresis_bag")[0].code,
        "reason_code": "quality",
        "text": "odd",
    }
    place_hold(**about, **lab.doing("Bob"))


def _correct(lab: Laboratory, criterion: str = "CAR", value: str = "30") -> None:
    view = lab.view()
    old = next(line.result for line in view.lines if line.criterion.code == criterion)
    lab.review(lab.correct(old, value))


def _sample(lab: Laboratory) -> None:
    story.sample(lab.player, "sample_product", lab.player.label("product_bag", 1))


@pytest.mark.requirement("URS-SIG-06")
@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        pytest.param(_hold, [B.OPEN_HOLD, B.REVIEW_INVALID], id="a hold on what it was made from"),
        pytest.param(_correct, [B.TRAIL_UNREVIEWED, B.REVIEW_INVALID], id="a correction"),
        pytest.param(_sample, [B.REVIEW_INVALID], id="one more sample"),
    ],
)
def test_what_happens_after_the_review_makes_it_invalid(lab, happens, expected):
    lab.sign_review()
    happens(lab)
    assert codes(lab.release()) == expected
    assert lab.disposition == "qa_review"
    view = lab.view()
    assert [signed.state for signed in view.signatures] == [SignatureState.INVALID]
    lab.look_over()
    lab.sign_review()
    assert B.REVIEW_INVALID not in codes(lab.release())


@pytest.mark.requirement("URS-REL-01")
def test_neither_signer_may_have_made_the_batch(lab):
    demo = lab.player.demo
    for who in ("Alice", "Amir"):
        for role in (Role.QA_REVIEWER, Role.QA_RELEASER):
            doing = demo.doing(f"{who} {role}", lab.member("Ada").actor) | {"now": lab.player.now}
            grant_role(user_id=lab.member(who).user_id, role=role, site="CELLS", **doing)
    assert codes(lab.sign_review("Alice")) == [B.SIGNER_IS_PRODUCER], "who performed"
    assert codes(lab.sign_review("Amir")) == [B.SIGNER_IS_PRODUCER], "who witnessed"
    assert lab.events[-1] == "qc:review:refused"
    lab.sign_review()
    assert codes(lab.release("Alice")) == [B.SIGNER_IS_PRODUCER]
    assert lab.release().is_done


def test_one_person_does_not_sign_twice(lab):
    admin = lab.player.demo.doing("both", lab.member("Ada").actor) | {"now": lab.player.now}
    grant_role(user_id=lab.member("Bob").user_id, role=Role.QA_RELEASER, site="CELLS", **admin)
    lab.sign_review("Bob")
    assert codes(lab.release("Bob")) == [B.SIGNER_IS_REVIEWER]
    assert lab.release("Rosa").is_done


def test_a_signature_needs_the_signers_own_password_and_role(lab):
    with pytest.raises(NotAllowed, match="credential_refused"):
        services.review_batch(batch=lab.batch, **lab.wrong_password("Bob"))
    someone_elses = lab.doing("Bob") | {"credential": lab.member("Rosa").credential}
    with pytest.raises(NotAllowed, match="credential_of_another"):
        services.review_batch(batch=lab.batch, **someone_elses)
    unknown = lab.doing("Bob") | {"credential": PasswordCredential("nobody", "x")}
    with pytest.raises(NotAllowed, match="credential_refused"):
        services.review_batch(batch=lab.batch, **unknown)
    for who in ("Rosa", "Ana", "Dave", "Olga"):
        with pytest.raises(NotAllowed, match="role_missing"):
            lab.sign_review(who)
    for who in ("Bob", "Leo", "Amir"):
        with pytest.raises(NotAllowed, match="role_missing"):
            lab.release(who)
    assert people.signatures("batch", lab.batch) == []
    assert lab.sign_review().is_done


def test_a_failing_batch_is_rejected_with_two_signatures(lab):
    _correct(lab, "VIABILITY", "61")
    lab.look_over()
    rejecting = {"batch": lab.batch, "reason": RejectionReason.FAILING_RESULT}
    assert codes(services.reject_batch(**rejecting, **lab.signing("Rosa"))) == [B.REVIEW_MISSING]
    assert lab.sign_review().is_done
    assert codes(lab.release()) == [B.OOS_OPEN, B.FAILING_RESULT]
    assert services.reject_batch(**rejecting, **lab.signing("Rosa")).is_done
    assert lab.disposition == "rejected"
    assert ledger.entries_for_subject("batch", lab.batch)[-1].reason == "failing_result"
    assert codes(lab.release()) == [B.OOS_OPEN, B.FAILING_RESULT, B.DECIDED]
    with pytest.raises(Conflict, match="batch_rejected"):
        lab.record("CAR")


def test_a_label_that_waits_to_be_applied_blocks(lab):
    reprint_label(copy=lab.player.label("product_bag", 0), reason="damaged", **lab.doing("Alice"))
    lab.look_over()
    lab.sign_review()
    assert codes(lab.release()) == [B.LABEL_NOT_APPLIED, B.LABELS_OPEN]


def test_a_copy_of_which_nobody_says_what_became_of_it_blocks(lab):
    """Replaced and applied again: the paper that came off is still somewhere."""
    ledger_services.sweep_effects(now=lab.player.now)
    old = lab.player.label("product_bag", 0)
    new = reprint_label(copy=old, reason="damaged", **lab.doing("Alice"))
    story._two(lab.player, "label_bag", [new])
    lab.look_over()
    lab.sign_review()
    attempt = lab.release()
    assert codes(attempt) == [B.LABELS_OPEN]
    assert attempt.blockers[0].target == Target("label", old)
    account_for_label(copy=old, fate=Fate.DESTROYED, reason="taken_off", **lab.doing("Alice"))
    assert codes(lab.release()) == [B.REVIEW_INVALID], "the record that was signed said otherwise"
    lab.sign_review()
    assert lab.release().is_done
    record = lab.view().record
    (line,) = [line for line in record["label_reconciliation"] if line["kind"] == "product_bag"]
    assert (line["issued"], line["used"], line["destroyed"], line["open"]) == (3, 2, 1, 0)


def test_a_lost_copy_blocks_until_quality_has_closed_its_deviation(lab):
    ledger_services.sweep_effects(now=lab.player.now)
    old = lab.player.label("product_bag", 0)
    new = reprint_label(copy=old, reason="lost", **lab.doing("Alice"))
    story._two(lab.player, "label_bag", [new])
    account_for_label(copy=old, fate=Fate.LOST, reason="not_found", **lab.doing("Alice"))
    lab.look_over()
    lab.sign_review()
    attempt = lab.release()
    assert codes(attempt) == [B.OPEN_DEVIATION]
    deviation = attempt.blockers[0].params["deviation"]
    given.a_closed_deviation(lab.player, deviation, DeviationOutcome.USE_AS_IS)
    lab.sign_review()
    assert lab.release().is_done


def test_a_broken_ledger_stops_a_release(lab, monkeypatch):
    lab.sign_review()
    monkeypatch.setattr("ledger.selectors.is_broken", lambda: True)
    assert codes(lab.release()) == [B.LEDGER_BROKEN]
    monkeypatch.undo()
    assert lab.release().is_done


def test_people_of_another_site_meet_no_batch(lab):
    nurse = people.person(lab.player.one(Role.NURSE, SECOND).user_id, lab.player.now)
    assert selectors.batch_view(nurse, lab.batch, lab.player.now) is None
    assert selectors.release_board(nurse, lab.player.now).waiting == ()
    assert selectors.batch_view(lab.person("Dave"), lab.batch, lab.player.now) is None
    assert selectors.batch_view(lab.person("Bob"), "B\x00", lab.player.now) is None
    assert selectors.batch_view(lab.person("Bob"), lab.batch, lab.player.now) is not None
