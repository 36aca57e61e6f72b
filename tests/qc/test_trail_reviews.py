"""The audit trail looked over as a task: filtered, old and new values beside each other, commented, signed."""

import json
import re
from uuid import uuid4

import pytest
from django.db import connection

from coi.models import Order
from coi.selectors.visible import HIDDEN
from config.demonstration.site import PASSWORD, SECOND
from ledger import selectors as ledger
from ledger.rules.errors import Invalid, NotAllowed
from people import selectors as people
from people.rules.signatures import Meaning
from qc import selectors, services
from qc.events import Event
from qc.rules.blockers import BlockerCode as B
from qc.rules.results import RejectionReason
from qc.rules.trail import RECORD_KIND, TrailRefusal, review_digest
from tests import given
from tests.qc.given import codes


@pytest.fixture
def corrected(lab):
    """A tested batch with a result that was corrected, and its entry's number in the journey."""
    lab.test_all()
    lab.finish_cultures()
    first = next(line.result for line in lab.view().lines if line.criterion.code == "CAR")
    lab.review(lab.correct(first, "30"))
    return lab, _entry(lab).sequence


def _trail(lab):
    return lab.view().case.trail


def _entry(lab):
    return next(it for it in _trail(lab).entries if it.event == Event.RESULT_CORRECTED)


def look_over(lab, by="Bob", **more):
    about = {"upto": _trail(lab).last, "batch": lab.batch}
    return services.review_trail(**about | lab.signing(by) | more)


@pytest.mark.requirement("URS-TRAIL-03")
def test_a_review_is_signed_over_exactly_what_was_shown(corrected):
    lab, number = corrected
    shown = _trail(lab).unreviewed(lab.view().case.dossier.producers)
    upto = _trail(lab).last
    assert look_over(lab, comments={number: " a slip "}, remark="fine") == ()
    (review,) = _trail(lab).reviews
    assert review.entries == tuple(it.entry for it in shown)
    assert review.comments == {number: "a slip"}
    assert review.is_valid
    (signature,) = people.signatures(RECORD_KIND, review.id)
    assert (signature.meaning, signature.printed_name) == (Meaning.REVIEW, "Bob Brandt")
    assert signature.auth == "password"
    assert signature.record_digest == review_digest(
        batch=lab.batch, upto=upto, entries=review.entries, comments={number: "a slip"}, remark="fine"
    )
    (entry,) = [
        it for it in ledger.entries_for_subject("batch", lab.batch) if it.event == Event.TRAIL_REVIEWED
    ]
    assert entry.facts["signature"] == signature.id
    assert entry.facts["comments"] == {str(number): "a slip"}


@pytest.mark.parametrize("column", ["upto = upto - 1", "remark = 'x'", "entries = '[]'", "comments = '{}'"])
def test_a_review_that_was_altered_counts_for_nothing(corrected, column):
    lab, number = corrected
    look_over(lab, comments={number: "a slip"})
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    assert B.TRAIL_UNREVIEWED not in {it.code for it in lab.view().blockers}
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE qc_trailreview SET {column}")
    assert not _trail(lab).reviews[0].is_valid
    assert B.TRAIL_UNREVIEWED in {it.code for it in lab.view().blockers}


def test_a_wrong_password_signs_nothing(corrected):
    lab, _number = corrected
    with pytest.raises(NotAllowed):
        look_over(lab, **lab.wrong_password("Bob"))
    assert _trail(lab).reviews == ()


@pytest.mark.parametrize(("text", "fault"), [("x" * 401, "too_long"), ("x", "not_there")])
def test_a_comment_is_short_and_on_what_is_shown(corrected, text, fault):
    lab, number = corrected
    at = number if fault == "too_long" else 1
    with pytest.raises(Invalid) as refused:
        look_over(lab, comments={at: text})
    assert refused.value.detail["fields"] == {f"comment_{at}": fault}
    assert _trail(lab).reviews == ()


def test_the_same_request_twice_signs_once(corrected):
    lab, _number = corrected
    request, about = uuid4(), {"upto": _trail(lab).last, "batch": lab.batch}
    for _n in range(2):
        assert services.review_trail(**about, **lab.signing("Bob", request)) == ()
    assert len(_trail(lab).reviews) == 1
    assert look_over(lab, upto=about["upto"]) == (TrailRefusal.SEEN_ALREADY,)


# -- work --------------------------------------------------------------------------------------------------------------


def work(lab):
    return [it for it in people.open_work_about("batch", lab.batch) if it.cause == "trail_review"]


def test_it_is_work_for_quality_while_a_batch_awaits_its_release(corrected):
    lab, _number = corrected
    assert work(lab) == []
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    (item,) = work(lab)
    assert (item.role, item.site) == ("qa_reviewer", lab.view().batch.site)
    assert item.due_at is not None
    assert item.due_at > lab.player.now
    look_over(lab)
    assert work(lab) == []


def test_it_is_work_again_when_a_release_waits_for_it(corrected):
    lab, _number = corrected
    look_over(lab)
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    assert work(lab) == [], "it was looked over before"
    old = next(line.result for line in lab.view().lines if line.criterion.code == "CD3")
    lab.review(lab.correct(old, "97"))
    lab.sign_review()
    assert codes(lab.release()) == [B.TRAIL_UNREVIEWED]
    lab.release()
    assert len(work(lab)) == 1


def test_a_batch_that_is_decided_asks_for_no_review(corrected):
    lab, _number = corrected
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    lab.sign_review()
    about = {"batch": lab.batch, "reason": RejectionReason.DEVIATION}
    assert services.reject_batch(**about, **lab.signing("Rosa")).is_done
    assert work(lab) == []


# -- where the product's specification says that it is not needed ------------------------------------------------------


def test_an_order_keeps_the_specification_that_it_began_with(corrected):
    lab, _number = corrected
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    lab.sign_review()
    assert codes(lab.release()) == [B.TRAIL_UNREVIEWED], "needed unless said otherwise"
    pinned = people.document_version(lab.view().batch.specification_id)
    another = pinned.content | {"trail_review": "not_needed"}
    given.in_effect(lab.player, "specification", pinned.code, another)
    assert codes(lab.release()) == [B.TRAIL_UNREVIEWED], "the version that the order began with counts"


# -- its page and its door for programs --------------------------------------------------------------------------------


def test_the_page_shows_old_beside_new_takes_comments_and_a_signature(corrected, as_):
    lab, number = corrected
    bob = as_("Bob")
    page = bob.get(lab.url("trail")).content.decode()
    assert "<del>" in page
    assert f'name="comment_{number}"' in page
    sent = {
        "upto": _trail(lab).last,
        "request_id": str(uuid4()),
        f"comment_{number}": "a slip",
        "remark": "fine",
    }
    wrong = bob.post(lab.url("trail"), sent | {"password": "no"})
    assert wrong.status_code == 403
    assert 'value="a slip"' in wrong.content.decode(), "what was written stands there still"
    assert bob.post(lab.url("trail"), sent | {"password": PASSWORD}).status_code == 302
    then = bob.get(lab.url("trail")).content.decode()
    assert "“a slip” Bob Brandt" in then
    assert "signed: review" in then
    assert f'name="comment_{number}"' not in then


def test_the_page_shows_what_is_asked_for_and_signs_only_the_whole(corrected, as_):
    lab, number = corrected
    bob = as_("Bob")

    def rows(**asked):
        page = bob.get(lab.url("trail"), asked).content.decode()
        return re.findall(r'<th scope="row" class="num">(\d+)</th>', page)

    every = [str(it.sequence) for it in _trail(lab).entries]
    assert rows() == every
    assert rows(kind="correction") == [str(number)]
    assert rows(by="Ana Lind") == [str(number)]
    assert rows(until="2020-01-01") == []
    assert rows(since="0001-01-01") == every, "what cannot be meant narrows nothing"
    day = f"{_entry(lab).at:%Y-%m-%d}"
    assert str(number) in rows(since=day, until=day)
    narrow = bob.get(lab.url("trail"), {"kind": "correction"}).content.decode()
    assert 'name="password"' not in narrow
    assert "A signature is over all of them" in narrow
    assert rows(kind="nonsense") == every


def test_programs_read_it_too(corrected, as_):
    lab, number = corrected
    url = f"/api/v1/batches/{lab.batch}/trail/"
    look_over(lab, comments={number: "a slip"})
    answer = as_("Bob").get(url).json()
    assert (answer["is_needed"], answer["is_reviewed"]) == (True, True)
    entry = next(it for it in answer["entries"] if it["number"] == number)
    assert entry["kind"] == "correction"
    assert any(
        it["field"] == "is current" and (it["old"], it["new"]) == ("yes", "no") for it in entry["changes"]
    )
    assert answer["reviews"][0]["comments"] == {str(number): "a slip"}
    assert as_("Carol").get(url).status_code == 404
    json.dumps(answer)


@pytest.mark.parametrize("name", ["Bob", "Leo", "Amir", "Iris", "Alice"])
def test_a_journey_that_is_not_the_readers_is_named_to_nobody(corrected, as_, name):
    """Quality wrote the COI id of another journey into a comment and a remark: whoever may see it reads it."""
    lab, number = corrected
    other = given.a_journey(lab.player.demo, number=77, now=lab.player.now).coi_id
    assert look_over(lab, comments={number: f"as in {other}"}, remark=f"see {other}") == ()
    reader, url = as_(name), f"/api/v1/batches/{lab.batch}/trail/"
    assert [reader.get(it).content.decode().count(other) for it in (lab.url("trail"), url)] == [2, 2]
    elsewhere = dict.fromkeys(("treating", "collection", "courier", "manufacturing"), SECOND)
    Order.objects.filter(coi_id=other).update(**{f"{it}_site_id": site for it, site in elsewhere.items()})
    for page in (reader.get(lab.url("trail")), reader.get(url)):
        text = page.content.decode()
        assert (text.count(other), text.count(f"as in {HIDDEN}"), text.count(f"see {HIDDEN}")) == (0, 1, 1)
        assert lab.view().batch.code in text


def test_the_trail_costs_the_same_for_more_entries(corrected, django_assert_max_num_queries):
    lab, _number = corrected
    trail = _trail(lab)
    with django_assert_max_num_queries(4):
        found = selectors.alterations_in(trail)
    told = [it for lines in found.values() for it in lines]
    assert {it.is_known for it in told} == {True}


def test_the_list_of_work_leads_to_the_page(corrected, as_):
    lab, _number = corrected
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    page = as_("Bob").get("/work/").content.decode()
    assert "look it over and sign" in page
    assert f'href="{lab.url("trail")}"' in page
