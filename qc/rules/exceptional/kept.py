"""How a dossier is kept: its parts as plain values, read as the dossier that the rules judge, and its record.

Each part names who wrote it (`by`, `name`) and when (`written_at`; of a statement `at`). Words are named by the id
under which they lie (`text`) and their digest (`sha256`); evidence is a file (`file`, `sha256`), a `reference`, or
both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from ledger.rules import canonical
from ledger.rules.canonical import plain
from qc.rules.exceptional.values import (
    Acceptance,
    Consent,
    Decision,
    ExceptionalDossier,
    FollowUp,
    Held,
    Notice,
    NoticeKind,
    Region,
    Request,
    Setting,
    Statement,
)

Kept = Mapping[str, Any]
# The parts that are one thing each, in the order in which they are written; the others are lists.
SINGLE = ("risk", "alternatives", "request", "acceptance", "consent")


@dataclass(frozen=True)
class KeptDossier:
    """A dossier as it is kept. `batch` and `coi_id` are codes; `parts` has every part by its name."""

    id: str
    code: str
    batch: str
    batch_id: str
    order_id: str
    coi_id: str
    region: Region
    setting: Setting
    is_emergency: bool
    opened_at: datetime
    opened_by: str
    is_approved: bool | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_decided(self) -> bool:
        """Whether quality has approved or declined it."""
        return self.is_approved is not None

    def part(self, name: str) -> Kept:
        """One of the single parts; empty while nobody has written it."""
        found: Kept = self.parts.get(name) or {}
        return found

    def rows(self, name: str) -> Sequence[Kept]:
        """What stands in a part that is a list: held, notices, follow_up."""
        found: Sequence[Kept] = self.parts.get(name) or ()
        return found

    @property
    def texts(self) -> tuple[str, ...]:
        """The ids of everything that was written in words."""
        parts = [self.part(name) for name in ("risk", "alternatives", "decision")]
        return tuple(str(it["text"]) for it in (*parts, *self.rows("follow_up")) if it.get("text"))

    @property
    def decided_notices(self) -> Sequence[Kept]:
        """The notices that were there when it was decided; all of them before."""
        count = self.part("decision").get("notices")
        return self.rows("notices") if count is None else self.rows("notices")[:count]


def latest_notices(rows: Sequence[Kept]) -> tuple[Kept, ...]:
    """The last writing of each kind of notice, in the order in which the kinds were first written."""
    return tuple({str(row["kind"]): row for row in rows}.values())


def value_of(kept: KeptDossier) -> ExceptionalDossier:
    """As the rules judge it. Who made the batch is not kept with it."""
    return ExceptionalDossier(
        batch=kept.batch,
        setting=kept.setting,
        held=tuple(Held(it["criterion"], it["investigation"], it["digest"]) for it in kept.rows("held")),
        risk=_statement(kept.part("risk")),
        alternatives=_statement(kept.part("alternatives")),
        request=_request(kept.part("request")),
        acceptance=_acceptance(kept.part("acceptance")),
        consent=_consent(kept.part("consent")),
        notices=tuple(_notice(it) for it in latest_notices(kept.rows("notices"))),
        is_emergency=kept.is_emergency,
        decision=_decision(kept.part("decision")),
        follow_up=tuple(FollowUp(it["sha256"], it["by"], _time(it["at"])) for it in kept.rows("follow_up")),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return _time(text) if text else None


def _evidence(part: Kept) -> str:
    return str(part.get("sha256") or part.get("reference") or "")


def _statement(part: Kept) -> Statement | None:
    return Statement(part["sha256"], part["by"], _time(part["at"])) if part else None


def _request(part: Kept) -> Request | None:
    return Request(part["physician"], _maybe(part["at"]), _evidence(part)) if part else None


def _acceptance(part: Kept) -> Acceptance | None:
    return Acceptance(_maybe(part["risk_sent_at"]), _maybe(part["at"]), _evidence(part)) if part else None


def _consent(part: Kept) -> Consent | None:
    return Consent(part["is_given"], _maybe(part["at"]), _evidence(part)) if part else None


def _notice(row: Kept) -> Notice:
    return Notice(
        NoticeKind(row["kind"]), _maybe(row["due_at"]), _maybe(row["sent_at"]), row.get("reference") or ""
    )


def _decision(part: Kept) -> Decision | None:
    return Decision(part["is_approved"], part["by"], _time(part["at"])) if part else None


# --- its record -----------------------------------------------------------------------------------------------------


def signed_record(kept: KeptDossier, *, is_approved: bool, why: str) -> dict[str, Any]:
    """What the decision is signed over: all of it as it stood then. `why` is the digest of the decision's reason."""
    return {
        "schema": 1,
        **_head(kept),
        **{name: plain(dict(kept.part(name))) for name in SINGLE},
        "held": plain([dict(it) for it in kept.rows("held")]),
        "notices": plain([dict(it) for it in kept.decided_notices]),
        "decision": {"is_approved": is_approved, "why": why},
    }


def digest_of_dossier(kept: KeptDossier, *, is_approved: bool, why: str) -> str:
    """The SHA-256 of the canonical bytes of that record."""
    return sha256(canonical(signed_record(kept, is_approved=is_approved, why=why))).hexdigest()


def decided_digest(kept: KeptDossier) -> str:
    """The same of a dossier that is decided, from what is kept now; empty while it is not."""
    decision = kept.part("decision")
    if kept.is_approved is None:
        return ""
    return digest_of_dossier(kept, is_approved=kept.is_approved, why=decision.get("sha256", ""))


def _head(kept: KeptDossier) -> dict[str, Any]:
    return {
        "code": kept.code,
        "batch": kept.batch,
        "coi_id": kept.coi_id,
        "region": str(kept.region),
        "setting": str(kept.setting),
        "is_emergency": kept.is_emergency,
        "opened_at": plain(kept.opened_at),
        "opened_by": kept.opened_by,
    }
