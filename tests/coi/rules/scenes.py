"""Scenes that are accepted, one of each kind of step."""

from dataclasses import replace
from datetime import datetime, timedelta

from coi.rules.acceptance import Acceptance
from coi.rules.journey import (
    CheckFacts,
    CheckState,
    CollectionFacts,
    CopyStatus,
    Disposition,
    ItemScan,
    PinState,
    Reading,
)
from coi.rules.protocol import Guard, Protocol
from people.rules.roles import Role
from tests.coi.rules import world
from tests.coi.rules.world import (
    COURIER,
    NOW,
    PLANT,
    Scene,
    device,
    journey,
    label,
    lot,
    order_code,
    person,
    place,
    shipper,
    station,
    wristband,
)

MINUTE = timedelta(minutes=1)
BAG, APHERESIS = "ann-product_bag-1", "ann-apheresis_bag-1"


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


# Written out: which states let a bag go is not left to what is under test.
RELEASES = (
    Disposition.RELEASED,
    Disposition.CONDITIONALLY_RELEASED,
    Disposition.EXCEPTIONALLY_RELEASED,
)


def opened(scene: Scene, *scans: tuple[int, str, Reading], at: timedelta = timedelta(minutes=1)) -> None:
    """Put a check into the scene, opened by person 1 for its step, with these scans of (user, item, barcode)."""
    ann = scene.journeys["ann"]
    subjects = tuple(
        dict.fromkeys(
            r.target.container_id for _, _, r in scans if r.target is not None and r.target.container_id
        )
    )
    scene.checks["check"] = CheckFacts(
        id="check",
        order_id=ann.order.id,
        step=scene.step,
        station=scene.station.code,
        state=CheckState.OPEN,
        performer_id=1,
        performer_name="Person 1",
        subjects=subjects,
        batch_id=ann.batch_id,
        scans=tuple(_item_scan(user, item, r, scene.now - at) for user, item, r in scans),
    )
    scene.check_id = "check"


def _item_scan(user: int, item: str, found: Reading, at: datetime) -> ItemScan:
    target = found.target
    assert target is not None
    return ItemScan(user, item, target.container_id or target.key, at, target.ref)
