"""The canonical batch record: what quality signs, as plain values whose canonical bytes are digested.

It holds what was done and found, and leaves out what moves without changing that: the disposition itself, where a
container stands, how it is called for. So review and release can be over the same digest, and anything that
happened to the batch in between makes another one.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from coi.rules.labels_reconciliation import Account, Line, reconcile
from ledger.rules import canonical
from qc.rules.case import Case
from qc.rules.investigations import Investigation, investigation_digest
from qc.rules.investigations.attempts import attempts_of
from qc.rules.results import ResultView
from qc.rules.trail import TrailReview

SCHEMA = 4


def batch_record(
    case: Case, *, protocol: str, specification: str, dossier: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The record of a batch; `protocol` and `specification` are the digests of the pinned versions.

    `dossier` names the approved dossier of an exceptional release and the digest that its decision was signed over.
    """
    found, results = case.dossier, case.results
    batch = found.batch
    return {
        "schema": SCHEMA,
        "batch": batch.code,
        "coi_id": batch.coi_id,
        "order_kind": str(batch.order_kind),
        "product": batch.product,
        "site": batch.site,
        "started_at": batch.started_at,
        "protocol": protocol,
        "specification": specification,
        "containers": [_fields(container, _CONTAINER) for container in found.containers],
        "parents": sorted(found.parents),
        "steps": [_fields(step, _STEP) for step in found.steps],
        "handovers": [_fields(handover, _HANDOVER) for handover in found.handovers],
        "holds": [_fields(hold, _HOLD) for hold in found.holds],
        "deviations": [_fields(deviation, _DEVIATION) for deviation in found.deviations],
        "labels": [_fields(copy, _LABEL) for copy in found.labels],
        "label_reconciliation": [_sum(line) for line in reconcile(found.labels).lines],
        "results": [
            result_fields(r) for r in sorted(results, key=lambda r: (r.criterion, r.attempt, r.version))
        ],
        "investigations": [_investigation(it, case) for it in case.investigations],
        "exceptional": dict(dossier) if dossier is not None else None,
        "materials": [{"din": it.din, "is_accepted": it.is_accepted} for it in case.materials],
        "trail_reviews": [_looked_over(it) for it in (case.trail.reviews if case.trail is not None else ())],
    }


def _investigation(it: Investigation, case: Case) -> dict[str, Any]:
    """What an investigation came to; its whole record has a digest of its own, which its signatures are over."""
    return {
        "code": it.code,
        "criterion": it.criterion,
        "attempt": it.attempt,
        "outcome": str(it.outcome or ""),
        "concluded_at": it.concluded_at,
        "digest": investigation_digest(it, attempts_of(case.results, it.criterion)),
    }


def _looked_over(it: TrailReview) -> dict[str, Any]:
    """A review with the digest that was signed; one from before they were signed stays as it was recorded then."""
    return _fields(it, _TRAIL) | ({"digest": it.digest} if it.digest else {})


_TRAIL = ("reviewer", "upto", "at", "remark")
_STEP = (
    "step",
    "subject",
    "occurrence",
    "at",
    "site",
    "performer",
    "witness",
    "containers",
    "values",
    "stock",
)
_HANDOVER = ("container", "giver_site", "giver", "receiver_site", "receiver", "at")
_HOLD = ("id", "container", "reason", "placed_at", "released_at", "deviation")
_DEVIATION = ("code", "grade", "state", "trigger", "opened_at", "cause", "outcome")
_RESULT = (
    *("id", "container", "criterion", "version", "is_current", "value", "unit", "verdict", "method"),
    *("specification", "analyst", "tested_at", "recorded_at", "supersedes", "reason", "reference"),
    *(
        "reviewer",
        "reviewed_at",
        "attempt",
        "attempt_kind",
        "replicates",
        "inputs",
        "method_version",
        "run",
    ),
)
# Not whether it was drawn: the file of a label that is on its container may come late, and changes nothing.
_LABEL = (
    *("code", "number", "container", "kind", "issued_at", "applied_at", "voided_at", "void_reason"),
    *("fate", "fate_at", "fate_by", "fate_reason"),
)
_CONTAINER = ("id", "code", "kind", "origin", "made_at", "expires_at", "label", "is_label_applied")


def _sum(line: Line) -> dict[str, Any]:
    """The labels of one kind of container, added up."""
    counts = {str(account): line.counts.get(account, 0) for account in Account}
    return {"kind": line.kind, "issued": line.issued, **counts}


def result_fields(result: ResultView) -> dict[str, Any]:
    """One result, as every record that is signed has it."""
    return _fields(result, _RESULT)


def _fields(value: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in names}


def _plain(value: Any) -> Any:
    """Enums as their text, tuples as lists, mappings sorted by the canonical form."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def record_bytes(record: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a record: what is kept when it is signed."""
    return canonical(record)


def digest_of(record: Mapping[str, Any]) -> str:
    """What a signature is over: the SHA-256 of those very bytes."""
    return sha256(record_bytes(record)).hexdigest()
