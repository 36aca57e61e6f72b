"""What counts say of a row, in words: the interval, the prior, what no event cannot show, sites, what gets through."""

from datetime import UTC, datetime

import pytest

from coi.rules.journey import CheckState
from coi.rules.occurrences import Occasions
from fmea.forms.evidence import EvidenceShown, evidence_shown, known_of
from fmea.rules.counting import RowEvidence, Seen, evidence_of_rows
from fmea.rules.course import Course
from tests.fmea.rules.given import worksheet

MONTH = datetime(2026, 1, 1, tzinfo=UTC)
SITES = ("CELLS", "A", "B", "C", "D")


def attempts(site: str, count: int, *refusals: str) -> Occasions:
    return Occasions("pack_out", MONTH, site, count, refusals=frozenset(refusals), state=CheckState.COMPLETE)


def counted(*seen: Occasions) -> RowEvidence:
    return evidence_of_rows(worksheet(), Seen(seen), Course.of(None))["R1"]


def shown(*seen: Occasions) -> EvidenceShown:
    return evidence_shown(worksheet().row_of["R1"], counted(*seen))


def test_a_score_that_the_counts_deny_says_which_way() -> None:
    found = shown(attempts("A", 300), attempts("A", 12, "wrong_container"))
    assert found.is_contradicted
    assert str(found.occurrence.standing) == "contradicted: it happens more often"
    assert found.occurrence.score == 3, "and stays as it was"
    assert found.occurrence.prior == "Beta(0.5, 0.5), Jeffreys' prior of a share"
    assert found.occurrence.suggested.startswith("9 (probability")


def test_no_event_says_what_so_many_opportunities_can_show_and_what_they_cannot() -> None:
    said = shown(attempts("A", 900)).occurrence.cannot_show
    assert said == (
        "Nothing happened at 900 opportunities: with 95 % the rate is below 0.213 %. So many support rating 6 at best. "
        "Rating 5 would need 1,497 opportunities without one."
    )
    assert not shown(attempts("A", 900), attempts("A", 1, "wrong_container")).occurrence.cannot_show


@pytest.mark.parametrize(
    ("seen", "is_pooled", "why"),
    [
        ([attempts(it, 100) for it in SITES] + [attempts("A", 3, "wrong_container")], True, ""),
        ([attempts(it, 100) for it in SITES], False, "Nothing failed anywhere"),
        ([attempts("A", 100), attempts("B", 9, "wrong_container")], False, "Sites are pooled from five on"),
    ],
)
def test_sites_are_pooled_from_five_on_or_it_is_said_why_not(
    seen: list[Occasions], is_pooled: bool, why: str
) -> None:
    source = shown(*seen).sources[0]
    assert all(bool(it.pooled) is is_pooled for it in source.sites)
    assert source.why_not_pooled.startswith(why)
    assert bool(source.why_not_pooled) is not is_pooled


def test_what_gets_through_is_counted_for_the_order_of_rows() -> None:
    found = {"R1": counted(attempts("A", 300), attempts("A", 12, "wrong_container"))}
    known = known_of(worksheet(), found)
    assert known.contradicted == {"R1"}
    assert (known.escapes["R1"].a, known.escapes["R1"].b) == (0.5, 312.5), "all of them were caught"
    assert not known_of(worksheet(), {"R1": counted()}).escapes
