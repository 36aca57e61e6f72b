"""Plans for those who read them: every version, into how many charts it parts, and what it costs in a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from django.db.models import Count

from cpv.models import Observation
from cpv.rules.programme import plan as plans
from cpv.rules.programme.costs import Alternative, PlanCost, alternatives, cost_of
from people import selectors as people
from people.rules.documents import DocumentVersionView

# A stratum counts among those of now if it had a batch within so long: a lot that was used up has no more.
LATELY = timedelta(days=365)
_KEPT = 128


@dataclass(frozen=True)
class PlanPage:
    """One version of a plan. `charts`: of each parameter with numbers, into how many strata they part now.

    `seed`: of what was simulated; it follows from the document's digest, so the same version has the same numbers.
    """

    document: DocumentVersionView
    plan: plans.Plan
    versions: tuple[DocumentVersionView, ...]
    charts: Mapping[str, int]
    cost: PlanCost
    alternatives: tuple[Alternative, ...]
    seed: int


@dataclass(frozen=True)
class PlanRow:
    """A plan in a list, by its version in effect or, where none is, by its newest. `draft`: the one on its way."""

    document: DocumentVersionView
    plan: plans.Plan
    is_effective: bool
    expected: float
    draft: DocumentVersionView | None = None


def plan_rows(at: datetime) -> tuple[PlanRow, ...]:
    """Every plan, by code: those in effect first."""
    effective = {one.code: one for one in people.effective_documents(plans.KIND, at)}
    newest = {one.code: one for one in people.latest_versions(plans.KIND)}
    rows = []
    for code in sorted(set(effective) | set(newest)):
        document = effective.get(code, newest.get(code))
        plan = _read(document)
        if document is None or plan is None:
            continue
        cost, _others = _reckoned(document.digest, plan, _key(charts_of(code, at)))
        draft = newest.get(code)
        is_effective = code in effective
        is_draft = draft is not None and draft.version > document.version
        rows.append(PlanRow(document, plan, is_effective, cost.expected, draft if is_draft else None))
    return tuple(sorted(rows, key=lambda row: (not row.is_effective, row.document.code)))


def plan_page(code: str, version: int | None, at: datetime) -> PlanPage | None:
    """One version of a plan, a draft too; without a number the one in effect or, where none is, the newest."""
    if "\x00" in code:
        return None
    versions = tuple(people.versions_of(plans.KIND, code))
    document = _wanted(versions, code, version, at)
    plan = _read(document)
    if document is None or plan is None:
        return None
    charts = charts_of(code, at)
    cost, others = _reckoned(document.digest, plan, _key(charts))
    return PlanPage(document, plan, versions, charts, cost, others, seed_of(document.digest))


def charts_of(plan: str, at: datetime) -> dict[str, int]:
    """Into how many charts each parameter parts, of those that had a batch lately (one statement)."""
    rows = Observation.objects.filter(plan=plan, made_at__gt=at - LATELY).values("parameter")
    return dict(rows.annotate(charts=Count("chart", distinct=True)).values_list("parameter", "charts"))


def seed_of(digest: str) -> int:
    """The seed of what is simulated for a version."""
    return int(digest[:16], 16)


def _wanted(
    versions: tuple[DocumentVersionView, ...], code: str, version: int | None, at: datetime
) -> DocumentVersionView | None:
    if version is not None:
        return next((one for one in versions if one.version == version), None)
    effective = people.effective_document(plans.KIND, code, at)
    return effective or max(versions, key=lambda one: one.version, default=None)


def _read(document: DocumentVersionView | None) -> plans.Plan | None:
    return plans.parse(document.content)[0] if document is not None else None


def _key(charts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(charts.items()))


@lru_cache(maxsize=_KEPT)
def _reckoned(
    digest: str, plan: plans.Plan, charts: tuple[tuple[str, int], ...]
) -> tuple[PlanCost, tuple[Alternative, ...]]:
    """Kept for each document and its charts: reckoning takes a second or two. Nothing is decided by it."""
    strata = dict(charts)
    return (
        cost_of(plan, strata, np.random.default_rng(seed_of(digest))),
        alternatives(plan, strata, np.random.default_rng(seed_of(digest))),
    )
