"""Following the ledger: what was recorded since is observed and judged; and now and then everything is, to be sure.

Nothing is lost when the worker was away: it reads on from where it was, and reads the newest entries twice, since an
entry with a smaller number may be committed after one with a larger. Reading twice writes nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from coi.selectors.manufacture import batches_of_orders, batches_of_product
from coi.selectors.scans import weekly_refusals
from cpv import selectors
from cpv.models import Position
from cpv.services.judging import judge_charts
from cpv.services.observing import observe_batches, observe_weeks
from ledger import selectors as ledger
from ledger.rules import derive
from people import selectors as people

ENTRIES, PLANS = "entries", "plan"
# An entry is committed within this time of being numbered.
SETTLED = timedelta(minutes=2)
AT_ONCE = 100
# Prefixes of the events after which a batch may say another number.
WATCHED = (
    *("coi:scan:", "coi:step:", "coi:batch:"),
    *("qc:result:", "qc:investigation:", "qc:attempt:", "qc:file:", "qc:plate:"),
)


def follow(*, now: datetime, request_id: UUID) -> tuple[str, ...]:
    """Observe the batches that entries since the last time concern. Answers with the charts that changed, judged."""
    upto = selectors.position(ENTRIES)
    batches = _batches_since(upto)
    charts: set[str] = set()
    for start in range(0, len(batches), AT_ONCE):
        charts |= observe_batches(
            batches=batches[start : start + AT_ONCE], now=now, request_id=derive(request_id, f"batches {start}")
        )
    changed = sorted(charts)
    judge_charts(charts=changed, now=now, request_id=derive(request_id, "judged"))
    _move(ENTRIES, ledger.newest_before(now - SETTLED))
    return tuple(changed)


def _batches_since(upto: int) -> list[str]:
    concerned = ledger.concerned(upto, WATCHED)
    orders = {key for kind, key in concerned if kind == "order"}
    return sorted({key for kind, key in concerned if kind == "batch"} | set(batches_of_orders(orders)))


def gather(*, now: datetime, request_id: UUID) -> tuple[str, ...]:
    """Observe every batch under plans that are new, and the finished weeks of every site. Answers with the charts that
    changed, judged."""
    charts: set[str] = set()
    for plan in selectors.effective_plans(now):
        name = f"{PLANS}:{plan.document.id}"
        if selectors.position(name):
            continue
        batches = batches_of_product(plan.plan.product)
        for start in range(0, len(batches), AT_ONCE):
            charts |= observe_batches(
                batches=batches[start : start + AT_ONCE], now=now, request_id=derive(request_id, f"{name} {start}")
            )
        _move(name, 1)
    sites = [site.code for site in people.sites()]
    weeks = weekly_refusals(sites, now - timedelta(days=400), now)
    charts |= observe_weeks(weeks=weeks, now=now, request_id=derive(request_id, "weeks"))
    changed = sorted(charts)
    judge_charts(charts=changed, now=now, request_id=derive(request_id, "judged"))
    return tuple(changed)


def _move(name: str, upto: int) -> None:
    """How far was read is no fact about a batch: it stands beside the ledger, and losing it costs reading again."""
    Position.objects.update_or_create(name=name, defaults={"upto": upto})
