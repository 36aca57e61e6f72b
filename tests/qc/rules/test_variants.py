"""Which specification of a product counts: exactly the one, or none."""

from itertools import permutations

import pytest

from qc.rules.specification import Phase, Specification
from qc.rules.subjects import SubjectKind
from qc.rules.variants import NoVariant, Variant, VariantFault, Wanted, choose_variant


def variant(
    code: str, product: str = "", region: str = "", phase: str = "", subject: str = "batch"
) -> Variant:
    about = {"product": product, "region": region, "phase": Phase(phase) if phase else None}
    return Variant(code, Specification("S", (), subject=SubjectKind(subject), **about))  # type: ignore[arg-type]


EU2, US2 = variant("CD19-EU-P2", "CD19", "EU", "2"), variant("CD19-US-P2", "CD19", "US", "2")
EU, GLOBAL = variant("CD19-EU", "CD19", "EU", "commercial"), variant("CD19-GL", "CD19", "GLOBAL", "2")
PLAIN, MATERIAL = variant("CD19"), variant("CD19-SM", "CD19", "EU", "2", "collection")
ALL = (EU2, US2, EU, GLOBAL, PLAIN, MATERIAL)
NONE = NoVariant(VariantFault.NONE)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted("CD19", "EU", "2"), EU2),
        (Wanted("CD19", "US", "2"), US2),
        (Wanted("CD19", "EU", "commercial"), EU),
        (Wanted("CD19", "GLOBAL", "2"), GLOBAL),
        (Wanted("CD19"), PLAIN),
        (Wanted("CD19", "EU", "2", SubjectKind.COLLECTION), MATERIAL),
        (Wanted("CD19", "JP", "2"), NONE),
        (Wanted("CD19", "EU", "3"), NONE),
        (Wanted("CD19", "EU"), NONE),
        (Wanted("CD20", "EU", "2"), NONE),
        (Wanted("CD19-EU-P2"), NONE),
        (Wanted("CD19", "eu", "2"), NONE),
        (Wanted("CD19", "US", "2", SubjectKind.COLLECTION), NONE),
    ],
)
def test_exactly_the_one_or_none(wanted: Wanted, expected: Variant | NoVariant):
    for order in permutations(ALL, len(ALL)):
        assert choose_variant(wanted, order[:]) == expected


def test_two_that_fit_are_a_fault_and_no_choice():
    other = variant("AAA", "CD19", "EU", "2")
    expected = NoVariant(VariantFault.AMBIGUOUS, ("AAA", "CD19-EU-P2"))
    assert choose_variant(Wanted("CD19", "EU", "2"), (*ALL, other)) == expected
    named = variant("X", "CD19")
    assert choose_variant(Wanted("CD19"), (*ALL, named)) == NoVariant(VariantFault.AMBIGUOUS, ("CD19", "X"))


def test_nothing_in_effect_is_nothing():
    assert choose_variant(Wanted("CD19"), ()) == NONE
