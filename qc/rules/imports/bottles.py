"""Bottles of an automated growth detector: one row a bottle, and what the bottles of a sample answer together.

Growth in one bottle is growth, and answers the interim and the final criterion. Otherwise the youngest bottle counts:
all final is "no growth"; else it is "no growth to date" with the day of the youngest.
"""

from collections.abc import Sequence
from decimal import Decimal

from qc.rules.imports import cells
from qc.rules.imports.cells import Said
from qc.rules.imports.drafts import Draft, Value
from qc.rules.imports.faults import FaultCode
from qc.rules.imports.mapping import Growth, Role
from qc.rules.imports.preview import Computed, Formula, Sense

BOTTLE = "BOTTLE"  # what a bottle's own reading is called; it answers no criterion by itself
_LONGEST = 60
_HOURS = {"h": Decimal(24), "d": Decimal(1)}


def read_bottles(drafts: Sequence[Draft]) -> list[Computed]:
    """Read every bottle; answers what the bottles of each sample say."""
    first: dict[str, Draft] = {}
    days: dict[int, int] = {}
    for draft in drafts:
        draft.answers(BOTTLE)
        _read_bottle(draft, days)
        bottle = draft.text(Role.BOTTLE)
        same = first.setdefault(bottle, draft)
        if same is not draft:
            draft.fault(Role.BOTTLE, FaultCode.BOTTLE_TWICE, first=same.number)
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.control is None:
            groups.setdefault(draft.sample, []).append(draft)
    return [found for group in groups.values() for found in _answers(group, days)]


def _read_bottle(draft: Draft, days: dict[int, int]) -> None:
    grown, status = draft.sheet.mapping.growth, draft.text(Role.STATUS)
    fault = cells.bottle_fault(draft.text(Role.BOTTLE))
    if fault is not None:
        draft.fault(Role.BOTTLE, fault, given=draft.text(Role.BOTTLE)[:80])
    day = draft.take(Role.DAYS, cells.whole(draft.text(Role.DAYS)))
    if day is not None and day > _LONGEST:
        draft.fault(Role.DAYS, FaultCode.NOT_POSSIBLE, given=draft.text(Role.DAYS))
    if status not in (*grown.growth, *grown.ongoing, *grown.negative):
        code = cells.text_fault(status) or FaultCode.STATUS_UNKNOWN
        draft.fault(Role.STATUS, code, given=status[:80])
        return
    if day is None:
        return
    days[draft.number] = day
    _check_days(draft, grown, day)
    _check_positive_time(draft, grown, day)
    draft.add(
        Value(draft.sheet.header(Role.STATUS), status, Said(Sense.WORD), BOTTLE, "", "", "", is_raw=True)
    )


def _check_days(draft: Draft, grown: Growth, day: int) -> None:
    status = draft.text(Role.STATUS)
    if status in grown.negative and day < grown.final_days:
        params = {"given": day, "least": grown.final_days}
        draft.fault(Role.DAYS, FaultCode.NOT_INCUBATED_LONG_ENOUGH, **params)
    if status in grown.ongoing and day < grown.interim_days:
        draft.fault(Role.DAYS, FaultCode.TOO_EARLY, given=day, least=grown.interim_days)


def _check_positive_time(draft: Draft, grown: Growth, day: int) -> None:
    """A bottle with growth says after which time; one without growth has none."""
    text = draft.text(Role.POSITIVE_AFTER)
    is_grown = draft.text(Role.STATUS) in grown.growth
    if not draft.has(Role.POSITIVE_AFTER) or (not is_grown and not text):
        return
    if not is_grown:
        if text not in draft.sheet.mapping.words.get(Sense.NOT_MEASURED, ()):
            draft.fault(Role.POSITIVE_AFTER, FaultCode.CONTRADICTION, given=text[:80])
        return
    after = draft.number_of(Role.POSITIVE_AFTER)
    # a day that has begun may be counted as the day
    if after is not None and not 0 < after <= (day + 1) * _HOURS[grown.positive_unit]:
        draft.fault(Role.POSITIVE_AFTER, FaultCode.NOT_POSSIBLE, given=text)


def _answers(group: Sequence[Draft], days: dict[int, int]) -> list[Computed]:
    """What the bottles of one sample say together; nothing while one of them has a fault."""
    if any(draft.faults for draft in group):
        return []
    grown = group[0].sheet.mapping.growth
    positive = [draft for draft in group if draft.text(Role.STATUS) in grown.growth]
    ongoing = [draft for draft in group if draft.text(Role.STATUS) in grown.ongoing]
    if positive:
        day = min(days[draft.number] for draft in positive)
        both = (grown.interim_criterion, grown.final_criterion)
        return [_answer(group, criterion, grown.says_growth, day) for criterion in both]
    if ongoing:
        day = min(days[draft.number] for draft in ongoing)
        return [_answer(group, grown.interim_criterion, grown.says_ongoing, day)]
    day = min(days[draft.number] for draft in group)
    return [_answer(group, grown.final_criterion, grown.says_negative, day)]


def _answer(group: Sequence[Draft], criterion: str, word: str, day: int) -> Computed:
    return Computed(
        sample=group[0].sample,
        criterion=criterion,
        formula=Formula.GROWTH_OF_BOTTLES,
        rows=tuple(draft.number for draft in group),
        reported=word,
        day=day,
        inputs=tuple((draft.text(Role.BOTTLE), draft.text(Role.STATUS)) for draft in group),
    )
