"""Which of several documents of a product applies: the one for its region and phase, or none. Nothing is guessed.

A document may say at the top of its content what it applies to: `product`, `region`, `phase`, `subject`. One that does
not applies to what it is called by. What is nearly right is wrong (in one region a product may need more than in
another): where any document of a product names a region, the one that applies must name the very region; so with the
phase. Where none does, region and phase do not matter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar


class VariantFault(StrEnum):
    """Why no document applies."""

    NONE = "none_for_this"
    AMBIGUOUS = "several_for_this"


class Titled(Protocol):
    """As much of a document as is read here."""

    @property
    def code(self) -> str: ...

    @property
    def content(self) -> Mapping[str, Any]: ...


Document = TypeVar("Document", bound=Titled)


@dataclass(frozen=True)
class Wanted:
    """What a document is looked for."""

    product: str
    region: str = ""
    phase: str = ""
    subject: str = "batch"


def applies_to(document: Titled) -> Wanted:
    """What a document says that it applies to; empty fields restrict nothing."""
    said = {name: document.content.get(name) or "" for name in ("product", "region", "phase", "subject")}
    return Wanted(
        product=str(said["product"] or document.code),
        region=str(said["region"]),
        phase=str(said["phase"]),
        subject=str(said["subject"] or "batch"),
    )


def choose(wanted: Wanted, documents: Iterable[Document]) -> Document | VariantFault | None:
    """The one document that applies; None where there is none of the product at all."""
    known = [(applies_to(document), document) for document in documents]
    of_it = [(it, doc) for it, doc in known if (it.product, it.subject) == (wanted.product, wanted.subject)]
    by_region, by_phase = any(it.region for it, _ in of_it), any(it.phase for it, _ in of_it)
    fitting = [
        document
        for it, document in of_it
        if (not by_region or it.region == wanted.region) and (not by_phase or it.phase == wanted.phase)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        return VariantFault.AMBIGUOUS
    return VariantFault.NONE if of_it else None
