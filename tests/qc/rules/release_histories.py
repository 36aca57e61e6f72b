"""Lawful histories of a batch, what may be done aside, and how they are played."""

from typing import Any

from hypothesis import strategies as st

from qc.rules.criteria import Verdict
from qc.rules.exceptional import Part
from qc.rules.investigations import Answer, LaboratoryCheck, Outcome, ProductionCheck
from qc.rules.releases import Way
from qc.rules.results import AttemptKind
from tests.qc.rules.release_batch import CRITERIA, PEOPLE
from tests.qc.rules.release_history import judge
from tests.qc.rules.release_world import World

PASS, FAIL = Verdict.PASS, Verdict.FAIL
everybody = sorted(PEOPLE)
# Mostly those whose work it is, so that histories get far; and everybody else as well.
people = st.sampled_from(everybody)
criteria = st.sampled_from(["CAR", "CAR", *CRITERIA])
DOSSIER_PARTS = (Part.RISK, Part.ALTERNATIVES, Part.REQUEST, Part.ACCEPTANCE, Part.CONSENT)
RETEST, RESAMPLE = AttemptKind.RETEST, AttemptKind.RESAMPLE
Step = tuple[str, tuple[Any, ...]]


def sampling(car: Verdict, final: Verdict | None) -> list[Step]:
    """All is tested and looked over."""
    results = [("CAR", car), ("STERILE", PASS), ("FINAL", final)]
    return [
        *[("record", (code, verdict, 3)) for code, verdict in results if verdict is not None],
        ("look_over", (5,)),
    ]


def first_phase(check: LaboratoryCheck) -> list[Step]:
    """The first phase, in which this was found."""
    return [
        ("open", ("CAR", 1, 3)),
        ("start", ("OOS-1", 5)),
        ("answer", ("OOS-1", tuple(LaboratoryCheck), Answer.IN_ORDER, 5)),
        ("answer", ("OOS-1", (check,), Answer.NOT_IN_ORDER, 5)),
        ("assign", ("OOS-1", check, 5)),
    ]


def letting_go(way: Way) -> list[Step]:
    """Quality's part."""
    return [
        ("submit", ()),
        ("look_trail_over", (6,)),
        ("review", (6,)),
        ("release", (way, 7)),
    ]


def again(kind: AttemptKind, check: LaboratoryCheck) -> list[Step]:
    """An error of the laboratory, and one more test."""
    return [
        *sampling(FAIL, PASS),
        *first_phase(check),
        ("plan", ("OOS-1", kind, 1, 6)),
        ("test_again", ("OOS-1", kind, PASS, 4)),
        ("look_over", (5,)),
        ("conclude", ("OOS-1", Outcome.LABORATORY_ERROR, (5, 6))),
        *letting_go(Way.RELEASE),
    ]


HISTORIES: dict[str, list[Step]] = {
    "sound": [*sampling(PASS, PASS), *letting_go(Way.RELEASE)],
    "retest": again(RETEST, LaboratoryCheck.INSTRUMENT),
    "resample": again(RESAMPLE, LaboratoryCheck.SAMPLE_KEPT),
    "two retests": [
        *sampling(FAIL, PASS),
        *first_phase(LaboratoryCheck.REAGENTS),
        ("plan", ("OOS-1", RETEST, 2, 6)),
        ("test_again", ("OOS-1", RETEST, PASS, 4)),
        ("test_again", ("OOS-1", RETEST, PASS, 4)),
        ("look_over", (5,)),
        ("conclude", ("OOS-1", Outcome.LABORATORY_ERROR, (5, 6))),
        *letting_go(Way.RELEASE),
    ],
    "correction": [
        *sampling(FAIL, PASS),
        *first_phase(LaboratoryCheck.CALCULATION),
        ("correct", ("CAR", 1, PASS, 3)),
        ("look_over", (5,)),
        ("conclude", ("OOS-1", Outcome.LABORATORY_ERROR, (5, 6))),
        *letting_go(Way.RELEASE),
    ],
    "conditional": [
        *sampling(PASS, None),
        *letting_go(Way.CONDITIONAL),
        ("record", ("FINAL", PASS, 3)),
        ("look_over", (5,)),
        ("look_trail_over", (6,)),
        ("review", (6,)),
        ("complete", (7,)),
    ],
    "exceptional": [
        *sampling(FAIL, None),
        *first_phase(LaboratoryCheck.INSTRUMENT)[:3],
        ("escalate", ("OOS-1", 5)),
        ("answer", ("OOS-1", tuple(ProductionCheck), Answer.IN_ORDER, 6)),
        ("conclude", ("OOS-1", Outcome.CONFIRMED, (5, 6))),
        ("begin_dossier", (("CAR",), 6)),
        *[("write", (part, 6)) for part in DOSSIER_PARTS],
        ("decide_dossier", (True, 7)),
        *letting_go(Way.EXCEPTIONAL),
    ],
}
CONFIRMING: list[Step] = [
    ("escalate", ("OOS-1", 5)),
    ("answer", ("OOS-1", tuple(ProductionCheck), Answer.IN_ORDER, 6)),
    ("conclude", ("OOS-1", Outcome.CONFIRMED, (5, 6))),
]
ASIDE: list[list[Step]] = [
    CONFIRMING,
    [("hold", ())],
    [("look_over", (5,))],
    [("look_trail_over", (6,))],
    [("review", (6,))],
    [("open", ("CAR", 2, 3))],
    [("open", ("STERILE", 1, 3))],
    [("correct", ("CAR", 1, PASS, 3))],
    [("correct", ("CAR", 2, FAIL, 3)), ("look_over", (5,))],
    [("correct", ("STERILE", 1, FAIL, 3)), ("look_over", (5,))],
    [("test_again", ("OOS-1", RETEST, PASS, 4))],
    [("test_again", ("OOS-1", RETEST, FAIL, 4))],
    [("plan", ("OOS-1", RETEST, 2, 6))],
    [("record", ("FINAL", FAIL, 3)), ("look_over", (5,))],
    letting_go(Way.RELEASE),
    letting_go(Way.EXCEPTIONAL),
]


def play(world: World, steps: list[Step]) -> None:
    """Do what the rules allow, and judge whatever is let go."""
    for name, values in steps:
        is_known = not values or not str(values[0]).startswith("OOS") or values[0] in world.investigations
        if is_known and getattr(world, name)(*values) and name in ("release", "complete"):
            judge(world)
