"""Which of several specifications of a product counts: the one for its region and phase, or none. Nothing is guessed.

In the United States a product may need at least 80 % viable cells and in Europe at least 70 %: a specification that is
nearly right is the wrong one. So there is no falling back from a region to `GLOBAL`, and none from a phase to another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from qc.rules.specification import Specification
from qc.rules.subjects import SubjectKind


class VariantFault(StrEnum):
    """Why no specification counts."""

    NONE = "no_specification_for_this"
    AMBIGUOUS = "several_specifications_for_this"


@dataclass(frozen=True)
class Wanted:
    """What a specification is looked for. Region and phase are empty for a product that has no variants."""

    product: str
    region: str = ""
    phase: str = ""
    subject: SubjectKind = SubjectKind.BATCH


@dataclass(frozen=True)
class Variant:
    """A specification in effect, with the code of its document."""

    code: str
    specification: Specification

    @property
    def is_of(self) -> tuple[str, str, str, str]:
        """Product, region, phase, subject. A document without a header is of the product that it is called by."""
        it = self.specification
        return (it.product or self.code, it.region, str(it.phase or ""), str(it.subject))


@dataclass(frozen=True)
class NoVariant:
    """Why none counts, and the codes that could (none, or several)."""

    code: VariantFault
    candidates: tuple[str, ...] = ()


def choose_variant(wanted: Wanted, effective: Iterable[Variant]) -> Variant | NoVariant:
    """The one specification in effect that is of exactly this product, region, phase and subject."""
    exactly = (wanted.product, wanted.region, wanted.phase, str(wanted.subject))
    found = [variant for variant in effective if variant.is_of == exactly]
    if len(found) == 1:
        return found[0]
    if not found:
        return NoVariant(VariantFault.NONE)
    return NoVariant(VariantFault.AMBIGUOUS, tuple(sorted(variant.code for variant in found)))
