"""The page of the dossier of an exceptional release, and the case that a dossier is held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from coi.rules.batches import BatchSummary
from coi.selectors import batches
from coi.selectors.texts import kept_texts
from coi.selectors.treating import TreatingSite, treating_site
from coi.selectors.visible import sites_of
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.roles import Role
from people.rules.signatures import SignatureView, signature_state
from qc.rules.case import Case
from qc.rules.criteria import Criterion
from qc.rules.exceptional import (
    InquiryStanding,
    KeptDossier,
    Now,
    Region,
    decided_digest,
    value_of,
)
from qc.rules.lifting import facts_of, lifted
from qc.rules.releases import Lifting
from qc.rules.results import ResultView
from qc.rules.unmet import counted, result_of
from qc.selectors.batches import SignedBy
from qc.selectors.cases import case_of
from qc.selectors.dossiers import dossier_roles, dossiers_of, region_of


def lifting_to_decide(kept: KeptDossier, batch: BatchSummary, at: datetime) -> Lifting:
    """One dossier of the batch with how it stands now, for the service that decides it."""
    return lifted(kept, case_of(batch, at))


# --- its page -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FailingLine:
    """A criterion that fails or that the dossier names: what counts for it, its investigation, whether it is named."""

    criterion: Criterion
    result: ResultView | None
    inquiry: InquiryStanding | None
    is_failing: bool
    is_named: bool


@dataclass(frozen=True)
class DossierView:
    """All that the page of a batch's dossier shows. `kept` None: there is none yet. `earlier` are the others."""

    batch: BatchSummary
    treating: TreatingSite
    region: Region | None
    facts: Now
    lines: tuple[FailingLine, ...]
    is_batch_visible: bool
    roles: frozenset[Role]
    kept: KeptDossier | None = None
    lifting: Lifting | None = None
    signature: SignedBy | None = None
    earlier: tuple[KeptDossier, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def dossier_view(viewer: Person, batch: str, at: datetime, code: str = "") -> DossierView | None:
    """The dossier of a batch (the newest, or the one of this code) for whoever may see it: those of the site that made
    the batch, and coordinators and physicians of the treating site once there is one. None for all others."""
    found = batches.batch_by_code(batch)
    if found is None:
        return None
    own, treating = dossiers_of(found.id), treating_site(found.order_id)
    is_visible = found.site in sites_of(viewer, at)
    if not is_visible and not (own and viewer.may(Right.READ_DOSSIER_AT_TREATMENT, treating.code, at)):
        return None
    kept = next((it for it in own if code in ("", it.code)), None)
    if code and kept is None:
        return None
    case = case_of(found, at)
    facts = facts_of(case)
    return DossierView(
        batch=found,
        treating=treating,
        region=region_of(treating),
        facts=facts,
        lines=_lines(case, facts, kept),
        is_batch_visible=is_visible,
        roles=dossier_roles(viewer, found, treating, at),
        kept=kept,
        lifting=lifted(kept, case) if kept is not None else None,
        signature=_signed(kept) if kept is not None else None,
        earlier=tuple(it for it in own if it != kept),
        texts=kept_texts(kept.texts) if kept is not None else {},
    )


def _lines(case: Case, facts: Now, kept: KeptDossier | None) -> tuple[FailingLine, ...]:
    named = value_of(kept).criteria if kept is not None else frozenset[str]()
    wanted, known = facts.failing | named, counted(case)
    criteria = case.specification.criteria if case.specification is not None else ()
    return tuple(
        FailingLine(
            criterion=it,
            result=result_of(case, known[it.code]),
            inquiry=facts.investigations.get(it.code),
            is_failing=it.code in facts.failing,
            is_named=it.code in named,
        )
        for it in criteria
        if it.code in wanted
    )


def _signed(kept: KeptDossier) -> SignedBy | None:
    """The decision's signature, held against the dossier as it is kept now."""
    id = kept.part("decision").get("signature")
    found: SignatureView | None = people.signature(str(id)) if id else None
    if found is None:
        return None
    return SignedBy(found, signature_state(found, decided_digest(kept)))
