"""Which releases are open to a batch, what speaks against each of them, and how a conditional one is completed.

A release outright: nothing blocks and nothing is pending. A conditional one: all that is pending is what may come after
the release, each with the day it is due (EU GMP Part IV, 11, on products whose life is shorter than their tests). An
exceptional one: a dossier lifts the failing criteria that it names, and nothing else blocks. Two people sign each of
them over one record, and nobody of them made the batch. None of them turns into another by itself: a late result that
fails tells people (`qc.rules.late_failures`), and a late result that passes waits for two signatures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coi.rules.journey import Disposition
from people.rules.signatures import SignatureView
from qc.rules.blockers import UNREVIEWED, against_signer, blockers
from qc.rules.case import Blocker, BlockerCode, Case, Target, by_severity
from qc.rules.exceptional import DossierState, ExceptionalDossier, Missing, lifts
from qc.rules.standing import Standing
from qc.rules.unmet import standings


class Way(StrEnum):
    """The ways of letting a batch go."""

    RELEASE = "release"
    CONDITIONAL = "conditional"
    EXCEPTIONAL = "exceptional"


LEADS_TO: Mapping[Way, Disposition] = {
    Way.RELEASE: Disposition.RELEASED,
    Way.CONDITIONAL: Disposition.CONDITIONALLY_RELEASED,
    Way.EXCEPTIONAL: Disposition.EXCEPTIONALLY_RELEASED,
}


@dataclass(frozen=True)
class Pending:
    """A line of the specification whose result may come after the release, and when it is expected."""

    criterion: str
    title: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Lifting:
    """A dossier with how it stands against the facts as they are now."""

    dossier: ExceptionalDossier
    state: DossierState
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Ways:
    """What speaks against each way, and what is pending whichever is taken."""

    against: Mapping[Way, tuple[Blocker, ...]]
    pending: tuple[Pending, ...] = ()

    def is_open(self, way: Way) -> bool:
        """Whether nothing but signatures is missing."""
        return not self.against[way]

    @property
    def open(self) -> tuple[Way, ...]:
        """The ways that are open."""
        return tuple(way for way in Way if self.is_open(way))


def pending(case: Case, due: Mapping[str, datetime] | None = None) -> tuple[Pending, ...]:
    """The final results that are not there, with the times at which they are expected, by the code of the line."""
    known = due or {}
    return tuple(
        Pending(line.code, line.title, known.get(line.code))
        for line in standings(case)
        if not line.is_needed_for_release and line.standing is Standing.MISSING
    )


def ways_of(case: Case, due: Mapping[str, datetime] | None = None, lifting: Lifting | None = None) -> Ways:
    """Which releases are open to a batch. A trail of which the case does not tell was not looked over."""
    found = list(blockers(case))
    if case.trail is None and case.is_trail_open:
        found.append(Blocker(BlockerCode.TRAIL_UNREVIEWED, case.target, {"entries": ""}))
    return open_ways(by_severity(found), pending(case, due), lifting, case.target)


def open_ways(
    found: Sequence[Blocker], waiting: Sequence[Pending], lifting: Lifting | None, batch: Target
) -> Ways:
    """From all that blocks, all that is pending and a dossier (if there is one) to what speaks against each way."""
    still = [_pending(BlockerCode.FINAL_PENDING, it) for it in waiting]
    undated = [_pending(BlockerCode.FINAL_WITHOUT_DATE, it) for it in waiting if it.due_at is None]
    nothing = [] if waiting else [Blocker(BlockerCode.NOTHING_PENDING, batch)]
    against = {
        Way.RELEASE: [*found, *still],
        Way.CONDITIONAL: [*found, *undated, *nothing],
        Way.EXCEPTIONAL: [*_not_lifted(found, lifting), *undated, *_of_dossier(found, lifting, batch)],
    }
    return Ways({way: by_severity(reasons) for way, reasons in against.items()}, tuple(waiting))


def _pending(code: BlockerCode, it: Pending) -> Blocker:
    return Blocker(code, Target("criterion", it.criterion), {"criterion": it.title})


def _not_lifted(found: Sequence[Blocker], lifting: Lifting | None) -> list[Blocker]:
    """All that a dossier does not name; a dossier that is not approved lifts nothing."""
    if lifting is None or lifting.state is not DossierState.APPROVED:
        return list(found)
    return [blocker for blocker in found if not lifts(lifting.dossier, blocker)]


def _of_dossier(found: Sequence[Blocker], lifting: Lifting | None, batch: Target) -> Iterator[Blocker]:
    if lifting is None:
        yield Blocker(BlockerCode.DOSSIER_MISSING, batch)
        return
    if lifting.dossier.batch != batch.key:
        yield Blocker(BlockerCode.DOSSIER_MISSING, batch)
    for it in lifting.missing:
        params = {"part": str(it.code), "about": it.about}
        yield Blocker(BlockerCode.DOSSIER_INCOMPLETE, batch, params)
    if lifting.state is not DossierState.APPROVED:
        yield Blocker(BlockerCode.DOSSIER_NOT_APPROVED, batch, {"state": str(lifting.state)})
    if not any(lifts(lifting.dossier, blocker) for blocker in found):
        yield Blocker(BlockerCode.NOTHING_TO_LIFT, batch)


# --- signing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signing:
    """A second signature as somebody is about to give it: who, after which signatures, over which record."""

    signer: int
    signatures: tuple[SignatureView, ...]
    digest: str


def against_way(case: Case, ways: Ways, way: Way, signing: Signing) -> tuple[Blocker, ...]:
    """Why this person may not let the batch go this way now."""
    return by_severity(
        [
            *ways.against[way],
            *_not_from_here(case),
            *against_signer(case, signing.signer, signing.signatures, signing.digest),
        ]
    )


def _not_from_here(case: Case) -> Iterator[Blocker]:
    disposition = case.dossier.batch.disposition
    if disposition in UNREVIEWED:
        yield Blocker(BlockerCode.NOT_IN_REVIEW, case.target)
    elif disposition is not Disposition.QA_REVIEW:
        yield Blocker(BlockerCode.DECIDED, case.target, {"disposition": str(disposition)})


def against_completion(case: Case, ways: Ways, signing: Signing) -> tuple[Blocker, ...]:
    """Why this person may not make a conditional release an outright one: everything is there, met and looked over,
    and two people sign for it over the record as it is now."""
    found = [
        *ways.against[Way.RELEASE],
        *against_signer(case, signing.signer, signing.signatures, signing.digest),
    ]
    if case.dossier.batch.disposition is not Disposition.CONDITIONALLY_RELEASED:
        found.append(Blocker(BlockerCode.NOT_CONDITIONAL, case.target))
    return by_severity(found)


def overdue(waiting: Sequence[Pending], now: datetime) -> tuple[Pending, ...]:
    """What was expected before now and is not there."""
    return tuple(it for it in waiting if it.due_at is not None and now > it.due_at)
