"""Which of several documents of a product applies: exactly one, or none with the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest

from people.rules.variants import VariantFault, Wanted, applies_to, choose

NONE, AMBIGUOUS = VariantFault.NONE, VariantFault.AMBIGUOUS


@dataclass(frozen=True)
class Doc:
    code: str
    content: Mapping[str, Any] = field(default_factory=dict)


def of(code: str, region: str = "", phase: str = "", product: str = "CAR", **more: str) -> Doc:
    said = {"product": product, "region": region, "phase": phase, **more}
    return Doc(code, {name: value for name, value in said.items() if value})


PLAIN = Doc("CAR", {"name": "one for all"})
EU, US = of("CAR-EU", "EU"), of("CAR-US", "US")
EU1, EUC = of("CAR-EU-1", "EU", "1"), of("CAR-EU-C", "EU", "commercial")
COMMERCIAL, FIRST = of("CAR-C", phase="commercial"), of("CAR-1", phase="1")
APHERESIS = of("CAR-APH", subject="collection")


@pytest.mark.parametrize(
    ("documents", "region", "phase", "expected"),
    [
        ((), "EU", "commercial", None),
        ((Doc("OTHER"),), "EU", "commercial", None),
        ((PLAIN,), "EU", "commercial", PLAIN),
        ((PLAIN,), "", "1", PLAIN),
        ((PLAIN, APHERESIS), "EU", "1", PLAIN),  # another subject is another thing
        ((APHERESIS,), "EU", "1", None),
        ((EU,), "EU", "commercial", EU),
        ((EU, US), "US", "1", US),  # no phase is named by any: it does not matter
        ((EU, US), "JP", "commercial", NONE),
        ((EU, US), "", "commercial", NONE),  # a site without a region
        ((EU, US, PLAIN), "JP", "commercial", NONE),  # what is nearly right is wrong
        ((EU, US, PLAIN), "EU", "commercial", EU),
        ((EU, of("CAR-EU-OLD", "EU")), "EU", "commercial", AMBIGUOUS),
        ((PLAIN, of("CAR-2")), "EU", "commercial", AMBIGUOUS),
        ((COMMERCIAL, FIRST), "EU", "commercial", COMMERCIAL),
        ((COMMERCIAL, FIRST), "EU", "1", FIRST),
        ((COMMERCIAL, FIRST), "EU", "2", NONE),
        ((COMMERCIAL, PLAIN), "EU", "1", NONE),
        ((EU1, EUC, US), "EU", "1", EU1),
        ((EU1, EUC, US), "EU", "commercial", EUC),
        ((EU1, EUC, US), "US", "commercial", NONE),  # that of the US is of no phase
        ((EU1, EUC), "EU", "", NONE),
        ((of("X", "EU", product="CAR-EU"), EU), "EU", "1", EU),
    ],
)
def test_the_one_that_applies(
    documents: tuple[Doc, ...], region: str, phase: str, expected: Doc | VariantFault | None
) -> None:
    for order in permutations(documents):
        assert choose(Wanted("CAR", region, phase), order) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (PLAIN, Wanted("CAR")),
        (Doc("CAR", {"product": None, "region": None, "phase": None, "subject": None}), Wanted("CAR")),
        (EU1, Wanted("CAR", "EU", "1")),
        (APHERESIS, Wanted("CAR", subject="collection")),
    ],
)
def test_what_a_document_says_of_itself(document: Doc, expected: Wanted) -> None:
    assert applies_to(document) == expected
