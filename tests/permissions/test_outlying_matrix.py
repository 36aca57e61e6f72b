"""Who may decide on starting material, open a comparison and qualify a scanner: every role, here and elsewhere."""

from typing import Any
from uuid import uuid4

import pytest

from coi import services as coi
from coi.rules.acceptance import Acceptance
from config.demonstration.player import Player
from config.demonstration.site import PLANT, Demo
from cpv.services import comparisons
from ledger.rules import Actor
from people import services as people
from people.rules import codes
from people.rules.roles import Role
from qc import services as qc
from qc.rules.acceptance import Deciding
from tests import given
from tests.cpv.comparisons_given import AFTER, CODE, bench_at
from tests.furnished import Journeys
from tests.permissions.matrix import judged, newcomer
from tests.qc.given import Laboratory
from tests.qc.test_materials import din, specify

R = Role
QA = {R.QA_REVIEWER, R.QA_RELEASER}
AT_STATIONS = {R.COLLECTOR, R.OPERATOR, R.CELL_LAB, R.COURIER, R.ANALYST, R.NURSE, R.SUPERVISOR}


def badge_of(p: Player, actor: Actor) -> str:
    """A badge of the newcomer, whose PIN is known."""
    code, doing = codes.make("B", "ZOE"), given.doing(p, "Ada") | {"request_id": uuid4()}
    people.issue_badge(user_id=actor.user_id, code=code, site=PLANT, **doing)
    return code


def test_material_and_scanners(journeys: Journeys) -> None:
    p = journeys.filled
    lab = Laboratory(p, p.containers("product_bag")[0].batch)
    specify(lab)
    actor, credential = newcomer(p)
    material = {"din": din(lab), "deciding": Deciding(Acceptance.ACCEPTED), "credential": credential}
    card = {"badge": badge_of(p, actor), "pin": "4711", "readings": given.card_readings()}

    def qualify(context: dict[str, Any]) -> object:
        asked = {name: context[name] for name in ("now", "request_id")}
        return coi.record_qualification(token=journeys.demo.tokens["HOOD"], **card, **asked)

    acts = {
        "decide_material": (QA, lambda c: qc.decide_material(**material, **c)),
        "record_qualification": (AT_STATIONS, qualify),
    }
    judged(p, acts, actor)


def test_comparisons(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_at(demo, monkeypatch)
    bench.plan()
    bench.after(*AFTER)
    p = given.a_journey(demo, now=demo.now)
    actor, _credential = newcomer(p)
    judged(
        p,
        {
            "open_comparison": (
                QA | {R.QC_REVIEWER},
                lambda c: comparisons.open_comparison(document=CODE, reason="x", **c),
            )
        },
        actor,
    )
