"""The decision on the risk that is left: what exactly is signed.

A decision is about one row as it stood: what can go wrong, how, what is done against it, and its three ratings. Notes
and dates beside the ratings are not signed over, so that a typing error mended there takes nobody's signature away.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from fmea.rules.cells import value_in
from fmea.rules.scales import ScaleKind
from ledger.rules import canonical

SIGNED_OVER = (
    *("step", "function", "mode", "effect", "cause", "prevention_controls", "detection_controls"),
    *(f"{kind}.rating" for kind in ScaleKind),
)


def risk_digest(worksheet: str, row: Mapping[str, Any]) -> str:
    """The SHA-256 of what a decision on this row of this worksheet is signed over."""
    said = {column: value_in(row, column) for column in SIGNED_OVER}
    return sha256(canonical({"worksheet": worksheet, "row": row.get("code"), "risk": said})).hexdigest()


def decision_digest(risk: str, decision: str, why: str) -> str:
    """The SHA-256 that the signature is made over: the risk by its digest, what is decided on it, and why."""
    return sha256(canonical({"risk": risk, "decision": decision, "why": why})).hexdigest()
