"""Starting material: what the results come to, and quality's signed decision on it."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coi.rules.acceptance import Acceptance, PlanChange
from coi.selectors.acceptance import acceptance_of
from coi.selectors.collections import collections_of
from config.demonstration import site
from config.demonstration.site import HOSPITAL, PASSWORD, PLANT, PRODUCT
from ledger import selectors as ledger
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureState
from qc import selectors, services
from qc.rules.acceptance import AcceptanceRefusal as R
from qc.rules.acceptance import Deciding
from qc.rules.case import StartingMaterial
from qc.rules.criteria import Effect
from qc.rules.results import CorrectionReason
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.selectors.materials import material_signatures
from tests.qc.given import Laboratory

pytestmark = pytest.mark.django_db

ACCEPTED, CHANGED, REFUSED = Acceptance.ACCEPTED, Acceptance.ACCEPTED_WITH_CHANGES, Acceptance.REFUSED


def criterion(code: str, low: str, effect: str = "", **more: object) -> dict[str, object]:
    known = {"code": code, "title": code.title(), "sort": "quantity", "timing": "release"}
    known |= {"method": "M-VISUAL", "unit": "%", "decimals": 0}
    known |= {"low": {"value": low, "is_inclusive": True}}
    return known | ({"effect": effect} if effect else {}) | more


MATERIAL = {
    "name": "Apheresis, acceptance",
    "product": PRODUCT,
    "subject": "collection",
    "criteria": [
        criterion("VIABILITY", "90"),
        criterion("CD3", "20", "extra_selection"),
        criterion("DAYS_SINCE_THERAPY", "14", "physician_decides", unit="d"),
        criterion("COUNT", "1", "collect_again", unit="10*9"),
    ],
}
SOUND = {"VIABILITY": "95", "CD3": "45", "DAYS_SINCE_THERAPY": "21", "COUNT": "3"}


def specify(lab: Laboratory, code: str = "MAT", **more: object) -> None:
    lab.player.demo.now = lab.player.now
    site.document(lab.player.demo, "specification", code, code, MATERIAL | more)
    lab.player.wait(minutes=1)


@pytest.fixture
def specified(lab: Laboratory) -> Laboratory:
    specify(lab)
    return lab


def din(lab: Laboratory) -> str:
    order = selectors.subject(SubjectRef(SubjectKind.BATCH, lab.batch), lab.player.now).order_id
    return collections_of(order)[0]


def bring_in(lab: Laboratory, *, looked_over: bool = True, **values: str) -> None:
    """Every criterion tested of the collection; a value "" is left out."""
    ref, bag = SubjectRef(SubjectKind.COLLECTION, din(lab)), lab.player.containers("apheresis_bag")[0].code
    for code, value in (SOUND | values).items():
        if value:
            found = lab.record(code, value, subject=ref, container=bag, run="")
            if looked_over:
                lab.review(found)


def decide(lab: Laboratory, decision: Acceptance, by: str = "Bob", **more: Any) -> services.MaterialAttempt:
    about = {name: more.pop(name) for name in ("effects", "physician", "reason") if name in more}
    request_id = more.pop("request_id", None)
    deciding = Deciding(decision, **about)
    asked = {"din": din(lab), "deciding": deciding, **lab.signing(by, request_id)} | more
    return services.decide_material(**asked)


def view(lab: Laboratory) -> selectors.MaterialView:
    found = selectors.material_view(din(lab), lab.player.now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("values", "deciding", "changes", "meaning"),
    [
        ({}, {"decision": ACCEPTED}, (), Meaning.APPROVAL),
        (
            {"CD3": "19"},
            {"decision": CHANGED, "effects": (Effect.EXTRA_SELECTION,)},
            (PlanChange.EXTRA_SELECTION,),
            Meaning.APPROVAL,
        ),
        (
            {"DAYS_SINCE_THERAPY": "13"},
            {"decision": CHANGED, "effects": (Effect.PHYSICIAN_DECIDES,), "physician": "letter 26-11"},
            (PlanChange.PHYSICIAN_DECIDES,),
            Meaning.APPROVAL,
        ),
        ({"VIABILITY": "89.4"}, {"decision": REFUSED}, (), Meaning.REJECTION),
        ({"COUNT": "0.4"}, {"decision": REFUSED}, (PlanChange.COLLECT_AGAIN,), Meaning.REJECTION),
    ],
)
def test_quality_decides_by_what_the_results_come_to(specified, values, deciding, changes, meaning):
    lab = specified
    bring_in(lab, **values)
    assert decide(lab, **deciding).is_done
    judged = acceptance_of(din(lab))
    assert (judged.acceptance, judged.plan_changes) == (deciding["decision"], changes)
    (signed,) = people.signatures("collection", din(lab))
    assert signed.meaning == meaning
    (kept,) = view(lab).signatures
    assert kept.state is SignatureState.VALID
    assert material_signatures([din(lab), "NONE"], lab.player.now) == (kept,)
    content = selectors.signed_material(signed)
    assert sha256(content).hexdigest() == signed.record_digest
    said = json.loads(content)
    assert said["decision"]["to"] == deciding["decision"]
    assert [it["criterion"] for it in said["material"]["results"]] == sorted(SOUND)
    assert selectors.materials_of([lab.view().batch]) == {
        lab.view().batch.id: (StartingMaterial(din(lab), deciding["decision"] is not REFUSED),)
    }
    events = [it.event for it in ledger.entries_for_subject("order", lab.view().batch.coi_id)][-2:]
    assert events == ["coi:material:judged", "qc:material:decided"]
    assert list(differences("default")) == []


@pytest.mark.parametrize(
    ("values", "deciding", "refusals"),
    [
        ({"CD3": ""}, {"decision": ACCEPTED}, [R.RESULTS_OPEN]),
        ({"VIABILITY": "89"}, {"decision": ACCEPTED}, [R.LAXER_THAN_PROPOSED]),
        ({"CD3": "19"}, {"decision": ACCEPTED}, [R.LAXER_THAN_PROPOSED]),
        ({"CD3": "19"}, {"decision": CHANGED}, [R.EFFECT_LEFT_OUT, R.EFFECT_MISSING]),
        ({}, {"decision": ACCEPTED, "effects": (Effect.REDUCE_DOSE,)}, [R.EFFECT_WITHOUT_CHANGES]),
        ({}, {"decision": CHANGED, "effects": (Effect.REDUCE_DOSE,)}, [R.PHYSICIAN_MISSING]),
    ],
)
def test_a_refused_decision_is_recorded_and_changes_nothing(specified, values, deciding, refusals):
    lab = specified
    bring_in(lab, **values)
    request_id = uuid4()
    for _again in range(2):
        answer = decide(lab, request_id=request_id, **deciding)
        assert (answer.is_done, list(answer.refusals)) == (False, refusals)
    assert acceptance_of(din(lab)).acceptance is Acceptance.PENDING
    entry = ledger.entries_for_subject("collection", din(lab))[-1]
    assert (entry.event, entry.facts["refusals"]) == ("qc:acceptance:refused", [str(it) for it in refusals])
    assert people.signatures("collection", din(lab)) == []


def test_material_may_be_refused_at_once_and_is_decided_once(specified):
    lab = specified
    bring_in(lab, looked_over=False)
    assert decide(lab, ACCEPTED).refusals == (R.RESULT_UNREVIEWED,)
    request_id = uuid4()
    assert decide(lab, REFUSED, request_id=request_id).is_done
    assert decide(lab, REFUSED, request_id=request_id).is_done, "the same request again"
    with pytest.raises(Conflict, match="request_id_used"):
        decide(lab, ACCEPTED, request_id=request_id)
    assert decide(lab, ACCEPTED, by="Rosa").refusals[0] is R.DECIDED
    assert len(people.signatures("collection", din(lab))) == 1


def test_who_may_not_decide(specified):
    lab = specified
    bring_in(lab)
    for who in ("Ana", "Leo", "Olga", "Dave"):
        with pytest.raises(NotAllowed, match="role_missing"):
            decide(lab, ACCEPTED, by=who)
    with pytest.raises(NotAllowed, match="credential_refused"):
        decide(lab, ACCEPTED, **lab.wrong_password("Bob"))
    for wrong in ({"physician": "x" * 201}, {"reason": "x" * 201}):
        with pytest.raises(Invalid):
            decide(lab, ACCEPTED, **wrong)
    with pytest.raises(Invalid):
        decide(lab, Acceptance.PENDING)
    for unknown in ("NOBODY", "\x00"):
        with pytest.raises(NotFound, match="material_not_judged"):
            decide(lab, ACCEPTED, din=unknown)


def test_a_result_that_is_corrected_makes_the_signature_invalid(specified):
    lab = specified
    bring_in(lab)
    assert decide(lab, ACCEPTED).is_done
    found = view(lab).counted["CD3"]
    lab.correct(found, "46", CorrectionReason.TRANSCRIPTION)
    assert [it.state for it in view(lab).signatures] == [SignatureState.INVALID]


def test_what_failed_once_stays_failing_until_its_investigation_says_otherwise(specified):
    lab = specified
    bring_in(lab, CD3="19")
    with pytest.raises(Conflict, match="investigation_missing"):
        lab.correct(view(lab).counted["CD3"], "91", CorrectionReason.TRANSCRIPTION)
    assert view(lab).proposal.decision is CHANGED


def test_the_collectors_are_known(specified):
    collectors = view(specified).material.collectors
    members = specified.player.demo.members.values()
    assert {m.user_id for m in members if m.site == HOSPITAL and Role.COLLECTOR in m.roles} & collectors
    assert collectors.isdisjoint({m.user_id for m in members if m.site == PLANT})


# --- which batches need it ------------------------------------------------------------------------------------------


def test_a_product_without_such_a_specification_has_no_material_to_accept(lab):
    assert selectors.materials_of([lab.view().batch]) == {lab.view().batch.id: ()}
    assert selectors.material_view(din(lab), lab.player.now) is None
    assert selectors.materials_of([]) == {}
    with pytest.raises(NotFound, match="material_not_judged"):
        decide(lab, ACCEPTED)


def test_a_specification_that_came_after_the_batch_began_asks_for_nothing(specified):
    assert selectors.materials_of([specified.view().batch]) == {specified.view().batch.id: ()}


def test_a_batch_that_began_later_needs_it(specified):
    later = replace(specified.view().batch, started_at=specified.player.now)
    with CaptureQueriesContext(connection) as spent:
        found = selectors.materials_of([later])
    assert found == {later.id: (StartingMaterial(din(specified), False),)}
    assert len(spent) == 7, "however many batches"


@pytest.mark.parametrize(
    ("more", "is_judged"),
    [
        ({"product": "OTHER"}, False),
        ({"region": "US"}, False),
        ({"region": "GB"}, True),
        ({"subject": "batch"}, False),
    ],
)
def test_the_specification_is_that_of_the_product_and_region(lab, more, is_judged):
    if more.get("subject") == "batch":
        more = more | {"criteria": [criterion("VIABILITY", "90")], "product": "OTHER-MATERIAL"}
    specify(lab, **more)
    assert (selectors.material_view(din(lab), lab.player.now) is not None) == is_judged


def test_two_specifications_that_would_apply_judge_nothing(specified):
    specify(specified, code="MAT-2")
    assert selectors.material_view(din(specified), specified.player.now) is None


# --- pages ----------------------------------------------------------------------------------------------------------


def address(lab: Laboratory) -> str:
    return reverse("qc:subject", args=["collection", din(lab)])


def form(decision: Acceptance, **more: object) -> dict[str, object]:
    known = {"request_id": str(uuid4()), "decision": str(decision), "effects": [], "password": PASSWORD}
    return known | {"physician": "", "reason": ""} | more


def test_the_page_says_what_is_proposed_and_why(specified, as_):
    lab = specified
    bring_in(lab, CD3="19", DAYS_SINCE_THERAPY="13")
    bob, leo = as_("Bob"), as_("Leo")
    text = bob.get(address(lab)).content.decode()
    for said in ("with changes to the plan", "an extra selection", "the physician decides", "19 %", "13 d"):
        assert said in text, said
    decision = reverse("qc:decide_material", args=[din(lab)])
    assert decision in text
    assert decision not in leo.get(address(lab)).content.decode()
    refused = bob.post(decision, form(ACCEPTED))
    assert refused.status_code == 200
    assert "The results do not allow this." in refused.content.decode()
    effects = ["extra_selection", "physician_decides"]
    done = bob.post(decision, form(CHANGED, effects=effects, physician="letter 26-11"), follow=True)
    assert "You decided on the starting material" in done.content.decode()
    assert "Signed by Bob Brandt" in done.content.decode()
    assert decision not in done.content.decode(), "it is decided once"


def test_what_is_wrong_with_the_form_is_said_at_its_field(specified, as_):
    lab = specified
    bring_in(lab)
    bob, decision = as_("Bob"), reverse("qc:decide_material", args=[din(lab)])
    assert bob.post(decision, {}).status_code == 422
    assert bob.post(decision, form(ACCEPTED, effects=["nonsense"])).status_code == 422
    assert bob.post(decision, form(ACCEPTED, password="wrong")).status_code == 403
    assert as_("Ana").post(decision, form(ACCEPTED)).status_code == 403
    assert as_("Olga").post(decision, form(ACCEPTED)).status_code == 404
    assert bob.get(decision).status_code == 405
    assert acceptance_of(din(lab)).acceptance is Acceptance.PENDING


def test_the_worklist_shows_what_waits_to_be_accepted(specified, as_):
    lab, leo = specified, as_("Leo")
    bring_in(lab, CD3="")
    page = leo.get(reverse("qc:worklist")).content.decode()
    assert "3 of 4" in page
    assert din(lab) in page
    with CaptureQueriesContext(connection) as spent:
        (waiting,) = selectors.materials_waiting(lab.person("Leo"), lab.player.now)
    assert len(spent) <= 5
    assert (waiting.is_ready, waiting.results_in) == (False, 3)
    bring_in(lab, VIABILITY="", DAYS_SINCE_THERAPY="", COUNT="")
    assert selectors.materials_waiting(lab.person("Leo"), lab.player.now)[0].is_ready
    assert decide(lab, ACCEPTED).is_done
    assert selectors.materials_waiting(lab.person("Leo"), lab.player.now) == ()
    assert selectors.materials_waiting(lab.person("Olga"), lab.player.now) == ()
