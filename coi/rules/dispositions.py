"""Which disposition may follow which. Nothing takes a release back: holds and recalls contain what was released.

A conditional release becomes an outright one when its last results are in; nothing else follows any release.
"""

from collections.abc import Mapping

from coi.rules.journey import Disposition
from people.rules.rights import Right
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

# What whoever asks for a move must have the right to, at the batch's site.
MOVING: Mapping[Disposition, Right] = {
    Disposition.TESTING: Right.RECORD_DISPOSITION_TESTING,
    Disposition.QA_REVIEW: Right.RECORD_DISPOSITION_REVIEW,
    **dict.fromkeys(DECIDED_BY, Right.RECORD_DISPOSITION_DECISION),
}

# What a signer must have had the right to, at the batch's site and the moment of signing.
SIGNING: Mapping[Meaning, Right] = {
    Meaning.REVIEW: Right.RECORD_DISPOSITION_SIGNED_REVIEW,
    **dict.fromkeys(DECIDED_BY.values(), Right.RECORD_DISPOSITION_SIGNED_DECISION),
}
