"""Starting material: judged with a signature, asked for by the protocol, its plan told to whoever goes on."""

from typing import Any
from uuid import uuid4

import pytest

from coi import services as coi
from coi.models import Collection
from coi.rules.acceptance import Acceptance, PlanChange
from coi.selectors.acceptance import acceptance_of, collections_with_acceptance
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import PLANT, PRODUCT
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entries_for_subject
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from tests import given
from tests.coi.doors import signed_in
from tests.coi.test_models import ids, refused
from tests.furnished import Journeys

A, P = Acceptance, PlanChange
MEANS = {
    A.ACCEPTED: Meaning.APPROVAL,
    A.ACCEPTED_WITH_CHANGES: Meaning.APPROVAL,
    A.REFUSED: Meaning.REJECTION,
}


def din_of(p: Player) -> str:
    return Collection.objects.get(order__coi_id=p.coi_id).din


def signed(p: Player, meaning: Meaning, name: str = "Bob Brandt", digest: str = "") -> SignatureView:
    return given.signed(p, din_of(p), name, meaning, digest or uuid4().hex * 2, kind="collection")


def judged(p: Player, decision: Acceptance, *changes: PlanChange, by: str = "Bob", **more: Any) -> None:
    """Quality of the manufacturer judges the journey's collection."""
    about = {"collection": din_of(p), **given.doing(p, by), **more}
    if "signatures" not in about:
        about["signatures"] = [signed(p, MEANS.get(decision, Meaning.APPROVAL))]
    coi.record_acceptance(decision=decision, changes=changes, **about)


@pytest.mark.parametrize(
    ("decision", "changes"),
    [
        (A.ACCEPTED, ()),
        (A.ACCEPTED_WITH_CHANGES, (P.EXTRA_SELECTION, P.EXTEND_CULTURE)),
        (A.REFUSED, (P.COLLECT_AGAIN,)),
        (A.REFUSED, ()),
    ],
)
def test_a_collection_is_judged_with_a_signature(
    journeys: Journeys, decision: Acceptance, changes: tuple[PlanChange, ...]
) -> None:
    p = journeys.labelled
    before = acceptance_of(din_of(p))
    assert before is not None
    assert (before.acceptance, before.is_judged) == (A.PENDING, False)
    about = {**given.doing(p, "Bob"), "signatures": [signed(p, MEANS[decision])]}
    judged(p, decision, *changes, **about)
    judged(p, decision, *changes, **about)  # the same request again
    found = acceptance_of(din_of(p))
    assert found is not None
    assert (found.acceptance, found.plan_changes, found.judged_at) == (decision, changes, p.now)
    (entry,) = [e for e in entries_for_subject("order", p.coi_id) if e.event == "coi:material:judged"]
    assert entry.facts["signatures"] == [about["signatures"][0].id]
    assert list(differences("default")) == []


@pytest.mark.parametrize(
    ("decision", "changes", "wrong"),
    [
        (A.ACCEPTED, (P.REDUCE_DOSE,), {"changes": "changes_without_need"}),
        (A.ACCEPTED_WITH_CHANGES, (), {"changes": "changes_missing"}),
        (A.PENDING, (), {"decision": "not_choice"}),
    ],
)
def test_what_does_not_fit_is_not_taken(
    journeys: Journeys, decision: Acceptance, changes: tuple[PlanChange, ...], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        judged(journeys.labelled, decision, *changes)
    assert caught.value.detail["fields"] == wrong


def test_the_signatures_are_real_of_this_record_and_of_those_who_may(journeys: Journeys) -> None:
    p, other = journeys.labelled, journeys.cultured
    other.now = p.now
    digest = "a" * 64
    right, review = signed(p, Meaning.APPROVAL, digest=digest), signed(p, Meaning.REVIEW, "Leo Marsh", digest)
    elsewhere = given.signed(p, din_of(other), "Bob Brandt", Meaning.APPROVAL, digest, kind="collection")
    unqualified = signed(p, Meaning.REVIEW, p.demo.member("Ana").name, digest)
    of_rosa = signed(p, Meaning.APPROVAL, "Rosa Reyes", digest)
    cases: list[tuple[list[SignatureView], type[Exception], str]] = [
        ([], Invalid, "signatures_incomplete"),
        ([review], Invalid, "signatures_incomplete"),
        ([right, of_rosa], Invalid, "signatures_incomplete"),
        ([signed(p, Meaning.REJECTION)], Invalid, "signatures_incomplete"),
        ([elsewhere], Invalid, "signatures_not_of_this_record"),
        ([right, signed(p, Meaning.REVIEW, "Leo Marsh")], Invalid, "signatures_over_different_records"),
        ([right, unqualified], NotAllowed, "role_missing"),
        ([of_rosa], NotAllowed, "signature_of_another"),
    ]
    for signatures, error, code in cases:
        with pytest.raises(error, match=code):
            judged(p, A.ACCEPTED, signatures=signatures)
    judged(p, A.ACCEPTED, signatures=[review, right])
    for unknown in ("A999926999999", "\x00"):
        with pytest.raises(NotFound, match="collection_unknown"):
            judged(p, A.ACCEPTED, collection=unknown, signatures=[right])


def test_it_is_judged_again_until_it_is_in_a_batch(journeys: Journeys) -> None:
    p = journeys.labelled
    judged(p, A.REFUSED, P.PHYSICIAN_DECIDES)
    judged(p, A.ACCEPTED_WITH_CHANGES, P.REDUCE_DOSE)
    for stage in (story.send_collection, story.receive_collection, story.start_batch):
        stage(p)
    for decision in (A.REFUSED, A.ACCEPTED):
        with pytest.raises(Conflict, match="material_in_use"):
            judged(p, decision)
    late = journeys.cultured  # begun under a protocol that asks for nothing: the judgement may come after
    judged(late, A.ACCEPTED)
    with pytest.raises(Conflict, match="material_in_use"):
        judged(late, A.REFUSED)


# -- a protocol that asks for it --------------------------------------------------------------------------------------


def asking(j: Journeys) -> Player:
    """A journey whose protocol lets no cells into a batch that nobody has accepted, at the manufacturer."""
    guards = {"start_batch": {"guards": ["accepted_material"]}}
    p = j.fresh
    given.in_effect(p, "protocol", PRODUCT, given.a_protocol(**guards))
    asked = given.a_journey(j.demo, number=77, now=p.now)
    given.until(asked, story.receive_collection)
    return asked


def turned_away(p: Player) -> list[str]:
    """An operator tries to start the batch, is stopped, and a colleague clears the STOP."""
    operator = p.one(Role.OPERATOR, PLANT)
    answer = p.scan("HOOD", operator, p.label("apheresis_bag"), step="start_batch")
    p.wait(seconds=5)
    given.cleared(p, "HOOD", answer["check"], p.one(Role.OPERATOR, PLANT, but=operator))
    p.wait(seconds=5)
    return [refusal["code"] for refusal in answer["refusals"]]


def test_a_protocol_keeps_cells_out_that_nobody_accepted(journeys: Journeys) -> None:
    p = asking(journeys)
    assert turned_away(p) == ["material_not_accepted"]
    judged(p, A.REFUSED, P.COLLECT_AGAIN)
    assert turned_away(p) == ["material_not_accepted"]
    judged(p, A.ACCEPTED_WITH_CHANGES, P.EXTEND_CULTURE, P.EXTRA_SELECTION)
    p.answers.clear()
    story.start_batch(p)
    assert [answer["next"]["cautions"] for answer in p.answers] == [["extra_selection", "extend_culture"]] * 2


def test_the_pages_say_what_was_decided_and_what_is_waited_for(journeys: Journeys) -> None:
    p = asking(journeys)
    client = signed_in(p.demo.member("Bob"))
    page = client.get(f"/journeys/{p.coi_id}/").content.decode()
    assert "Acceptance of the starting material by quality" in page
    judged(p, A.ACCEPTED_WITH_CHANGES, P.EXTEND_CULTURE)
    page = client.get(f"/journeys/{p.coi_id}/").content.decode()
    assert "Acceptance of the starting material by quality" not in page
    assert "accepted, with changes of the plan" in page
    assert "a longer culture" in page


def test_of_an_order_every_collection_is_told(journeys: Journeys) -> None:
    order = Collection.objects.get(din=din_of(journeys.filled)).order_id
    assert [c.din for c in collections_with_acceptance(order)] == [din_of(journeys.filled)]


def test_the_database_knows_the_decisions(journeys: Journeys) -> None:
    row = ids("coi_collection")[0]
    with refused("coi_collection_acceptance_known"):
        Collection.objects.filter(id=row).update(acceptance="perhaps", judged_at=journeys.fresh.now)
    with refused("coi_collection_judged_is_dated"):
        Collection.objects.filter(id=row).update(acceptance="accepted")
