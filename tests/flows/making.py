"""One batch of several of a journey: made, decided on, shipped and given by itself."""

from typing import Any
from uuid import uuid4

from coi.rules.journey import Disposition
from coi.selectors.containers import ContainerView
from config.demonstration import site, story
from config.demonstration.player import Player
from config.demonstration.site import COURIER, PLANT
from people import selectors
from people import services as people
from people.rules.roles import Role
from people.rules.signatures import Meaning
from tests import given

_MEANS = {
    Disposition.RELEASED: Meaning.RELEASE,
    Disposition.CONDITIONALLY_RELEASED: Meaning.CONDITIONAL_RELEASE,
    Disposition.EXCEPTIONALLY_RELEASED: Meaning.EXCEPTIONAL_RELEASE,
    Disposition.REJECTED: Meaning.REJECTION,
}


def two_components(guards: tuple[str, ...] = ("thaw",)) -> dict[str, Any]:
    """The demonstration's protocol, of a dose of CD8+ and CD4+ cells: the apheresis is divided, each part a batch.

    `guards`: the steps at which all components have to be there.
    """
    parts = ["cd8", "cd4"]
    content = given.a_protocol(
        start_batch={"kinds": parts, "component_of": {"cd8": "CD8", "cd4": "CD4"}},
        select_split={"kinds": parts},
    )
    content["components"] = ["CD8", "CD4"]
    for step in content["steps"]:
        if step["code"] in guards:
            step["guards"] = [*step.get("guards", ()), "all_components"]
    place = [step["code"] for step in content["steps"]].index("start_batch")
    content["steps"][place:place] = [step for part in parts for step in _divided(part, is_last=part == "cd4")]
    return content


def _divided(part: str, *, is_last: bool) -> list[dict[str, Any]]:
    about = {
        "scope": "container",
        "party": "manufacturer",
        "roles": ["operator"],
        "training": "manufacturing",
        "witness": "independent",
        "witness_roles": ["operator", "supervisor"],
    }
    makes = {"kind": part, "count": 1, "is_consuming": is_last, "expires_minutes": 40_320}
    return [
        {"code": f"take_{part}", "title": f"Take the {part} fraction", "kinds": ["apheresis_bag"]}
        | {"items": ["container"], "after": ["receive_collection"], "does": "make", "makes": makes, **about},
        {"code": f"label_{part}", "title": f"Label the {part} fraction", "kinds": [part]}
        | {"items": ["label"], "after": [f"take_{part}"], "does": "apply_label", **about},
    ]


def furnish(p: Player, station: str, *steps: str) -> None:
    """The station may do these steps too."""
    code = site.codes.make("S", station)
    known = selectors.station_by_code(code)
    assert known is not None
    people.change_station(
        code=code,
        name=known.name,
        steps=[*known.steps, *steps],
        is_active=True,
        reason="another therapy",
        **given.doing(p, "Ada"),
    )


def two(
    p: Player, step: str, *codes: str, station: str = "HOOD", again: list[str] | None = None, **more: Any
) -> None:
    """A step by an operator and an independent witness."""
    operator = p.one(Role.OPERATOR, PLANT)
    witness = p.one(Role.OPERATOR, PLANT, but=operator)
    p.do(step, station, operator, list(codes), witness=witness, witness_codes=again, **more)


def made(p: Player, source: str, bags: int = 1) -> str:
    """From a labelled container (by its label) to frozen bags: one batch; answers with its code."""
    demo, operator = p.demo, p.one(Role.OPERATOR, PLANT)
    two(p, "start_batch", source)
    batch = str(p.answers[-1]["batch"])
    two(p, "select_split", source, demo.lots["selection_reagent", PLANT], values={"vessels": "1"})
    culture = _newest(p, "culture")
    two(p, "label_culture", culture.label)
    p.wait(hours=24)
    added = [culture.label, demo.lots["vector", PLANT]]
    two(p, "transduce", *added, demo.devices["incubator", PLANT], again=added, values={"moi": "3.0"})
    p.wait(days=7)
    two(p, "pool", culture.label, values={"viable_cells": "1500", "viability": "92"})
    harvest = _newest(p, "harvest")
    two(p, "label_harvest", harvest.label)
    two(p, "fill", harvest.label, demo.lots["cryomedium", PLANT], values={"bags": str(bags)})
    for bag in bags_of(p, batch):
        two(p, "label_bag", bag.label)
        two(p, "into_cassette", bag.label, bag.cassette, station="FREEZER")
        p.do("freeze", "FREEZER", operator, [bag.cassette, demo.freezer, demo.devices["rate_freezer", PLANT]])
    p.scan("HOOD", operator, story.CLEAR)
    p.wait(minutes=5)
    return batch


def _newest(p: Player, kind: str) -> ContainerView:
    return p.containers(kind)[-1]


def bags_of(p: Player, batch: str) -> list[ContainerView]:
    """The product bags of a batch."""
    return [bag for bag in p.containers("product_bag") if bag.batch == batch]


def decided(p: Player, batch: str, to: Disposition) -> None:
    """The laboratory has tested it, and quality decides with two signatures."""
    digest = uuid4().hex * 2
    given.tested(p, batch)
    signatures = [
        given.signed(p, batch, "Bob Brandt", Meaning.REVIEW, digest),
        given.signed(p, batch, "Rosa Reyes", _MEANS[to], digest),
    ]
    given.disposed(p, batch, to, signatures)


def shipped(p: Player, batch: str) -> None:
    """To the courier."""
    scans = [*(bag.cassette for bag in bags_of(p, batch)), p.demo.shippers[1]]
    p.do("ship", "DOCK", p.one(Role.OPERATOR, PLANT), scans, witness=p.one(Role.COURIER, COURIER))


def received(p: Player, batch: str) -> None:
    """At the hospital."""
    p.wait(hours=20)
    scans = [*(bag.cassette for bag in bags_of(p, batch)), p.demo.shippers[1]]
    values = {"temperature": "-158", "seal": "intact"}
    lab = p.one(Role.CELL_LAB, p.site)
    p.do(
        "receive_product",
        f"{p.letter}DOCK",
        p.one(Role.COURIER, COURIER),
        scans,
        witness=lab,
        witness_values=values,
    )


def number_of(p: Player, bag: ContainerView) -> int:
    """Which of all product bags of the journey this is, as the story counts them."""
    return [one.code for one in p.containers("product_bag")].index(bag.code)


def given_to_the_patient(p: Player, bag: ContainerView) -> None:
    """Thaw, bedside, infusion of one bag."""
    number = number_of(p, bag)
    story.thaw(p, number)
    story.bedside(p, number)
    story.infuse(p, number)


def closed_out(p: Player, batch: str) -> None:
    """What will not be used of a batch at the manufacturer."""
    p.scan("DOCK", p.one(Role.OPERATOR, PLANT), story.CLEAR)
    for bag in bags_of(p, batch):
        two(p, "close_unused", bag.cassette, station="QUARANTINE", values={"fate": "destroyed"})
