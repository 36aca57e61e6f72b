"""What is done behind a door by whom: each address with its right, and a body that gets as far as the question of who.

Entered by hand, as `doors.py`. A body need not be lawful: whoever may is told what is wrong with it, or what speaks
against the act; whoever may not is told that, or that there is no such thing. Acts that are not here look at what was
sent before they ask who sends it: their services are asked by every role in the matrices beside this file.
"""

from people.rules.rights import Right

PLANT_ALONE, HOSPITAL_ALONE = ("CELLS",), ("NORTH",)
SIGNING = {"password": "wrong"}
WHY = {"reason": "x", "text": "x"}
WEIGHT = {"kg": "70", "measured_at": "2026-03-20T10:00", "source": "scale"}
REASONS = {"cause": "person", "cause_text": "x", "outcome": "use_as_is", "outcome_text": "x"}
DOSSIER = "batches/<str:code>/exceptional/<str:dossier>/"

BY_POST: dict[str, tuple[Right, tuple[str, ...], dict[str, str]]] = {
    "journeys/<str:coi_id>/identity/": (Right.REVEAL_IDENTITY, HOSPITAL_ALONE, {}),
    "journeys/<str:coi_id>/weights/": (Right.RECORD_WEIGHT, HOSPITAL_ALONE, WEIGHT),
    "reconciliations/<str:code>/show/": (Right.SHOW_RECONCILIATION, HOSPITAL_ALONE, {}),
    "cards/<str:site>/cards.pdf": (Right.PRINT_CARDS, PLANT_ALONE, {}),
    "cards/<str:site>/badges.pdf": (Right.RECORD_BADGES_PRINTED, PLANT_ALONE, {}),
    "holds/<uuid:id>/release/": (Right.RELEASE_HOLD, PLANT_ALONE, WHY),
    "deviations/<str:code>/close/": (Right.CLOSE_DEVIATION, HOSPITAL_ALONE, {**REASONS, **SIGNING}),
    "documents/<uuid:id>/review/": (Right.REVIEW_DOCUMENT, PLANT_ALONE, {"seen": "x", **SIGNING}),
    "documents/<uuid:id>/approve/": (Right.APPROVE_DOCUMENT, PLANT_ALONE, {"seen": "x", **SIGNING}),
    "documents/<uuid:id>/make_effective/": (Right.MAKE_EFFECTIVE, PLANT_ALONE, {"seen": "x"}),
    "documents/<uuid:id>/reject/": (Right.REJECT_DOCUMENT, PLANT_ALONE, {"seen": "x", **WHY, **SIGNING}),
    "documents/<uuid:id>/retire/": (Right.RETIRE_DOCUMENT, PLANT_ALONE, WHY),
    "batches/<str:code>/submit/": (Right.SUBMIT_FOR_REVIEW, PLANT_ALONE, {}),
    "batches/<str:code>/reject/": (Right.REJECT_BATCH, PLANT_ALONE, {"reason": "deviation", **SIGNING}),
    "batches/<str:code>/trail/": (Right.REVIEW_TRAIL, PLANT_ALONE, {"upto": "1", **SIGNING}),
    "batches/<str:code>/documents/<str:kind>/issue/": (Right.ISSUE_DOCUMENT, PLANT_ALONE, {}),
    "results/<uuid:id>/review/": (Right.REVIEW_RESULT, PLANT_ALONE, {}),
    f"{DOSSIER}risk/": (Right.WRITE_RISK, PLANT_ALONE, WHY),
    f"{DOSSIER}alternatives/": (Right.WRITE_ALTERNATIVES, PLANT_ALONE, WHY),
    f"{DOSSIER}decision/": (Right.DECIDE_DOSSIER, PLANT_ALONE, {"verdict": "decline", **WHY, **SIGNING}),
    "laboratory/results/<uuid:id>/review/": (Right.REVIEW_RESULT, PLANT_ALONE, {}),
    "files/<uuid:id>/record/": (Right.RECORD_IMPORT, PLANT_ALONE, {}),
    "files/<uuid:id>/discard/": (Right.DISCARD_IMPORT, PLANT_ALONE, {}),
    "studies/<str:code>/conclude/": (Right.CONCLUDE_STUDY, PLANT_ALONE, {**WHY, **SIGNING}),
    "studies/<str:code>/abandon/": (Right.ABANDON_STUDY, PLANT_ALONE, WHY),
    "runs/<str:code>/void/": (Right.VOID_RUN, PLANT_ALONE, WHY),
    "runs/<str:code>/potency/<uuid:id>/discard/": (Right.DISCARD_PLATE, PLANT_ALONE, {}),
    "investigations/of/<uuid:id>/": (Right.OPEN_INVESTIGATION, PLANT_ALONE, {}),
    "investigations/<str:code>/<str:what>/": (Right.TAKE_PART_IN_INVESTIGATION, PLANT_ALONE, {}),
    "process/charts/<str:code>/points/<uuid:id>/": (Right.EXCLUDE_POINT, PLANT_ALONE, WHY),
}
# A permission is asked for before a password: whoever is asked for theirs was let in.
FOR_A_PASSWORD = ("The password is wrong", "Type your username too")
