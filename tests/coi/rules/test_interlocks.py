"""Every reason to refuse, one case at least: a scene that is accepted, one fault in it, and the coded refusal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from coi.rules.acceptance import Acceptance
from coi.rules.checks import Need
from coi.rules.identifiers import Identifier, IdentifierKind
from coi.rules.journey import (
    CheckState,
    CollectionFacts,
    ContainerStatus,
    CopyStatus,
    Disposition,
    OrderKind,
    PinState,
    Target,
)
from coi.rules.outcome import NEAR_MISSES, STOPS, Outcome, RefusalCode, RefusalKind
from coi.rules.protocol import Guard, Protocol
from people.rules.authority import Grant
from people.rules.roles import Role
from tests.coi.rules import world
from tests.coi.rules.world import (
    COURIER,
    HOSPITAL,
    NOW,
    PLANT,
    Scene,
    device,
    journey,
    label,
    lot,
    opened,
    order_code,
    person,
    place,
    shipper,
    station,
    wristband,
)

Code = RefusalCode
MINUTE = timedelta(minutes=1)
# Written out: which states let a bag go is not left to what is under test.
RELEASES = (
    Disposition.RELEASED,
    Disposition.CONDITIONALLY_RELEASED,
    Disposition.EXCEPTIONALLY_RELEASED,
)
BAG, APHERESIS = "ann-product_bag-1", "ann-apheresis_bag-1"


# -- scenes that are accepted -----------------------------------------------------------------------------------------


def two(stage: str) -> dict[str, world.Journey]:
    """Two patients at the same stage, in the same room."""
    return {"ann": journey("ann", stage), "ben": journey("ben", stage, number=2)}


def bedside() -> Scene:
    """A nurse scans wristband and bag, with PIN: the first of two."""
    both = two("thawed")
    readings = [wristband(both["ann"].order), label(both["ann"].containers[BAG])]
    nurse = person(1, Role.NURSE)
    return Scene(nurse, station(), readings, both, step="bedside", pin=PinState.VALID)


def witness() -> Scene:
    """The second nurse scans the same, with a PIN: the check is complete."""
    scene = bedside()
    opened(scene, (1, "wristband", scene.readings[0]), (1, "container", scene.readings[1]))
    scene.change_check(performed_at=NOW - MINUTE)
    scene.person = person(2, Role.NURSE)
    return scene


def infusing() -> Scene:
    """One nurse starts the infusion."""
    both = two("checked")
    readings = [wristband(both["ann"].order), label(both["ann"].containers[BAG])]
    return Scene(person(1, Role.NURSE), station(), readings, both, step="infuse_start")


def identifying() -> Scene:
    """Order and wristband at the chair."""
    both = two("enrolled")
    readings = [order_code(both["ann"].order), wristband(both["ann"].order)]
    return Scene(person(1, Role.COLLECTOR), station(), readings, both, step="identify")


def labelling() -> Scene:
    """The first person labels the apheresis bag."""
    both = two("collected")
    bag = both["ann"].containers["ann-apheresis_bag-1"]
    readings = [wristband(both["ann"].order), label(bag, CopyStatus.PRINTED)]
    return Scene(person(1, Role.COLLECTOR), station(), readings, both, step="label_collection")


def vector() -> Scene:
    """The first operator adds the vector."""
    both = two("cultured")
    readings = [label(both["ann"].containers["ann-culture-1"]), lot("vector"), device("incubator")]
    operator = person(1, Role.OPERATOR, sites=[PLANT])
    return Scene(operator, station(PLANT), readings, both, step="transduce", values={"moi": "3.0"})


def vector_witness() -> Scene:
    """The second operator scans culture and vector again."""
    scene = vector()
    items = ("container", "lot:vector", "equipment:incubator")
    opened(scene, *((1, item, r) for item, r in zip(items, scene.readings, strict=True)))
    scene.change_check(performed_at=NOW - MINUTE, values={"moi": "3.0"})
    scene.person = person(2, Role.OPERATOR, sites=[PLANT])
    scene.values = {}
    scene.readings.pop()
    return scene


def shipping() -> Scene:
    """All bags of the batch to the courier: the giver."""
    both = two("filled")
    for name in both:
        both[name] = replace(both[name], disposition=Disposition.RELEASED)
    bags = [c for c in both["ann"].containers.values() if c.kind == "product_bag"]
    readings = [*(label(bag) for bag in bags), shipper()]
    giver = person(1, Role.OPERATOR, sites=[PLANT])
    return Scene(giver, station(PLANT, is_single_patient=False), readings, both, step="ship")


def receiving() -> Scene:
    """The courier takes them over."""
    scene = shipping()
    opened(scene, *((1, "containers", r) for r in scene.readings[:2]), (1, "shipper", scene.readings[2]))
    scene.change_check(performed_at=NOW - MINUTE)
    scene.person = person(2, Role.COURIER, sites=[COURIER], topics=[])
    return scene


def freezing() -> Scene:
    """A bag is put away."""
    both = two("filled")
    readings = [label(both["ann"].containers[BAG]), device("rate_freezer"), place()]
    scene = Scene(
        person(1, Role.OPERATOR, sites=[PLANT]), station(PLANT, is_single_patient=False), readings, both
    )
    scene.undo("freeze")
    scene.step = "freeze"
    return scene


def encasing() -> Scene:
    """A bag goes into its cassette, which has a label of its own."""
    scene = freezing()
    bag = scene.container(BAG)
    scene.readings = [label(bag), world.cassette(bag, CopyStatus.PRINTED)]
    scene.uncased = {BAG}
    scene.undo("into_cassette")
    scene.step = "into_cassette"
    return scene


def encasing_witness() -> Scene:
    """The second person scans both."""
    scene = encasing()
    bag, case = scene.readings
    opened(scene, (1, "container", bag), (1, "cassette", case))
    scene.change_check(performed_at=NOW - MINUTE)
    scene.person = person(2, Role.OPERATOR, sites=[PLANT])
    return scene


def freezing_by_cassette() -> Scene:
    """The bag is in its cassette and cannot be seen."""
    scene = freezing()
    scene.readings[0] = world.cassette(scene.container(BAG))
    return scene


def receiving_other_label() -> Scene:
    """The courier scanned the bags, the laboratory scans the cassettes that they are in."""
    scene = receiving()
    found = [r.target.container_id for r in scene.readings if r.target is not None and r.target.container_id]
    rest = [r for r in scene.readings if r.target is None or not r.target.container_id]
    scene.readings = [*(world.cassette(scene.container(key)) for key in found), *rest]
    return scene


def closing() -> Scene:
    """A sample is closed out."""
    both = two("ready")
    readings = [label(both["ann"].containers["ann-sample-1"])]
    operator = person(1, Role.OPERATOR, sites=[PLANT])
    values = {"fate": "used_up"}
    return Scene(
        operator, station(PLANT, is_single_patient=False), readings, both, "close_sample", values=values
    )


def starting() -> Scene:
    """An operator takes accepted cells into a batch: the first of two. The protocol asks for the acceptance."""
    both = two("arrived")
    scene = Scene(
        person(1, Role.OPERATOR, sites=[PLANT]),
        station(PLANT),
        [label(both["ann"].containers[APHERESIS])],
        both,
        step="start_batch",
        protocol=guarded("start_batch", Guard.ACCEPTED_MATERIAL),
    )
    scene.change(APHERESIS, collection_id="apheresis-1")
    scene.collections["apheresis-1"] = CollectionFacts("apheresis-1", Acceptance.ACCEPTED)
    return scene


def dosing() -> Scene:
    """The first bag of two components is thawed by the first of two people: a bag of the other is at hand."""
    both = two("ready")
    bag = label(both["ann"].containers[BAG])
    scene = Scene(
        person(1, Role.CELL_LAB),
        station(),
        [bag, device("thaw_device")],
        both,
        step="thaw",
        protocol=replace(guarded("thaw", Guard.ALL_COMPONENTS), components=("CD8", "CD4")),
    )
    scene.change("ann-product_bag-2", batch_id="batch-cd4")
    scene.components = {"batch-ann-order": "CD8", "batch-cd4": "CD4", "batch-ben-order": "CD4"}
    scene.dispositions = {"batch-cd4": Disposition.RELEASED}
    return scene


def guarded(code: str, *guards: Guard) -> Protocol:
    """The demonstration's protocol, with guards more at one step."""
    steps = tuple(
        replace(s, guards=s.guards | set(guards)) if s.code == code else s for s in world.PROTOCOL.steps
    )
    return replace(world.PROTOCOL, steps=steps, by_code={s.code: s for s in steps})


SCENES = (
    starting,
    dosing,
    bedside,
    witness,
    infusing,
    identifying,
    labelling,
    vector,
    vector_witness,
    shipping,
    receiving,
    receiving_other_label,
    freezing,
    freezing_by_cassette,
    encasing,
    encasing_witness,
    closing,
)


@pytest.mark.parametrize("scene", SCENES)
def test_the_scenes_are_accepted(scene: Callable[[], Scene]) -> None:
    decision = scene().decide()
    assert decision.refusals == ()
    assert decision.is_part_complete
    is_first_of_two = scene in (bedside, labelling, starting, dosing, vector, shipping, encasing)
    assert decision.outcome is (Outcome.INCOMPLETE if is_first_of_two else Outcome.ACCEPTED)
    assert decision.next.need is (Need.WITNESS if is_first_of_two else Need.NOTHING)


@pytest.mark.parametrize("state", RELEASES)
@pytest.mark.parametrize("scene", [bedside, witness, infusing, shipping, receiving])
def test_every_release_lets_the_product_go_on(scene: Callable[[], Scene], state: Disposition) -> None:
    found = scene()
    found.journeys["ann"] = replace(found.journeys["ann"], disposition=state)
    assert found.decide().refusals == ()


# -- faults -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A code, the scene, and what is wrong in it. `names`: the containers that a deviation may name."""

    code: RefusalCode
    scene: Callable[[], Scene]
    fault: Callable[[Scene], object]
    names: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()


def swap(position: int, make: Callable[[Scene], object]) -> Callable[[Scene], object]:
    """Another barcode in place of one."""

    def fault(scene: Scene) -> None:
        scene.readings[position] = make(scene)

    return fault


def also(make: Callable[[Scene], object]) -> Callable[[Scene], object]:
    """One barcode more."""
    return lambda scene: scene.readings.append(make(scene))


def run_together(scene: Scene) -> None:
    """The supplier's own label of the vector, from a scanner that drops the separator after the lot number."""
    missing = Target(IdentifierKind.LOT, "09506000134352", sort="vector", missing=("gs1:21",))
    scene.readings[1] = world.supplier("LOT42A21BAG01", missing)


def beside_the_label(*elements: str) -> Callable[[Scene], object]:
    """The label's barcode names a product too."""

    def fault(scene: Scene) -> None:
        scene.readings[1] = replace(scene.readings[1], group=1)
        scene.readings.append(replace(world.product(*elements), group=1))

    return fault


def expiring(scene: Scene, content: str = "0260791000", code: str = "005") -> None:
    """The label's barcode says when it expires: day 79 of 2026 is the 20th of March."""
    beside_the_label(code, content)(scene)


def tube_number(scene: Scene, flags: str = "07") -> None:
    """The label's barcode names a donation number with these flags."""
    order = scene.journeys["ann"].order
    din = world.reading(Target(IdentifierKind.DIN, "A999926000001", order.id))
    flagged = Identifier(IdentifierKind.DIN, "A999926000001", flags)
    scene.readings[1] = replace(scene.readings[1], group=1)
    scene.readings.append(replace(din, identifier=flagged, group=1))


def container(**values: object) -> Callable[[Scene], object]:
    """The container scanned is otherwise."""

    def fault(scene: Scene) -> None:
        (name,) = {r.target.container_id for r in scene.readings if r.target and r.target.container_id}
        scene.change(name, **values)

    return fault


def check(**values: object) -> Callable[[Scene], object]:
    """The check is otherwise."""
    return lambda scene: scene.change_check(**values)


def scene(**values: object) -> Callable[[Scene], object]:
    """A field of the scene is otherwise."""

    def fault(found: Scene) -> None:
        for name, value in values.items():
            setattr(found, name, value)

    return fault


def judged(said: Acceptance) -> Callable[[Scene], object]:
    """Quality said something else of the collection."""
    return lambda found: found.collections.update({"apheresis-1": CollectionFacts("apheresis-1", said)})


def other_bag(**values: object) -> Callable[[Scene], object]:
    """The bag of the other component is otherwise."""
    return lambda found: found.change("ann-product_bag-2", **values)


def bens(name: str) -> Callable[[Scene], object]:
    """A container of the other patient."""
    return lambda found: label(found.container(f"ben-{name}"))


def void_first_copy(found: Scene) -> None:
    """The copy on the bag was replaced."""
    found.readings[1] = label(found.container(BAG), CopyStatus.VOID)


def unfinished(found: Scene) -> None:
    """The first person still has the bag to scan."""
    found.change_check(performed_at=None)


def thaw_unwitnessed(found: Scene) -> None:
    """The thaw waits for its second person, and nobody told the nurse."""
    found.undo("thaw")
    found.checks["thaw"] = replace(
        witness().checks["check"], id="thaw", step="thaw", subjects=(BAG,), performed_at=NOW - MINUTE
    )


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


def test_parts_of_one_barcode_that_the_step_has_no_use_for_are_context() -> None:
    """A label's message names the journey, the donation and the product: the order is what is asked for."""
    scene = identifying()
    order = scene.readings[0]
    din = world.reading(Target(IdentifierKind.DIN, "A999926000001", scene.journeys["ann"].order.id))
    parts = [replace(part, group=0) for part in (order, din, world.product("003", "S12954A0"))]
    scene.readings[:1] = parts
    assert scene.decide().refusals == ()
    scene.readings[1] = replace(din, target=replace(din.target, order_id="ben-order"), group=0)
    assert [refusal.code for refusal in scene.decide().refusals] == [Code.IDENTITY_MISMATCH]
    scene.readings[:3] = [order, din]  # scanned by itself it is another scan
    assert [refusal.code for refusal in scene.decide().refusals] == [Code.WRONG_KIND]


@pytest.mark.parametrize(
    ("zone", "content", "code", "is_over"),
    [
        ("UTC", "0260791200", "005", True),  # the scenes' own time
        ("UTC", "0260791201", "005", False),
        ("Europe/Amsterdam", "0260791300", "005", True),  # an hour ahead of UTC
        ("Europe/Amsterdam", "0260791301", "005", False),
        ("America/New_York", "0260791200", "005", False),
        ("UTC", "026079", "004", False),  # to the end of the day
        ("UTC", "026078", "004", True),
        ("UTC", "0260781000", "007", False),  # when it was collected
        ("Asia/Tokyo", "2001202603201200", "031", True),  # in UTC, whatever the zone
        ("Asia/Tokyo", "2001202603201201", "031", False),
        ("Asia/Tokyo", "2002202603201200", "031", False),  # when it was collected
    ],
)
def test_a_label_that_says_that_it_has_expired_is_believed(
    zone: str, content: str, code: str, *, is_over: bool
) -> None:
    scene = bedside()
    scene.station = replace(scene.station, zone=zone)
    expiring(scene, content, code)
    codes = [refusal.code for refusal in scene.decide().refusals]
    assert codes == [Code.LABEL_EXPIRED] * is_over


def test_other_flags_mean_nothing() -> None:
    """Those of 20 to 59 mean something to their own facility alone."""
    for flags in ("00", "01", "05", "08", "15", "20", "59", "99"):
        scene = bedside()
        tube_number(scene, flags)
        assert Code.WRONG_FLAG not in {refusal.code for refusal in scene.decide().refusals}


def test_what_has_happened_is_recorded_while_the_identity_is_in_question() -> None:
    both = two("running")
    bag = label(both["ann"].containers[BAG])
    scene = Scene(person(1, Role.NURSE), station(), [bag], both, step="infuse_end", values={"volume": "60"})
    scene.change_order("ann", is_reconciling=True)
    assert scene.decide().refusals == ()


def named(case: Case) -> str:
    return f"{case.code}-{case.scene.__name__}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_fault_and_nothing_else_refuses(case: Case) -> None:
    found = case.scene()
    assert found.decide().refusals == ()
    case.fault(found)
    decision = found.decide()
    assert decision.outcome in (Outcome.REFUSED, Outcome.UNREADABLE)
    (refusal,) = [r for r in decision.refusals if r.code is case.code]
    assert set(case.params) <= set(refusal.params.items())
    assert refusal.containers == case.names
    # nothing of a refused request counts
    assert decision.scans == ()
    assert decision.values == {}
    assert not decision.is_part_complete
    assert not decision.is_step_complete


def test_no_code_is_without_a_case() -> None:
    of_commands = {Code.CHECKS_OPEN}  # line clearance asks no interlock
    assert {case.code for case in CASES} == set(RefusalCode) - of_commands


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_stop_waits_for_its_clearance_and_a_hint_does_not(case: Case) -> None:
    found = case.scene()
    case.fault(found)
    decision = found.decide()
    is_stop = any(r.code in STOPS for r in decision.refusals)
    assert decision.is_stop is is_stop
    assert (decision.next.need is Need.CLEARANCE) is (is_stop or bool(found.open_stop))
    assert decision.is_near_miss is any(r.code in NEAR_MISSES for r in decision.refusals)


def test_near_misses_are_stops() -> None:
    assert NEAR_MISSES < STOPS
    assert {Code.IDENTITY_MISMATCH, Code.WRONG_CONTAINER, Code.PLACE_OCCUPIED} <= NEAR_MISSES


def test_every_fault_of_a_request_is_told_most_severe_first() -> None:
    found = bedside()
    faults = (
        swap(1, bens("product_bag-1")),
        also(lambda s: label(s.container(BAG), CopyStatus.VOID)),
        also(lambda s: world.unknown()),
        also(lambda s: world.unreadable()),
        also(lambda s: lot("vector", "expired")),
        scene(held={BAG}, place_order="ben-order", open_stop="stop-1", pin=PinState.INVALID),
        scene(person=person(1), station=station("SOUTH", "thaw"), values={"dose": "1"}),
        lambda s: s.change(BAG, custodian=PLANT, expires_at=NOW, hold_until=NOW - MINUTE),
        lambda s: s.change_order("ann", kind=OrderKind.ENGINEERING),
        lambda s: s.undo("thaw"),
    )
    for fault in faults:
        fault(found)
    codes = [r.code for r in found.decide().refusals]
    assert codes == sorted(codes, key=list(RefusalCode).index)
    assert set(codes) == {
        Code.IDENTITY_MISMATCH,
        Code.WRONG_CONTAINER,
        Code.PLACE_OCCUPIED,
        Code.LABEL_VOID,
        Code.NOT_INFUSIBLE,
        Code.ON_HOLD,
        Code.EXPIRED,
        Code.HOLD_TIME_PASSED,
        Code.CUSTODY_ELSEWHERE,
        Code.LOT_NOT_USABLE,
        Code.STOP_NOT_CLEARED,
        Code.NO_ROLE,
        Code.WRONG_SITE,
        Code.WRONG_STATION,
        Code.OUT_OF_SEQUENCE,
        Code.PIN_NOT_VALID,
        Code.VALUE_NOT_VALID,
        Code.WRONG_KIND,
        Code.UNKNOWN_CODE,
        Code.UNREADABLE,
    } - {Code.WRONG_CONTAINER}


def test_a_scanner_is_asked_for_at_critical_steps_that_can_still_be_refused() -> None:
    made = {s.code: s for s in world.PROTOCOL.steps}
    assert not made["freeze"].is_critical
    assert made["infuse_end"].is_past
    for build in (freezing, closing):
        found = build()
        found.scanner_until = None
        assert found.decide().refusals == ()
    ending = infusing()
    ending.did("infuse_start", BAG)
    ending.readings, ending.step, ending.scanner_until = ending.readings[1:], "infuse_end", None
    assert Code.SCANNER_NOT_QUALIFIED not in [r.code for r in ending.decide().refusals]


def test_each_kind_is_a_stop_or_a_hint_by_its_code_alone() -> None:
    for case in CASES:
        found = case.scene()
        case.fault(found)
        for refusal in found.decide().refusals:
            assert (refusal.kind is RefusalKind.STOP) is (refusal.code in STOPS)
