"""Results: what gets written, and what is refused; and how a batch leaves the laboratory."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from config.demonstration import story
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.roles import Role
from people.services import grant_role
from qc import selectors, services
from qc.rules.blockers import BlockerCode as B
from qc.rules.criteria import Verdict
from qc.rules.results import CorrectionReason
from tests.qc.given import codes, fields

pytestmark = pytest.mark.django_db


def test_the_first_result_starts_testing(lab):
    assert lab.disposition == "in_process"
    found = lab.record("VIABILITY", "79.5")
    assert (found.verdict, found.version, found.unit, found.analyst) == (Verdict.PASS, 1, "%", "Ana Lind")
    assert found.specification == "CD19-DEMO/1"
    assert lab.disposition == "testing"
    lab.record("CD3", "79.4")
    assert lab.events[-3:] == ["coi:disposition:recorded", "qc:result:recorded", "qc:result:recorded"]
    entry = ledger.entries_for_subject("batch", lab.batch)[-1]
    assert entry.facts["verdict"] == "fail"
    assert entry.stream == f"journey:{lab.player.coi_id}"


def test_the_same_request_again_is_the_same_result(lab):
    request = uuid4()
    lab.run_for("CAR")
    first, again = lab.twice(lambda: lab.record("CAR", request_id=request))
    assert first == again
    assert lab.events.count("qc:result:recorded") == 1
    with pytest.raises(Conflict, match="request_id_used"):
        services.submit_for_review(batch=lab.batch, **lab.doing("Leo", request))


@pytest.mark.requirement("URS-TRUE-02")
@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"criterion": "NONE", "value": "1"}, "criterion", "not_choice"),
        ({"value": "955"}, "value", "not_possible"),
        ({"value": "95,5"}, "value", "decimal_comma"),
        ({"value": ""}, "value", "empty"),
        ({"container": "NO-SUCH"}, "container", "not_of_this_subject"),
    ],
)
def test_what_is_no_result_is_refused_and_nothing_is_written(lab, more, field, code):
    before = lab.events
    about = {"criterion": "VIABILITY", "value": "92"} | more
    with pytest.raises(Invalid) as error:
        lab.record(about.pop("criterion"), about.pop("value"), **about)
    assert fields(error) == {field: code}
    assert (lab.events, lab.disposition) == (before, "in_process")
    lab.record("VIABILITY", "92")


def test_a_result_has_its_time(lab):
    for off, code in ((timedelta(hours=1), "in_the_future"), (timedelta(days=-90), "before_it_was_made")):
        with pytest.raises(Invalid) as error:
            lab.record("CAR", tested_at=lab.player.now + off)
        assert fields(error) == {"tested_at": code}


def test_a_sample_of_another_patient_is_refused(lab):
    from tests import given as journeys

    other = journeys.until(journeys.a_journey(lab.player.demo, number=2, now=lab.player.now), story.fill)
    tube = other.containers("sample")[-1].code
    lab.player.now = other.now
    with pytest.raises(Invalid) as error:
        lab.record("CAR", container=tube)
    assert fields(error) == {"container": "not_of_this_subject"}
    assert lab.record("CAR").container == lab.tube


def test_the_database_itself_refuses_two_orders_in_one_result(lab):
    from tests import given as journeys

    other = journeys.until(journeys.a_journey(lab.player.demo, number=2, now=lab.player.now), story.collect)
    mine = lab.record("CAR")
    foreign = other.containers("apheresis_bag")[0].id
    moved = "UPDATE qc_result SET container_id = %s WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE"
    with (
        pytest.raises(IntegrityError, match="qc_result_same_order_container"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(moved, [foreign, mine.id])


def test_an_unlabelled_tube_has_no_results(lab):
    operator = lab.player.one(Role.OPERATOR, "CELLS")
    lab.player.do("sample_product", "BENCH", operator, [lab.player.label("product_bag", 0)])
    with pytest.raises(Invalid) as error:
        lab.record("CAR", container=lab.tube)
    assert fields(error) == {"container": "label_not_applied"}


@pytest.mark.parametrize("who", ["Alice", "Leo", "Bob", "Dave", "Olga"])
def test_only_analysts_of_the_site_record(lab, who):
    with pytest.raises(NotAllowed):
        lab.record("CAR", by=who)
    lab.record("CAR", by="Ana")


def test_a_second_result_is_a_correction_or_nothing(lab):
    first = lab.record("CAR", "19.4")
    with pytest.raises(Conflict, match="result_exists"):
        lab.record("CAR", "26.0")
    lab.review(first)
    second = lab.correct(first, "29.4", CorrectionReason.TRANSCRIPTION, reference="LAB-26-014")
    assert (second.version, second.verdict, second.supersedes) == (2, Verdict.PASS, first.id)
    assert not second.is_reviewed, "a new version is looked over anew"
    batch = selectors.result(first.id)
    assert (batch.is_current, batch.value, batch.is_reviewed) == (False, "19.4", True)
    assert ledger.entries_for_subject("batch", lab.batch)[-1].reason == "transcription"
    with pytest.raises(Conflict, match="result_changed"):
        lab.correct(first, "29.4")
    with pytest.raises(Conflict, match="result_changed"):
        lab.review(first)


def test_a_correction_changes_something(lab):
    first = lab.record("CAR", "19.4")
    with pytest.raises(Invalid) as error:
        lab.correct(first, "19.4")
    assert fields(error) == {"value": "unchanged"}
    assert selectors.result(first.id).is_current
    earlier = replace(first, tested_at=first.tested_at - timedelta(minutes=1))
    assert lab.correct(earlier, "19.4").version == 2, "the time is what was wrong"


def test_a_reference_is_a_code(lab):
    first = lab.record("CAR")
    with pytest.raises(Invalid) as error:
        lab.correct(first, "29.4", reference="asked Mrs Smith")
    assert fields(error) == {"reference": "code_shape"}


def test_another_person_looks_a_result_over_once(lab):
    demo, ana = lab.player.demo, lab.member("Ana")
    admin = demo.doing("also a reviewer", lab.member("Ada").actor) | {"now": lab.player.now}
    grant_role(user_id=ana.user_id, role=Role.QC_REVIEWER, site="CELLS", **admin)
    found = lab.record("CAR")
    with pytest.raises(NotAllowed, match="analyst_may_not_review"):
        lab.review(found, by="Ana")
    with pytest.raises(NotAllowed, match="role_missing"):
        lab.review(found, by="Bob")
    assert lab.review(found).reviewer == "Leo Marsh"
    with pytest.raises(Conflict, match="result_reviewed"):
        lab.review(found)
    with pytest.raises(NotFound):
        services.review_result(result=uuid4(), **lab.doing("Leo"))


def test_nothing_is_recorded_for_a_batch_that_is_not_there(lab):
    with pytest.raises(NotFound, match="batch_unknown"):
        lab.record("CAR", batch="B99")
    with pytest.raises(NotFound, match="batch_unknown"):
        lab.record("CAR", batch="B\x00")


def test_a_batch_is_submitted_when_its_results_are_in_and_looked_over(lab):
    refused = services.submit_for_review(batch=lab.batch, **lab.doing("Leo"))
    assert not refused.is_done
    assert set(codes(refused)) == {B.RESULT_MISSING, B.NOT_IN_TESTING}
    assert lab.events[-1] == "qc:submission:refused"
    lab.test_all(VIABILITY="61")
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Ana")).is_done
    assert lab.disposition == "qa_review"


def test_a_refused_release_is_an_entry_that_says_why(lab):
    lab.test_all(CAR="4")
    attempt = lab.release()
    assert codes(attempt) == [
        B.OOS_OPEN,
        B.FAILING_RESULT,
        B.TRAIL_UNREVIEWED,
        B.FINAL_PENDING,
        B.NOT_IN_REVIEW,
        B.REVIEW_MISSING,
    ]
    entry = ledger.entries_for_subject("batch", lab.batch)[-1]
    assert entry.event == "qc:release:refused"
    assert [it["code"] for it in entry.facts["blockers"]] == [str(code) for code in codes(attempt)]
    assert entry.actor_name == "Rosa Reyes"
    assert lab.disposition == "testing"
    assert people.signatures("batch", lab.batch) == []
