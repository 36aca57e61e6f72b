"""What may be wrong in a scene, and the case that says what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from coi.rules.acceptance import Acceptance
from coi.rules.identifiers import Identifier, IdentifierKind
from coi.rules.journey import CollectionFacts, CopyStatus, Target
from coi.rules.outcome import RefusalCode
from tests.coi.rules import world
from tests.coi.rules.scenes import BAG, MINUTE, witness
from tests.coi.rules.world import NOW, Scene, label

Code = RefusalCode


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
