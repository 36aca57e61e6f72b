"""The results that count, of many batches at once, for rooms that watch the process (four statements)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coi.selectors.batches import batches_by_code
from people import selectors as people
from qc.rules.criteria import Criterion, Verdict, read_value
from qc.rules.investigations import Investigation, reportable
from qc.rules.investigations.attempts import attempts_of
from qc.rules.results import ResultView
from qc.rules.values import Quantity
from qc.selectors.documents import specification_in
from qc.selectors.investigations import investigations_of
from qc.selectors.results import results_of


@dataclass(frozen=True)
class CountingResult:
    """The result that counts for one criterion of a batch; `quantity` None where it reports no number."""

    criterion: str
    id: str
    attempt: int
    quantity: Quantity | None
    unit: str


def counting_results(codes: Collection[str]) -> dict[str, tuple[CountingResult, ...]]:
    """Of each batch, by its code: the results that count for its release and were looked over by a second person.

    In the order of the specification that its order pinned; of criteria that have one. Nothing for a batch that is
    not known.
    """
    batches = batches_by_code(codes)
    ids = [batch.id for batch in batches.values()]
    results, inquiries = results_of(ids), investigations_of(ids)
    documents = people.document_versions({batch.specification_id for batch in batches.values()} - {""})
    found = {}
    for code, batch in batches.items():
        specification = specification_in(documents.get(batch.specification_id))
        criteria = specification.criteria if specification is not None else ()
        counting = (_counting(it, results[batch.id], inquiries[batch.id]) for it in criteria)
        found[code] = tuple(it for it in counting if it is not None)
    return found


def _counting(
    criterion: Criterion, results: Sequence[ResultView], inquiries: Sequence[Investigation]
) -> CountingResult | None:
    own = [it for it in inquiries if it.criterion == criterion.code]
    attempts = attempts_of(results, criterion.code, _failing_now(criterion.code, results, own))
    counted = reportable(attempts, own).attempt
    result = next((it for it in results if counted is not None and it.id == counted.result), None)
    if result is None or not result.is_reviewed:
        return None
    value = read_value(criterion, result.value)
    quantity = value if isinstance(value, Quantity) else None
    return CountingResult(criterion.code, result.id, result.attempt, quantity, result.unit)


def _failing_now(
    criterion: str, results: Sequence[ResultView], inquiries: Sequence[Investigation]
) -> list[str]:
    """What met its criterion when it was recorded and is investigated all the same: it failed by another weight.

    A release asks the weight itself; here an investigation says it, which is opened of what fails alone.
    """
    own = [it for it in results if it.criterion == criterion]
    failed = {it.attempt for it in own if it.verdict is Verdict.FAIL}
    investigated = {it.attempt for it in inquiries}
    return [it.id for it in own if it.is_current and it.attempt in investigated - failed]
