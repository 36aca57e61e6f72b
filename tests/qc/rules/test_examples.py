"""The examples: every one is sound, names its sources, and judges the limits that it states at their boundaries."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from people.rules.documents import content_problems
from people.rules.variants import VariantFault, Wanted, choose
from qc.forms.examples import example, example_names
from qc.rules.criteria import Basis, Criterion, Limit, Quantity, Sort, Timing, Verdict, judge, read_value
from qc.rules.specification import Specification
from qc.rules.standing import Found, Standing, effects, lines
from tests.qc.rules.criteria_given import FAIL, OPEN, PASS, facts, verdict
from tests.qc.rules.criteria_given import read as read_document


def read(name: str) -> Specification:
    content = example(name)
    assert content is not None
    assert content_problems(content) == ()
    return read_document(content)


ALL = {name: read(name) for name in example_names()}
LINES = [(name, criterion) for name, it in ALL.items() for criterion in it.criteria]


def test_all_that_was_published_is_there():
    assert set(ALL) == {
        *("mb-cart20-release", "ari-0001-release", "humanised-cd19-release", "endotoxin-per-kg-release"),
        *("kymriah-all-us", "kymriah-all-eu", "kymriah-lymphoma", "yescarta", "tecartus-mcl", "tecartus-all"),
        *(
            "breyanzi-second-line",
            "breyanzi-third-line",
            "abecma",
            "carvykti",
            "aucatzyl",
            "starting-material",
        ),
    }
    assert example("none") is None


@pytest.mark.parametrize(("name", "it"), LINES, ids=lambda part: getattr(part, "code", part))
def test_every_line_has_a_source_with_its_mark(name: str, it: Criterion):
    assert any(mark in it.source for mark in ("[S]", "[GK] general knowledge, to be verified", "[P]"))


def boundaries(it: Criterion) -> Iterator[tuple[Decimal, bool]]:
    """Each limit, half a step and a whole one off it, and whether that is within this limit."""
    step = Decimal(1).scaleb(-it.decimals)
    for limit, inwards in ((it.low, step), (it.high, -step)):
        if limit is not None:
            yield limit.value, limit.is_inclusive
            yield limit.value + inwards, True
            yield limit.value - inwards, False
            yield limit.value + inwards / 2, rounds_to_within(limit, inwards)
            yield limit.value - inwards * Decimal("0.51"), False


def rounds_to_within(limit: Limit, inwards: Decimal) -> bool:
    """Half a step inwards of a limit above zero: away from zero, so off a lower limit and back to an upper one."""
    return inwards > 0 or limit.is_inclusive


PLAIN = [
    (name, it)
    for name, it in LINES
    if it.sort is Sort.QUANTITY and it.dose is None and it.basis is Basis.ABSOLUTE
]


@pytest.mark.requirement("URS-TRUE-04")
@pytest.mark.parametrize(("name", "it"), PLAIN, ids=lambda part: getattr(part, "code", part))
def test_plain_limits_at_their_boundaries(name: str, it: Criterion):
    found = list(boundaries(it))
    assert len(found) in (5, 10)
    for number, is_within in found:
        assert judge(it, Quantity(number)) is (PASS if is_within else FAIL), (number, it.low, it.high)


WORDS = [(name, it) for name, it in LINES if it.sort is Sort.QUALITY]


@pytest.mark.parametrize(("name", "it"), WORDS, ids=lambda part: getattr(part, "code", part))
def test_words_meet_or_do_not(name: str, it: Criterion):
    found = {word: judge(it, read_value(it, word), facts(incubated_at=None)) for word in it.choices}
    passing = {word for word, verdict in found.items() if verdict is not FAIL}
    assert passing == set(it.accepted)
    assert FAIL in found.values()


DOSES = [
    ("kymriah-all-us", "50", [("10", PASS), ("7.5", PASS), ("7.4", FAIL), ("250", PASS), ("252.5", FAIL)]),
    ("kymriah-all-eu", "50", [("10", PASS), ("7.4", FAIL), ("250", PASS), ("252.5", FAIL)]),
    ("kymriah-all-us", "50.01", [("10", PASS), ("4.9", FAIL), ("250", PASS), ("255", FAIL)]),
    ("kymriah-all-us", "8", [("1.6", PASS), ("1.1", FAIL), ("40", PASS), ("41", FAIL)]),
    ("kymriah-lymphoma", None, [("60", PASS), ("54.9", FAIL), ("600", PASS), ("605", FAIL)]),
    ("yescarta", "75", [("150", PASS), ("120", PASS), ("116", FAIL), ("180", PASS), ("184", FAIL)]),
    ("yescarta", "95", [("200", PASS), ("200.4", PASS), ("200.5", FAIL)]),
    ("yescarta", "100", [("200", PASS), ("160", PASS), ("154.9", FAIL), ("201", FAIL)]),
    ("yescarta", "150", [("200", PASS), ("160", PASS), ("154.9", FAIL), ("201", FAIL)]),
    ("tecartus-mcl", "80", [("160", PASS), ("128", PASS), ("123", FAIL), ("192", PASS), ("197", FAIL)]),
    ("tecartus-all", "80", [("80", PASS), ("64", PASS), ("59", FAIL), ("96", PASS), ("101", FAIL)]),
    ("tecartus-all", "120", [("100", PASS), ("80", PASS), ("74.9", FAIL), ("101", FAIL)]),
    (
        "breyanzi-second-line",
        None,
        [("CD8: 45; CD4: 45", PASS), ("CD8: 44; CD4: 45", FAIL), ("CD8: 55; CD4: 55", PASS)],
    ),
    ("breyanzi-second-line", None, [("CD8: 56; CD4: 55", FAIL), ("CD8: 100; CD4: 0", FAIL)]),
    (
        "breyanzi-third-line",
        None,
        [("CD8: 25; CD4: 25", PASS), ("CD8: 24; CD4: 25", FAIL), ("CD8: 55; CD4: 56", FAIL)],
    ),
    ("abecma", None, [("300", PASS), ("299.4", FAIL), ("510", PASS), ("511", FAIL), (">400", OPEN)]),
    ("carvykti", "70", [("35", PASS), ("31.4", FAIL), ("70", PASS), ("73.5", FAIL)]),
    ("carvykti", "100", [("50", PASS), ("100", PASS), ("101", FAIL)]),
    ("carvykti", "250", [("50", PASS), ("44.9", FAIL), ("100", PASS), ("101", FAIL)]),
    ("aucatzyl", None, [("410", PASS), ("328", PASS), ("327", FAIL), ("492", PASS), ("493", FAIL)]),
    ("mb-cart20-release", "70", [("70", PASS), ("56", PASS), ("52.4", FAIL), ("84", PASS), ("87.5", FAIL)]),
    ("ari-0001-release", "70", [("35", FAIL), ("38.4", FAIL), ("38.5", PASS), ("1000", PASS)]),
]


@pytest.mark.parametrize(("name", "kg", "expected"), DOSES)
def test_doses_at_their_boundaries(name: str, kg: str | None, expected: list[tuple[str, Verdict]]):
    it = ALL[name].criterion("DOSE")
    assert it is not None
    assert [(text, verdict(it, text, facts(kg))) for text, _ in expected] == expected
    if it.needs_weight:
        assert (
            verdict(it, expected[0][0], facts(kg, age=timedelta(days=30))) is PASS or expected[0][1] is FAIL
        )
        assert verdict(it, expected[0][0], facts(kg, age=timedelta(days=30, seconds=1))) is OPEN


def test_every_dose_is_tried():
    assert {name for name, it in LINES if it.code == "DOSE"} == {name for name, _kg, _expected in DOSES}


@pytest.mark.parametrize(
    ("text", "hours", "expected"),
    [("5", "1", PASS), ("5.1", "1", FAIL), ("5", "0.2", PASS), ("10", "2", PASS), ("<0.5", "1", PASS)],
)
def test_endotoxin_per_kg_and_hour(text: str, hours: str, expected: Verdict):
    it = ALL["endotoxin-per-kg-release"].criterion("ENDOTOXIN")
    assert it is not None
    assert verdict(it, text, facts("70", volume_ml="70", hours=hours)) is expected


def test_potency_of_one_or_the_other():
    it = ALL["ari-0001-release"]
    for survival, difference, expected in (
        ("69", "10", Standing.MET),
        ("70", "51", Standing.MET),
        ("70", "50", Standing.FAILING),
    ):
        found = {}
        for code, text in (("NALM6_1_TO_1", survival), ("NALM6_4_TO_1", difference)):
            criterion = it.criterion(code)
            assert criterion is not None
            found[code] = Found(verdict(criterion, text))
        line = next(line for line in lines(it, found) if line.code == "POTENCY")
        assert line.standing is expected


def test_the_two_regions_of_one_product_differ():
    documents = [SimpleNamespace(code=name, content=example(name)) for name in ALL]
    viable = {}
    for region in ("US", "EU"):
        found = choose(Wanted("KYMRIAH-ALL", region, "commercial"), documents)
        viable[region] = ALL[found.code].criterion("VIABILITY").low.value
    assert viable == {"US": 80, "EU": 70}
    assert choose(Wanted("KYMRIAH-ALL", "JP", "commercial"), documents) is VariantFault.NONE


def test_interim_readings_name_their_final_ones():
    it = ALL["mb-cart20-release"]
    pairs = {(c.code, c.final) for c in it.criteria if c.timing is Timing.INTERIM}
    assert pairs == {("STERILITY_INTERIM", "STERILITY_FINAL"), ("MYCOPLASMA_INTERIM", "MYCOPLASMA_FINAL")}


def test_starting_material_says_what_a_failure_leads_to():
    it = ALL["starting-material"]
    found = {c.code: Found(FAIL) for c in it.criteria if c.is_judged}
    assert {effect for _criterion, effect in effects(it, found)} >= {"extra_selection", "collect_again"}
    assert {c.code for c in it.criteria} >= {"VIABILITY", "CD3", "PHENOTYPE", "TUMOUR", "DAYS_SINCE_THERAPY"}
