"""All that a decision on a batch is made on, gathered in a fixed number of statements for any number of batches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from coi.rules.batches import BatchSummary
from coi.selectors import batches
from coi.selectors.weights import weights_of_orders
from ledger import selectors as ledger
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentVersionView
from qc.models import Result
from qc.rules.assessing import assessed, facts_of
from qc.rules.case import Case, Fitness
from qc.rules.criteria import Assessment, Weight
from qc.rules.methods import MethodFault, against_use
from qc.rules.results import ResultView
from qc.rules.runs import RunState
from qc.rules.specification import Specification
from qc.selectors.documents import method_in, protocol_in, specification_in
from qc.selectors.investigations import investigations_of
from qc.selectors.materials import materials_of
from qc.selectors.releases import releases_of
from qc.selectors.results import results_of
from qc.selectors.trail import trails_of

Documents = Mapping[str, DocumentVersionView]


def case_of(batch: BatchSummary, at: datetime) -> Case:
    """All that a decision on the batch at this moment is made on."""
    return cases([batch], at)[batch.id]


def cases(found: Sequence[BatchSummary], at: datetime) -> dict[str, Case]:
    """The same for several batches, by their ids."""
    ids = [batch.id for batch in found]
    tested = _tests_of(ids)
    pinned = {batch.protocol_id for batch in found} | {batch.specification_id for batch in found}
    wanted = (pinned | {str(one["method_version_id"] or "") for one in tested}) - {""}
    documents = people.document_versions(wanted) if wanted else {}
    dossiers, results, trails = batches.dossiers(found), results_of(ids), trails_of(found)
    weights = _weights({batch.order_id for batch in found})
    fitness, is_broken, released = _fitness(tested, documents), ledger.is_broken(), releases_of(ids)
    inquiries = investigations_of(ids, {id: dossiers[id].producers for id in ids})
    materials = materials_of(found)
    made: dict[str, Case] = {}
    for batch in found:
        specification = specification_in(documents.get(batch.specification_id))
        # Once it is let go, what the weight became since says nothing of the product.
        moment = released[batch.id].released_at if batch.id in released else at
        made[batch.id] = Case(
            dossier=dossiers[batch.id],
            results=results[batch.id],
            specification=specification,
            protocol=protocol_in(documents.get(batch.protocol_id)),
            is_ledger_broken=is_broken,
            investigations=inquiries[batch.id],
            assessments=_assessments(specification, results[batch.id], weights[batch.order_id], moment),
            fitness={id: fitness[id] for id in fitness if any(r.id == id for r in results[batch.id])},
            materials=materials[batch.id],
            trail=trails[batch.id],
        )
    return made


def _weights(orders: Collection[str]) -> dict[str, list[Weight]]:
    known = weights_of_orders(orders)
    return {
        order: [Weight(w.kg, w.measured_at) for w in found if w.is_current] for order, found in known.items()
    }


def _assessments(
    specification: Specification | None,
    results: Sequence[ResultView],
    weights: Sequence[Weight],
    at: datetime,
) -> dict[str, Assessment]:
    """What the results that count say now, by the weight that counts now. It was recorded what they said then."""
    made: dict[str, Assessment] = {}
    for result in results if specification is not None else ():
        criterion = specification.criterion(result.criterion) if specification is not None else None
        if criterion is None or not result.is_current or not criterion.is_judged:
            continue
        judged = assessed(
            criterion, result.value, facts_of(result.inputs, weights, at=at, read_at=result.tested_at)
        )
        if isinstance(judged, Assessment):
            made[result.id] = judged
    return made


def _tests_of(batches: Collection[str]) -> list[dict[str, Any]]:
    """What the current results of batches came by."""
    columns = ("id", "analyst_id", "tested_at", "method_version_id", "run__state")
    ids: Any = list(batches)
    return list(Result.objects.filter(batch__in=ids, is_current=True).values(*columns))


def _fitness(tested: Sequence[Mapping[str, Any]], documents: Documents) -> dict[str, Fitness]:
    """Whether each result came by what was fit at the time of the test, by what is known now."""
    earliest = min((one["tested_at"] for one in tested), default=None)
    analysts = people.persons({one["analyst_id"] for one in tested}, earliest) if earliest is not None else {}
    return {str(one["id"]): _fit(one, documents, analysts.get(one["analyst_id"])) for one in tested}


def _fit(one: Mapping[str, Any], documents: Documents, analyst: Person | None) -> Fitness:
    """Results from before methods were documents name no version, and are taken as they are."""
    are_accepted = one["run__state"] in (None, RunState.ACCEPTED)
    method = method_in(documents.get(str(one["method_version_id"] or "")))
    if method is None or analyst is None:
        return Fitness(are_controls_accepted=are_accepted)
    # Who has left since was there then.
    faults = against_use(method.method, replace(analyst, is_active=True), one["tested_at"])
    codes = {fault.code for fault in faults}
    return Fitness(MethodFault.UNTRAINED not in codes, MethodFault.EXPIRED not in codes, are_accepted)
