"""Requests that are accepted, which a fault may change before they are made."""

from dataclasses import dataclass, field, replace
from typing import Any

from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import PLANT, Member
from tests.furnished import Journeys


@dataclass
class Request:
    """One request of one person, which a fault may change before it is made."""

    player: Player
    station: str
    who: Member
    barcodes: list[str]
    step: str = ""
    check: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    pin: str = ""

    def make(self) -> dict[str, Any]:
        """Make it."""
        return self.player.scan(
            self.station,
            self.who,
            *self.barcodes,
            step=self.step,
            check=self.check,
            values=self.values,
            pin=self.pin,
        )


def bedside(j: Journeys) -> Request:
    """The first nurse: wristband, bag, PIN."""
    p, nurse = j.bedside, j.demo.member("Ines")
    return Request(p, "NBED", nurse, [p.wristband, p.label("product_bag")], "bedside", pin=nurse.pin)


def second_nurse(j: Journeys) -> Request:
    """The second nurse, the same."""
    first, other = bedside(j), j.demo.member("Ivan")
    return replace(first, who=other, check=first.make()["check"], pin=other.pin)


def vector(j: Journeys) -> Request:
    """The first operator adds the vector to a culture."""
    p = j.cultured
    barcodes = [p.label("culture"), j.demo.lots["vector", PLANT], j.demo.devices["incubator", PLANT]]
    return Request(p, "HOOD", j.demo.member("Alice"), barcodes, "transduce", values={"moi": "3.0"})


def second_operator(j: Journeys) -> Request:
    """The second operator scans culture and vector again."""
    first = vector(j)
    check = first.make()["check"]
    return replace(first, who=j.demo.member("Amir"), check=check, values={}, barcodes=first.barcodes[:2])


def labelling(j: Journeys) -> Request:
    """The second person at the chair, a nurse who is trained in apheresis."""
    p = j.chair
    first = Request(
        p, "SCHAIR", j.demo.member("Sara"), [p.wristband, p.label("apheresis_bag")], "label_collection"
    )
    return replace(first, who=j.demo.member("Eva"), check=first.make()["check"])


def identifying(j: Journeys) -> Request:
    """Order and wristband of the one who is to be collected."""
    p = j.fresh
    return Request(p, "NCHAIR", j.demo.member("Nora"), [p.order_code, p.wristband], "identify")


def shipping(j: Journeys) -> Request:
    """Both bags and the shipper, at the dock."""
    p = j.filled
    barcodes = [bag.label for bag in p.containers("product_bag")]
    return Request(p, "DOCK", j.demo.member("Alice"), [*barcodes, j.demo.shippers[1]], "ship")


def starting(j: Journeys) -> Request:
    """The batch is to be started from the collection."""
    p = j.labelled
    story.send_collection(p)
    return Request(p, "HOOD", j.demo.member("Alice"), [p.label("apheresis_bag")], "start_batch")


def infusing(j: Journeys) -> Request:
    """The infusion is to begin."""
    p = j.bedside
    return Request(p, "NBED", j.demo.member("Ines"), [p.wristband, p.label("product_bag")], "infuse_start")


def thawed(j: Journeys) -> Request:
    """The bedside check while the second person of the thaw is still awaited."""
    p, lab = j.ready, j.demo.member("Lena")
    device = j.demo.devices["thaw_device", p.site]
    p.scan("NLAB", lab, p.label("product_bag"), device, step="thaw")
    nurse = j.demo.member("Ines")
    return Request(p, "NBED", nurse, [p.wristband, p.label("product_bag")], "bedside", pin=nurse.pin)
