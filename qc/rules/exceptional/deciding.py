"""Who may write and decide a dossier, where it stands, and what it lifts."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from people.rules.rights import Right
from qc.rules.blockers import Blocker, BlockerCode
from qc.rules.exceptional.completeness import Missing, missing
from qc.rules.exceptional.values import ExceptionalDossier, Now, Part, Region
from qc.rules.investigations.values import Who


class DossierRefusal(StrEnum):
    """Why a dossier may not be changed or decided so."""

    NO_ROLE = "no_role"
    DECIDED = "decided"
    NOT_DECIDED = "not_decided"
    NOT_COMPLETE = "not_complete"
    BY_A_PRODUCER = "by_a_producer"
    BY_ITS_AUTHOR = "by_its_author"


# What comes from the physician is written in by whoever is in touch with them; what quality judges, by quality.
WRITING: Mapping[Part, Right] = {
    Part.CRITERIA: Right.NAME_CRITERIA,
    Part.RISK: Right.WRITE_RISK,
    Part.ALTERNATIVES: Right.WRITE_ALTERNATIVES,
    Part.REQUEST: Right.RECORD_REQUEST,
    Part.ACCEPTANCE: Right.RECORD_ACCEPTANCE_OF_RISK,
    Part.CONSENT: Right.RECORD_CONSENT,
    Part.NOTICE: Right.WRITE_NOTICE,
    Part.DECISION: Right.DECIDE_DOSSIER,
    Part.FOLLOW_UP: Right.FOLLOW_UP_DOSSIER,
}
_AFTER = frozenset({Part.NOTICE, Part.FOLLOW_UP})


def against_part(dossier: ExceptionalDossier, part: Part, who: Who) -> tuple[DossierRefusal, ...]:
    """Why this person may not write this part now. After the decision notices and the follow-up alone are added."""
    is_decided = dossier.decision is not None
    checks = (
        (not who.may(WRITING[part]), DossierRefusal.NO_ROLE),
        (is_decided and part not in _AFTER, DossierRefusal.DECIDED),
        (not is_decided and part is Part.FOLLOW_UP, DossierRefusal.NOT_DECIDED),
    )
    return tuple(code for is_so, code in checks if is_so)


def against_decision(
    dossier: ExceptionalDossier, lacking: Collection[Missing], *, is_approved: bool, who: Who
) -> tuple[DossierRefusal, ...]:
    """Why this person may not decide so. It may be declined at any time, and approved when nothing is missing."""
    authors = {one.by for one in (dossier.risk, dossier.alternatives) if one is not None}
    checks = (
        (who.person in dossier.producers, DossierRefusal.BY_A_PRODUCER),
        (who.person in authors, DossierRefusal.BY_ITS_AUTHOR),
        (is_approved and bool(lacking), DossierRefusal.NOT_COMPLETE),
    )
    return (
        *against_part(dossier, Part.DECISION, who),
        *(code for is_so, code in checks if is_so),
    )


# --- what it lifts --------------------------------------------------------------------------------------------------

# A dossier lifts these, of the criteria that it names. Identity, custody, labels, holds and the ledger are never among
# them: that a product is out of specification is a risk that can be weighed, that it may be another patient's is none.
LIFTABLE = frozenset({BlockerCode.FAILING_RESULT, BlockerCode.GROUP_UNMET})


class DossierState(StrEnum):
    """Where a dossier stands. One whose investigation was changed after the decision counts no more."""

    OPEN = "open"
    READY = "ready"
    APPROVED = "approved"
    DECLINED = "declined"
    INVALID = "invalid"


def state(dossier: ExceptionalDossier, region: Region, now: Now) -> DossierState:
    """Where it stands against the facts as they are now."""
    is_complete = not missing(dossier, region, now)
    if dossier.decision is None:
        return DossierState.READY if is_complete else DossierState.OPEN
    if not dossier.decision.is_approved:
        return DossierState.DECLINED
    return DossierState.APPROVED if is_complete else DossierState.INVALID


def lifts(dossier: ExceptionalDossier, blocker: Blocker) -> bool:
    """Whether a dossier, if it is approved, takes this blocker away."""
    is_named = blocker.target.kind == "criterion" and blocker.target.key in dossier.criteria
    return is_named and blocker.code in LIFTABLE
