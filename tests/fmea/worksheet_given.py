"""A whole worksheet: twenty rows from enrolment to the scanner, with scales in words, controls, evidence and actions.

The ratings were composed for demonstration. What they come to (RPN and priority, before and after) stands beside each
row, so that a test reckons them again.
"""

from typing import Any, NamedTuple

from fmea.rules.scales import ScaleKind, scale_document


class Given(NamedTuple):
    """One row: its step, what goes wrong and why, its ratings before and after, what is done, and what that is."""

    step: str
    mode: str
    cause: str
    before: tuple[int, int, int]
    priority: str
    action: str
    after: tuple[int, int, int]
    aim: str
    status: str
    detected_by: str
    evidence: str = ""
    link: str = ""


STEPS = (
    ("ENROL", "Enrolment", ["identify"]),
    ("LABEL", "Apheresis labelling", ["label_collection"]),
    ("APH", "Apheresis", ["collect", "end_collection"]),
    ("PACK", "Pack-out", ["send_collection", "ship"]),
    ("MOVE", "Transport", []),
    ("RECEIPT", "Receipt", ["receive_collection"]),
    ("PROC", "Processing", ["relabel_collection", "start_batch"]),
    ("VECTOR", "Transduction", ["transduce"]),
    ("GROW", "Expansion", ["sample_culture", "label_sample"]),
    ("FILL", "Fill and label", ["fill", "label_bag"]),
    ("QC", "Quality control", []),
    ("RELEASE", "Release", []),
    ("SITE", "Site receipt", ["receive_product", "relabel_bag"]),
    ("LD", "Lymphodepletion", ["patient_ready"]),
    ("BED", "Bedside", ["thaw", "bedside", "infuse_start", "infuse_end"]),
    ("RECORD", "Records", []),
    ("IT", "Scanners", []),
)
_FUNCTIONS = {
    "ENROL": "Bind one patient to one chain of identity.",
    "LABEL": "Name the collection so that it is never another's.",
    "APH": "Collect, and say what was collected.",
    "PACK": "Send what the order asks for, and nothing else.",
    "MOVE": "Keep the cells within their temperature, and show it.",
    "RECEIPT": "Take in what was ordered, and hold the rest.",
    "PROC": "Make one batch of one patient's cells.",
    "VECTOR": "Bring in the gene by the right vector.",
    "GROW": "Grow the cells, and sample what grows.",
    "FILL": "Fill bags, each with its one label.",
    "QC": "Tell what the batch is like.",
    "RELEASE": "Let out what is good, and nothing else.",
    "SITE": "Take over the bags of this patient.",
    "LD": "Make the patient ready for cells that are there.",
    "BED": "Give the right patient the right cells in time.",
    "RECORD": "Write down what was done, when it is done.",
    "IT": "Read what is on the label.",
}
_EFFECTS = {
    10: "Another patient's cells are infused; death or lasting harm.",
    9: "The product is lost, and there is no other.",
    8: "The batch fails; the patient is collected again.",
    7: "The infusion is late, beyond what lymphodepletion allows.",
    6: "The infusion is late, and fewer living cells reach the patient.",
    5: "Work is done again; records have to be mended.",
}
ROWS = (
    Given(
        "ENROL", "Look-alike or duplicate patient selected; the chain of identity is bound to the wrong patient",
        "Same name and date of birth typed", (10, 3, 6), "M",
        "Date of birth and record number are keyed again by a second person; look-alikes are shown; the wristband is "
        "scanned.", (10, 2, 2), "detection", "verified", "Consent form read again at collection",
        "refusal:identity_mismatch@identify", "interlock:identity_mismatch",
    ),
    Given(
        "LABEL", "Bag labelled with another patient's identifiers", "Labels printed ahead for two "
        "patients on one bench",
        (10, 4, 6), "H", "Labels are printed only after the wristband was scanned; the bag is labelled before it is "
        "disconnected, scanned back, and seen by a second person.", (10, 2, 2), "prevention", "done",
        "Label read against the request", "refusal:wrong_container", "interlock:wrong_container",
    ),
    Given(
        "APH", "Volume or cell count on the certificate differs from the label", "Written over by hand", (5, 6, 4), "M",
        "Fields are checked against each other before release.", (5, 3, 2), "detection", "under_way",
        "Certificate read on receipt", "refusal:value_not_valid",
    ),
    Given(
        "PACK", "Wrong bag in the shipper", "Two pick-ups in one hour", (10, 3, 5), "M",
        "What is packed is scanned against what is expected; the seal's number is recorded.", (10, 1, 2), "detection",
        "verified", "Receipt compares the paper order", "refusal:wrong_container@send_collection,ship",
        "interlock:wrong_container",
    ),
    Given(
        "MOVE", "Temperature excursion not noticed", "Logger not started", (8, 3, 6), "M",
        "Starting the logger is a scan; its file is handed in at receipt.", (8, 2, 2), "detection", "planned",
        "Indicator on the lid", "excursion:TEMPERATURE",
    ),
    Given(
        "RECEIPT", "Product accepted without a match to its order", "Order on paper", (9, 2, 5), "M",
        "Receipt is scanned against the order; what does not match is held.", (9, 1, 2), "detection", "verified",
        "Second look at the paperwork", "refusal:custody_elsewhere", "interlock:custody_elsewhere",
    ),
    Given(
        "PROC", "Two batches processed together: labels of parts and of the final bag swapped",
        "Two patients in one suite",
        (10, 3, 7), "H", "A second patient's material in one place is stopped; line clearance; a second person at "
        "relabelling.", (10, 1, 2), "prevention", "done", "Reconciliation at the end of the day",
        "refusal:place_occupied", "interlock:place_occupied",
    ),
    Given(
        "PROC", "Wrong cassette taken from the tank", "Location written wrongly", (10, 2, 5), "M",
        "The pick list is scanned; one occupant in one position.", (10, 1, 2), "detection", "done",
        "Label read under the hood", "refusal:wrong_container@start_batch", "interlock:wrong_container",
    ),
    Given(
        "VECTOR", "Wrong or expired vector lot", "Vials look alike", (9, 3, 4), "L",
        "The lot is scanned: released, in date, of this product.", (9, 1, 2), "prevention", "verified",
        "Batch record reviewed", "refusal:lot_not_usable", "interlock:lot_not_usable",
    ),
    Given(
        "GROW", "Sample taken from the wrong bioreactor", "Tube without a label", (8, 3, 5), "M",
        "The sample's label is printed from the vessel that was scanned.", (8, 1, 2), "prevention", "under_way",
        "Result out of line with the growth curve", "deviation:wrong_container", "chart:GROWTH",
    ),
    Given(
        "FILL", "Labels do not add up; a stray label is left", "Spare labels kept", (9, 4, 5), "H",
        "A ledger of labels, reprints locked, every label scanned back.", (9, 2, 2), "prevention", "planned",
        "Labels counted at the end", "deviation:label_lost",
    ),
    Given(
        "QC", "Result entered for another batch", "Entered by hand", (8, 4, 5), "M",
        "The chain of the sample is checked; results come from the instrument.", (8, 2, 2), "detection", "under_way",
        "Results reviewed by a second analyst", "oos:IDENTITY", "criterion:IDENTITY",
    ),
    Given(
        "RELEASE", "Released with a result missing or out of specification", "Spreadsheets side by "
        "side", (9, 2, 4), "L",
        "The release gate is reckoned from the results.", (9, 1, 1), "detection", "verified",
        "Batch record reviewed", "refusal:not_released", "interlock:not_released",
    ),
    Given(
        "RELEASE", "Supplied out of specification without a justification on record", "Time pressure", (7, 3, 4), "L",
        "Exceptional release asks for its dossier.", (7, 2, 2), "prevention", "done", "Quality reads the request",
        "oos:VIABILITY", "criterion:VIABILITY",
    ),
    Given(
        "SITE", "Label of the cassette differs from that of the bag, unnoticed", "Bag not looked at", (10, 2, 6), "M",
        "Both are scanned before the cassette is opened.", (10, 1, 2), "detection", "planned",
        "Nurse reads the bag at thaw", "refusal:wrong_container@receive_product",
    ),
    Given(
        "LD", "Lymphodepletion begun and no product there", "State not visible", (8, 3, 4), "L",
        "Go or no-go: certified and on site.", (8, 1, 2), "prevention", "verified", "Phone call to the plant",
        "refusal:not_released@patient_ready", "interlock:not_released",
    ),
    Given(
        "BED", "Wrong patient", "Wristband not scanned; two nurses prime each other", (10, 3, 6), "M",
        "Two people scan afresh; nobody can override a stop.", (10, 1, 2), "detection", "verified",
        "Two people read the names aloud", "refusal:identity_mismatch@bedside", "interlock:identity_mismatch",
    ),
    Given(
        "BED", "Infused after the time limit", "The second bag waits", (6, 4, 5), "L", "A clock "
        "counts down from the thaw.",
        (6, 2, 2), "prevention", "done", "Times compared afterwards", "refusal:hold_time_passed",
        "interlock:hold_time_passed",
    ),
    Given(
        "RECORD", "A step is written down late, from memory", "Computers were down", (5, 5, 5), "L",
        "A form for late entries; who entered is asked again after an hour.", (5, 3, 3), "detection", "dropped",
        "Review of the batch record",
    ),
    Given(
        "IT", "A scanner drops the separator: lot and serial run together", "Keyboard wedge set up "
        "wrongly", (7, 4, 8), "H",
        "A page on which each scanner is tested; expected fields are checked; codes are looked up, never created.",
        (7, 2, 1), "detection", "verified", "Nobody, until a lot is not found", "refusal:unreadable",
        "interlock:scanner_not_qualified",
    ),
)  # fmt: skip

_SEVERITY = (
    "No effect on patient, product or record",
    "A record has to be completed",
    "A record has to be corrected, and reviewed again",
    "A test or a step is repeated on the same material",
    "Work is done again; the date of infusion stands",
    "Delay of days; fewer living cells",
    "Delay beyond what lymphodepletion allows",
    "The batch fails; the patient can be collected again",
    "The product is lost and cannot be made again",
    "Death or lasting harm; another patient's cells",
)
_OCCURRENCE = (
    *("Not more than once in 100,000", "Once in 20,000", "Once in 5,000", "Once in 2,000", "Once in 500"),
    *("Once in 200", "Once in 100", "Once in 50", "Once in 20", "More often than once in 20"),
)
_DETECTION = (
    "Cannot go on: the process stops by itself",
    "Seen by a machine before the next step, nearly always",
    "Seen by a machine before the next step",
    "Scanned by a second person, independently",
    "Scanned by one person",
    "Read twice by people",
    "Read once by people",
    "Found in review before release",
    "Found in review after release",
    "Cannot be found",
)
_WORDS = {"severity": _SEVERITY, "occurrence": _OCCURRENCE, "detection": _DETECTION}
LEAD, TEAM = "Rosa Reyes", ("Rosa Reyes", "Bob Brandt", "Amir Aziz", "Leo Lindqvist", "Alice Adams")
_FUNCTIONS_IN_TEAM = (
    "Quality assurance",
    "Quality control",
    "Manufacturing",
    "Process development",
    "Apheresis",
)
_WHY = {
    "severity": "The worst that is known to have followed.",
    "occurrence": "Near misses of two years, and what others report.",
    "detection": "Where such failures were seen until now.",
}
LOOK_AGAIN = "2027-06-01"


def _scales() -> dict[str, Any]:
    made = {
        kind.value: scale_document(kind, f"{str(kind).upper()}-CT", "2", _WORDS[kind]) for kind in ScaleKind
    }
    made["occurrence"]["per"] = "opportunity"
    made["detection"]["source"] = "Probability of a miss after Pyzdek and Keller, The Six Sigma Handbook"
    return made


def _score(kind: str, rating: int, place: int) -> dict[str, Any]:
    near = max(1, rating - 1) if place % 3 else rating
    votes = [{"person": TEAM[n], "rating": it} for n, it in enumerate((rating, near, rating))]
    score: dict[str, Any] = {"rating": rating, "by": list(TEAM[:3]), "why": _WHY[kind], "votes": votes}
    return score | ({"look_again": "2027-01-15"} if kind == "occurrence" and rating >= 4 else {})


def _evidence(text: str) -> list[dict[str, Any]]:
    if not text:
        return []
    named, _, at = text.partition("@")
    kind, _, ref = named.partition(":")
    return [{"kind": kind, "ref": ref, **({"at": at.split(",")} if at else {})}]


def _control(text: str, link: str = "") -> dict[str, Any]:
    kind, _, ref = link.partition(":")
    return {"text": text, **({"links": [{"kind": kind, "ref": ref}]} if link else {})}


def _row(place: int, it: Given) -> dict[str, Any]:
    kinds = zip(ScaleKind, it.before, strict=True)
    row: dict[str, Any] = {
        "code": f"R{place}",
        "step": it.step,
        "function": _FUNCTIONS[it.step],
        "mode": it.mode,
        "effect": _EFFECTS[it.before[0]],
        "cause": it.cause,
        "prevention_controls": [_control("Standard procedure, trained and refreshed each year.")],
        "detection_controls": [_control(f"{it.detected_by}.", it.link)],
        **{str(kind): _score(str(kind), rating, place) for kind, rating in kinds},
    }
    if evidence := _evidence(it.evidence):
        row["evidence"] = evidence
    if it.before[0] >= 9:
        is_done = it.status in {"done", "verified"}
        row["residual"] = {
            "decision": "accepted" if is_done else "accepted_until_action",
            "why": "Two independent scans stand between the failure and the patient."
            if is_done
            else "The risk is borne until the action is done; until then a second person looks.",
            "by": LEAD,
        }
    return row


def _action(place: int, it: Given) -> dict[str, Any]:
    action: dict[str, Any] = {
        "code": f"A{place}",
        "row": f"R{place}",
        "text": it.action,
        "aim": it.aim,
        "owner": TEAM[1 + place % 4],
        "due": f"2026-{4 + place % 8:02}-15",
        "status": it.status,
    }
    changed = [
        (kind, new)
        for kind, old, new in zip(ScaleKind, it.before, it.after, strict=True)
        if new != old and it.status != "dropped"
    ]
    action["after"] = {
        str(kind): {
            "rating": new,
            "by": [LEAD, TEAM[1]],
            "why": "As challenged before it was taken into use.",
        }
        for kind, new in changed
    }
    if it.status in {"done", "verified"}:
        action |= {"evidence": [f"VAL-{100 + place}"], "done_on": f"2026-{3 + place % 8:02}-28"}
    if it.status == "verified":
        action["verified_by"] = LEAD
    if it.status == "dropped":
        action |= {"dropped_why": "The station keeps working without the network since version 3."}
        del action["after"]
    return action


CONTENT: dict[str, Any] = {
    "title": "From enrolment to infusion",
    "product": "CD19",
    "scope": "One manufacturer and the sites that collect and infuse; from the choice of the patient to the end of the "
    "infusion. What happens to the patient afterwards is not in scope.",
    "formality": {"level": "high", "why": "A mix-up may kill, and nobody could make the product again."},
    "look_again": LOOK_AGAIN,
    "team": [
        {"person": person, "function": function, **({"is_lead": True} if person == LEAD else {})}
        for person, function in zip(TEAM, _FUNCTIONS_IN_TEAM, strict=True)
    ],
    "scales": _scales(),
    "steps": [
        {"code": code, "title": title, **({"protocol_steps": at} if at else {})} for code, title, at in STEPS
    ],
    "rows": [_row(place, it) for place, it in enumerate(ROWS, start=1)],
    "actions": [_action(place, it) for place, it in enumerate(ROWS, start=1)],
}


def of_rows(count: int) -> dict[str, Any]:
    """The same worksheet with its rows and their actions over and over."""
    places = [(n, ROWS[n % len(ROWS)]) for n in range(count)]
    rows = [_row(n + 1, it) for n, it in places]
    return CONTENT | {"rows": rows, "actions": [_action(n + 1, it) for n, it in places]}
