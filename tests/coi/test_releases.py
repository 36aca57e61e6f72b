"""Releases that are not outright: what they need, what may follow, what whoever has the product in hand is told."""

from typing import Any
from uuid import uuid4

import pytest

from coi import services as coi
from coi.forms.answers import render_answer
from coi.models import Batch, Hold
from coi.rules.journey import CAUTIONED, Disposition
from coi.selectors import batches
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import PLANT
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from tests import given
from tests.coi.doors import signed_in
from tests.furnished import Journeys

D = Disposition
RECORD = "a" * 64
MEANS = {
    D.RELEASED: Meaning.RELEASE,
    D.CONDITIONALLY_RELEASED: Meaning.CONDITIONAL_RELEASE,
    D.EXCEPTIONALLY_RELEASED: Meaning.EXCEPTIONAL_RELEASE,
}


def batch_of(p: Player) -> str:
    return p.containers("product_bag")[0].batch


def both(p: Player, meaning: Meaning) -> list[SignatureView]:
    """The review and the decision, over one record; another one each time."""
    digest = uuid4().hex * 2
    return [
        given.signed(p, batch_of(p), "Bob Brandt", Meaning.REVIEW, digest),
        given.signed(p, batch_of(p), "Rosa Reyes", meaning, digest),
    ]


def released(p: Player, to: Disposition) -> str:
    """A tested batch goes out in this way."""
    given.tested(p, batch_of(p))
    given.disposed(p, batch_of(p), to, both(p, MEANS[to]))
    return batch_of(p)


@pytest.mark.parametrize("to", MEANS)
def test_quality_releases_with_two_signatures_of_the_right_meaning(
    journeys: Journeys, to: Disposition
) -> None:
    p = journeys.filled
    given.tested(p, batch_of(p))
    for meaning in {*MEANS.values(), Meaning.REJECTION} - {MEANS[to]}:
        with pytest.raises(Invalid, match="signatures_incomplete"):
            given.disposed(p, batch_of(p), to, both(p, meaning))
    for few in (both(p, MEANS[to])[:1], both(p, MEANS[to])[1:]):
        with pytest.raises(Invalid, match="signatures_incomplete"):
            given.disposed(p, batch_of(p), to, few)
    assert Batch.objects.get(code=batch_of(p)).disposition == "qa_review"
    given.disposed(p, batch_of(p), to, both(p, MEANS[to]))
    assert Batch.objects.get(code=batch_of(p)).disposition == to


@pytest.mark.parametrize("to", CAUTIONED)
def test_the_producer_releases_in_no_way(journeys: Journeys, to: Disposition) -> None:
    p = journeys.filled
    given.tested(p, batch_of(p))
    given.granted(p, "Alice", Role.QA_REVIEWER, PLANT)
    review = given.signed(p, batch_of(p), "Alice Adams", Meaning.REVIEW, RECORD)
    release = given.signed(p, batch_of(p), "Rosa Reyes", MEANS[to], RECORD)
    with pytest.raises(NotAllowed, match="producer_may_not_release"):
        given.disposed(p, batch_of(p), to, [review, release])


def test_a_conditional_release_is_completed_by_a_review_and_a_release(journeys: Journeys) -> None:
    p = journeys.filled
    batch = released(p, D.CONDITIONALLY_RELEASED)
    of_before = people.signatures("batch", batch)
    with pytest.raises(Invalid, match="signatures_incomplete"):  # what released it conditionally does no more
        given.disposed(p, batch, D.RELEASED, of_before)
    with pytest.raises(NotAllowed, match="role_missing"):
        given.disposed(p, batch, D.RELEASED, both(p, Meaning.RELEASE), by="Bob")
    given.disposed(p, batch, D.RELEASED, both(p, Meaning.RELEASE))
    assert Batch.objects.get(code=batch).disposition == "released"


@pytest.mark.parametrize(
    ("was", "to"),
    [
        *((was, D.REJECTED) for was in MEANS),
        *((was, D.TESTING) for was in MEANS),
        (D.EXCEPTIONALLY_RELEASED, D.RELEASED),
        (D.CONDITIONALLY_RELEASED, D.EXCEPTIONALLY_RELEASED),
        (D.RELEASED, D.CONDITIONALLY_RELEASED),
    ],
)
def test_nothing_flips_silently(journeys: Journeys, was: Disposition, to: Disposition) -> None:
    p = journeys.filled
    batch = released(p, was)
    with pytest.raises(Conflict, match="disposition_not_from_here"):
        given.disposed(
            p, batch, to, both(p, MEANS.get(to, Meaning.REJECTION)), by="Ana" if to is D.TESTING else "Rosa"
        )
    assert Batch.objects.get(code=batch).disposition == was


def test_lists_of_quality_know_every_release(journeys: Journeys) -> None:
    p = journeys.filled
    batch = released(p, D.CONDITIONALLY_RELEASED)
    rosa = people.person(journeys.demo.member("Rosa").user_id, p.now)
    assert rosa is not None
    assert batch in {b.code for b in batches.decided_batches(rosa, p.now)}
    assert batch not in {b.code for b in batches.undecided_batches(rosa, p.now)}
    assert [b.code for b in batches.watched_batches(rosa, p.now)] == [batch]


# -- whoever has it in hand -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", MEANS)
def test_it_goes_to_the_patient_and_everybody_is_told_before(journeys: Journeys, to: Disposition) -> None:
    p = journeys.filled
    released(p, to)
    told: dict[str, list[Any]] = {}

    def note(step: str) -> None:
        for answer in p.answers:
            told.setdefault(step, []).append(answer["next"]["cautions"])
        p.answers.clear()

    p.answers.clear()
    for stage in (story.ship, story.receive_product, story.patient_ready, story.thaw, story.bedside):
        stage(p)
        note(stage.__name__)
    nurse = p.one(Role.NURSE, p.site)
    first = p.scan("NBED", nurse, p.wristband, step="infuse_start")  # before the bag is in their hands
    assert first["outcome"] == "incomplete"
    note("infuse_start")
    expected = [str(to)] if to in CAUTIONED else []
    for step, answers in told.items():
        assert answers, step
        assert all(answer == expected for answer in answers), step


def test_the_answer_has_words_for_people(journeys: Journeys) -> None:
    p = journeys.filled
    released(p, D.CONDITIONALLY_RELEASED)
    answer = p.scan("DOCK", p.one(Role.OPERATOR, PLANT), p.cassette("product_bag"), step="ship")
    (caution,) = render_answer(answer)["next"]["cautions"]
    assert caution["code"] == "conditionally_released"
    assert caution["title"] == "released conditionally"
    assert "pending" in caution["text"]


def test_a_refused_scan_and_an_answer_of_old_say_nothing_of_it(journeys: Journeys) -> None:
    p = journeys.filled
    released(p, D.CONDITIONALLY_RELEASED)
    answer = p.scan("DOCK", p.one(Role.OPERATOR, PLANT), p.wristband, step="ship")
    assert (answer["outcome"], answer["next"]["cautions"]) == ("refused", [])
    del answer["next"]["cautions"]
    assert render_answer(answer)["next"]["cautions"] == []


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (D.CONDITIONALLY_RELEASED, "Results are still pending"),
        (D.EXCEPTIONALLY_RELEASED, "does not meet its"),
    ],
)
def test_the_pages_of_the_journey_and_of_the_batch_say_it(
    journeys: Journeys, to: Disposition, words: str
) -> None:
    p = journeys.filled
    batch = released(p, to)
    client = signed_in(p.demo.member("Rosa"))
    for path in (f"/journeys/{p.coi_id}/", f"/batches/{batch}/"):
        page = client.get(path).content.decode()
        assert " ".join(reversed(to.split("_"))) in page  # "released conditionally"
        assert f"tag-{to}" in page
        assert words in page
    assert f"tag-{to}" in client.get("/").content.decode()


# -- stopping what was released ----------------------------------------------------------------------------------------


def hold(p: Player, by: str = "Ana", reason: str = "late_result", **more: Any) -> tuple[str, ...]:
    about = {**given.doing(p, by), **more}
    return coi.hold_batch(
        batch=about.pop("batch", batch_of(p)), reason_code=reason, text="growth on day nine", **about
    )


def test_what_is_not_yet_infused_is_held(journeys: Journeys) -> None:
    p = journeys.bedside
    story.bedside(p)
    story.infuse(p)
    first, second = p.containers("product_bag")
    about = given.doing(p, "Ana")
    assert hold(p, **about) == (second.code,)
    assert hold(p, **about) == (second.code,)  # the same request again
    assert list(Hold.objects.filter(order__coi_id=p.coi_id).values_list("container__code", flat=True)) == [
        second.code
    ]
    assert hold(p) == ()  # held for this already
    answer = p.scan("NLAB", p.one(Role.CELL_LAB, p.site), second.label, step="thaw")
    assert [r["code"] for r in answer["refusals"]] == ["on_hold"]
    assert Batch.objects.get(code=first.batch).disposition == "released"
    samples = {c.code for c in p.containers("sample")}
    assert samples
    assert not Hold.objects.filter(container__code__in=samples).exists()  # the laboratory goes on with them


def test_a_hold_of_a_batch_needs_a_role_a_reason_and_a_batch(journeys: Journeys) -> None:
    p = journeys.filled
    for by in ("Alice", "Carol", "Olga", "Ada"):
        with pytest.raises(NotAllowed, match="role_missing"):
            hold(p, by)
    with pytest.raises(Invalid):
        coi.hold_batch(batch=batch_of(p), reason_code="late_result", text=" ", **given.doing(p, "Ana"))
    with pytest.raises(NotFound, match="batch_unknown"):
        hold(p, batch="B-nothing")
    assert not Hold.objects.filter(order__coi_id=p.coi_id).exists()
