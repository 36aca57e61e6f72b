"""Every query of `fmea`; each returns frozen values."""

from fmea.selectors.evidence import (
    Choice,
    Names,
    UnnamedRefusal,
    evidence_of,
    names_to_choose,
    unnamed_refusals,
)

__all__ = [
    "Choice",
    "Names",
    "UnnamedRefusal",
    "evidence_of",
    "names_to_choose",
    "unnamed_refusals",
]
