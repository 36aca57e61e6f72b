"""One batch that nothing blocks, and what may be wrong with it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from coi.rules import protocol as protocols
from coi.rules.batches import (
    BatchContainer,
    BatchDeviation,
    BatchHandover,
    BatchHold,
    BatchStep,
    BatchSummary,
    Dossier,
)
from coi.rules.deviations import DeviationState
from coi.rules.journey import ContainerStatus, CopyStatus, Disposition, Fate, OrderKind
from coi.rules.labels_reconciliation import CopyFacts
from people.rules.signatures import Meaning, SignatureView
from qc.rules import blockers as rules
from qc.rules.blockers import BlockerCode as B
from qc.rules.blockers import Case
from qc.rules.criteria import Verdict
from qc.rules.investigations import Investigation, InvestigationState, Outcome
from qc.rules.record import batch_record, digest_of
from qc.rules.releases import Signing, Way, against_way, open_ways
from qc.rules.results import ResultView
from qc.rules.specification import parse
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.rules.trail import Trail, TrailReview

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEMONSTRATION = Path(settings.BASE_DIR) / "config" / "demonstration"
PROTOCOL = protocols.parse(json.loads((DEMONSTRATION / "cd19_protocol.json").read_text()))[0]
SPECIFICATION = parse(
    {
        "name": "S",
        "criteria": [
            {
                "code": code,
                "title": code.lower(),
                "sort": "quality",
                "timing": timing,
                "method": "m",
                "choices": ["yes", "no"],
                "accepted": ["yes"],
            }
            for code, timing in (("CAR", "release"), ("STERILE", "interim"), ("FINAL", "final"))
        ],
    }
)[0]
BATCH = BatchSummary(
    "b",
    "B1",
    "o",
    "CHA999926000001",
    OrderKind.PATIENT,
    "P",
    "Product",
    "MFG",
    AT,
    Disposition.QA_REVIEW,
    "p",
    "s",
)
BAG = BatchContainer(
    "c1",
    "BAG1",
    "product_bag",
    ContainerStatus.AVAILABLE,
    "MFG",
    "MFG",
    AT,
    None,
    "VL1",
    is_label_applied=True,
)
SOURCE = BatchContainer(
    "c0",
    "APH1",
    "apheresis_bag",
    ContainerStatus.CONSUMED,
    "MFG",
    "HOSP",
    AT,
    None,
    "VL0",
    is_label_applied=True,
)
HANDOVERS = (
    BatchHandover("c0", "HOSP", "Nurse", "VAN", "Carol", AT),
    BatchHandover("c0", "VAN", "Carol", "MFG", "Amir", AT + HOUR),
)


def step(
    code: str, container: str = "c1", performer: int = 1, witness: int | None = 2, site: str = "MFG"
) -> BatchStep:
    return BatchStep(code, container, 1, AT, site, performer, "Alice", witness, "Amir", (container,))


def result(criterion: str, verdict: Verdict = Verdict.PASS, **more: Any) -> ResultView:
    values: dict[str, Any] = {
        "id": f"r-{criterion}",
        "subject": SubjectRef(SubjectKind.BATCH, "B1"),
        "subject_id": "b-1",
        "container": "BAG1",
        "criterion": criterion,
        "version": 1,
        "is_current": True,
        "value": "yes",
        "unit": "",
        "verdict": verdict,
        "method": "m",
        "specification": "S/1",
        "analyst_id": 3,
        "analyst": "Ana",
        "tested_at": AT,
        "recorded_at": AT,
        "reviewer_id": 4,
        "reviewer": "Leo",
        "reviewed_at": AT,
    }
    return ResultView(**values | more)


DOSSIER = Dossier(
    BATCH,
    (SOURCE, BAG),
    (("c1", "c0"),),
    (
        step("label_bag"),
        step("into_cassette"),
        step("freeze", witness=None),
        step("collect", "c0", 9, None, "HOSP"),
    ),
    HANDOVERS,
)
CASE = Case(DOSSIER, (result("CAR"), result("STERILE")), SPECIFICATION, PROTOCOL)
HOLD = BatchHold("h", "BAG1", "quality", AT, None)
SEEN = Trail(reviews=(TrailReview(5, "Bob", 9),), last=12)


def concluded(criterion: str, outcome: Outcome = Outcome.CONFIRMED, **more: Any) -> Investigation:
    """The investigation of the first result of a criterion, over a day later."""
    values: dict[str, Any] = {
        "opened_at": AT,
        "opened_by": 3,
        "state": InvestigationState.CONCLUDED,
        "outcome": outcome,
        "concluded_at": AT + 24 * HOUR,
    }
    return Investigation(f"OOS-{criterion}", "B1", criterion, 1, "BAG1", 3, **values | more)


COPY = CopyFacts(
    code="VL1",
    number=1,
    container="BAG1",
    kind="product_bag",
    container_status=ContainerStatus.AVAILABLE,
    status=CopyStatus.APPLIED,
    issued_at=AT,
    is_drawn=True,
    applied_at=AT,
    fate=Fate.USED,
)
OPEN = replace(COPY, code="VL2", number=2, status=CopyStatus.VOID, fate=Fate.UNKNOWN, voided_at=AT)
DEVIATION = BatchDeviation("D26-1", "minor", DeviationState.OPEN, "expired", AT)


def codes(found: tuple[rules.Blocker, ...]) -> list[B]:
    return [blocker.code for blocker in found]


def with_dossier(**more: Any) -> Case:
    return replace(CASE, dossier=replace(DOSSIER, **more))


def digest(case: Case) -> str:
    return digest_of(batch_record(case, protocol="p", specification="s"))


def review(case: Case, signer: int = 5) -> SignatureView:
    return SignatureView(
        "s", signer, "Bob", Meaning.REVIEW, AT, "UTC", "password", "batch", "B1", digest(case)
    )


def against_release(case: Case, signer: int, signatures: Sequence[SignatureView], digest: str) -> Any:
    """Against a release outright, by what blocks it and who signs; what is pending is `test_releases`'."""
    ways = open_ways(rules.blockers(case), (), None, case.target)
    return against_way(case, ways, Way.RELEASE, Signing(signer, tuple(signatures), digest))
