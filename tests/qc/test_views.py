"""Pages: what they show to whom, and what comes of what is sent to them."""

import copy
import json
import re
from hashlib import sha256
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coi.rules import retention
from coi.services import place_hold
from config.demonstration.site import PASSWORD, SECOND, read_content
from people import selectors as people
from people.rules.roles import Role
from qc import selectors
from tests.given import in_effect
from tests.qc.given import Laboratory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(lab):
    """Doors read the clock: it shows the time of the story."""
    lab.player.wait(hours=1)
    with time_machine.travel(lab.player.now, tick=False) as moving:
        yield moving


@pytest.fixture
def as_(lab, clock):
    """`as_("Ana")` is a browser in which Ana is signed in."""

    def sign_in(first_name: str) -> Client:
        client = Client()
        member = lab.member(first_name)
        assert client.login(username=member.username, password=PASSWORD)
        return client

    return sign_in


def result_url(lab: Laboratory, criterion: str) -> str:
    return reverse("qc:result", args=["batch", lab.batch, criterion])


def page(client: Client, lab: Laboratory) -> str:
    answer = client.get(lab.url("batch"))
    assert answer.status_code == 200
    return answer.content.decode()


def sent(lab: Laboratory, value: str = "92.4", **more: str) -> dict[str, str]:
    """What the form of a flow cytometry result sends."""
    run = lab.run_for("VIABILITY")
    local = lab.player.now.astimezone(ZoneInfo("Europe/Amsterdam"))
    return {
        "request_id": str(uuid4()),
        "container": lab.tube,
        "value_1": value,
        "run": run,
        "tested_at": f"{local:%Y-%m-%dT%H:%M}",
    } | more


def test_an_analyst_records_and_a_reviewer_looks_over(lab, as_):
    ana, leo = as_("Ana"), as_("Leo")
    assert result_url(lab, "VIABILITY") in page(ana, lab)
    assert result_url(lab, "VIABILITY") not in page(leo, lab).replace("#VIABILITY", "")
    form = ana.get(result_url(lab, "VIABILITY")).content.decode()
    assert "≥ 80 %" in form
    assert lab.tube in form
    answer = ana.post(result_url(lab, "VIABILITY"), sent(lab), follow=True)
    assert answer.redirect_chain[-1][0] == lab.url("batch")
    (found,) = selectors.results_of([answer.context["view"].batch.id]).popitem()[1]
    assert (found.value, found.verdict, found.analyst) == ("92.4", "pass", "Ana Lind")
    looked = reverse("qc:review_result", args=[found.id])
    assert looked not in page(ana, lab)
    assert looked in page(leo, lab)
    assert leo.post(looked, {"request_id": str(uuid4())}).status_code == 302
    assert "Leo Marsh" in page(ana, lab)
    again = leo.post(looked, {"request_id": str(uuid4())})
    assert again.status_code == 409
    assert "looked this result over already" in again.content.decode()


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"value_1": "95,5"}, 422, "Write a point, not a comma"),
        ({"value_1": "955"}, 422, "outside of what is possible"),
        ({"value_1": ""}, 422, "required"),
        ({"container": "B-OF-NOBODY"}, 422, "Select a valid choice"),
        ({"tested_at": "2030-01-01T00:00"}, 422, "in the future"),
        ({"tested_at": "yesterday"}, 422, "Enter a valid date/time"),
        ({"tested_at": "0026-11-20T10:00"}, 422, "is the year right?"),
        ({"request_id": "x"}, 422, "Enter a valid UUID"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(lab, as_, more, status, said):
    ana = as_("Ana")
    answer = ana.post(result_url(lab, "VIABILITY"), sent(lab) | more)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert ana.post(result_url(lab, "VIABILITY"), sent(lab)).status_code == 302


@pytest.mark.requirement("URS-TRAIL-02")
def test_a_word_is_chosen_and_a_correction_gives_a_reason(lab, as_):
    ana = as_("Ana")
    assert ana.post(result_url(lab, "MYCOPLASMA"), sent(lab, "maybe", run="")).status_code == 422
    assert ana.post(result_url(lab, "MYCOPLASMA"), sent(lab, "not detected", run="")).status_code == 302
    old = {"corrects": lab.results["MYCOPLASMA"].id}
    without = ana.post(result_url(lab, "MYCOPLASMA"), sent(lab, "detected", run="", **old))
    assert without.status_code == 422
    reason = {"reason": "transcription", "reference": "LAB-26-014", **old}
    assert ana.post(result_url(lab, "MYCOPLASMA"), sent(lab, "detected", run="", **reason)).status_code == 302
    shown = page(ana, lab)
    assert "<del>not detected" in shown
    assert "version 1" in shown


def test_what_was_not_tested_is_said_in_words_and_corrected_from_there(lab, as_):
    ana, why = as_("Ana"), "insufficient_sample"
    given = sent(lab, "", run="", not_tested=why)
    assert ana.post(result_url(lab, "MYCOPLASMA"), given).status_code == 302
    for url in (lab.url("batch"), reverse("qc:worklist")):
        shown = ana.get(url).content.decode()
        assert "not tested: not enough sample" in shown
        assert why not in shown
    form = ana.get(result_url(lab, "MYCOPLASMA")).context["form"]
    assert (form.initial.get("not_tested"), form.initial.get("value_1")) == (why, None)


def test_the_same_form_sent_twice_counts_once(lab, as_):
    ana, content = as_("Ana"), sent(lab)
    first, again = (ana.post(result_url(lab, "VIABILITY"), content) for _ in range(2))
    assert (first.status_code, again.status_code) == (302, 302)
    assert len(lab.view().case.results) == 1
    other = ana.post(result_url(lab, "VIABILITY"), content | {"request_id": str(uuid4())})
    assert other.status_code == 409
    assert "Somebody recorded a result meanwhile" in other.content.decode()


def test_a_correction_is_of_the_version_that_was_seen(lab, as_):
    ana, first = as_("Ana"), lab.record("VIABILITY", "92.4")
    seen = ana.get(result_url(lab, "VIABILITY")).content.decode()
    assert f'name="corrects" value="{first.id}"' in seen
    lab.correct(first, "93.4")
    about = {"reason": "calculation", "corrects": first.id, "run": first.run}
    stale = ana.post(result_url(lab, "VIABILITY"), sent(lab, "94.4", **about))
    assert stale.status_code == 409
    assert "corrected meanwhile" in stale.content.decode()
    other = ana.post(result_url(lab, "CAR"), sent(lab, "30", **about))
    assert other.status_code == 404, "it is no result of that criterion"


def test_a_batch_is_submitted_reviewed_and_released_from_its_page(lab, as_):
    lab.test_all()
    lab.finish_cultures()
    leo, bob, rosa = as_("Leo"), as_("Bob"), as_("Rosa")
    signing = {"password": PASSWORD}
    early = rosa.post(lab.url("release"), signing | {"request_id": str(uuid4())})
    assert early.status_code == 200, "a refusal is an answer"
    assert "Refused, and recorded" in early.content.decode()
    assert "has not handed the batch to quality" in early.content.decode()
    assert leo.post(lab.url("submit"), {"request_id": str(uuid4())}).status_code == 302
    trail = bob.get(lab.url("trail")).content.decode()
    upto = re.search(r'name="upto" value="(\d+)"', trail)[1]
    assert bob.post(lab.url("trail"), signing | {"upto": upto, "request_id": str(uuid4())}).status_code == 302
    wrong = bob.post(lab.url("review"), {"password": "wrong", "request_id": str(uuid4())})
    assert wrong.status_code == 403
    assert "The password is wrong" in wrong.content.decode()
    assert bob.post(lab.url("review"), signing | {"request_id": str(uuid4())}).status_code == 302
    assert "Signed by Bob Brandt" in page(rosa, lab)
    assert rosa.post(lab.url("release"), signing | {"request_id": str(uuid4())}).status_code == 302
    assert lab.disposition == "released"
    record = rosa.get(lab.url("record"))
    (review, release) = people.signatures("batch", lab.batch)
    assert sha256(record.content).hexdigest() == review.record_digest == release.record_digest
    assert json.loads(record.content)["batch"] == lab.batch
    board = rosa.get(reverse("qc:home")).content.decode()
    assert "Decided" in board
    assert "✔ released" in board


def test_a_batch_is_rejected_from_its_page(lab, as_):
    bob, rosa = as_("Bob"), as_("Rosa")
    bob.post(lab.url("review"), {"password": PASSWORD, "request_id": str(uuid4())})
    sent_form = {"password": PASSWORD, "request_id": str(uuid4())}
    assert rosa.post(lab.url("reject"), sent_form).status_code == 422
    assert lab.disposition == "in_process"
    assert "Still to come" in page(rosa, lab)
    assert rosa.post(lab.url("reject"), sent_form | {"reason": "process_failed"}).status_code == 302
    assert lab.disposition == "rejected"
    assert "Still to come" not in page(rosa, lab)


def test_every_blocker_is_a_link_that_leads_somewhere(lab, as_):
    bag = lab.player.containers("product_bag")[0].code
    place_hold(container=bag, reason_code="quality", text="odd", **lab.doing("Bob"))
    bob = as_("Bob")
    shown = page(bob, lab)
    assert f"{bag} is on hold" in shown
    links = set(re.findall(r'class="bad" aria-hidden="true">■</span> <a href="([^"]+)"', shown))
    assert len(links) > 5
    for link in {link.split("#")[0] for link in links}:
        assert bob.get(link).status_code == 200, link
    for anchor in {link.split("#")[1] for link in links if "#" in link}:
        assert f'id="{anchor}"' in shown
    board = bob.get(reverse("qc:home")).content.decode()
    assert "Needs somebody" in board


def test_the_password_is_never_shown_again(lab, as_):
    answer = as_("Bob").post(lab.url("review"), {"password": "secret words", "request_id": "x"})
    assert answer.status_code == 422
    assert "secret words" not in answer.content.decode()


ROLES = ("Ana", "Leo", "Bob", "Rosa", "Iris", "Alice")


@pytest.mark.parametrize("who", ROLES)
def test_people_of_the_site_may_look(lab, as_, who):
    client = as_(who)
    for address in (reverse("qc:home"), lab.url("batch"), lab.url("record"), result_url(lab, "CAR")):
        assert client.get(address).status_code == 200


def test_strangers_find_nothing_and_nobody_is_asked_to_sign_in(lab, as_):
    nurse = lab.player.one(Role.NURSE, SECOND).name.split()[0]
    for who in (nurse, "Dave"):
        client = as_(who)
        for address in (lab.url("batch"), lab.url("record"), result_url(lab, "CAR")):
            assert client.get(address).status_code == 404
        assert lab.batch not in client.get(reverse("qc:home")).content.decode()
        assert (
            client.post(lab.url("release"), {"password": PASSWORD, "request_id": str(uuid4())}).status_code
            == 404
        )
    anonymous = Client()
    for address in (reverse("qc:home"), lab.url("batch"), lab.url("record")):
        assert anonymous.get(address).status_code == 302


@pytest.mark.parametrize(
    ("what", "may"),
    [("submit", {"Ana", "Leo"}), ("review", {"Bob"}), ("conditional", {"Rosa"}), ("reject", {"Rosa"})],
)
def test_who_may_do_what_on_the_page(lab, as_, what, may):
    """Offered to those alone who may, and refused to all others who try."""
    lab.record("CAR")
    assert lab.look_over() == ()
    content = {"password": PASSWORD, "reason": "deviation", "expected_STERILITY_FINAL": "2026-04-01"}
    for who in ROLES:
        client = as_(who)
        is_offered = f'action="{lab.url(what)}"' in page(client, lab)
        assert is_offered == (who in may and what != "submit"), who  # its results are not all in
        status = client.post(lab.url(what), content | {"request_id": str(uuid4())}).status_code
        assert (status == 403) == (who not in may), (who, status)


def test_the_review_is_offered_when_the_trail_was_looked_over(lab, as_):
    first = page(as_("Bob"), lab)
    assert f'action="{lab.url("review")}"' not in first
    assert "Before you sign it" in first
    assert "Before you sign it" not in page(as_("Rosa"), lab)
    assert lab.look_over() == ()
    then = page(as_("Bob"), lab)
    assert f'action="{lab.url("review")}"' in then
    assert "Before you sign it" not in then


def test_a_batch_is_handed_on_when_its_results_are_in(lab, as_):
    def offered() -> set[str]:
        return {who for who in ROLES if f'action="{lab.url("submit")}"' in page(as_(who), lab)}

    lab.test_all()
    assert offered() == {"Ana", "Leo"}
    found = next(line.result for line in lab.view().lines if line.criterion.code == "CAR")
    lab.correct(found, "30.1")
    assert offered() == set(), "one result waits to be looked over"


def test_the_board_costs_the_same_for_more_batches(lab, as_):
    from config.demonstration import story
    from tests import given as journeys

    bob = as_("Bob")

    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            assert bob.get(reverse("qc:home")).status_code == 200
        return len(spent)

    one = cost()
    for number in (2, 3):
        other = journeys.until(
            journeys.a_journey(lab.player.demo, number=number, now=lab.player.now), story.select_split
        )
        lab.player.now = other.now
    assert cost() == one
    found = selectors.release_board(lab.person("Bob"), lab.player.now)
    assert len(found.waiting) == 3


def test_forms_for_one_batch_do_not_share_ids(lab, as_):
    lab.record("CAR")
    rosa = as_("Rosa")
    ids = re.findall(r' id="([^"]+)"', page(rosa, lab))
    assert len(ids) == len(set(ids))


def test_a_batch_without_a_name_is_not_found(lab, as_):
    assert as_("Bob").get("/batches/NONE/").status_code == 404
    assert as_("Bob").get(f"/batches/{lab.batch}/results/NONE/").status_code == 404


def test_copies_of_the_laboratory_are_apart(lab):
    other = copy.deepcopy(lab)
    lab.record("VIABILITY")
    assert other.player.now < lab.player.now


@pytest.mark.requirement("URS-KEEP-04")
def test_a_batch_says_how_long_its_record_is_kept(lab, as_):
    """It counts from the decision that is final, and from the expiry, which is known once the journey is over."""

    def kept():
        return selectors.record_kept(lab.view(), lab.player.now)

    assert "no rule in effect" in page(as_("Bob"), lab)
    in_effect(lab.player, retention.KIND, "RETENTION", read_content("retention.json"))
    lasting = {**read_content("retention.json")["rules"][0], "code": "OWN", "records": "batch_record"}
    own = lasting | {"counts_from": "decision", "region": "", "years": 7}
    in_effect(lab.player, retention.KIND, "RETENTION-OWN", {"rules": [own]})
    assert {one.by.rule.code: one.until for one in kept().why} == dict.fromkeys(
        ("OWN", "GB-BATCH-EXPIRY", "GB-BATCH-DECISION")
    )
    lab.to_review(has_finals=False)
    lab.sign_review()
    lab.release_conditionally()
    assert kept().until is None, "another decision follows, and the journey is open"
    lab.finish_cultures()
    lab.sign_review()
    assert lab.complete().is_done
    decided = lab.view().decision.signed_at.date()
    assert kept().until == decided.replace(year=decided.year + 7), "at least; its expiry is not known yet"
    assert not kept().may_be_erased(decided.replace(year=decided.year + 90))
