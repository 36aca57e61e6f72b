"""Specifications as people read them: one version, and what it changed of the one before."""

from dataclasses import dataclass
from datetime import datetime

from people import selectors as people
from people.rules.documents import DocumentVersionView
from qc.rules.comparison import Change, changes
from qc.rules.criteria import Criterion
from qc.rules.specification import KIND, Specification
from qc.rules.subjects import SubjectKind
from qc.selectors.documents import specification_in


@dataclass(frozen=True)
class SpecificationPage:
    """One version. `earlier` are the other versions, the newest first; `against` the one that it is compared with."""

    document: DocumentVersionView
    specification: Specification | None
    earlier: tuple[DocumentVersionView, ...]
    against: DocumentVersionView | None
    changes: tuple[Change, ...]


def latest_specifications() -> tuple[DocumentVersionView, ...]:
    """The newest version of every specification, by code."""
    return tuple(people.latest_versions(KIND))


def specification_page(id: str, against: str = "") -> SpecificationPage | None:
    """A version with what it changed of another one (by default the version before); None where it is none."""
    document = people.document_version(id)
    if document is None or document.kind != KIND:
        return None
    others = [version for version in people.versions_of(KIND, document.code) if version.id != document.id]
    before = [version for version in others if version.version < document.version]
    chosen = next((one for one in others if one.id == against), before[0] if before else None)
    specification, old = specification_in(document), specification_in(chosen)
    found = changes(old, specification) if old is not None and specification is not None else ()
    return SpecificationPage(document, specification, tuple(others), chosen, tuple(found))


def criteria_of(product: str, at: datetime) -> tuple[Criterion, ...]:
    """The criteria by which batches of a product are judged, each once, of every variant in effect (one statement)."""
    found: dict[str, Criterion] = {}
    for version in people.effective_documents(KIND, at):
        specification = specification_in(version)
        if specification is None or specification.subject is not SubjectKind.BATCH:
            continue
        if (specification.product or version.code) == product:
            found = {it.code: it for it in specification.criteria} | found
    return tuple(found.values())
