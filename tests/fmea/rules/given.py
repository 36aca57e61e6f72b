"""A worksheet to take apart."""

import copy
from typing import Any

from fmea.rules.scales import ScaleKind, scale_document
from fmea.rules.worksheet import Worksheet
from fmea.rules.worksheet_reading import parse

WORDS = [f"Level {n}" for n in range(1, 11)]
SCALES = {kind.value: scale_document(kind, f"S-{kind}", "1", WORDS) for kind in ScaleKind}


def score(rating: int, **more: Any) -> dict[str, Any]:
    return {"rating": rating, "by": ["Ada", "Ben"], "why": "As seen since 2024.", **more}


WRONG_BAG: dict[str, Any] = {
    "code": "R1",
    "step": "PACK",
    "function": "The bag of the order leaves in its shipper.",
    "mode": "Wrong bag in the shipper",
    "effect": "Another patient's cells arrive.",
    "cause": "Two pick-ups in one hour",
    "prevention_controls": [
        {"text": "Packed is expected.", "links": [{"kind": "interlock", "ref": "wrong_container"}]}
    ],
    "detection_controls": [{"text": "Receipt against the order."}],
    "severity": score(10),
    "occurrence": score(3, votes=[{"person": "Ada", "rating": 3}, {"person": "Ben", "rating": 4}]),
    "detection": score(5, look_again="2027-03-01"),
    "evidence": [{"kind": "refusal", "ref": "wrong_container"}, {"kind": "deviation", "ref": "label_lost"}],
    "residual": {"decision": "accepted_until_action", "why": "The scan comes first.", "by": "Ada"},
}
LATE_INFUSION: dict[str, Any] = {
    "code": "R2",
    "step": "BED",
    "function": "The cells are infused in time.",
    "mode": "Infused after the time limit",
    "effect": "Fewer living cells",
    "cause": "The second bag waits.",
    "severity": score(6),
    "occurrence": score(4),
    "detection": score(5),
    "evidence": [
        {"kind": "chart_signal", "ref": "VIABILITY"},
        {"kind": "oos", "ref": "DOSE", "at": ["thaw"]},
    ],
}
ACTION: dict[str, Any] = {
    "code": "A1",
    "row": "R1",
    "text": "Scan what is packed against what is expected.",
    "aim": "prevention",
    "owner": "Ben",
    "due": "2026-12-01",
    "status": "verified",
    "evidence": ["VAL-12"],
    "done_on": "2026-11-20",
    "verified_by": "Ada",
    "after": {"occurrence": score(1), "detection": score(2)},
}
CONTENT: dict[str, Any] = {
    "title": "From collection to infusion",
    "product": "CD19",
    "scope": "One manufacturer, two sites",
    "formality": {"level": "high", "why": "What fails here reaches a patient."},
    "look_again": "2027-06-01",
    "team": [{"person": "Ada", "function": "QA", "is_lead": True}, {"person": "Ben"}],
    "scales": SCALES,
    "steps": [
        {"code": "PACK", "title": "Packing", "protocol_steps": ["pack_out"]},
        {"code": "BED", "title": "Bedside", "protocol_steps": ["thaw", "infuse"]},
    ],
    "rows": [WRONG_BAG, LATE_INFUSION],
    "actions": [ACTION],
}


def content(**changes: Any) -> dict[str, Any]:
    """The content with other fields of its header; None takes one away."""
    return {key: it for key, it in (copy.deepcopy(CONTENT) | changes).items() if it is not None}


def with_item(table: str, place: int, **changes: Any) -> dict[str, Any]:
    """The content with other fields of one item; None takes one away, and a dot leads into an object."""
    found = copy.deepcopy(CONTENT)
    for column, value in changes.items():
        inner = found[table][place]
        *way, last = column.split("__")
        for step in way:
            inner = inner.setdefault(step, {})
        inner.pop(last, None)
        inner.update({} if value is None else {last: value})
    return found


def worksheet(document: Any = CONTENT) -> Worksheet:
    found, faults = parse(document)
    assert found is not None, faults
    return found


def of_rows(count: int) -> dict[str, Any]:
    """A document of many rows."""
    rows = [copy.deepcopy(WRONG_BAG) | {"code": f"R{n}"} for n in range(count)]
    return content(rows=rows)
