"""How long records are kept: the boundaries of the rules, and never an end on missing facts."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.rules import retention
from coi.rules.retention import (
    COUNTED,
    CountsFrom,
    InForce,
    Kept,
    KeptState,
    Made,
    Records,
    Rule,
    StillKept,
    began_in,
    identity_kept,
    kept,
    laws_of,
    product_expiry,
    years_after,
)

R, C, K = Records, CountsFrom, KeptState
CLOSED, EXPIRY = date(2026, 4, 20), date(2027, 3, 31)
BEGAN = {C.CLOSE_OUT: CLOSED, C.PRODUCT_EXPIRY: EXPIRY}
BAG = frozenset({"product_bag"})


def a_rule(
    code: str, years: int, counts_from: CountsFrom, region: str = "", records: Records = R.TRACEABILITY
) -> InForce:
    """A rule in effect."""
    return InForce(Rule(code, records, counts_from, years, "a clause", region), "RETENTION", 1, "v1")


EU = a_rule("EU", 30, C.PRODUCT_EXPIRY, "EU")
US = a_rule("US", 10, C.CLOSE_OUT, "US")
FACT = a_rule("FACT", 10, C.CLOSE_OUT)
RULES = (FACT, US, EU)


def asked(
    *rules: InForce, regions: str = "EU", began: Any = BEGAN, records: Records = R.TRACEABILITY
) -> Kept:
    """How long the records of a journey in these regions are kept."""
    return kept(records, rules, regions=regions.split(), began=began)


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2027, 3, 31), 30, date(2057, 3, 31)),
        (date(2028, 2, 29), 30, date(2058, 3, 1)),  # no 29 February then: a day later, never a day short
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2096, 2, 29), 4, date(2100, 3, 1)),  # a hundredth year that is no leap year
        (date(2027, 2, 28), 1, date(2028, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 12, 31)),
    ],
)
def test_years_are_counted_by_the_calendar(day: date, years: int, later: date) -> None:
    assert years_after(day, years) == later


def test_a_date_on_a_label_after_which_no_calendar_goes_on_keeps_until_its_end() -> None:
    assert years_after(date(9999, 12, 31), 30) == years_after(date(9960, 2, 29), 40) == date.max
    assert years_after(date(9969, 12, 31), 30) == date.max


@given(st.dates(date(1990, 1, 1), date(2200, 12, 31)), st.integers(1, 100))
def test_so_many_years_later_is_never_too_early_and_a_day_late_at_most(day: date, years: int) -> None:
    later = years_after(day, years)
    assert later.year - day.year == years
    assert (later.month, later.day) in ((day.month, day.day), (3, 1))
    assert (later.month, later.day) >= (day.month, day.day)


@pytest.mark.requirement("URS-KEEP-04")
def test_the_last_day_still_keeps_and_the_next_one_does_not() -> None:
    found = asked(EU)
    assert (found.state, found.until) == (K.UNTIL, date(2057, 3, 31))
    assert not found.may_be_erased(date(2057, 3, 30))
    assert not found.may_be_erased(date(2057, 3, 31))
    assert found.may_be_erased(date(2057, 4, 1))


@pytest.mark.requirement("URS-KEEP-04")
@pytest.mark.parametrize(
    ("regions", "until", "decides"),
    [
        ("EU", date(2057, 3, 31), ["EU", "FACT"]),
        ("US", date(2036, 4, 20), ["FACT", "US"]),
        ("US EU", date(2057, 3, 31), ["EU", "FACT", "US"]),
        ("GB", date(2036, 4, 20), ["FACT"]),  # what is of no region holds everywhere
        ("", date(2057, 3, 31), ["EU", "FACT", "US"]),  # nobody has said a region: the law of each counts
    ],
)
def test_the_longest_of_the_rules_that_apply_wins(regions: str, until: date, decides: list[str]) -> None:
    found = asked(*RULES, regions=regions)
    assert (found.until, [one.by.rule.code for one in found.why]) == (until, decides)


def test_fewer_years_from_a_later_event_may_be_the_longer_time() -> None:
    late = a_rule("LATE", 29, C.PRODUCT_EXPIRY)
    early = a_rule("EARLY", 30, C.CLOSE_OUT)
    began = {C.CLOSE_OUT: CLOSED, C.PRODUCT_EXPIRY: date(2027, 4, 21)}
    assert asked(early, late, began=began).until == date(2056, 4, 21)
    assert asked(early, late, began=began).why[0].by.rule.code == "LATE"


@pytest.mark.requirement("URS-KEEP-04")
def test_what_is_not_known_keeps() -> None:
    """No rule, no event, no content: nothing of that ever reads as an end."""
    for day in (CLOSED, date(9000, 1, 1)):
        assert not asked().may_be_erased(day)
        assert not asked(EU, regions="US").may_be_erased(day)
        assert not asked(EU, began={}).may_be_erased(day)
        assert not asked(*RULES, began={C.CLOSE_OUT: CLOSED}).may_be_erased(day)
    assert asked().state is K.NO_RULE
    unknown = asked(*RULES, began={C.CLOSE_OUT: CLOSED})
    assert (unknown.state, unknown.until) == (K.NOT_YET_KNOWN, date(2036, 4, 20)), "at least that long"
    assert unknown.why[0].by.rule.code == "EU", "what is unknown stands first"
    assert (unknown.why[0].began_on, unknown.why[0].until) == (None, None)


@given(
    st.sets(st.sampled_from(RULES)),
    st.sets(st.sampled_from(sorted(C))),
    st.sets(st.sampled_from(["EU", "US", "GB"])),
)
def test_one_more_rule_or_region_never_shortens_the_time(
    rules: set[InForce], events: set[CountsFrom], regions: set[str]
) -> None:
    began = dict.fromkeys(events, EXPIRY)
    before = kept(R.TRACEABILITY, rules, regions=regions, began=began)
    more = kept(R.TRACEABILITY, {*rules, a_rule("X", 99, C.CLOSE_OUT)}, regions=regions, began=began)
    anywhere = kept(R.TRACEABILITY, rules, regions={"EU", "US", "GB"}, began=began)
    for day in (date(2036, 4, 1), date(2057, 4, 1), date(2200, 1, 1)):
        if not before.may_be_erased(day) and before.state is not K.NO_RULE:
            assert not more.may_be_erased(day)
            assert not regions or not anywhere.may_be_erased(day)


def test_an_audit_trail_is_kept_as_long_as_what_it_is_about() -> None:
    trail = a_rule("TRAIL", 5, C.CLOSE_OUT, records=R.AUDIT_TRAIL)
    assert asked(trail, EU, records=R.AUDIT_TRAIL).until == date(2057, 3, 31)
    assert asked(trail, EU).why[0].by.rule.code == "EU", "and not the other way round"
    assert len(asked(trail, EU).why) == 1


def test_a_product_expires_with_the_last_of_it() -> None:
    bags = (Made("product_bag", EXPIRY), Made("product_bag", EXPIRY + timedelta(days=2)))
    others = (Made("apheresis_bag", date(2026, 3, 5)), Made("sample", date(2040, 1, 1)))
    assert product_expiry((*others, *bags), BAG) == date(2027, 4, 2)
    assert product_expiry(others, BAG) == date(2040, 1, 1), "where no product was made, all that there was"
    assert product_expiry((*bags, Made("product_bag", None)), BAG) is None
    assert product_expiry((*others, Made("culture", None), *bags), BAG) == date(2027, 4, 2)
    assert product_expiry((), BAG) is None
    assert product_expiry((*others, *bags), ()) == date(2040, 1, 1), (
        "a protocol that cannot be read names no product"
    )


def test_while_a_journey_is_open_nothing_has_come() -> None:
    bags = (Made("product_bag", EXPIRY),)
    assert began_in(None, bags, BAG) == {}
    assert began_in(CLOSED, bags, BAG) == BEGAN
    assert began_in(CLOSED, (), BAG) == {C.CLOSE_OUT: CLOSED}


def test_the_law_is_that_of_the_sites() -> None:
    assert laws_of("EU", ("US", "")) == {"EU", "US"}
    assert laws_of("", ("US",)) == frozenset(), "the site of treatment says none: that of each counts"


@pytest.mark.requirement("URS-KEEP-05")
def test_names_are_kept_for_cells_and_while_the_journey_is_open() -> None:
    names = a_rule("NAMES", 30, C.PRODUCT_EXPIRY, "EU", R.IDENTITY)

    def found(*rules: InForce, began: Any = BEGAN, is_collected: bool = True) -> Kept:
        return identity_kept(rules, regions={"EU"}, began=began, is_collected=is_collected)

    assert found(names).until == date(2057, 3, 31)
    assert found(EU).state is K.NO_RULE, "what traces the cells is another kind of records"
    assert found(names, began={}).state is K.NOT_YET_KNOWN
    assert found(began={}, is_collected=False).state is K.NO_RULE
    withdrawn = found(names, began={C.CLOSE_OUT: CLOSED}, is_collected=False)
    assert withdrawn.state is K.NOTHING
    assert withdrawn.may_be_erased(CLOSED)
    assert found(is_collected=False).state is K.NOTHING, "with no rule at all"


def test_what_hinders_an_erasure_reads_back_from_its_entry() -> None:
    cases = (asked(EU), asked(EU, began={}), asked())
    for found in cases:
        one = StillKept.by("CHA99992600001X", found)
        assert StillKept.from_facts(json.loads(json.dumps(one.facts))) == one
    assert StillKept.by("X", asked(EU)).facts["until"] == "2057-03-31"


# --- the document ----------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "code": "EU-1",
    "records": "traceability",
    "region": "EU",
    "counts_from": "product_expiry",
    "years": 30,
    "source": "a clause",
}


def faults(**changes: Any) -> set[tuple[str, str]]:
    """What is wrong with a document of one rule with these fields otherwise (None takes a field away)."""
    rule = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return {
        (problem.path.removeprefix("rules[0]."), problem.code)
        for problem in retention.problems({"rules": [rule]})
    }


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code": "eu"}, ("code", "rule_code_shape")),
        ({"code": None}, ("code", "required")),
        ({"records": "letters"}, ("records", "not_choice")),
        ({"counts_from": "birth"}, ("counts_from", "not_choice")),
        ({"counts_from": "record_end"}, ("counts_from", "not_counted_from")),
        ({"records": "training"}, ("counts_from", "not_counted_from")),
        ({"years": 0}, ("years", "out_of_range")),
        ({"years": 101}, ("years", "out_of_range")),
        ({"years": "30"}, ("years", "wrong_type")),
        ({"years": True}, ("years", "wrong_type")),
        ({"years": None}, ("years", "required")),
        ({"source": None}, ("source", "required")),
        ({"source": " "}, ("source", "blank")),
        ({"source": "x" * 301}, ("source", "too_long")),
        ({"region": "Europe"}, ("region", "region_shape")),
        ({"until": "2057"}, ("until", "unknown_field")),
    ],
)
def test_a_rule_that_cannot_be_read_is_told_at_its_field(
    changes: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert faults(**changes) == {fault}
    assert faults() == faults(region=None) == faults(years=1) == faults(years=100) == set()


def test_a_document_has_rules_and_each_code_once() -> None:
    def codes(content: Any) -> set[tuple[str, str]]:
        assert retention.parse(content)[0] == ()
        return {(problem.path, problem.code) for problem in retention.problems(content)}

    assert codes({"rules": []}) == codes({}) == {("rules", "out_of_range")}
    assert codes({"rules": [GOOD, GOOD]}) == {("rules[1].code", "repeated")}
    assert codes({"rules": [7]}) >= {("rules[0]", "not_an_object")}
    assert codes([]) == {("", "not_an_object")}
    assert codes({"rules": {}}) == {("rules", "wrong_type")}
    assert ("law", "unknown_field") in codes({"rules": [GOOD], "law": "EU"})


def test_whatever_a_kind_of_records_is_counted_from_can_be_written() -> None:
    assert set(COUNTED) == set(Records)
    for records, events in COUNTED.items():
        for event in CountsFrom:
            wrong = {("counts_from", "not_counted_from")} if event not in events else set()
            assert faults(records=str(records), counts_from=str(event)) == wrong


@pytest.mark.requirement("URS-KEEP-04")
def test_the_rules_of_the_demonstration_keep_for_thirty_years_in_the_eu_and_ten_in_the_us() -> None:
    path = Path(retention.__file__).parents[2] / "config" / "demonstration" / "retention.json"
    rules, wrong = retention.parse(json.loads(path.read_text()))
    assert wrong == ()
    assert {rule.records for rule in rules} == set(Records)
    in_force = [InForce(rule, "RETENTION", 1) for rule in rules]
    for regions, until in (
        ("EU", date(2057, 3, 31)),
        ("US", date(2036, 4, 20)),
        ("EU US", date(2057, 3, 31)),
    ):
        for records in (R.TRACEABILITY, R.IDENTITY, R.AUDIT_TRAIL):
            assert asked(*in_force, regions=regions, records=records).until == until
    decided = BEGAN | {C.DECISION: date(2026, 4, 10)}
    assert asked(*in_force, began=decided, records=R.BATCH_RECORD).until == date(2031, 4, 10)
