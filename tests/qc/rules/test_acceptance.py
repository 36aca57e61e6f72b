"""Starting material: what the results come to, and who decides."""

from dataclasses import replace
from typing import Any

import pytest

from coi.rules.acceptance import Acceptance, PlanChange
from people.rules.roles import Role
from qc.rules.acceptance import AcceptanceRefusal, Consequence, Deciding, Material, against_decision, propose
from qc.rules.criteria import Effect, Verdict
from qc.rules.investigations import Who
from qc.rules.specification import Specification
from qc.rules.standing import Found
from tests.qc.rules.criteria_given import FAIL, OPEN, PASS, raw, read, sides

PENDING, ACCEPTED, CHANGED, REFUSED = Acceptance


def specification() -> Specification:
    lines: list[dict[str, Any]] = [
        raw(code="VIAB", title="Viability", **sides(">=80")),
        raw(code="CD3", title="CD3+", effect="extra_selection", **sides(">=10")),
        raw(code="TUMOUR", title="Tumour", effect="physician_decides", **sides("<=5")),
        raw(code="IDM", title="IDM", effect="collect_again", **sides("<=1")),
        raw(code="NAIVE", title="Naive", effect="extend_culture", **sides(">=1")),
        raw(code="MEMORY", title="Memory", effect="reduce_dose", **sides(">=1")),
        raw(code="LATE", title="Late", timing="final", **sides(">=1")),
    ]
    either = [{"code": "PHENOTYPE", "title": "Phenotype", "criteria": ["NAIVE", "MEMORY"]}]
    return read({"name": "S", "subject": "collection", "criteria": lines, "any_of": either})


SPECIFICATION = specification()


def verdicts(**more: Verdict | None) -> dict[str, Found]:
    known = {"VIAB": PASS, "CD3": PASS, "TUMOUR": PASS, "IDM": PASS, "NAIVE": PASS} | more
    return {code: Found(verdict) for code, verdict in known.items() if verdict is not None}


@pytest.mark.parametrize(
    ("known", "decision", "effects", "open_lines"),
    [
        pytest.param(verdicts(), ACCEPTED, (), [], id="all met"),
        pytest.param(verdicts(CD3=FAIL), CHANGED, (Effect.EXTRA_SELECTION,), [], id="more selection"),
        pytest.param(
            verdicts(CD3=FAIL, TUMOUR=FAIL),
            CHANGED,
            (Effect.EXTRA_SELECTION, Effect.PHYSICIAN_DECIDES),
            [],
            id="two effects",
        ),
        pytest.param(verdicts(VIAB=FAIL), REFUSED, (), [], id="no effect is named"),
        pytest.param(verdicts(IDM=FAIL), REFUSED, (Effect.COLLECT_AGAIN,), [], id="to be collected again"),
        pytest.param(verdicts(CD3=None), None, (), ["CD3"], id="one is missing"),
        pytest.param(verdicts(CD3=OPEN), None, (), ["CD3"], id="one is undecided"),
        pytest.param(verdicts(VIAB=FAIL, CD3=None), REFUSED, (), ["CD3"], id="refused whatever comes"),
        pytest.param(
            verdicts(CD3=FAIL, TUMOUR=None), None, (Effect.EXTRA_SELECTION,), ["TUMOUR"], id="still open"
        ),
        pytest.param(verdicts(NAIVE=FAIL, MEMORY=PASS), ACCEPTED, (), [], id="one of two is enough"),
        pytest.param(
            verdicts(NAIVE=FAIL, MEMORY=FAIL),
            CHANGED,
            (Effect.EXTEND_CULTURE, Effect.REDUCE_DOSE),
            [],
            id="both fail: both effects",
        ),
        pytest.param(verdicts(LATE=None), ACCEPTED, (), [], id="a final one may come later"),
    ],
)
def test_proposals(known, decision, effects, open_lines):
    proposal = propose(SPECIFICATION, known)
    assert proposal.decision is decision
    assert proposal.effects == effects
    assert [line.code for line in proposal.open] == open_lines


def test_a_consequence_names_its_criterion():
    proposal = propose(SPECIFICATION, verdicts(VIAB=FAIL, CD3=FAIL))
    assert proposal.consequences == (
        Consequence("VIAB", "Viability", None),
        Consequence("CD3", "CD3+", Effect.EXTRA_SELECTION),
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (verdicts(), False),
        (verdicts(CD3=FAIL), False),
        (verdicts(TUMOUR=FAIL), True),
        (verdicts(NAIVE=FAIL, MEMORY=FAIL), True),
        (verdicts(VIAB=FAIL, TUMOUR=FAIL), False),
    ],
)
def test_when_the_physician_has_a_say(known, expected):
    assert propose(SPECIFICATION, known).needs_physician is expected


def test_every_effect_is_a_change_of_the_plan():
    assert [str(effect) for effect in Effect] == [str(change) for change in PlanChange]
    proposal = propose(SPECIFICATION, verdicts(CD3=FAIL, TUMOUR=FAIL))
    assert proposal.plan_changes == (PlanChange.EXTRA_SELECTION, PlanChange.PHYSICIAN_DECIDES)


QUALITY = Who(5, frozenset({Role.QA_REVIEWER}))
R = AcceptanceRefusal


def material(**known: Verdict | None) -> Material:
    return Material(propose(SPECIFICATION, verdicts(**known)), frozenset({3}), frozenset({9}))


YES, NO = Deciding(ACCEPTED), Deciding(REFUSED)
SELECTED = Deciding(CHANGED, (Effect.EXTRA_SELECTION,))
ASKED = Deciding(CHANGED, (Effect.PHYSICIAN_DECIDES,), "n1")
CASES = [
    (material(), YES, QUALITY, ()),
    (material(), NO, QUALITY, ()),
    (material(), SELECTED, QUALITY, ()),
    (material(), Deciding(PENDING), QUALITY, (R.LAXER_THAN_PROPOSED,)),
    (material(CD3=FAIL), SELECTED, QUALITY, ()),
    (material(CD3=FAIL), YES, QUALITY, (R.LAXER_THAN_PROPOSED,)),
    (material(VIAB=FAIL), YES, QUALITY, (R.LAXER_THAN_PROPOSED,)),
    (material(VIAB=FAIL), SELECTED, QUALITY, (R.LAXER_THAN_PROPOSED,)),
    (material(VIAB=FAIL), NO, QUALITY, ()),
    (material(CD3=None), YES, QUALITY, (R.RESULTS_OPEN,)),
    (material(CD3=None), NO, QUALITY, ()),
    (replace(material(), has_unreviewed=True), YES, QUALITY, (R.RESULT_UNREVIEWED,)),
    (replace(material(), has_unreviewed=True), NO, QUALITY, ()),
    (replace(material(), decided=REFUSED), YES, QUALITY, (R.DECIDED,)),
    (material(CD3=FAIL, TUMOUR=FAIL), SELECTED, QUALITY, (R.EFFECT_LEFT_OUT,)),
    (material(), Deciding(CHANGED), QUALITY, (R.EFFECT_MISSING,)),
    (material(), Deciding(ACCEPTED, (Effect.EXTRA_SELECTION,)), QUALITY, (R.EFFECT_WITHOUT_CHANGES,)),
    (material(TUMOUR=FAIL), ASKED, QUALITY, ()),
    (material(TUMOUR=FAIL), replace(ASKED, physician=" "), QUALITY, (R.PHYSICIAN_MISSING,)),
    (material(), YES, replace(QUALITY, person=3), (R.BY_ITS_ANALYST,)),
    (material(), YES, replace(QUALITY, person=9), (R.BY_ITS_COLLECTOR,)),
]


@pytest.mark.parametrize(("it", "deciding", "who", "expected"), CASES)
def test_decisions(it, deciding, who, expected):
    assert against_decision(it, deciding, who) == expected


def test_every_refusal_is_met():
    assert {code for *_rest, codes in CASES for code in codes} == set(R)


@pytest.mark.parametrize(
    ("decided", "deciding", "is_again"),
    [
        (Acceptance.ACCEPTED, Acceptance.REFUSED, True),
        (Acceptance.ACCEPTED_WITH_CHANGES, Acceptance.REFUSED, True),
        (Acceptance.ACCEPTED, Acceptance.ACCEPTED, False),
        (Acceptance.REFUSED, Acceptance.ACCEPTED, False),
    ],
)
def test_what_was_decided_is_decided_again_more_strictly_alone(decided, deciding, is_again):
    found = against_decision(replace(material(), decided=decided), Deciding(deciding), QUALITY)
    assert (AcceptanceRefusal.DECIDED not in found) is is_again
