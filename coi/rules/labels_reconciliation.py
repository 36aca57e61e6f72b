"""Whether the printed copies of labels add up: every copy that was issued is on its container, or somebody said what
became of it.

21 CFR 211.125(c) asks for reconciliation of labelling issued, used and returned, and FACT-JACIE for the final
disposition of every label allocated to a product. A copy counts as printed from the moment its file was there, because
from then on it may exist on paper.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from coi.rules.journey import ContainerStatus, CopyStatus, Fate

# Containers that are no more: what was printed for one of them and never applied is paper without a purpose.
GONE = frozenset({ContainerStatus.CONSUMED, ContainerStatus.CLOSED})


class Account(StrEnum):
    """Where one copy stands in the sum. The last two are what does not add up."""

    USED = "used"
    SPOILED = "spoiled"
    DESTROYED = "destroyed"
    RETAINED = "retained"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"
    OPEN = "open"


class FateProblem(StrEnum):
    """Why nobody can say now what became of a copy."""

    APPLIED = "label_applied"
    ACCOUNTED = "label_accounted"
    NOT_ACCOUNTED = "label_not_accounted"
    NEVER_PRINTED = "label_never_printed"
    IN_USE = "label_in_use"


@dataclass(frozen=True)
class CopyFacts:
    """One copy of a label, with its container. `container` is the container's code."""

    code: str
    number: int
    container: str
    kind: str
    container_status: ContainerStatus
    status: CopyStatus
    issued_at: datetime
    is_drawn: bool = False
    applied_at: datetime | None = None
    voided_at: datetime | None = None
    void_reason: str = ""
    fate: Fate = Fate.UNKNOWN
    fate_at: datetime | None = None
    fate_by: str = ""
    fate_reason: str = ""

    @property
    def is_printed(self) -> bool:
        """Whether it may exist on paper: it was drawn, or somebody scanned it on its container."""
        return self.is_drawn or self.applied_at is not None


@dataclass(frozen=True)
class Line:
    """The sum for one kind of container."""

    kind: str
    issued: int
    printed: int
    counts: Mapping[Account, int] = field(default_factory=dict)

    @property
    def difference(self) -> int:
        """How many copies nothing is known of."""
        return self.counts.get(Account.WAITING, 0) + self.counts.get(Account.OPEN, 0)


@dataclass(frozen=True)
class Reconciliation:
    """The sums, and the copies that they leave open.

    `waiting` are still to be scanned back on a container that is there; `open` are those of which nobody has said what
    became of them.
    """

    lines: tuple[Line, ...] = ()
    waiting: tuple[CopyFacts, ...] = ()
    open: tuple[CopyFacts, ...] = ()

    @property
    def adds_up(self) -> bool:
        """Whether every copy issued is accounted for."""
        return not self.waiting and not self.open


def account_of(copy: CopyFacts) -> Account:
    """Where a copy stands."""
    if copy.status is CopyStatus.APPLIED:
        return Account.USED
    if copy.fate is not Fate.UNKNOWN:
        return Account(copy.fate)
    is_over = copy.status is CopyStatus.VOID or copy.container_status in GONE
    if not is_over:
        return Account.WAITING
    return Account.OPEN if copy.is_printed else Account.WITHDRAWN


def reconcile(copies: Sequence[CopyFacts]) -> Reconciliation:
    """Add up copies, kind by kind in the order in which the kinds were first issued."""
    kinds = dict.fromkeys(copy.kind for copy in sorted(copies, key=lambda copy: (copy.issued_at, copy.code)))
    return Reconciliation(
        lines=tuple(_line(kind, [copy for copy in copies if copy.kind == kind]) for kind in kinds),
        waiting=_of(copies, Account.WAITING),
        open=_of(copies, Account.OPEN),
    )


def _line(kind: str, copies: Sequence[CopyFacts]) -> Line:
    return Line(
        kind=kind,
        issued=len(copies),
        printed=sum(1 for copy in copies if copy.is_printed),
        counts=Counter(account_of(copy) for copy in copies),
    )


def _of(copies: Iterable[CopyFacts], account: Account) -> tuple[CopyFacts, ...]:
    found = (copy for copy in copies if account_of(copy) is account)
    return tuple(sorted(found, key=lambda copy: (copy.container, copy.number)))


def against_accounting(copy: CopyFacts) -> FateProblem | None:
    """Why nobody can say what became of this copy now; None when somebody can, and should."""
    account = account_of(copy)
    if account is Account.USED:
        return FateProblem.APPLIED
    if copy.fate is not Fate.UNKNOWN:
        return FateProblem.ACCOUNTED
    if account is Account.WITHDRAWN:
        return FateProblem.NEVER_PRINTED
    return FateProblem.IN_USE if account is Account.WAITING else None


def against_correcting(copy: CopyFacts) -> FateProblem | None:
    """Why what was said of a copy cannot be corrected: it is on its container, or nothing was said."""
    if copy.status is CopyStatus.APPLIED:
        return FateProblem.APPLIED
    return FateProblem.NOT_ACCOUNTED if copy.fate is Fate.UNKNOWN else None
