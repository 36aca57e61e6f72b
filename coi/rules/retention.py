"""How long records are kept: rules as an approved document, and what they come to for a journey or a batch.

A document of kind `retention_rules` holds rules; its fields are in docs/reference/retention.md. All documents in effect
count together, and the longest time wins. Nothing here ever says that a record may go while anything is unknown: what
a rule counts from, which law applies, or whether there is a rule at all (21 CFR 11.10(c); EU GMP Annex 11, 17).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import MAXYEAR, date
from enum import StrEnum
from typing import Any

from coi.rules.reading import Reader
from people.rules.documents import Problem
from people.rules.sites import region_problem

KIND = "retention_rules"
MAX_RULES = 60
MAX_YEARS = 100
MAX_SOURCE = 300
_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,31}", re.ASCII)


class Records(StrEnum):
    """The kinds of records that a rule may be about.

    `traceability`: under the COI id and the donation number, whose cells became what, and where that went. `identity`:
    the name, birth date and hospital number by which the site of treatment knows whose COI id it is.
    """

    TRACEABILITY = "traceability"
    IDENTITY = "identity"
    BATCH_RECORD = "batch_record"
    AUDIT_TRAIL = "audit_trail"
    LABEL_TEMPLATE = "label_template"
    TRAINING = "training"
    SECURITY_EVENT = "security_event"


class CountsFrom(StrEnum):
    """The event from which the years of a rule are counted.

    `close_out`: all that was made is given to the patient, used up or destroyed, and the journey is closed. `decision`:
    the batch is released outright or rejected. `record_end`: the record went out of use.
    """

    PRODUCT_EXPIRY = "product_expiry"
    CLOSE_OUT = "close_out"
    DECISION = "decision"
    RECORD_END = "record_end"


_OF_JOURNEY = frozenset({CountsFrom.PRODUCT_EXPIRY, CountsFrom.CLOSE_OUT})
# From what a rule may count, by the kind of records: a rule that counts from what never happens would keep for ever.
COUNTED: Mapping[Records, frozenset[CountsFrom]] = {
    Records.TRACEABILITY: _OF_JOURNEY,
    Records.IDENTITY: _OF_JOURNEY,
    Records.BATCH_RECORD: _OF_JOURNEY | {CountsFrom.DECISION},
    Records.AUDIT_TRAIL: _OF_JOURNEY,
    **dict.fromkeys(
        (Records.LABEL_TEMPLATE, Records.TRAINING, Records.SECURITY_EVENT), frozenset({CountsFrom.RECORD_END})
    ),
}
# An audit trail is kept at least as long as what it is about (21 CFR 11.10(e)).
_AS_LONG_AS: Mapping[Records, frozenset[Records]] = {Records.AUDIT_TRAIL: frozenset({Records.TRACEABILITY})}


@dataclass(frozen=True)
class Rule:
    """One rule. `region`: where the law holds, as sites say their region; empty for everywhere."""

    code: str
    records: Records
    counts_from: CountsFrom
    years: int
    source: str
    region: str = ""


@dataclass(frozen=True)
class InForce:
    """A rule with the version of the document in which it is in effect."""

    rule: Rule
    document: str
    version: int
    version_id: str = ""


@dataclass(frozen=True)
class Counted:
    """A rule as it applies to one record; no day while what it counts from has not come, or is not known."""

    by: InForce
    began_on: date | None
    until: date | None


class KeptState(StrEnum):
    """What is known of how long a record is kept.

    `nothing`: nothing of the kind has to be kept, since nothing was ever collected. In all but that and `until` no day
    is known, and the record is kept.
    """

    UNTIL = "until"
    NOT_YET_KNOWN = "not_yet_known"
    NO_RULE = "no_rule"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Kept:
    """How long a record is kept, and why: every rule that applies, the one that decides first.

    `until`: the last day on which it must be there; where something is unknown, the last one that is certain.
    """

    records: Records
    state: KeptState
    until: date | None = None
    why: tuple[Counted, ...] = ()

    def may_be_erased(self, on: date) -> bool:
        """Whether no rule keeps it any more on that day; never on missing facts."""
        if self.state is KeptState.NOTHING:
            return True
        return self.state is KeptState.UNTIL and self.until is not None and on > self.until


def kept(
    records: Records,
    rules: Iterable[InForce],
    *,
    regions: Collection[str],
    began: Mapping[CountsFrom, date],
) -> Kept:
    """How long a record is kept: the longest of the rules that apply.

    `regions`: whose law applies; none where nobody has said, and then that of every region does. `began`: the days of
    the events that have come, by site's calendar; one that is not there is unknown.
    """
    wanted = _AS_LONG_AS.get(records, frozenset()) | {records}
    why = [
        _counted(one, began)
        for one in rules
        if one.rule.records in wanted and _holds_in(one.rule.region, regions)
    ]
    why.sort(key=_decides_first)
    if not why:
        return Kept(records, KeptState.NO_RULE)
    until = max((one.until for one in why if one.until is not None), default=None)
    is_known = all(one.until is not None for one in why)
    return Kept(records, KeptState.UNTIL if is_known else KeptState.NOT_YET_KNOWN, until, tuple(why))


def _holds_in(region: str, regions: Collection[str]) -> bool:
    return not region or not regions or region in regions


def _counted(one: InForce, began: Mapping[CountsFrom, date]) -> Counted:
    day = began.get(one.rule.counts_from)
    return Counted(one, day, None if day is None else years_after(day, one.rule.years))


def _decides_first(one: Counted) -> tuple[bool, int, int, str, str]:
    """What is unknown before what is known; of that the longest; then by name, so that the order is always the same."""
    last = one.until.toordinal() if one.until is not None else 0
    rule = one.by.rule
    return (one.until is not None, -last, -rule.years, one.by.document, rule.code)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 1 March for a 29 February that the year has not, which is never too early.

    The last day that there is, where the calendar ends before: an expiry date may be any that was on a label.
    """
    if day.year + years > MAXYEAR:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@dataclass(frozen=True)
class Made:
    """One container of the journey: its kind, and the day on which it expires (none where nobody set one)."""

    kind: str
    expires_on: date | None


def product_expiry(containers: Collection[Made], products: Collection[str]) -> date | None:
    """The last day on which any of the product expires; of all that there was, where no product was ever made.

    `products`: the kinds of containers that are given to the patient. None where one of them says no day.
    """
    made = [one for one in containers if one.kind in products] or list(containers)
    days = [one.expires_on for one in made]
    return max((day for day in days if day is not None), default=None) if None not in days else None


def began_in(
    closed_on: date | None, containers: Collection[Made], products: Collection[str]
) -> dict[CountsFrom, date]:
    """The events of a journey that have come. While it is open none has: more may be made of the patient's cells."""
    if closed_on is None:
        return {}
    expiry = product_expiry(containers, products)
    return {CountsFrom.CLOSE_OUT: closed_on} | ({} if expiry is None else {CountsFrom.PRODUCT_EXPIRY: expiry})


def laws_of(treating: str, others: Iterable[str]) -> frozenset[str]:
    """The regions whose law applies, by those of the sites that take part.

    None where the site of treatment says no region: then nothing is known of the law, and that of every region counts.
    """
    return frozenset({treating, *others} - {""}) if treating else frozenset()


def identity_kept(
    rules: Iterable[InForce],
    *,
    regions: Collection[str],
    began: Mapping[CountsFrom, date],
    is_collected: bool,
) -> Kept:
    """How long the names behind a COI id are kept: as the rules say, and as long as the journey is open.

    Traceability is of cells: where none were collected, and the journey is over, there is nothing to trace.
    """
    if CountsFrom.CLOSE_OUT in began and not is_collected:
        return Kept(Records.IDENTITY, KeptState.NOTHING)
    return kept(Records.IDENTITY, rules, regions=regions, began=began)


@dataclass(frozen=True)
class StillKept:
    """Why the names behind a COI id may not be erased: what is known, and the rule that decides (empty for none)."""

    coi_id: str
    state: KeptState
    until: date | None = None
    document: str = ""
    version: int = 0
    rule: str = ""
    counts_from: str = ""
    years: int = 0

    @classmethod
    def by(cls, coi_id: str, found: Kept) -> "StillKept":
        """Of the names of one journey."""
        if not found.why:
            return cls(coi_id, found.state)
        one = found.why[0].by
        named = (one.document, one.version, one.rule.code, str(one.rule.counts_from), one.rule.years)
        return cls(coi_id, found.state, found.until, *named)

    @property
    def facts(self) -> dict[str, Any]:
        """As an entry holds it."""
        until = "" if self.until is None else self.until.isoformat()
        return {**asdict(self), "state": str(self.state), "until": until}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "StillKept":
        """As it was entered."""
        until = date.fromisoformat(facts["until"]) if facts["until"] else None
        return cls(**{**facts, "state": KeptState(facts["state"]), "until": until})


# --- reading ---------------------------------------------------------------------------------------------------------


def parse(content: Any) -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    """Read a document (schema 1). Answers (rules, ()) or ((), every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    raw: Sequence[Any] = reader.get("rules", list, [])
    reader.close()
    if not faults and not 1 <= len(raw) <= MAX_RULES:
        reader.fault("rules", "out_of_range", low=1, high=MAX_RULES)
    rules = tuple(_read(one, f"rules[{n}]", faults) for n, one in enumerate(raw[:MAX_RULES]))
    codes: set[str] = set()
    for n, rule in enumerate(rules):
        if rule.code in codes:
            faults.append(Problem(f"rules[{n}].code", "repeated"))
        codes.add(rule.code)
    return ((), tuple(faults)) if faults else (rules, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with the document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _read(raw: Any, path: str, faults: list[Problem]) -> Rule:
    before = len(faults)
    reader = Reader(raw, path, faults)
    rule = Rule(
        code=reader.text("code", required=True),
        records=reader.one("records", Records, None) or Records.TRACEABILITY,
        counts_from=reader.one("counts_from", CountsFrom, None) or CountsFrom.CLOSE_OUT,
        years=reader.count("years", 1, MAX_YEARS) or 0,
        source=reader.text("source", required=True),
        region=reader.text("region"),
    )
    reader.close()
    if len(faults) == before:
        for key, code, params in _faults(rule):
            reader.fault(key, code, **params)
    return rule


def _faults(rule: Rule) -> list[tuple[str, str, dict[str, Any]]]:
    """What does not fit in a rule whose fields are all there and of their types."""
    counted = COUNTED[rule.records]
    needs: tuple[tuple[str, bool, str, dict[str, Any]], ...] = (
        ("code", not _CODE.fullmatch(rule.code), "rule_code_shape", {}),
        ("years", rule.years == 0, "required", {}),
        ("source", not rule.source.strip(), "blank", {}),
        ("source", len(rule.source) > MAX_SOURCE, "too_long", {}),
        ("region", region_problem(rule.region) is not None, "region_shape", {}),
        (
            "counts_from",
            rule.counts_from not in counted,
            "not_counted_from",
            {"choices": sorted(counted)},
        ),
    )
    return [(key, code, params) for key, is_wrong, code, params in needs if is_wrong]
