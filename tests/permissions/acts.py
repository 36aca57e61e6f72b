"""What is done behind a page by whom: each address with its right, and a body that gets as far as the question of who.

Entered by hand, as `doors.py`. A body need not be lawful: whoever may is told what is wrong with it, or what speaks
against the act; whoever may not is told that, or that there is no such thing. `$name` stands for what the house knows
by that name, in the name of a field too. What is done over the API stands in `api_acts.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from people.rules.rights import Right
from people.rules.roles import Role

NOBODY: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Act:
    """The roles that may: those at the plant, and those at the hospital that treats the patient; and what is sent.

    `named`: what stands in the address, where it is another thing than the one that is looked at there. `is_offered`:
    the form has nothing to choose from for whoever may not, and says so (422).
    """

    here: frozenset[Role]
    there: frozenset[Role] = NOBODY
    body: Mapping[str, Any] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    is_offered: bool = False


def plant(right: Right, body: Mapping[str, Any] = {}, **more: Any) -> Act:
    """An act of those who have the right at the plant."""
    return Act(right.roles, NOBODY, body, **more)


def hospital(right: Right, body: Mapping[str, Any] = {}, **more: Any) -> Act:
    """An act of those who have the right where the patient is treated."""
    return Act(NOBODY, right.roles, body, **more)


def both(right: Right, body: Mapping[str, Any] = {}, **more: Any) -> Act:
    """An act of those who have the right at either of them."""
    return Act(right.roles, right.roles, body, **more)


COORDINATOR = frozenset({Role.COORDINATOR})
# with a password that is wrong, which is asked for after the right: that it was tried is on record
SIGNING = {"username": "$me", "password": "wrong"}
WHY = {"reason": "x", "text": "x"}
SEEN = {"seen": "x", **SIGNING}
AT = "2026-03-20T10:00"
WEIGHT = {"kg": "70", "measured_at": AT, "source": "scale"}
REASONS = {"cause": "person", "cause_text": "x", "outcome": "use_as_is", "outcome_text": "x"}
ALIAS = {"kind": "coid", "issuer": "CELLS", "value": "X1"}
STOCK = {"s-width_mm": "50", "s-height_mm": "20", "s-request_id": "$request"}
RESULT = {"container": "$tube", "value_1": "90", "tested_at": AT}
RATED = {"severity": "9", "occurrence": "4", "detection": "3", "why": "x", "is_meant": "on"}
PLANNED = {"text": "x", "aim": "detection", "owner": "$owner", "due": "2030-01-01"}
EDIT = {"page": "p", "base": 0, "operations": [{"op": "remove", "table": "rows", "item": "R1"}]}
SCALES = {
    "part": "severity",
    **{f"severity-{name}": "1" for name in ("base", "code", "version", *(f"text_{n}" for n in range(1, 11)))},
    "severity-request_id": "$request",
}

BATCH, DOSSIER = "batches/<str:code>/", "batches/<str:code>/exceptional/<str:dossier>/"
ROUND, CHART, SHEET = "risk/<str:code>/scoring/<uuid:id>/", "process/charts/<str:code>/", "risk/<str:code>/"
JOURNEY, LABEL = "journeys/<str:coi_id>/", "labels/<str:code>/"
STUDY, RUN = "studies/<str:code>/", "runs/<str:code>/"

BY_FORM: dict[str, Act] = {
    # journeys, labels, cards
    f"{JOURNEY}identity/": hospital(Right.REVEAL_IDENTITY),
    f"{JOURNEY}weights/": hospital(Right.RECORD_WEIGHT, WEIGHT),
    f"{JOURNEY}weights/<uuid:weight>/": hospital(Right.CORRECT_WEIGHT, {**WEIGHT, "reason": "mistyped"}),
    f"{JOURNEY}identifiers/": Act(
        Right.ADD_ALIAS_OF_PRODUCT.roles, Right.ADD_ALIAS.roles, {**ALIAS, "value": "X2"}
    ),
    f"{JOURNEY}identifiers/<uuid:alias>/retire/": hospital(
        Right.ADD_ALIAS, {"reason": "mistyped", "text": "x"}
    ),
    f"{JOURNEY}close/": Act(
        Right.CLOSE_JOURNEY_OF_MANUFACTURER.roles, Right.CLOSE_JOURNEY.roles, {"end": "withdrawn"}
    ),
    "reconciliations/<str:code>/show/": hospital(Right.SHOW_RECONCILIATION),
    "reconciliations/<str:code>/decide/": hospital(Right.APPROVE_RECONCILIATION, SIGNING),
    f"{LABEL}account/": both(Right.CORRECT_LABEL_FATE, {"fate": "spoiled", "reason": "mistaken"}),
    f"{LABEL}reprint/": plant(Right.REPRINT_LABEL, {"reason": "damaged"}),
    f"{LABEL}print/": plant(Right.ASK_PRINT, {"printer": "OWN"}, is_offered=True),
    f"{LABEL}hand-out/": plant(Right.HAND_OUT_LABEL, {"file": "pdf"}),
    "labels/queue/<uuid:job>/<str:what>/": plant(
        Right.MOVE_PRINT, {"printer": "OWN"}, named={"what": "move"}
    ),
    "printers/<str:code>/": Act(NOBODY),
    "printers/<str:code>/<str:what>/": plant(Right.LOAD_STOCK, STOCK, named={"what": "stock"}),
    "cards/wristband.pdf": both(Right.FIND_BY_IDENTITY, {"wristband": "$wristband"}),
    "cards/<str:site>/cards.pdf": plant(Right.PRINT_CARDS),
    "cards/<str:site>/badges.pdf": plant(Right.RECORD_BADGES_PRINTED),
    "holds/": plant(Right.PLACE_HOLD, {"container": "$container", "reason": "quality", "text": "x"}),
    "holds/<uuid:id>/release/": plant(Right.RELEASE_HOLD, WHY),
    "deviations/<str:code>/assign/": both(Right.ASSIGN_DEVIATION, {"owner": "$quality"}),
    "deviations/<str:code>/close/": both(Right.CLOSE_DEVIATION, {**REASONS, **SIGNING}),
    # another's alone
    "account/factors/<int:id>/remove/": Act(NOBODY, body={"old": "wrong"}),
    # documents: their author's alone, whatever roles another holds
    "documents/<uuid:id>/edit/": Act(NOBODY, body={"content": "{}", "seen": "x"}),
    "specifications/<uuid:id>/edit/": Act(NOBODY, body={"content": "{}", "seen": "x"}),
    "documents/<uuid:id>/submit/": Act(NOBODY, body=SEEN),
    "documents/<uuid:id>/review/": plant(Right.REVIEW_DOCUMENT, SEEN),
    "documents/<uuid:id>/approve/": plant(Right.APPROVE_DOCUMENT, SEEN),
    "documents/<uuid:id>/make_effective/": plant(Right.MAKE_EFFECTIVE, {"seen": "x"}),
    "documents/<uuid:id>/reject/": plant(Right.REJECT_DOCUMENT, {**SEEN, **WHY}),
    "documents/<uuid:id>/retire/": plant(Right.RETIRE_DOCUMENT, WHY),
    # batches and their dossiers
    f"{BATCH}submit/": plant(Right.SUBMIT_FOR_REVIEW),
    f"{BATCH}review/": plant(Right.REVIEW_BATCH, SIGNING),
    f"{BATCH}release/": plant(Right.RELEASE_BATCH, SIGNING),
    f"{BATCH}conditional/": plant(Right.RELEASE_BATCH, {**SIGNING, "expected_STERILITY_FINAL": "2026-04-20"}),
    f"{BATCH}exceptional/release/": plant(
        Right.RELEASE_BATCH, {**SIGNING, "expected_STERILITY_FINAL": "2026-04-20"}
    ),
    f"{BATCH}complete/": plant(Right.COMPLETE_RELEASE, SIGNING),
    f"{BATCH}duties/<uuid:failure>/<str:duty>/": plant(Right.RECORD_DUTY, {"done_at": AT, "reference": "x"}),
    f"{BATCH}reject/": plant(Right.REJECT_BATCH, {"reason": "deviation", **SIGNING}),
    f"{BATCH}trail/": plant(Right.REVIEW_TRAIL, {"upto": "1", **SIGNING}),
    f"{BATCH}documents/<str:kind>/issue/": plant(Right.ISSUE_DOCUMENT),
    f"{BATCH}exceptional/open/": plant(Right.NAME_CRITERIA, {"setting": "trial", "is_emergency": "no"}),
    f"{DOSSIER}supply/": plant(Right.NAME_CRITERIA, {"setting": "trial", "is_emergency": "no"}),
    f"{DOSSIER}criteria/": plant(Right.NAME_CRITERIA, {"criteria": ["CAR"]}),
    f"{DOSSIER}risk/": plant(Right.WRITE_RISK, WHY),
    f"{DOSSIER}alternatives/": plant(Right.WRITE_ALTERNATIVES, WHY),
    f"{DOSSIER}request/": Act(
        Right.RECORD_REQUEST.roles,
        COORDINATOR,
        {"physician": "J", "requested_at": AT, "reference": "x"},
    ),
    f"{DOSSIER}acceptance/": Act(
        Right.RECORD_ACCEPTANCE_OF_RISK.roles, COORDINATOR, {"risk_sent_at": AT, "reference": "x"}
    ),
    f"{DOSSIER}consent/": Act(Right.RECORD_CONSENT.roles, COORDINATOR, {"is_given": "no"}),
    f"{DOSSIER}notice/": plant(Right.WRITE_NOTICE, {"kind": "sponsor", "due_at": AT}),
    f"{DOSSIER}follow_up/": Act(Right.FOLLOW_UP_DOSSIER.roles, COORDINATOR, WHY),
    f"{DOSSIER}decision/": plant(Right.DECIDE_DOSSIER, {"verdict": "decline", **WHY, **SIGNING}),
    # the laboratory
    "materials/<str:code>/decide/": plant(Right.DECIDE_MATERIAL, {"decision": "accepted", **SIGNING}),
    "results/<str:kind>/<str:code>/<str:criterion>/": plant(Right.RECORD_RESULT, RESULT),
    "results/<uuid:id>/review/": plant(Right.REVIEW_RESULT),
    "laboratory/results/<uuid:id>/review/": plant(Right.REVIEW_RESULT),
    "files/<uuid:id>/record/": plant(Right.RECORD_IMPORT),
    "files/<uuid:id>/discard/": plant(Right.DISCARD_IMPORT),
    "studies/new/": plant(
        Right.BEGIN_STUDY, {"plan": "validation_plan:VP-1", "site": "CELLS"}, is_offered=True
    ),
    f"{STUDY}pull/": plant(Right.RECORD_PULL, {"what": "H24/RT", "containers": "$tube", "at": AT}),
    f"{STUDY}measurements/": plant(Right.HAND_IN_MEASUREMENTS, {"file": "$file"}),
    f"{STUDY}conclude/": plant(Right.CONCLUDE_STUDY, {**WHY, **SIGNING}),
    f"{STUDY}abandon/": plant(Right.ABANDON_STUDY, WHY),
    f"{RUN}controls/": plant(Right.READ_CONTROLS, {"$low": "1", "$high": "4"}),
    f"{RUN}void/": plant(Right.VOID_RUN, WHY),
    f"{RUN}potency/": plant(Right.HAND_IN_PLATE, {"file": "$file"}),
    f"{RUN}potency/<uuid:id>/record/": plant(
        Right.RECORD_PLATE, {"seen": "x", "of": "$test", "container": "$tube", "tested_at": AT}
    ),
    f"{RUN}potency/<uuid:id>/discard/": plant(Right.DISCARD_PLATE),
    "investigations/of/<uuid:id>/": plant(Right.OPEN_INVESTIGATION),
    "investigations/<str:code>/test/<str:kind>/": plant(Right.RECORD_ATTEMPT, RESULT),
    "investigations/<str:code>/<str:what>/": plant(Right.TAKE_PART_IN_INVESTIGATION),
    # the process
    f"{CHART}points/<uuid:id>/": plant(Right.EXCLUDE_POINT, WHY),
    f"{CHART}limits/": plant(Right.WRITE_PLAN, {"propose": "yes", "justification": "x"}),
    "process/comparisons/<str:code>/open/": plant(Right.OPEN_COMPARISON, WHY),
    "process/signals/<uuid:id>/acknowledge/": plant(Right.ACKNOWLEDGE_SIGNAL),
    "process/signals/<uuid:id>/close/": plant(Right.CLOSE_SIGNAL, {"decision": "logged"}),
    "process/reports/": plant(
        Right.DRAW_REPORT,
        {"plan": "CPV-CD19", "first": "2026-01-01", "last": "2026-03-01"},
        is_offered=True,
    ),
    # risks
    "risk/new/": plant(
        Right.OPEN_SHEET,
        {"title": "x", "code": "FMEA-2", "product": "CD19-DEMO", "site": "CELLS"},
        is_offered=True,
    ),
    f"{SHEET}submit/": plant(Right.SUBMIT_SHEET, {"revision": "0", **WHY, **SIGNING}),
    f"{SHEET}scales/": plant(Right.EDIT_SHEET, SCALES),
    f"{SHEET}files/print/": plant(Right.PRINT_WORKSHEET, {"version": "0"}),
    f"{SHEET}files/hand-in/": plant(Right.KEEP_FILE, {"file": "$file"}),
    f"{SHEET}files/<uuid:id>/": plant(Right.IMPORT_SHEET, {"base": "0"}),
    f"{SHEET}actions/plan/": plant(Right.PLAN_ACTION, PLANNED),
    f"{SHEET}actions/<str:action>/change/": plant(Right.CHANGE_ACTION, PLANNED),
    f"{SHEET}actions/<str:action>/move/<str:to>/": plant(Right.MOVE_ACTION),
    f"{SHEET}scoring/": plant(Right.BEGIN_ROUND, {"rows": ["R2"], "team": ["$owner", "$second"]}),
    f"{ROUND}score/": plant(Right.HAND_IN_SCORE, RATED),
    f"{ROUND}open/": plant(Right.OPEN_SCORES),
    f"{ROUND}consensus/": plant(Right.AGREE_ON_SCORES, RATED),
    f"{ROUND}answer/": plant(Right.ANSWER_CONSENSUS, {"answer": "agree", **SEEN}),
    f"{ROUND}abandon/": plant(Right.ABANDON_ROUND, WHY),
    f"{SHEET}rows/<str:row>/residual/": plant(
        Right.DECIDE_RESIDUAL, {"decision": "accepted", "why": "x", **SEEN}
    ),
    # audits
    "audit/requests/": both(Right.READ_AUDIT_REPORTS, {"kind": "custody", "said": {"journey": "$journey"}}),
}
