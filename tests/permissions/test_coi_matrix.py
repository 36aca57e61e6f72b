"""Who may do what in `coi`: every role against every service, at the site that counts and at another."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from coi import services as coi
from coi.models import Alias, Collection, Deviation, Order, Weight
from coi.rules.acceptance import Acceptance
from coi.rules.aliases import RetireReason
from coi.rules.deviations import Cause, DeviationOutcome
from coi.rules.journey import JourneyEnd
from coi.rules.reconciliations import ReconciliationKind as K
from coi.rules.stock import StockStatus
from coi.rules.weights import WeightCorrection, WeightSource
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.rules.errors import NotAllowed, NotFound
from people import selectors
from people import services as people
from people.rules import codes
from people.rules.credentials import Credential, PasswordCredential
from people.rules.roles import Role
from people.rules.signatures import Meaning, SignatureView
from tests import given
from tests.furnished import Journeys

R = Role
QUALITY = {R.QA_REVIEWER, R.QA_RELEASER, R.SUPERVISOR}
KEEPERS = {R.OPERATOR, R.SUPERVISOR, R.COLLECTOR, R.CELL_LAB}
PASSWORD = "nobody yet, and soon somebody"
Act = Callable[[dict[str, Any]], object]


def newcomer(j: Journeys) -> tuple[Actor, PasswordCredential]:
    """Zoe, who has signed up and holds no role."""
    p = j.fresh
    made = people.create_user(
        username="zoe",
        printed_name="Zoe Zest",
        site=PLANT,
        email="zoe@demo.invalid",
        **given.doing(p, "Ada"),
    )
    people.activate_user(
        username="zoe",
        activation_code=made.activation_code,
        password=PASSWORD,
        pin="4711",
        where=Where(site=PLANT),
        now=p.now,
        request_id=uuid4(),
    )
    people.issue_badge(user_id=made.user_id, code=codes.make("B", "ZOE"), site=PLANT, **given.doing(p, "Ada"))
    return (
        Actor(ActorKind.PERSON, "Zoe Zest", made.user_id, AuthMethod.PASSWORD),
        PasswordCredential("zoe", PASSWORD),
    )


def a_deviation(j: Journeys) -> Deviation:
    """A mix-up at the bedside of the first hospital."""
    p = j.bedside
    answer = p.scan(
        "NBED", j.demo.member("Ines"), p.wristband, j.neighbour.label("product_bag"), step="bedside"
    )
    return Deviation.objects.get(code=answer["deviation"])


Action = tuple[str, set[Role], Act]


def at_the_plant(j: Journeys, credential: PasswordCredential) -> dict[str, Action]:
    """Services, the site whose role counts, the roles that are enough, and a lawful call."""
    made, batch = j.cultured.containers("culture")[0], j.filled.containers("product_bag")[0].batch
    hold = given.a_hold(j.filled, j.filled.containers("product_bag")[0].code)
    din = Collection.objects.get(order__coi_id=j.labelled.coi_id).din
    weight = Weight.objects.get(order__coi_id=j.bedside.coi_id).id
    deviation, patient = a_deviation(j), Order.objects.get(coi_id=j.fresh.coi_id).patient_id
    band = Alias.objects.get(order__coi_id=j.fresh.coi_id, kind="wristband").id
    renamed = coi.PatientDetails("Married", "Synthia", date(1970, 1, 1), "MRN0000003")
    j.fresh.now = max(j.fresh.now, j.bedside.now)
    asked = coi.change_patient_details(
        coi_id=j.fresh.coi_id,
        details=replace(renamed, mrn="MRN0000001"),
        kind=K.CHANGE,
        reason="x",
        **given.doing(j.fresh, "Olga", HOSPITAL),
    )
    lot, device = j.demo.lots["vector", PLANT], j.demo.devices["incubator", PLANT]
    soon = j.fresh.now + timedelta(days=9)
    about = {"expires_at": soon, "site": PLANT, "lot_no": "1"}
    closing = {
        "cause": Cause.PERSON,
        "cause_text": "x",
        "outcome": DeviationOutcome.USE_AS_IS,
        "outcome_text": "y",
    }
    holders = QUALITY | {R.OPERATOR, R.COLLECTOR, R.CELL_LAB, R.NURSE}
    return {
        "create_product": (PLANT, {R.ADMINISTRATOR}, lambda c: coi.create_product(code="X", name="X", **c)),
        "place_hold": (
            PLANT,
            holders,
            lambda c: coi.place_hold(container=made.code, reason_code="suspect", text="x", **c),
        ),
        "hold_batch": (
            PLANT,
            QUALITY | {R.ANALYST, R.QC_REVIEWER},
            lambda c: coi.hold_batch(batch=batch, reason_code="late_result", text="x", **c),
        ),
        "release_hold": (PLANT, QUALITY, lambda c: coi.release_hold(hold=hold, text="x", **c)),
        "reprint_label": (
            PLANT,
            {R.SUPERVISOR, R.QA_REVIEWER, R.OPERATOR, R.COLLECTOR, R.CELL_LAB},
            lambda c: coi.reprint_label(copy=made.label, reason="damaged", **c),
        ),
        "close_deviation": (
            HOSPITAL,
            QUALITY,
            lambda c: coi.close_deviation(code=deviation.code, credential=credential, **closing, **c),
        ),
        "receive_lot": (
            PLANT,
            KEEPERS,
            lambda c: coi.receive_lot(code=codes.make("M", "Z"), material="vector", **about, **c),
        ),
        "set_lot_status": (
            PLANT,
            QUALITY,
            lambda c: coi.set_lot_status(code=lot, status=StockStatus.BLOCKED, reason="x", **c),
        ),
        "register_equipment": (
            PLANT,
            KEEPERS,
            lambda c: coi.register_equipment(
                code=codes.make("E", "Z"), kind="x", name="x", calibration_due_at=soon, site=PLANT, **c
            ),
        ),
        "set_equipment_status": (
            PLANT,
            QUALITY,
            lambda c: coi.set_equipment_status(code=device, status=StockStatus.BLOCKED, reason="x", **c),
        ),
        "enrol": (
            HOSPITAL,
            {R.COORDINATOR},
            lambda c: coi.enrol_patient_and_order(
                patient=coi.PatientDetails("Testcase", "Z", date(1970, 1, 1), "MRNZ"),
                wristband=codes.make("W", "Z"),
                product=PRODUCT,
                sites=coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
                **c,
            ),
        ),
        "close_journey": (
            HOSPITAL,
            {R.COORDINATOR},
            lambda c: coi.close_journey(coi_id=j.fresh.coi_id, end=JourneyEnd.WITHDRAWN, **c),
        ),
        "close_journey_by_quality": (
            PLANT,
            {R.QA_REVIEWER, R.QA_RELEASER},
            lambda c: coi.close_journey(coi_id=j.fresh.coi_id, end=JourneyEnd.WITHDRAWN, **c),
        ),
        "record_acceptance": (
            PLANT,
            {R.QA_REVIEWER, R.QA_RELEASER},
            lambda c: coi.record_acceptance(
                collection=din,
                decision=Acceptance.ACCEPTED,
                signatures=[_signed_by(c, credential, din)],
                **c,
            ),
        ),
        "record_weight": (
            HOSPITAL,
            {R.COORDINATOR, R.NURSE},
            lambda c: coi.record_weight(
                coi_id=j.fresh.coi_id, kg="70", measured_at=j.fresh.now, source=WeightSource.RECORD, **c
            ),
        ),
        "correct_weight": (
            HOSPITAL,
            {R.COORDINATOR, R.NURSE},
            lambda c: coi.correct_weight(
                weight=weight,
                kg="70",
                measured_at=j.fresh.now,
                source=WeightSource.RECORD,
                reason=WeightCorrection.MISTYPED,
                **c,
            ),
        ),
        "add_alias": (
            HOSPITAL,
            {R.COORDINATOR},
            lambda c: coi.add_alias(coi_id=j.fresh.coi_id, issuer=HOSPITAL, kind="join", value="Z", **c),
        ),
        "add_alias_of_the_product": (
            PLANT,
            {R.QA_REVIEWER, R.QA_RELEASER, R.SUPERVISOR},
            lambda c: coi.add_alias(coi_id=j.fresh.coi_id, issuer=PLANT, kind="lot", value="Z", **c),
        ),
        "add_alias_of_the_collection": (
            HOSPITAL,
            {R.COORDINATOR, R.SUPERVISOR},
            lambda c: coi.add_alias(coi_id=j.fresh.coi_id, issuer=HOSPITAL, kind="mrn", value="Z", **c),
        ),
        "retire_alias": (
            HOSPITAL,
            {R.COORDINATOR},
            lambda c: coi.retire_alias(alias=band, reason=RetireReason.REPLACED, text="x", **c),
        ),
        "change_patient_details": (
            HOSPITAL,
            {R.COORDINATOR},
            lambda c: coi.change_patient_details(
                coi_id=j.labelled.coi_id, details=renamed, kind=K.CHANGE, reason="x", **c
            ),
        ),
        "merge_patients": (
            HOSPITAL,
            {R.COORDINATOR},
            lambda c: coi.merge_patients(keep=j.labelled.coi_id, give_up=j.cultured.coi_id, reason="x", **c),
        ),
        "show_reconciliation": (
            HOSPITAL,
            QUALITY | {R.COORDINATOR},
            lambda c: coi.show_reconciliation(code=asked, **c),
        ),
        "approve_reconciliation": (
            HOSPITAL,
            QUALITY,
            lambda c: _looked_and_approved(asked, credential, c),
        ),
        "reject_reconciliation": (
            HOSPITAL,
            QUALITY,
            lambda c: coi.reject_reconciliation(code=asked, credential=credential, text="x", **c),
        ),
        "reveal_identity": (
            HOSPITAL,
            {R.COORDINATOR, R.COLLECTOR, R.NURSE, R.CELL_LAB},
            lambda c: coi.reveal_identity(coi_id=j.fresh.coi_id, **c),
        ),
        "erase_patient": (
            HOSPITAL,
            {R.ADMINISTRATOR},
            lambda c: coi.erase_patient(patient=patient, reason="law", credential=credential, **c),
        ),
    }


def may(player: Player, actor: Actor, role: Role | None, site: str, call: Act) -> bool:
    """Whether the call is allowed to somebody with this role at this site alone; nothing of it stays."""
    with transaction.atomic():
        if role is not None:
            about = {"user_id": actor.user_id, "valid_until": player.now + timedelta(days=1)}
            people.grant_role(role=role, site=site, **about, **given.doing(player, "Ada"))
        context = given.doing(player, "Ada") | {"actor": actor, "where": Where(site=site)}
        try:
            with transaction.atomic():
                call(context)
            allowed = True
        except (NotAllowed, NotFound):
            allowed = False
        transaction.set_rollback(True)
    return allowed


def test_every_role_may_what_it_may_and_nothing_elsewhere(journeys: Journeys) -> None:
    j = journeys
    actor, credential = newcomer(j)
    late = max(j.bedside.now, j.filled.now)
    for player in (j.fresh, j.filled, j.cultured):
        player.now = late
    found: dict[str, set[Role]] = {}
    expected: dict[str, set[Role]] = {}
    for name, (site, roles, call) in at_the_plant(j, credential).items():
        expected[name] = roles
        found[name] = {role for role in Role if may(j.fresh, actor, role, site, call)}
        assert not may(j.fresh, actor, None, site, call), f"{name} without any role"
        elsewhere = SECOND if name != "create_product" else ""
        if elsewhere:
            there = {role for role in roles if may(j.fresh, actor, role, elsewhere, call)}
            assert there == set(), f"{name} by a role of another site"
    assert found == expected


@pytest.mark.parametrize("role", Role)
def test_a_stop_is_cleared_by_whoever_works_here(journeys: Journeys, role: Role) -> None:
    j = journeys
    actor, _ = newcomer(j)
    deviation = a_deviation(j)
    j.fresh.now = j.bedside.now
    about = {
        "check": deviation.check_id,
        "token": j.demo.tokens["NBED"],
        "badge": codes.make("B", "ZOE"),
        "pin": "4711",
        "now": j.bedside.now,
    }

    def clear(context: dict[str, Any]) -> None:
        coi.clear_stop(**about, request_id=context["request_id"])

    none = (Role.AUDITOR, Role.ADMINISTRATOR, Role.COORDINATOR, Role.PHYSICIAN, Role.SPONSOR)
    works_here = role not in none
    assert may(j.fresh, actor, role, HOSPITAL, clear) is works_here
    assert not may(j.fresh, actor, role, SECOND, clear)
    assert not may(j.fresh, actor, None, HOSPITAL, clear)


def _signed_by(context: dict[str, Any], credential: Credential, din: str) -> SignatureView:
    """The newcomer signs the record of a collection; what is asked is who may decide by it."""
    about = {**context, "request_id": uuid4()}
    where = {name: about[name] for name in ("where", "now", "request_id")}
    confirmed = people.confirm(credential=credential, **where).confirmed
    person = selectors.person(context["actor"].user_id, context["now"])
    assert confirmed is not None
    assert person is not None
    return people.sign(
        signer=person,
        meaning=Meaning.APPROVAL,
        record_kind="collection",
        record_id=din,
        record_digest=uuid4().hex * 2,
        credential=confirmed,
        **about,
    )


def _looked_and_approved(code: str, credential: Credential, context: dict[str, Any]) -> None:
    """Whoever may look has looked: what is asked is who may sign."""
    with suppress(NotAllowed, NotFound):
        coi.show_reconciliation(code=code, **context | {"request_id": uuid4()})
    coi.approve_reconciliation(code=code, credential=credential, **context)
