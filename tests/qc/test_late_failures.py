"""Released while a result is pending: it passes and two people complete it, or it fails and nothing is silent."""

import copy
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from config.demonstration import story
from config.demonstration.site import PASSWORD
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.signatures import Meaning, SignatureState
from qc import selectors, services
from qc.rules.blockers import BlockerCode as B
from qc.rules.late_failures import Duty, TaskRefusal
from qc.rules.releases import Way
from qc.rules.subjects import SubjectKind, SubjectRef
from tests.qc.given import Laboratory, codes

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def reviewed(filled, django_db_blocker):
    """The filled batch with all results but the last reading of its culture, reviewed by quality."""
    with django_db_blocker.unblock(), transaction.atomic():
        filled.to_review(has_finals=False)
        assert filled.sign_review().is_done
        yield filled
        transaction.set_rollback(True)


@pytest.fixture
def lab(reviewed, db) -> Laboratory:
    return copy.deepcopy(reviewed)


@pytest.fixture
def conditional(lab) -> Laboratory:
    assert lab.release_conditionally().is_done
    return lab


def test_while_a_result_is_pending_no_release_outright_is_open(lab):
    assert codes(lab.release()) == [B.FINAL_PENDING]
    without_a_day = services.release_batch(batch=lab.batch, way=Way.CONDITIONAL, **lab.signing("Rosa"))
    assert codes(without_a_day) == [B.FINAL_WITHOUT_DATE]
    for days, why in ((-1, "in_the_past"), (367, "too_far_off")):
        with pytest.raises(Invalid) as refused:
            lab.release_conditionally(days=days)
        assert refused.value.detail["fields"] == {"expected": why}
    assert lab.disposition == "qa_review"


def test_where_nothing_is_pending_no_conditional_release_is_open(lab):
    lab.finish_cultures()
    lab.sign_review()
    assert codes(lab.release_conditionally()) == [B.NOTHING_PENDING]
    assert lab.release().is_done


def test_a_conditional_release_says_what_is_pending_until_when(conditional):
    assert conditional.disposition == "conditionally_released"
    found = conditional.view()
    (pending,) = found.ways.pending
    assert pending.criterion == "STERILITY_FINAL"
    assert pending.due_at > conditional.player.now
    assert found.released.way is Way.CONDITIONAL
    assert not found.blockers
    story.ship(conditional.player)
    entry = [
        e for e in ledger.entries_for_subject("batch", conditional.batch) if e.event == "qc:batch:released"
    ][-1]
    assert entry.facts["way"] == "conditional"
    assert entry.facts["pending"][0]["criterion"] == "STERILITY_FINAL"


def test_the_board_watches_what_is_pending(conditional):
    board = selectors.release_board(conditional.person("Bob"), conditional.player.now)
    assert [row.batch.code for row in board.conditional] == [conditional.batch]
    conditional.player.wait(days=6)
    late = selectors.release_board(conditional.person("Bob"), conditional.player.now)
    assert [row.batch.code for row in late.exceptions] == [conditional.batch]
    assert late.exceptions[0].overdue


def test_when_all_is_in_two_people_complete_it(conditional):
    conditional.finish_cultures()
    assert conditional.disposition == "conditionally_released", "not by itself"
    assert codes(conditional.complete()) == [B.REVIEW_INVALID]
    assert conditional.sign_review().is_done
    assert codes(conditional.complete("Rosa")) == []
    assert conditional.disposition == "released"
    found = conditional.view()
    assert [one.signature.meaning for one in found.signatures] == [
        Meaning.REVIEW,
        Meaning.CONDITIONAL_RELEASE,
        Meaning.REVIEW,
        Meaning.RELEASE,
    ]
    assert {one.state for one in found.signatures} == {SignatureState.VALID}
    assert not found.has_changed_since


def test_it_is_not_completed_before(conditional):
    assert codes(conditional.complete()) == [B.FINAL_PENDING]
    assert conditional.events[-1] == "qc:completion:refused"
    conditional.finish_cultures("growth")
    conditional.sign_review()
    assert B.FAILING_RESULT in codes(conditional.complete())
    assert conditional.disposition == "conditionally_released"


def test_nobody_releases_by_a_review_of_their_own(lab):
    assert codes(lab.release_conditionally(by="Rosa")) == []
    with pytest.raises(NotAllowed):
        lab.complete("Bob")


def test_after_a_release_only_final_results_come(conditional):
    first = conditional.view().lines[0].result
    with pytest.raises(Conflict, match="only_final_after_release"):
        conditional.correct(first, "pack damaged")


def fail(lab: Laboratory) -> selectors.FailureView:
    lab.record("STERILITY_FINAL", "growth")
    (found,) = lab.view().failures
    return found


def test_a_late_failure_is_not_silent_and_flips_nothing(conditional):
    found = fail(conditional)
    assert conditional.disposition == "conditionally_released"
    bags = {bag.code for bag in conditional.player.containers("product_bag")}
    assert bags <= set(found.held)
    assert found.failure.is_microbial
    assert not found.failure.is_infused
    causes = {work.cause for work in people.open_work_about("batch", conditional.batch)}
    assert causes == {
        "late_failing_result",
        *(f"late_{task.duty}" for task in found.tasks),
    }
    assert Duty.FOLLOW_UP not in {task.duty for task in found.tasks}
    for first_name in ("Hugo", "Sven"):
        told = people.notices_for(conditional.person(first_name), conditional.player.now)
        assert [one.code for one in told] == ["late_failing_result"], first_name


def test_after_the_infusion_the_patient_is_followed_up(conditional):
    story.play(conditional.player, (story.ship, story.receive_product, story.infuse_all))
    found = fail(conditional)
    assert found.failure.is_infused
    assert found.held == (), "nothing was left to be held"
    duties = {task.duty: task.due_at - found.failure.aware_at for task in found.tasks}
    assert duties[Duty.REPORT_DEVIATION] == timedelta(days=45)
    assert duties[Duty.FOLLOW_UP] == timedelta(days=30)


def test_a_bag_that_was_closed_out_after_the_infusion_was_infused(conditional):
    story.play(conditional.player, story.AFTER_RELEASE)
    found = fail(conditional)
    assert found.failure.is_infused
    assert Duty.FOLLOW_UP in {task.duty for task in found.tasks}


def duty(lab: Laboratory, found: selectors.FailureView, what: Duty, by: str = "Bob", **more):
    about = {"failure": UUID(found.id), "duty": what, "reference": "call 14", "done_at": lab.player.now}
    return services.record_duty(**about | lab.doing(by) | more)


def test_a_duty_is_done_once_with_what_shows_it(conditional):
    found = fail(conditional)
    before = found.failure.aware_at - timedelta(minutes=1)
    assert duty(conditional, found, Duty.TELL_PHYSICIAN, reference=" ") == (TaskRefusal.REFERENCE_MISSING,)
    assert duty(conditional, found, Duty.TELL_PHYSICIAN, done_at=before) == (TaskRefusal.BEFORE_KNOWN,)
    assert duty(conditional, found, Duty.FOLLOW_UP) == (TaskRefusal.NOT_A_DUTY,)
    request = uuid4()
    told = partial(duty, conditional, found, Duty.TELL_PHYSICIAN, request_id=request)
    assert conditional.twice(told) == ((), ())
    with pytest.raises(Conflict, match="request_id_used"):
        told(reference="call 15")
    assert duty(conditional, found, Duty.TELL_PHYSICIAN) == (TaskRefusal.DONE_ALREADY,)
    (now,) = conditional.view().failures
    assert [task.reference for task in now.tasks if task.done_at] == ["call 14"]
    causes = {work.cause for work in people.open_work_about("batch", conditional.batch)}
    assert "late_tell_physician" not in causes
    with pytest.raises(NotAllowed):
        duty(conditional, found, Duty.TELL_SPONSOR, by="Alice")


def test_the_page_says_what_failed_and_takes_what_was_done(conditional, as_, time_machine):
    found, zone = fail(conditional), conditional.view().zone
    time_machine.move_to(conditional.player.now, tick=False)
    bob, page = as_("Bob"), reverse("qc:batch", args=[conditional.batch])
    shown = bob.get(page).content.decode()
    assert "failed after the release" in shown
    address = reverse("qc:duty", args=[conditional.batch, found.id, "tell_physician"])
    assert address in shown
    assert address not in as_("Alice").get(page).content.decode()
    sent = {
        "done_at": f"{conditional.player.now.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}",
        "reference": "call 14",
        "request_id": str(uuid4()),
    }
    wrong = bob.post(address, sent | {"reference": ""})
    assert wrong.status_code == 422
    assert f'value="{sent["done_at"]}"' in wrong.content.decode(), "what was written stands there still"
    early = sent | {"done_at": "2020-01-01T00:00", "request_id": str(uuid4())}
    refused = bob.post(address, early).content.decode()
    assert "Nobody knew of the failure then" in refused
    assert 'value="call 14"' in refused
    assert early["request_id"] not in refused, "what is sent next is another request"
    assert "Recorded as done." in bob.post(address, sent, follow=True).content.decode()


def test_a_trail_review_is_asked_for_again_by_what_is_out_of_the_ordinary(lab):
    old = next(line.result for line in lab.view().lines if line.criterion.code == "CAR")
    lab.review(lab.correct(old, "30"))
    trail = lab.view().case.trail
    assert [entry.kind for entry in trail.unreviewed(frozenset())] == ["correction"]
    assert codes(lab.release_conditionally()) == [B.TRAIL_UNREVIEWED, B.REVIEW_INVALID]
    assert lab.look_over() == ()
    with pytest.raises(NotAllowed):
        lab.look_over("Alice")


def test_pages_of_the_trail(lab, as_):
    bob, page = as_("Bob"), reverse("qc:trail", args=[lab.batch])
    assert "looked over" in bob.get(page).content.decode()
    assert 'name="upto"' not in as_("Ana").get(page).content.decode()
    refused = bob.post(page, {"upto": "1", "password": PASSWORD, "request_id": str(uuid4())})
    assert refused.status_code == 409
    assert "up to there already" in refused.content.decode()
    assert bob.post(page, {"upto": "x", "request_id": str(uuid4())}).status_code == 422


def test_a_slip_in_a_late_failing_result_tells_nobody_twice(conditional):
    first = conditional.record("STERILITY_FINAL", "growth")
    conditional.correct(replace(first, tested_at=first.tested_at - timedelta(minutes=1)), "growth")
    (only,) = conditional.view().failures
    assert only.failure.aware_at == first.recorded_at, "its clocks run on"


def test_a_batch_has_no_time_points(conditional):
    """A second result under a point that nobody asked for would be a test made twice, one of them kept."""
    ref = SubjectRef(SubjectKind.BATCH, conditional.batch, "x")
    with pytest.raises(NotFound, match="batch_unknown"):
        conditional.record("STERILITY_FINAL", "no growth", subject=ref)
    assert selectors.subject(ref, conditional.player.now) is None


def test_the_same_request_releases_one_way_alone(lab):
    request = uuid4()
    about = {"batch": lab.batch, "expected": {"STERILITY_FINAL": lab.player.now + timedelta(days=5)}}
    for _ in range(2):
        signing = lab.signing("Rosa", request)
        assert services.release_batch(way=Way.CONDITIONAL, **about, **signing).is_done
    with pytest.raises(Conflict, match="request_id_used"):
        lab.release(request_id=request)
