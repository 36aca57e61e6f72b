"""What is done over the API by whom, as `acts.py` has it of pages; every body is JSON."""

from people.rules.rights import Right
from tests.permissions.acts import EDIT, SEEN, WEIGHT, Act, both, hospital, plant

MOMENT = "2026-03-20T10:00:00Z"
RATED = {"ratings": {"severity": 9, "occurrence": 4, "detection": 3}, "why": "x"}
OBSERVED = {"parameter": "TITER", "subject": "B-1", "made_at": MOMENT, "value": "10"}
PLANNED = {"row": "R1", "text": "x", "aim": "detection", "owner": "$owner", "due": "2030-01-01"}
FOUND = {"criterion": "VIABILITY", "value": "90", "container": "$tube", "tested_at": MOMENT}
HOUR = {"site": "CELLS", "since": "2026-03-20T10:00:00Z", "until": "2026-03-20T11:00:00Z"}
CUSTODY = {"kind": "custody", "question": {"journey": "$journey"}}
SHEET = "api/v1/worksheets/<str:code>/"
ROUND, SIGNAL = f"{SHEET}rounds/<uuid:id>/", "api/v1/process/signals/<uuid:id>/"

BY_API: dict[str, Act] = {
    "api/v1/orders/<str:coi_id>/weights/": hospital(Right.RECORD_WEIGHT, {**WEIGHT, "measured_at": MOMENT}),
    "api/v1/results/<str:kind>/<str:code>/": plant(Right.RECORD_RESULT, FOUND),
    "api/v1/process/observations/": plant(
        Right.HAND_IN_DATA, {"plan": "CPV-CD19", "site": "CELLS", "rows": [OBSERVED]}
    ),
    f"{SIGNAL}acknowledge/": plant(Right.ACKNOWLEDGE_SIGNAL),
    f"{SIGNAL}close/": plant(Right.CLOSE_SIGNAL, {"decision": "logged"}),
    f"{SHEET}edits/": plant(Right.EDIT_SHEET, EDIT),
    f"{SHEET}actions/": plant(Right.PLAN_ACTION, PLANNED),
    f"{SHEET}actions/<str:action>/move/": plant(Right.MOVE_ACTION, {"to": "under_way"}),
    f"{SHEET}rounds/": plant(Right.BEGIN_ROUND, {"row": "R2", "team": ["$owner", "$second"]}),
    f"{ROUND}scores/": plant(Right.HAND_IN_SCORE, RATED),
    f"{ROUND}open/": plant(Right.OPEN_SCORES),
    f"{ROUND}consensus/": plant(Right.AGREE_ON_SCORES, RATED),
    f"{ROUND}answer/": plant(Right.ANSWER_CONSENSUS, SEEN),
    f"{SHEET}rows/<str:row>/residual/": plant(
        Right.DECIDE_RESIDUAL, {"decision": "accepted", "why": "x", **SEEN}
    ),
    "api/v1/audit/requests/": both(Right.READ_AUDIT_REPORTS, CUSTODY),
    "api/v1/audit/bundles/": plant(Right.ASK_BUNDLE, {"question": HOUR}),
}
# Written as a page writes it, though it is sent as JSON.
BY_SCRIPT: dict[str, Act] = {"risk/<str:code>/sheet/edits/": plant(Right.EDIT_SHEET, EDIT)}
