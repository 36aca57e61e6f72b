"""Every reason to refuse: the scene, one fault in it, and what the refusal names."""

from dataclasses import replace
from datetime import timedelta

from coi.rules.acceptance import Acceptance
from coi.rules.identifiers import IdentifierKind
from coi.rules.journey import (
    CheckState,
    ContainerStatus,
    CopyStatus,
    Disposition,
    OrderKind,
    PinState,
    StationFacts,
)
from people.rules.authority import Grant
from people.rules.qualifications import Held, Required, Work
from people.rules.roles import Role
from tests.coi.rules import world
from tests.coi.rules.faults import (
    Case,
    Code,
    also,
    bens,
    beside_the_label,
    check,
    container,
    expiring,
    judged,
    other_bag,
    run_together,
    scene,
    swap,
    thaw_unwitnessed,
    tube_number,
    unfinished,
    void_first_copy,
)
from tests.coi.rules.late_scenes import claim, late_bedside, late_witness
from tests.coi.rules.scenes import (
    APHERESIS,
    BAG,
    MINUTE,
    RELEASES,
    bedside,
    closing,
    dosing,
    encasing,
    encasing_witness,
    freezing,
    freezing_by_cassette,
    identifying,
    infusing,
    labelling,
    opened,
    receiving,
    shipping,
    starting,
    vector,
    vector_witness,
    witness,
)
from tests.coi.rules.world import (
    COURIER,
    HOSPITAL,
    NOW,
    PLANT,
    device,
    label,
    lot,
    order_code,
    person,
    shipper,
    station,
    wristband,
)


def needing(*held: Held) -> StationFacts:
    """A station of the hospital, which needs a programme to give the product."""
    return replace(station(), required=(Required("REMS", Work.INFUSION, world.LONG_AGO, held),))


CASES = (
    # identity: wristband, bag, order, label; at the bedside, in a check, for the witness
    Case(Code.IDENTITY_MISMATCH, bedside, swap(1, bens("product_bag-1")), ("ben-product_bag-1",)),
    Case(Code.IDENTITY_MISMATCH, bedside, swap(0, lambda s: wristband(s.journeys["ben"].order)), (BAG,)),
    Case(Code.IDENTITY_MISMATCH, infusing, swap(0, lambda s: wristband(s.journeys["ben"].order)), (BAG,)),
    Case(Code.IDENTITY_MISMATCH, witness, swap(1, bens("product_bag-1")), ("ben-product_bag-1",)),
    Case(Code.IDENTITY_MISMATCH, witness, swap(0, lambda s: wristband(s.journeys["ben"].order)), (BAG,)),
    Case(Code.IDENTITY_MISMATCH, identifying, swap(1, lambda s: wristband(s.journeys["ben"].order))),
    Case(Code.IDENTITY_MISMATCH, identifying, swap(0, lambda s: order_code(s.journeys["ben"].order))),
    Case(Code.IDENTITY_MISMATCH, labelling, swap(1, bens("apheresis_bag-1")), ("ben-apheresis_bag-1",)),
    Case(Code.IDENTITY_MISMATCH, vector_witness, swap(0, bens("culture-1")), ("ben-culture-1",)),
    Case(Code.IDENTITY_MISMATCH, shipping, swap(1, bens("product_bag-2")), ("ben-product_bag-2",)),
    Case(Code.IDENTITY_MISMATCH, receiving, swap(1, bens("product_bag-2")), ("ben-product_bag-2",)),
    Case(Code.IDENTITY_MISMATCH, bedside, also(bens("sample-1")), ("ben-sample-1",)),
    # the right patient, another container
    Case(
        Code.WRONG_CONTAINER,
        witness,
        swap(1, lambda s: label(s.container("ann-product_bag-2"))),
        ("ann-product_bag-2",),
    ),
    Case(
        Code.WRONG_CONTAINER,
        vector_witness,
        swap(0, lambda s: label(s.container("ann-culture-2"))),
        ("ann-culture-2",),
    ),
    Case(
        Code.WRONG_CONTAINER,
        bedside,
        also(lambda s: label(s.container("ann-product_bag-2"))),
        ("ann-product_bag-2",),
    ),
    *(
        Case(
            Code.WRONG_CONTAINER,
            build,
            swap(1, lambda s: world.cassette(s.container("ann-product_bag-2"), CopyStatus.PRINTED)),
            ("ann-product_bag-2",),
        )
        for build in (encasing, encasing_witness)
    ),
    Case(
        Code.IDENTITY_MISMATCH,
        encasing,
        swap(1, lambda s: world.cassette(s.container("ben-product_bag-1"), CopyStatus.PRINTED)),
        ("ben-product_bag-1",),
    ),
    Case(
        Code.LABEL_VOID,
        encasing,
        swap(1, lambda s: world.cassette(s.container(BAG), CopyStatus.VOID)),
        (BAG,),
    ),
    Case(Code.PLACE_OCCUPIED, bedside, scene(place_order="ben-order"), (BAG,)),
    Case(Code.PLACE_OCCUPIED, vector, scene(place_order="ben-order"), ("ann-culture-1",)),
    Case(Code.LABEL_VOID, bedside, void_first_copy, (BAG,)),
    Case(
        Code.LABEL_VOID,
        labelling,
        swap(1, lambda s: label(s.container("ann-apheresis_bag-1"), CopyStatus.VOID)),
        ("ann-apheresis_bag-1",),
    ),
    Case(Code.NOT_INFUSIBLE, bedside, lambda s: s.change_order("ann", kind=OrderKind.ENGINEERING), (BAG,)),
    Case(Code.NOT_INFUSIBLE, infusing, lambda s: s.change_order("ann", kind=OrderKind.VALIDATION), (BAG,)),
    *(
        Case(
            Code.NOT_RELEASED,
            bedside,
            lambda s, state=state: s.journeys.update(ann=replace(s.journeys["ann"], disposition=state)),
            (BAG,),
        )
        for state in Disposition
        if state not in RELEASES
    ),
    Case(Code.NOT_RELEASED, bedside, container(batch_id=""), (BAG,)),
    *(
        Case(Code.MATERIAL_NOT_ACCEPTED, starting, judged(said), (APHERESIS,), (("acceptance", str(said)),))
        for said in (Acceptance.PENDING, Acceptance.REFUSED)
    ),
    Case(Code.MATERIAL_NOT_ACCEPTED, starting, container(collection_id=""), (APHERESIS,)),
    *(
        Case(Code.COMPONENT_MISSING, dosing, fault, (BAG,), (("component", "CD4"),))
        for fault in (
            lambda s: s.components.pop("batch-cd4"),
            lambda s: s.dispositions.update({"batch-cd4": Disposition.REJECTED}),
            lambda s: s.dispositions.update({"batch-cd4": Disposition.QA_REVIEW}),
            other_bag(custodian=PLANT),
            other_bag(custodian=COURIER),
            other_bag(expires_at=NOW),
            other_bag(status=ContainerStatus.CLOSED),
            other_bag(status=ContainerStatus.UNLABELLED),
            other_bag(kind="harvest"),
            scene(held={"ann-product_bag-2"}),
        )
    ),
    # on hold: itself, its parent, its first ancestor
    Case(Code.ON_HOLD, bedside, scene(held={BAG}), (BAG,)),
    Case(Code.ON_HOLD, bedside, scene(held={"ann-harvest-1"}), (BAG,)),
    Case(Code.ON_HOLD, bedside, scene(held={"ann-apheresis_bag-1"}), (BAG,)),
    Case(Code.ON_HOLD, witness, scene(held={BAG}), (BAG,)),
    Case(Code.ON_HOLD, shipping, scene(held={"ann-product_bag-2"}), ("ann-product_bag-2",)),
    Case(Code.EXPIRED, bedside, container(expires_at=NOW), (BAG,)),
    Case(Code.EXPIRED, vector, container(expires_at=NOW - MINUTE), ("ann-culture-1",)),
    Case(Code.HOLD_TIME_PASSED, bedside, container(hold_until=NOW - MINUTE), (BAG,)),
    Case(Code.HOLD_TIME_PASSED, witness, container(hold_until=NOW - MINUTE), (BAG,)),
    *(
        Case(Code.ALREADY_USED, bedside, container(status=status), (BAG,))
        for status in (ContainerStatus.CONSUMED, ContainerStatus.INFUSED, ContainerStatus.CLOSED)
    ),
    Case(
        Code.ALREADY_USED,
        freezing,
        container(status=ContainerStatus.THAWED),
        (BAG,),
        (("status", "thawed"),),
    ),
    Case(Code.CUSTODY_ELSEWHERE, bedside, container(custodian=PLANT), params=(("site", PLANT),)),
    Case(Code.CUSTODY_ELSEWHERE, vector, container(custodian=COURIER)),
    *(
        Case(
            Code.LOT_NOT_USABLE,
            vector,
            swap(1, lambda s, why=why: lot("vector", why)),
            params=(("why", why),),
        )
        for why in ("expired", "blocked", "quarantine", "other_site")
    ),
    Case(Code.LOT_NOT_USABLE, vector_witness, swap(1, lambda s: lot("vector", number=2))),
    *(
        Case(Code.EQUIPMENT_NOT_USABLE, vector, swap(2, lambda s, why=why: device("incubator", why)))
        for why in ("expired", "blocked", "quarantine", "other_site")
    ),
    Case(Code.EQUIPMENT_NOT_USABLE, shipping, swap(2, lambda s: shipper(why_not="expired"))),
    Case(Code.EQUIPMENT_NOT_USABLE, receiving, swap(2, lambda s: shipper(2))),
    Case(Code.STOP_NOT_CLEARED, bedside, scene(open_stop="stop-1")),
    Case(Code.STOP_NOT_CLEARED, witness, scene(open_stop="stop-1")),
    *(
        Case(Code.BADGE_NOT_VALID, bedside, scene(badge_state=state), params=(("state", state),))
        for state in ("revoked", "expired")
    ),
    Case(Code.BADGE_NOT_VALID, bedside, scene(person=None, badge_state="unknown")),
    Case(Code.NO_ROLE, bedside, scene(person=person(1))),
    Case(Code.NO_ROLE, bedside, scene(person=person(1, Role.OPERATOR))),
    Case(Code.NO_ROLE, bedside, scene(person=person(1, Role.NURSE, sites=["SOUTH"]))),
    Case(
        Code.NO_ROLE,
        bedside,
        lambda s: setattr(
            s, "person", replace(person(1), grants=(Grant(Role.NURSE, HOSPITAL, world.LONG_AGO, NOW),))
        ),
    ),
    Case(
        Code.NO_ROLE, bedside, lambda s: setattr(s, "person", replace(person(1, Role.NURSE), is_active=False))
    ),
    Case(Code.NO_ROLE, witness, scene(person=person(2, Role.COLLECTOR))),
    Case(Code.NO_ROLE, receiving, scene(person=person(2, Role.OPERATOR, sites=[PLANT]))),
    Case(Code.NOT_TRAINED, bedside, scene(person=person(1, Role.NURSE, topics=["thaw"]))),
    Case(Code.NOT_TRAINED, bedside, scene(now=NOW + timedelta(days=301))),
    Case(Code.NOT_TRAINED, witness, scene(person=person(2, Role.NURSE, topics=[]))),
    Case(Code.WITNESS_SAME_PERSON, witness, scene(person=person(1, Role.NURSE))),
    Case(Code.WITNESS_SAME_PERSON, receiving, scene(person=person(1, Role.COURIER, sites=[COURIER]))),
    Case(Code.WITNESS_NOT_INDEPENDENT, witness, unfinished, params=(("why", "first_not_finished"),)),
    Case(
        Code.WITNESS_NOT_INDEPENDENT,
        witness,
        check(performed_at=NOW - timedelta(milliseconds=999)),
        params=(("why", "too_soon"),),
    ),
    Case(Code.WITNESS_NOT_INDEPENDENT, witness, check(witness_id=3), params=(("why", "another_witness"),)),
    Case(Code.WITNESS_MISSING, bedside, thaw_unwitnessed, params=(("waits_for", "thaw"),)),
    Case(Code.SITE_NOT_QUALIFIED, bedside, scene(station=needing()), params=(("programme", "REMS"),)),
    Case(Code.SITE_NOT_QUALIFIED, infusing, scene(station=needing(Held(world.LONG_AGO, NOW)))),
    Case(Code.WRONG_SITE, bedside, scene(station=station("SOUTH"))),
    Case(Code.WRONG_SITE, bedside, scene(station=station(PLANT))),
    Case(Code.WRONG_STATION, bedside, scene(station=station(HOSPITAL, "thaw", "close"))),
    Case(Code.WRONG_STATION, witness, scene(station=station(HOSPITAL, "thaw"))),
    Case(
        Code.SCANNER_NOT_QUALIFIED,
        bedside,
        scene(scanner_until=None),
        params=(("why", "scanner_unproved"),),
    ),
    Case(Code.SCANNER_NOT_QUALIFIED, witness, scene(scanner_until=NOW), params=(("why", "scanner_overdue"),)),
    Case(Code.SCANNER_NOT_QUALIFIED, shipping, scene(scanner_until=NOW - MINUTE)),
    Case(Code.LATE_NOT_POSSIBLE, late_bedside, scene(held={"ann-sample-1"}), params=(("why", "held_now"),)),
    Case(Code.LATE_NOT_POSSIBLE, late_witness, scene(then=None), params=(("why", "unknown_then"),)),
    Case(
        Code.LATE_TIME_NOT_VALID,
        late_bedside,
        scene(late=claim(NOW + MINUTE)),
        params=(("why", "in_the_future"),),
    ),
    Case(Code.OUT_OF_SEQUENCE, bedside, lambda s: s.undo("thaw"), params=(("waits_for", "thaw"),)),
    Case(Code.OUT_OF_SEQUENCE, infusing, lambda s: s.undo("bedside")),
    Case(Code.OUT_OF_SEQUENCE, shipping, lambda s: s.undo("freeze")),
    Case(Code.JOURNEY_CLOSED, bedside, lambda s: s.change_order("ann", is_open=False)),
    Case(Code.JOURNEY_CLOSED, witness, lambda s: s.change_order("ann", is_open=False)),
    Case(Code.LABEL_NOT_APPLIED, freezing, container(status=ContainerStatus.UNLABELLED)),
    Case(Code.LABEL_NOT_APPLIED, encasing, container(status=ContainerStatus.UNLABELLED)),
    Case(Code.LABEL_NOT_APPLIED, freezing_by_cassette, scene(uncased={BAG})),
    Case(Code.LABEL_NOT_APPLIED, shipping, scene(uncased={BAG})),
    Case(Code.ALREADY_DONE, encasing, lambda s: (s.uncased.clear(), s.did("into_cassette", BAG))),
    Case(Code.WRONG_KIND, bedside, swap(1, lambda s: world.cassette(s.container(BAG)))),
    Case(Code.ALREADY_DONE, bedside, lambda s: s.did("bedside", BAG), params=(("by", "Person 9"),)),
    Case(Code.ALREADY_DONE, witness, lambda s: s.did("bedside", BAG)),
    Case(Code.ALREADY_DONE, shipping, lambda s: s.did("ship", "batch-ann-order")),
    Case(Code.ALREADY_DONE, identifying, lambda s: s.did("identify", "ann-order")),
    Case(
        Code.CHECK_CLOSED,
        witness,
        swap(1, lambda s: label(s.container(BAG), copy=2)),
        params=(("state", "label_replaced"),),
    ),
    *(
        Case(Code.CHECK_CLOSED, witness, check(state=state), params=(("state", state),))
        for state in CheckState
        if state is not CheckState.OPEN
    ),
    Case(Code.CHECK_CLOSED, bedside, scene(check_id="nothing"), params=(("state", "unknown"),)),
    Case(Code.PIN_NOT_VALID, bedside, scene(pin=PinState.INVALID)),
    Case(Code.PIN_NOT_VALID, witness, scene(pin=PinState.INVALID)),
    *(
        Case(Code.VALUE_NOT_VALID, vector, scene(values={"moi": text}), params=(("why", why),))
        for text, why in (
            ("0.05", "too_low"),
            ("21", "too_high"),
            ("three", "not_number"),
            ("", "not_number"),
            ("NaN", "not_number"),
            ("Infinity", "not_number"),
            ("1e1", "not_number"),
            ("1_0", "not_number"),
            (" 3", "not_number"),
            ("３", "not_number"),
            ("3" + "0" * 60, "not_number"),
        )
    ),
    Case(Code.VALUE_NOT_VALID, vector, scene(values={"moi": "3", "dose": "1"}), params=(("why", "unknown"),)),
    Case(Code.VALUE_NOT_VALID, closing, scene(values={"fate": "eaten"}), params=(("why", "not_choice"),)),
    Case(
        Code.VALUE_NOT_VALID, vector_witness, scene(values={"moi": "9"}), params=(("why", "not_this_person"),)
    ),
    Case(Code.STEP_UNKNOWN, bedside, scene(step="dance")),
    # a thing that the step has no use for; the wrong kind of container, though the step was named
    Case(Code.WRONG_KIND, bedside, also(lambda s: order_code(s.journeys["ann"].order))),
    Case(Code.WRONG_KIND, bedside, also(lambda s: lot("vector"))),
    *(
        Case(Code.WRONG_KIND, found, swap(n, lambda s, name=name: label(s.container(name))), (name,))
        for found, n, name in (
            (closing, 0, "ann-product_bag-1"),
            (closing, 0, "ann-culture-1"),
            (infusing, 1, "ann-sample-1"),
            (shipping, 0, "ann-sample-1"),
        )
    ),
    Case(Code.DUPLICATE_SCAN, bedside, also(lambda s: s.readings[1])),
    Case(
        Code.DUPLICATE_SCAN,
        bedside,
        lambda s: opened(s, (1, "container", s.readings[1])),
    ),
    Case(Code.UNKNOWN_CODE, bedside, also(lambda s: world.unknown())),
    *(
        Case(Code.UNKNOWN_CODE, bedside, also(lambda s, kind=kind: world.unknown(kind)))
        for kind in (IdentifierKind.BADGE, IdentifierKind.COMMAND, IdentifierKind.STATION)
    ),
    Case(Code.UNREADABLE, bedside, also(lambda s: world.unreadable())),
    Case(Code.ELEMENT_MISSING, vector, run_together, params=(("elements", "21"),)),
    Case(Code.DIVISION_MISSING, bedside, beside_the_label("003", "S1295499")),
    Case(Code.LABEL_EXPIRED, bedside, expiring, params=(("until", "2026-03-20 10:00"),)),
    Case(Code.WRONG_FLAG, bedside, tube_number, params=(("flags", "07"),)),
    Case(
        Code.WRONG_KIND,
        bedside,
        also(lambda s: world.product("003", "S12954A0")),
        params=(("kind", "product"),),
    ),
    Case(Code.UNKNOWN_CODE, vector, also(lambda s: world.supplier()), params=(("kind", "lot"),)),
    Case(Code.IDENTITY_IN_QUESTION, bedside, lambda s: s.change_order("ann", is_reconciling=True)),
)
