"""Outcomes and refusals: what one scan can come to, and every coded reason for which it is refused.

The texts for these codes stand in `coi.forms.texts`, so that rules hold codes and parameters and never sentences.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """What one request came to; the same four words in rules, ledger, API and pages."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    INCOMPLETE = "incomplete"
    UNREADABLE = "unreadable"


class RefusalKind(StrEnum):
    """A hint is neutral (try again, not yet); a stop is red, sticky and needs a second person."""

    HINT = "hint"
    STOP = "stop"


class RefusalCode(StrEnum):
    """Every reason to refuse, most severe first: the order of the members is the order of severity."""

    IDENTITY_MISMATCH = "identity_mismatch"
    WRONG_CONTAINER = "wrong_container"
    PLACE_OCCUPIED = "place_occupied"
    LABEL_VOID = "label_void"
    NOT_INFUSIBLE = "not_infusible"
    NOT_RELEASED = "not_released"
    MATERIAL_NOT_ACCEPTED = "material_not_accepted"
    COMPONENT_MISSING = "component_missing"
    ON_HOLD = "on_hold"
    EXPIRED = "expired"
    LABEL_EXPIRED = "label_expired"
    HOLD_TIME_PASSED = "hold_time_passed"
    ALREADY_USED = "already_used"
    CUSTODY_ELSEWHERE = "custody_elsewhere"
    ELEMENT_MISSING = "element_missing"
    LOT_NOT_USABLE = "lot_not_usable"
    EQUIPMENT_NOT_USABLE = "equipment_not_usable"
    STOP_NOT_CLEARED = "stop_not_cleared"
    BADGE_NOT_VALID = "badge_not_valid"
    NO_ROLE = "no_role"
    NOT_TRAINED = "not_trained"
    WITNESS_SAME_PERSON = "witness_same_person"
    WITNESS_NOT_INDEPENDENT = "witness_not_independent"
    WITNESS_MISSING = "witness_missing"
    SITE_NOT_QUALIFIED = "site_not_qualified"
    WRONG_SITE = "wrong_site"
    WRONG_STATION = "wrong_station"
    SCANNER_NOT_QUALIFIED = "scanner_not_qualified"
    LATE_NOT_POSSIBLE = "late_not_possible"
    LATE_TIME_NOT_VALID = "late_time_not_valid"
    OUT_OF_SEQUENCE = "out_of_sequence"
    JOURNEY_CLOSED = "journey_closed"
    IDENTITY_IN_QUESTION = "identity_in_question"
    LABEL_NOT_APPLIED = "label_not_applied"
    ALREADY_DONE = "already_done"
    CHECK_CLOSED = "check_closed"
    CHECKS_OPEN = "checks_open"
    PIN_NOT_VALID = "pin_not_valid"
    VALUE_NOT_VALID = "value_not_valid"
    STEP_UNKNOWN = "step_unknown"
    WRONG_FLAG = "wrong_flag"
    DIVISION_MISSING = "division_missing"
    WRONG_KIND = "wrong_kind"
    DUPLICATE_SCAN = "duplicate_scan"
    UNKNOWN_CODE = "unknown_code"
    UNREADABLE = "unreadable"


STOPS = frozenset(
    {
        RefusalCode.IDENTITY_MISMATCH,
        RefusalCode.WRONG_CONTAINER,
        RefusalCode.PLACE_OCCUPIED,
        RefusalCode.LABEL_VOID,
        RefusalCode.NOT_INFUSIBLE,
        RefusalCode.NOT_RELEASED,
        RefusalCode.MATERIAL_NOT_ACCEPTED,
        RefusalCode.COMPONENT_MISSING,
        RefusalCode.ON_HOLD,
        RefusalCode.EXPIRED,
        RefusalCode.LABEL_EXPIRED,
        RefusalCode.HOLD_TIME_PASSED,
        RefusalCode.ALREADY_USED,
        RefusalCode.CUSTODY_ELSEWHERE,
        RefusalCode.ELEMENT_MISSING,
        RefusalCode.LOT_NOT_USABLE,
        RefusalCode.EQUIPMENT_NOT_USABLE,
    }
)

# A near miss is a stop that would have been a mix-up of two patients' or two containers' material.
NEAR_MISSES = frozenset(
    {
        RefusalCode.IDENTITY_MISMATCH,
        RefusalCode.WRONG_CONTAINER,
        RefusalCode.PLACE_OCCUPIED,
        RefusalCode.LABEL_VOID,
    }
)

_SEVERITY = {code: rank for rank, code in enumerate(RefusalCode)}


@dataclass(frozen=True)
class Refusal:
    """One coded reason.

    `params` feed the text; `containers` are the ids of the wrong items, the only ones that a deviation may name.
    """

    code: RefusalCode
    params: Mapping[str, str] = field(default_factory=dict)
    containers: tuple[str, ...] = ()

    @property
    def kind(self) -> RefusalKind:
        """Stop or hint, fixed by the code."""
        return RefusalKind.STOP if self.code in STOPS else RefusalKind.HINT

    @property
    def is_near_miss(self) -> bool:
        """Whether letting this through would have been a mix-up."""
        return self.code in NEAR_MISSES


def by_severity(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Most severe first, each different reason once."""
    unique = {(r.code, tuple(sorted(r.params.items())), r.containers): r for r in refusals}
    return tuple(sorted(unique.values(), key=lambda r: _SEVERITY[r.code]))
