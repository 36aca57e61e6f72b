"""Which disposition may follow which. A released batch is not moved again here: holds and recalls contain it."""

from collections.abc import Mapping

from coi.rules.journey import Disposition

MOVES: Mapping[Disposition, frozenset[Disposition]] = {
    Disposition.IN_PROCESS: frozenset({Disposition.TESTING, Disposition.REJECTED}),
    Disposition.TESTING: frozenset({Disposition.QA_REVIEW, Disposition.REJECTED}),
    Disposition.QA_REVIEW: frozenset({Disposition.TESTING, Disposition.RELEASED, Disposition.REJECTED}),
    Disposition.RELEASED: frozenset(),
    Disposition.REJECTED: frozenset(),
}

# 21 CFR 211.22 and 211.192, EU GMP Annex 16: quality decides, and signs for it.
NEEDS_SIGNATURES = frozenset({Disposition.RELEASED, Disposition.REJECTED})
