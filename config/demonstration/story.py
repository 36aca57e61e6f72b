"""The stages of a journey, each a function that plays it with a Player."""

from collections.abc import Callable

from config.demonstration.player import Player
from config.demonstration.site import COURIER, PLANT
from people.rules import codes
from people.rules.roles import Role


def identify(p: Player) -> None:
    """Wristband against order, at the chair."""
    p.do("identify", f"{p.letter}CHAIR", p.one(Role.COLLECTOR, p.site), [p.order_code, p.wristband])


def collect(p: Player) -> None:
    """Apheresis: a new DIN, and a bag that waits for its label."""
    lots = [p.demo.lots["bag_set", p.site], p.demo.lots["anticoagulant", p.site]]
    device = p.demo.devices["apheresis_device", p.site]
    p.do("collect", f"{p.letter}CHAIR", p.one(Role.COLLECTOR, p.site), [p.wristband, *lots, device])


def label_collection(p: Player) -> None:
    """The label is scanned back after the wristband, by two people; then the collection ends."""
    collector = p.one(Role.COLLECTOR, p.site)
    label = p.label("apheresis_bag")
    second = p.one(Role.COLLECTOR, p.site, but=collector)
    p.do("label_collection", f"{p.letter}CHAIR", collector, [p.wristband, label], witness=second)
    p.wait(hours=3)
    p.do("end_collection", f"{p.letter}CHAIR", collector, [label], values={"volume": "182", "tnc": "11.4"})
    p.scan(f"{p.letter}CHAIR", collector, CLEAR)


def send_collection(p: Player) -> None:
    """To the courier."""
    scans = [p.label("apheresis_bag"), p.demo.shippers[0]]
    giver, courier = p.one(Role.CELL_LAB, p.site), p.one(Role.COURIER, COURIER)
    p.do("send_collection", f"{p.letter}DOCK", giver, scans, witness=courier)


def receive_collection(p: Player) -> None:
    """From the courier to the manufacturer."""
    p.wait(hours=9)
    scans = [p.label("apheresis_bag"), p.demo.shippers[0]]
    courier, receiver = p.one(Role.COURIER, COURIER), p.one(Role.OPERATOR, PLANT)
    values = {"temperature": "4.6", "seal": "intact"}
    p.do("receive_collection", "DOCK", courier, scans, witness=receiver, witness_values=values)


def start_batch(p: Player) -> None:
    """The batch record begins."""
    _two(p, "start_batch", [p.label("apheresis_bag")])


def select_split(p: Player) -> None:
    """Selection, and a split into two culture vessels, each labelled."""
    reagent = p.demo.lots["selection_reagent", PLANT]
    _two(p, "select_split", [p.label("apheresis_bag"), reagent], values={"vessels": "2"})
    for number in range(2):
        _two(p, "label_culture", [p.label("culture", number)])
    p.scan("HOOD", p.one(Role.OPERATOR, PLANT), CLEAR)


def transduce(p: Player) -> None:
    """The vector, and an in-process sample of each culture."""
    p.wait(hours=24)
    for number in range(2):
        label, vector = p.label("culture", number), p.demo.lots["vector", PLANT]
        incubator = p.demo.devices["incubator", PLANT]
        scans = [label, vector, incubator]
        _two(p, "transduce", scans, witness_codes=[label, vector], values={"moi": "3.0"})
    p.scan("HOOD", p.one(Role.OPERATOR, PLANT), CLEAR)
    sample(p, "sample_culture", p.label("culture", 0))


def sample(p: Player, step: str, label: str) -> None:
    """One sample, labelled."""
    operator = p.one(Role.OPERATOR, PLANT)
    p.do(step, "BENCH", operator, [label])
    p.do("label_sample", "BENCH", operator, [p.containers("sample")[-1].label])


def harvest(p: Player, viable_cells: str = "1840", viability: str = "93.1") -> None:
    """All cultures pooled into one harvest."""
    p.wait(days=8)
    labels = [c.label for c in p.containers("culture")]
    _two(p, "pool", labels, values={"viable_cells": viable_cells, "viability": viability})
    _two(p, "label_harvest", [p.label("harvest")])


def fill(p: Player, bags: int = 2) -> None:
    """Fill, label and freeze the final bags; a release sample of the first."""
    _two(p, "fill", [p.label("harvest"), p.demo.lots["cryomedium", PLANT]], values={"bags": str(bags)})
    for number in range(bags):
        _two(p, "label_bag", [p.label("product_bag", number)])
    p.scan("HOOD", p.one(Role.OPERATOR, PLANT), CLEAR)
    sample(p, "sample_product", p.label("product_bag", 0))
    freezer = p.demo.devices["rate_freezer", PLANT]
    for number in range(bags):
        bag, cassette = p.label("product_bag", number), p.cassette("product_bag", number)
        _two(p, "into_cassette", [bag, cassette], station="FREEZER")
        scans = [cassette, p.demo.freezer, freezer]
        p.do("freeze", "FREEZER", p.one(Role.OPERATOR, PLANT), scans)


def ship(p: Player) -> None:
    """All bags of the dose to the courier."""
    scans = [*_bags(p), p.demo.shippers[1]]
    p.do("ship", "DOCK", p.one(Role.OPERATOR, PLANT), scans, witness=p.one(Role.COURIER, COURIER))


def receive_product(p: Player) -> None:
    """From the courier to the hospital."""
    p.wait(hours=20)
    scans = [*_bags(p), p.demo.shippers[1]]
    courier, lab = p.one(Role.COURIER, COURIER), p.one(Role.CELL_LAB, p.site)
    values = {"temperature": "-158", "seal": "intact"}
    p.do("receive_product", f"{p.letter}DOCK", courier, scans, witness=lab, witness_values=values)


def patient_ready(p: Player) -> None:
    """Who is in the bed, and what they weigh."""
    p.wait(days=6)
    nurse = p.one(Role.NURSE, p.site)
    p.do("patient_ready", f"{p.letter}BED", nurse, [p.order_code, p.wristband], values={"weight": "71.5"})


def thaw(p: Player, number: int = 0) -> None:
    """Thaw one bag; its countdown begins."""
    lab = p.one(Role.CELL_LAB, p.site)
    label = p.label("product_bag", number)
    device = p.demo.devices["thaw_device", p.site]
    second = p.one(Role.CELL_LAB, p.site, but=lab)
    p.do("thaw", f"{p.letter}LAB", lab, [label, device], witness=second, witness_codes=[label])


def bedside(p: Player, number: int = 0) -> None:
    """Two nurses, wristband and bag, signed."""
    p.wait(minutes=8)
    nurse = p.one(Role.NURSE, p.site)
    second = p.one(Role.NURSE, p.site, but=nurse)
    scans = [p.wristband, p.label("product_bag", number)]
    p.do("bedside", f"{p.letter}BED", nurse, scans, witness=second, is_signed=True)


def infuse(p: Player, number: int = 0) -> None:
    """Start and end of the infusion of one bag."""
    nurse, label = p.one(Role.NURSE, p.site), p.label("product_bag", number)
    p.do("infuse_start", f"{p.letter}BED", nurse, [p.wristband, label])
    p.wait(minutes=14)
    p.do("infuse_end", f"{p.letter}BED", nurse, [label], values={"volume": "48"})


def infuse_all(p: Player) -> None:
    """Bag after bag: thaw, bedside, infusion, close-out."""
    patient_ready(p)
    for number in range(len(p.containers("product_bag"))):
        thaw(p, number)
        bedside(p, number)
        infuse(p, number)


def close_out(p: Player) -> None:
    """Every bag and every sample; with the last one the journey closes."""
    p.scan(f"{p.letter}BED", p.one(Role.NURSE, p.site), CLEAR)
    for bag in p.containers("product_bag"):
        p.do("close", f"{p.letter}LAB", p.one(Role.CELL_LAB, p.site), [bag.label], values={"fate": "empty"})
    for tube in p.containers("sample"):
        values = {"fate": "used_up"}
        p.do("close_sample", "BENCH", p.one(Role.OPERATOR, PLANT), [tube.label], values=values)


def _bags(p: Player) -> list[str]:
    return [bag.cassette for bag in p.containers("product_bag")]


def _two(
    p: Player,
    step: str,
    scans: list[str],
    *,
    station: str = "HOOD",
    witness_codes: list[str] | None = None,
    values: dict[str, str] | None = None,
) -> None:
    """A step by an operator and an independent witness, at the hood unless told."""
    operator = p.one(Role.OPERATOR, PLANT)
    witness = p.one(Role.OPERATOR, PLANT, but=operator)
    p.do(step, station, operator, scans, witness=witness, witness_codes=witness_codes, values=values)


CLEAR = codes.make("C", "CLEAR")

TO_FILL: tuple[Callable[[Player], None], ...] = (
    identify,
    collect,
    label_collection,
    send_collection,
    receive_collection,
    start_batch,
    select_split,
    transduce,
    harvest,
    fill,
)
AFTER_RELEASE: tuple[Callable[[Player], None], ...] = (ship, receive_product, infuse_all, close_out)


def play(p: Player, stages: tuple[Callable[[Player], None], ...]) -> Player:
    """Play the stages one after the other, with a little time between them."""
    for stage in stages:
        stage(p)
        p.wait(minutes=20)
    return p
