"""Runs for tests: opened, and their controls read, by the services alone."""

from uuid import UUID

from config.demonstration.site import PLANT
from qc import services
from tests.qc.given import Laboratory

LOW, HIGH = "control_vcn_low", "control_vcn_high"
GOOD = {LOW: ["1.03"], HIGH: ["4.00"]}


def begin(lab: Laboratory, method: str = "M-DDPCR", by: str = "Ana", **more):
    demo = lab.player.demo
    about = {
        "method": method,
        "site": PLANT,
        "instruments": [demo.devices["droplet_reader", PLANT]],
        "reagents": [demo.lots[kind, PLANT] for kind in ("primer_set", LOW, HIGH)],
    }
    return services.open_run(**about | lab.doing(by) | more)


def read(lab: Laboratory, run, values=None, **more):
    lots = {lab.player.demo.lots.get((name, PLANT), name): texts for name, texts in (values or GOOD).items()}
    return services.read_controls(**{"run": UUID(run.id), "readings": lots} | lab.doing("Ana") | more)
