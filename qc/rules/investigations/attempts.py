"""From the versions of results to the attempts that an investigation speaks of."""

from collections.abc import Collection, Sequence

from qc.rules.criteria import Verdict
from qc.rules.investigations.values import Attempt
from qc.rules.results import AttemptKind, ResultView


def attempts_of(
    results: Sequence[ResultView], criterion: str, failing: Collection[str] = ()
) -> tuple[Attempt, ...]:
    """The attempts at one criterion's result, in their order.

    `failing`: ids of results that met the criterion when they were recorded and do not now, since the weight changed.
    """
    numbers = sorted({r.attempt for r in results if r.criterion == criterion})
    own = [[r for r in results if r.criterion == criterion and r.attempt == n] for n in numbers]
    found = [_attempt(sorted(versions, key=lambda r: r.version), failing) for versions in own]
    return tuple(attempt for attempt in found if attempt is not None)


def _attempt(versions: Sequence[ResultView], failing: Collection[str]) -> Attempt | None:
    """In the version that counts; None should there be none, which the database does not allow."""
    current = next((r for r in versions if r.is_current), None)
    if current is None:
        return None
    first, is_failing = versions[0], current.id in failing
    failed = [r.recorded_at for r in versions if r.verdict is Verdict.FAIL or r.id in failing]
    return Attempt(
        number=current.attempt,
        kind=current.attempt_kind,
        criterion=current.criterion,
        container=current.container,
        analyst_id=current.analyst_id,
        verdict=Verdict.FAIL if is_failing else current.verdict,
        tested_at=current.tested_at,
        recorded_at=first.recorded_at,
        version_at=current.recorded_at,
        failed_at=max(failed, default=None),
        investigation="" if current.attempt_kind is AttemptKind.ORIGINAL else first.reference,
        is_reviewed=current.is_reviewed,
        result=current.id,
    )
