"""Which disposition may follow which. A released batch is not moved again here: holds and recalls contain it."""

from collections.abc import Mapping

from coi.rules.journey import Disposition
from people.rules.roles import Role
from people.rules.signatures import Meaning

MOVES: Mapping[Disposition, frozenset[Disposition]] = {
    Disposition.IN_PROCESS: frozenset({Disposition.TESTING, Disposition.REJECTED}),
    Disposition.TESTING: frozenset({Disposition.QA_REVIEW, Disposition.REJECTED}),
    Disposition.QA_REVIEW: frozenset({Disposition.TESTING, Disposition.RELEASED, Disposition.REJECTED}),
    Disposition.RELEASED: frozenset(),
    Disposition.REJECTED: frozenset(),
}

# 21 CFR 211.22 and 211.192, EU GMP Annex 16: quality decides, and signs for it.
NEEDS_SIGNATURES = frozenset({Disposition.RELEASED, Disposition.REJECTED})

# Whoever asks for a move must hold one of these at the batch's site.
MOVERS: Mapping[Disposition, frozenset[Role]] = {
    Disposition.TESTING: frozenset({Role.ANALYST, Role.QC_REVIEWER, Role.QA_REVIEWER}),
    Disposition.QA_REVIEW: frozenset({Role.ANALYST, Role.QC_REVIEWER}),
    Disposition.RELEASED: frozenset({Role.QA_RELEASER}),
    Disposition.REJECTED: frozenset({Role.QA_RELEASER}),
}

# What a signer must have been, at the batch's site and the moment of signing.
SIGNERS: Mapping[Meaning, frozenset[Role]] = {
    Meaning.REVIEW: frozenset({Role.QA_REVIEWER}),
    Meaning.RELEASE: frozenset({Role.QA_RELEASER}),
    Meaning.REJECTION: frozenset({Role.QA_RELEASER}),
}
