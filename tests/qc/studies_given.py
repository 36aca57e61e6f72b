"""Hold-time studies for tests: the plan, the specification that judges it, and their first steps."""

from typing import Any

from config.demonstration import site
from config.demonstration.site import PLANT
from qc import services as qc
from qc.rules.stability import PointOf, Pull, StudyView
from qc.rules.subjects import SubjectKind, SubjectRef
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


def tubes(lab: Laboratory) -> list[str]:
    return [it.code for it in lab.player.containers("sample") if str(it.status) == "available"]


def begin(lab: Laboratory, by: str = "Leo", **more: Any) -> StudyView:
    about: dict[str, Any] = {"kind": "study_plan", "plan": "HOLD", "site": PLANT}
    about |= {"containers": tubes(lab)[:2], **lab.doing(by)}
    return qc.begin_study(**(about | more))


def pull(lab: Laboratory, study: StudyView, point: str, container: str, by: str = "Ana", **more: Any) -> Any:
    doing = lab.doing(by) | {name: more.pop(name) for name in ("request_id",) if name in more}
    known: dict[str, Any] = {
        "condition": "RT",
        "point": point,
        "at": doing["now"],
        "containers": (container,),
    }
    return qc.record_pull(study=study.code, pull=Pull(**(known | more)), **doing)


def measure(lab: Laboratory, study: StudyView, point: str, container: str, value: str = "95") -> Any:
    ref = SubjectRef(SubjectKind.STUDY, study.code, PointOf(point, "RT", container).key)
    return lab.record("VIABILITY", value, subject=ref, container=container, run="")
