"""Following the ledger: what was recorded since is observed and judged; and now and then everything is, to be sure.

Nothing is lost when the worker was away: it reads on from where it was, and reads the newest entries twice, since an
entry with a smaller number may be committed after one with a larger. Reading twice writes nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from coi.events import Event as Custody
from coi.selectors.manufacture import batches_of_product
from cpv import selectors
from cpv.models import Position
from cpv.services.judging import judge_charts
from cpv.services.observing import observe_batches, observe_weeks
from ledger import selectors as ledger
from ledger.rules import derive
from people import selectors as people
from qc.events import Event as Quality

ENTRIES, PLANS = "entries", "plan"
AT_ONCE = 100
# How far back weeks are counted: a late entry of last month still comes to its place.
WEEKS_BACK = timedelta(days=400)
# After these a batch may say other numbers.
WATCHED = (
    *(Custody.STEP_COMPLETED, Custody.JOURNEY_CLOSED),
    *(Quality.RESULT_REVIEWED, Quality.RESULT_CORRECTED, Quality.ATTEMPT_RECORDED),
    *(Quality.INVESTIGATION_CONCLUDED, Quality.CAUSE_NAMED, Quality.RUN_VOIDED),
)


def follow(*, now: datetime, request_id: UUID) -> tuple[str, ...]:
    """Observe the batches that entries since the last time concern. Answers with the charts that changed, judged.

    All charts of these batches are judged, changed or not: a worker that died after observing is made up for so.
    """
    settled, concerned = ledger.concerned(selectors.position(ENTRIES), WATCHED)
    batches = sorted(selectors.batches_touched(concerned))
    charts = _observe(batches, now, request_id)
    judge_charts(charts=selectors.charts_of(batches), now=now, request_id=derive(request_id, "judged"))
    _move(ENTRIES, settled)
    return charts


def gather(*, now: datetime, request_id: UUID) -> tuple[str, ...]:
    """Observe every batch under plans that are new, and the finished weeks of every site.

    Answers with the charts that changed, judged. A plan is no longer new once its charts are judged.
    """
    charts: set[str] = set()
    plans = {f"{PLANS}:{plan.document.id}": plan for plan in selectors.effective_plans(now)}
    new = {name: plan for name, plan in plans.items() if not selectors.position(name)}
    for name, plan in new.items():
        batches = sorted(batches_of_product(plan.plan.product))
        charts |= set(_observe(batches, now, derive(request_id, name))) | set(selectors.charts_of(batches))
    weeks = selectors.scans_of_weeks([site.code for site in people.sites()], now - WEEKS_BACK, now)
    charts |= observe_weeks(weeks=weeks, now=now, request_id=derive(request_id, "weeks"))
    changed = tuple(sorted(charts))
    judge_charts(charts=changed, now=now, request_id=derive(request_id, "judged"))
    for name in new:
        _move(name, 1)
    return changed


def _observe(batches: list[str], now: datetime, request_id: UUID) -> tuple[str, ...]:
    """In portions, so that a portion's facts fit into memory however many batches there are."""
    charts: set[str] = set()
    for start in range(0, len(batches), AT_ONCE):
        portion = batches[start : start + AT_ONCE]
        charts |= observe_batches(batches=portion, now=now, request_id=derive(request_id, f"from {start}"))
    return tuple(sorted(charts))


def _move(name: str, upto: int) -> None:
    """How far was read is no fact about a batch: it stands beside the ledger, and losing it costs reading again."""
    Position.objects.update_or_create(name=name, defaults={"upto": upto})
