"""The plan of a hold-time study for tests, and the specification that judges it."""

from typing import Any

from config.demonstration import site
from tests.qc.given import Laboratory

PLAN: dict[str, Any] = {
    "title": "Cells on the bench",
    "kind": "hold_time",
    "specification": "BENCH",
    "unit": "hours",
    "conditions": [{"code": "RT", "title": "Room temperature"}],
    "points": [{"code": "H0", "at": 0, "late": 1}, {"code": "H24", "at": 24, "early": 1, "late": 1}],
    "criteria": ["VIABILITY"],
}
SPECIFICATION = {
    "name": "Hold time",
    "subject": "study",
    "product": "BENCH",
    "criteria": [
        {
            "code": "VIABILITY",
            "title": "Viability",
            "sort": "quantity",
            "timing": "release",
            "method": "M-VISUAL",
            "unit": "%",
            "decimals": 0,
            "low": {"value": "80", "is_inclusive": True},
        }
    ],
}


def plan(lab: Laboratory, **more: Any) -> None:
    lab.player.demo.now = lab.player.now
    site.document(lab.player.demo, "specification", "BENCH", "BENCH", SPECIFICATION)
    site.document(lab.player.demo, "study_plan", "HOLD", "HOLD", PLAN | more)
    lab.player.wait(minutes=1)
