"""Which disposition may follow which. Nothing takes a release back: holds and recalls contain what was released.

A conditional release becomes an outright one when its last results are in; nothing else follows any release.
"""

from collections.abc import Mapping

from coi.rules.journey import Disposition
from people.rules.roles import Role
from people.rules.signatures import Meaning

MOVES: Mapping[Disposition, frozenset[Disposition]] = {
    Disposition.IN_PROCESS: frozenset({Disposition.TESTING, Disposition.REJECTED}),
    Disposition.TESTING: frozenset({Disposition.QA_REVIEW, Disposition.REJECTED}),
    Disposition.QA_REVIEW: frozenset(
        {
            Disposition.TESTING,
            Disposition.RELEASED,
            Disposition.CONDITIONALLY_RELEASED,
            Disposition.EXCEPTIONALLY_RELEASED,
            Disposition.REJECTED,
        }
    ),
    Disposition.RELEASED: frozenset(),
    Disposition.CONDITIONALLY_RELEASED: frozenset({Disposition.RELEASED}),
    Disposition.EXCEPTIONALLY_RELEASED: frozenset(),
    Disposition.REJECTED: frozenset(),
}

# 21 CFR 211.22 and 211.192, EU GMP Annex 16: quality decides, and signs for it. Each decision has a meaning of its
# own, so that what was signed for one of them never carries another.
DECIDED_BY: Mapping[Disposition, Meaning] = {
    Disposition.RELEASED: Meaning.RELEASE,
    Disposition.CONDITIONALLY_RELEASED: Meaning.CONDITIONAL_RELEASE,
    Disposition.EXCEPTIONALLY_RELEASED: Meaning.EXCEPTIONAL_RELEASE,
    Disposition.REJECTED: Meaning.REJECTION,
}

# Whoever asks for a move must hold one of these at the batch's site.
MOVERS: Mapping[Disposition, frozenset[Role]] = {
    Disposition.TESTING: frozenset({Role.ANALYST, Role.QC_REVIEWER, Role.QA_REVIEWER}),
    Disposition.QA_REVIEW: frozenset({Role.ANALYST, Role.QC_REVIEWER}),
    **dict.fromkeys(DECIDED_BY, frozenset({Role.QA_RELEASER})),
}

# What a signer must have been, at the batch's site and the moment of signing.
SIGNERS: Mapping[Meaning, frozenset[Role]] = {
    Meaning.REVIEW: frozenset({Role.QA_REVIEWER}),
    **dict.fromkeys(DECIDED_BY.values(), frozenset({Role.QA_RELEASER})),
}
