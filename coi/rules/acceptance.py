"""Whether the cells of a collection may be made into a product, and what the plan becomes where they are poor."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from people.rules.signatures import Meaning


class Acceptance(StrEnum):
    """Quality's judgement of a collection as starting material."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    ACCEPTED_WITH_CHANGES = "accepted_with_changes"
    REFUSED = "refused"

    @property
    def is_usable(self) -> bool:
        """Whether the cells may be taken into manufacturing."""
        return self in (Acceptance.ACCEPTED, Acceptance.ACCEPTED_WITH_CHANGES)


class PlanChange(StrEnum):
    """What is done otherwise than planned because of the starting material."""

    EXTRA_SELECTION = "extra_selection"
    EXTEND_CULTURE = "extend_culture"
    COLLECT_AGAIN = "collect_again"
    REDUCE_DOSE = "reduce_dose"
    PHYSICIAN_DECIDES = "physician_decides"


# What the signature of the one who decides says; quality of the manufacturer answers for the material that it uses.
DECIDED_BY: Mapping[Acceptance, Meaning] = {
    Acceptance.ACCEPTED: Meaning.APPROVAL,
    Acceptance.ACCEPTED_WITH_CHANGES: Meaning.APPROVAL,
    Acceptance.REFUSED: Meaning.REJECTION,
}


def changes_fault(decision: Acceptance, changes: Collection[PlanChange]) -> str | None:
    """Why these changes do not go with the decision, as a code."""
    if decision is Acceptance.ACCEPTED and changes:
        return "changes_without_need"
    if decision is Acceptance.ACCEPTED_WITH_CHANGES and not changes:
        return "changes_missing"
    return "changes_repeated" if len(set(changes)) < len(changes) else None
