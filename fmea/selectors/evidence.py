"""What the ledger says of a worksheet: counts for its rows, refusals that no row names, and the names it may use.

Counts are of all sites that made, moved or gave the product: a worksheet is about the product, and a rate has no
patient in it. How many statements they cost depends on which kinds of evidence are named and on nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from coi.rules.deviations import TRIGGERS
from coi.rules.occurrences import Tally
from coi.rules.outcome import RefusalCode
from coi.selectors import occurrences as custody
from coi.selectors.protocols import effective_protocol
from cpv import selectors as cpv
from fmea.rules.counting import RowEvidence, Seen, evidence_of_rows, is_named
from fmea.rules.course import Course
from fmea.rules.worksheet import EvidenceKind, Worksheet
from qc import selectors as qc


@dataclass(frozen=True)
class UnnamedRefusal:
    """A refusal that no worksheet names as evidence: so many scans were told it, the last one at `last_at`.

    `product` and `step` are empty where no journey was found.
    """

    product: str
    code: str
    step: str
    scans: int
    last_at: datetime


@dataclass(frozen=True)
class Choice:
    """Something with a name of its own."""

    code: str
    title: str


@dataclass(frozen=True)
class Names:
    """What a worksheet of a product may name: what refuses, what opens a deviation or says an excursion (codes of the
    house), and what its documents in effect have: criteria, charted parameters, steps of the protocol, in their order.
    """

    refusals: tuple[str, ...]
    triggers: tuple[str, ...]
    excursions: tuple[str, ...]
    criteria: tuple[Choice, ...]
    parameters: tuple[Choice, ...]
    steps: tuple[Choice, ...]


def evidence_of(
    worksheet: Worksheet, until: datetime, since: datetime | None = None
) -> Mapping[str, RowEvidence]:
    """What was counted in [since, until), by the codes of the rows (at most twelve statements, whatever there is)."""
    course = Course.of(effective_protocol(worksheet.product, until))
    return evidence_of_rows(worksheet, _seen(worksheet, until, since), course)


def unnamed_refusals(
    worksheets: Sequence[Worksheet], until: datetime, since: datetime | None = None
) -> tuple[UnnamedRefusal, ...]:
    """Refusals in [since, until) in journeys of the products of these worksheets, and in no journey, that none of the
    worksheets of the product names at this step; what was spoken most first (one statement).

    What was spoken where no journey or no step was found is named if it is named anywhere.
    """
    products = {it.product for it in worksheets}
    return tuple(
        UnnamedRefusal(it.product, it.code, it.step, it.scans, it.last_at)
        for it in custody.refusals_spoken(products, until=until, since=since)
        if not is_named(
            (sheet for sheet in worksheets if it.product in ("", sheet.product)), it.code, it.step
        )
    )


def names_to_choose(product: str, at: datetime) -> Names:
    """What whoever edits a worksheet of this product may name as evidence or link to (four statements)."""
    protocol = effective_protocol(product, at)
    parameters = {
        it.code: Choice(it.code, it.title)
        for plan in cpv.effective_plans(at)
        if plan.plan.product == product
        for it in plan.plan.parameters
    }
    return Names(
        refusals=tuple(RefusalCode),
        triggers=TRIGGERS,
        excursions=custody.EXCURSIONS,
        criteria=tuple(Choice(it.code, it.title) for it in qc.criteria_of(product, at)),
        parameters=tuple(parameters.values()),
        steps=tuple(Choice(it.code, it.title) for it in protocol.steps) if protocol is not None else (),
    )


def _seen(worksheet: Worksheet, until: datetime, since: datetime | None) -> Seen:
    named: dict[EvidenceKind, set[str]] = {kind: set() for kind in EvidenceKind}
    for row in worksheet.rows:
        for it in row.evidence:
            named[it.kind].add(it.ref)
    product = worksheet.product
    refusals, triggers = named[EvidenceKind.REFUSAL], named[EvidenceKind.DEVIATION]
    excursions = named[EvidenceKind.EXCURSION]
    return Seen(
        attempts=custody.attempts_seen(
            product, refusals=refusals, triggers=triggers, until=until, since=since
        )
        if refusals or triggers
        else (),
        shipments=custody.shipments_seen(product, codes=excursions, until=until, since=since)
        if excursions
        else (),
        tallies=_tallies(product, named, until, since),
    )


def _tallies(
    product: str, named: Mapping[EvidenceKind, set[str]], until: datetime, since: datetime | None
) -> dict[EvidenceKind, tuple[Tally, ...]]:
    found: dict[EvidenceKind, tuple[Tally, ...]] = {}
    if named[EvidenceKind.DEVIATION]:
        found[EvidenceKind.DEVIATION] = custody.lost_labels_seen(product, until=until, since=since)
    if criteria := named[EvidenceKind.OOS]:
        found[EvidenceKind.OOS] = qc.failures_seen(product, criteria=criteria, until=until, since=since)
    if parameters := named[EvidenceKind.CHART_SIGNAL]:
        plans = [it.code for it in cpv.effective_plans(until) if it.plan.product == product]
        found[EvidenceKind.CHART_SIGNAL] = cpv.signalled(
            plans, parameters=parameters, until=until, since=since
        )
    return found
