"""Comparisons: their plans, how many results there are by now, who opened what; numbers for those who opened them."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from coi.selectors.visible import sites_of
from cpv import models
from cpv.rules.programme import comparison_plan
from cpv.rules.programme import plan as programme
from cpv.rules.programme.arranging import Arranged, Standing, arranged, standing_of
from cpv.rules.programme.comparing import Comparison, compared
from cpv.rules.programme.comparison_plan import ComparisonPlan
from cpv.rules.programme.promising import Planned, promised
from cpv.selectors.compared import Asked, all_series
from ledger.rules import canonical
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentState, DocumentVersionView
from people.rules.signatures import Meaning, SignatureView

# What the signatures of a controlled document are over.
_SIGNED = "document_version"
# Approved once: a plan that was retired since stays what its looks were opened by.
LOCKED = frozenset({DocumentState.APPROVED, DocumentState.EFFECTIVE, DocumentState.RETIRED})
# A version that is a comparison's, and the plan in it.
_Found = tuple[DocumentVersionView, ComparisonPlan]


@dataclass(frozen=True)
class LookView:
    """An opening of a comparison (`cpv.models.ComparisonLook`)."""

    id: str
    document: str
    version: int
    number: int
    sha256: str
    seen: tuple[dict[str, Any], ...]
    standing: Standing
    is_final: bool
    spent: str
    opened_by: int
    opened_by_name: str
    opened_at: datetime
    reason: str


@dataclass(frozen=True)
class ComparisonRow:
    """A comparison in the list: its plan, how many lots after the change there are, and how often it was opened."""

    version: DocumentVersionView
    plan: ComparisonPlan
    data: Arranged
    standing: Standing
    looks: int


@dataclass(frozen=True)
class ComparisonView:
    """A comparison as it stands. `approved_at` None: nobody has approved this version."""

    version: DocumentVersionView
    plan: ComparisonPlan
    zone: str
    data: Arranged
    standing: Standing
    approved_at: datetime | None
    signatures: tuple[SignatureView, ...]
    looks: tuple[LookView, ...]

    @property
    def is_locked(self) -> bool:
        """Whether its plan is signed, so that it can be opened."""
        return self.version.state in LOCKED

    def look_of(self, user_id: int) -> LookView | None:
        """This person's opening of this version with the data as they are now."""
        own = (it for it in self.looks if it.opened_by == user_id and self.is_of_now(it))
        return next(own, None)

    def is_of_now(self, look: LookView) -> bool:
        """Whether somebody saw in it what there is to be seen now."""
        return (look.version, look.sha256) == (self.version.version, self.data.sha256)


@dataclass(frozen=True)
class ComparisonPage:
    """What somebody may see: the plan with what it promises, and `result` once they opened it."""

    view: ComparisonView
    planned: Planned
    titles: dict[str, str]
    look: LookView | None
    result: Comparison | None


def visible_comparisons(viewer: Person, at: datetime) -> tuple[ComparisonRow, ...]:
    """The comparisons of the viewer's sites, the newest change first (a fixed number of statements, however many)."""
    effective = {it.code: it for it in people.effective_documents(comparison_plan.KIND, at)}
    versions = people.versions_of_all(comparison_plan.KIND)
    chosen = [effective.get(code) or _chosen(own) for code, own in versions.items()]
    sites = sites_of(viewer, at)
    found = [
        (version, plan)
        for version in chosen
        if version is not None and (plan := plan_in(version)) is not None and _is_within(sites, version, plan)
    ]
    rows = [
        ComparisonRow(it.version, it.plan, it.data, it.standing, len({look.number for look in it.looks}))
        for it in _views(found)
    ]
    return tuple(sorted(rows, key=lambda row: row.plan.statistics.change_at, reverse=True))


def visible_comparison(viewer: Person, code: str, at: datetime) -> ComparisonView | None:
    """A comparison whose every site is one of the viewer's; None for all others."""
    found = comparison(code, at)
    if found is None or not _is_within(sites_of(viewer, at), found.version, found.plan):
        return None
    return found


def comparison(code: str, at: datetime) -> ComparisonView | None:
    """One comparison by its document's code: the version in effect, else the approved one, else the newest."""
    if "\x00" in code:
        return None
    kind = comparison_plan.KIND
    version = people.effective_document(kind, code, at) or _chosen(people.versions_of(kind, code))
    plan = plan_in(version)
    return None if version is None or plan is None else _views([(version, plan)])[0]


def _views(found: Sequence[_Found]) -> list[ComparisonView]:
    """Comparisons as they stand, all of them read at once."""
    series = all_series(
        [
            Asked(plan.plan, [one.code for one in plan.statistics.attributes], _sites(version, plan))
            for version, plan in found
        ]
    )
    signed = people.signatures_of(_SIGNED, [version.id for version, _ in found])
    looks = _looks_of([version.code for version, _ in found])
    zones = {site.code: site.zone for site in people.sites()}
    return [
        _view(it, arranged(it[1], own), signed[it[0].id], looks[it[0].code], zones[it[0].site])
        for it, own in zip(found, series, strict=True)
    ]


def _view(
    found: _Found, data: Arranged, signed: Sequence[SignatureView], looks: Sequence[LookView], zone: str
) -> ComparisonView:
    version, plan = found
    fitting = (it for it in signed if it.record_digest == version.digest)
    approved_at = next((it.signed_at for it in fitting if it.meaning is Meaning.APPROVAL), None)
    earlier = [it.opened_at for it in looks if it.version < version.version]
    return ComparisonView(
        version=version,
        plan=plan,
        zone=zone,
        data=data,
        standing=standing_of(approved_at, data.first_result_at, min(earlier, default=None)),
        approved_at=approved_at,
        signatures=tuple(signed),
        looks=tuple(looks),
    )


def comparison_page(view: ComparisonView, viewer: Person, at: datetime) -> ComparisonPage:
    """A comparison for somebody. No number of its results is reckoned for whoever has not opened it."""
    look = view.look_of(viewer.user_id) if view.is_locked else None
    return ComparisonPage(
        view=view,
        planned=_promised(view.plan),
        titles=_titles(view.plan, at),
        look=look,
        result=None if look is None else result_of(view),
    )


def result_of(view: ComparisonView) -> Comparison:
    """The numbers of a comparison, for services."""
    return _compared(view.plan, view.data, view.standing)


def _looks_of(documents: Collection[str]) -> dict[str, list[LookView]]:
    """Every opening of these comparisons, by document, the first first (one statement)."""
    rows = models.ComparisonLook.objects.filter(document__in=documents).order_by("opened_at", "pk")
    found: dict[str, list[LookView]] = {document: [] for document in documents}
    for row in rows:
        found[row.document].append(_look(row))
    return found


def look(id: UUID | str) -> LookView | None:
    """One opening."""
    row = models.ComparisonLook.objects.filter(pk=id).first()
    return None if row is None else _look(row)


def plan_in(version: DocumentVersionView | None) -> ComparisonPlan | None:
    """The plan in a version of a document; None where it is none of a comparison, or one that cannot be read."""
    if version is None or version.kind != comparison_plan.KIND:
        return None
    return _parse(canonical(version.content))


def _chosen(versions: Sequence[DocumentVersionView]) -> DocumentVersionView | None:
    """Of the versions of a document of which none is in effect, the newest first."""
    approved = (it for it in versions if it.state in LOCKED)
    return next(approved, versions[0] if versions else None)


def _is_within(sites: frozenset[str], version: DocumentVersionView, plan: ComparisonPlan) -> bool:
    return sites.issuperset({version.site, *_sites(version, plan)})


def _sites(version: DocumentVersionView, plan: ComparisonPlan) -> tuple[str, ...]:
    return plan.sites or (version.site,)


def _titles(plan: ComparisonPlan, at: datetime) -> dict[str, str]:
    """What the plan of the process calls the attributes; their codes where it does not know them."""
    version = people.effective_document(programme.KIND, plan.plan, at)
    found = None if version is None else programme.parse(version.content)[0]
    titles = {} if found is None else {it.code: it.title for it in found.parameters}
    return {one.code: titles.get(one.code, one.code) for one in plan.statistics.attributes}


def _look(row: models.ComparisonLook) -> LookView:
    return LookView(
        id=str(row.pk),
        document=row.document,
        version=row.version,
        number=row.number,
        sha256=row.sha256,
        seen=tuple(row.seen),
        standing=Standing(row.standing),
        is_final=row.is_final,
        spent=row.spent,
        opened_by=row.opened_by_id,
        opened_by_name=row.opened_by_name,
        opened_at=row.opened_at,
        reason=row.reason,
    )


@lru_cache(maxsize=64)
def _parse(content: bytes) -> ComparisonPlan | None:
    return comparison_plan.parse(json.loads(content))[0]


@lru_cache(maxsize=64)
def _promised(plan: ComparisonPlan) -> Planned:
    return promised(plan)


@lru_cache(maxsize=32)
def _compared(plan: ComparisonPlan, data: Arranged, standing: Standing) -> Comparison:
    return compared(plan, data, standing)
