"""From the rooms below: facts of batches, scans of weeks, and which batches entries of the ledger concern."""

from collections.abc import Collection, Iterable
from datetime import datetime

from coi.selectors.manufacture import Manufacture, batch_facts, batches_of_orders
from coi.selectors.scans import weekly_refusals
from cpv.rules.programme.observing import BatchFacts, ResultCounted, StepDone
from cpv.rules.programme.weeks import ScansOfWeek
from qc.selectors.counting import CountingResult, counting_results

BATCH, ORDER = "batch", "order"


def facts_of(codes: Collection[str]) -> dict[str, BatchFacts]:
    """The facts of batches by their codes; codes of no batch are not there.

    A fixed number of statements however many batches, and one for each version of a protocol among them.
    """
    made, counting = batch_facts(codes), counting_results(codes)
    return {code: _facts(it, counting.get(code, ())) for code, it in made.items()}


def scans_of_weeks(sites: Collection[str], since: datetime, until: datetime) -> tuple[ScansOfWeek, ...]:
    """Scans by site and week, the earliest week first (one statement)."""
    rows = weekly_refusals(sites, since, until)
    return tuple(ScansOfWeek(it.site, it.zone, it.starts_on, it.scans, it.refused) for it in rows)


def batches_touched(concerned: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The codes of the batches that entries concern: themselves, or by their journeys (one statement or none)."""
    pairs = frozenset(concerned)
    named = frozenset(key for kind, key in pairs if kind == BATCH)
    journeys = frozenset(key for kind, key in pairs if kind == ORDER)
    return named | (batches_of_orders(journeys) if journeys else frozenset())


def _facts(made: Manufacture, counting: Iterable[CountingResult]) -> BatchFacts:
    steps = tuple(StepDone(it.step, it.at, it.values, it.id, it.units) for it in made.steps)
    return BatchFacts(
        code=made.code,
        product=made.product,
        site=made.site,
        zone=made.zone,
        started_at=made.started_at,
        steps=steps,
        results=tuple(_result(it) for it in counting),
        materials=made.materials,
        equipment=made.equipment,
        is_patient=made.is_patient,
        id=made.id,
    )


def _result(it: CountingResult) -> ResultCounted:
    if it.quantity is None:
        return ResultCounted(it.criterion, None, unit=it.unit, ref=it.id)
    sign = it.quantity.sign
    return ResultCounted(it.criterion, f"{it.quantity.number:f}", sign == "<", it.unit, it.id, sign == ">")
