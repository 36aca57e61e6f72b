"""A plan and its limit sets for tests."""

from typing import Any

VIABILITY: dict[str, Any] = {
    "code": "VIABILITY",
    "title": "Viability",
    "source": {"kind": "result", "criterion": "VIABILITY"},
    "unit": "%",
    "scale": {"kind": "logit", "floor": "0.1"},
    "bounds": {"lower": "80"},
}
PLAN: dict[str, Any] = {
    "title": "Every batch",
    "product": "CD19",
    "batches_a_year": 120,
    "parameters": [
        VIABILITY,
        {
            "code": "VEIN_TO_VEIN",
            "title": "Vein to vein",
            "source": {"kind": "elapsed", "step": "end_collection", "until": "infuse", "unit": "days"},
            "unit": "d",
            "strata": [],
            "rules": ["nelson_1", "nelson_2"],
            "ewma": None,
            "owner": "supervisor",
            "respond_days": 3,
        },
    ],
}
