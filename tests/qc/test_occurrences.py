"""How often results were out of specification: the first valid one of each batch, whatever a retest said later."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coi.rules.occurrences import Tally
from config.demonstration.site import PLANT, PRODUCT, SECOND
from qc.rules.investigations import LaboratoryCheck, Outcome
from qc.selectors import criteria_of, failures_seen
from qc.selectors.occurrences import MonthOfResults, months_of_results
from tests.qc.given import Laboratory

pytestmark = pytest.mark.django_db

LATER = datetime(2099, 1, 1, tzinfo=UTC)


def seen(
    *criteria: str, since: datetime | None = None, until: datetime = LATER
) -> dict[str, tuple[int, int]]:
    """(tested, out of specification) by criterion."""
    found = failures_seen(PRODUCT, criteria=criteria or ("CAR", "VIABILITY"), until=until, since=since)
    assert len({it.ref for it in found}) == len(found)
    return {it.ref: (it.opportunities, it.events) for it in found}


def test_results_count_once_a_second_person_looked_them_over(lab: Laboratory) -> None:
    good, bad = lab.record("CAR"), lab.record("VIABILITY", "12.0")
    assert seen() == {}
    lab.review(good)
    lab.review(bad)
    assert seen() == {"CAR": (1, 0), "VIABILITY": (1, 1)}
    assert seen("VIABILITY") == {"VIABILITY": (1, 1)}
    assert failures_seen("OTHER", criteria=["CAR"], until=LATER) == ()


def test_they_count_in_the_month_and_the_time_in_which_they_were_tested(lab: Laboratory) -> None:
    result = lab.review(lab.record("CAR", "4.1"))
    tested = result.tested_at
    month = tested.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert failures_seen(PRODUCT, criteria=["CAR"], until=LATER) == (Tally("CAR", month, PLANT, 1, 1),)
    assert seen(since=tested) == {"CAR": (1, 1)}
    assert seen(since=tested + timedelta(seconds=1)) == {}
    assert seen(until=tested) == {}


def test_a_site_counts_what_is_tested_there_by_month(lab: Laboratory) -> None:
    lab.review(lab.record("CAR"))
    result = lab.review(lab.record("VIABILITY", "12.0"))
    lab.record("CD3")  # not looked over
    tested, first = result.tested_at, datetime(1, 1, 1, tzinfo=UTC)
    month = tested.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with CaptureQueriesContext(connection) as caught:
        assert months_of_results([PLANT], first, LATER) == (MonthOfResults(month, 2, 1),)
    assert len(caught) == 1
    assert months_of_results([SECOND], first, LATER) == ()
    assert months_of_results([PLANT], tested + timedelta(days=1), LATER) == ()
    assert months_of_results([PLANT], first, month) == ()


def test_what_is_not_judged_is_no_result(lab: Laboratory) -> None:
    lab.review(lab.record("DOSE"))
    result = lab.review(lab.record("MYCOPLASMA", "not tested: insufficient_sample", container="", run=""))
    assert result.verdict == "not_judged"
    assert "MYCOPLASMA" not in seen("MYCOPLASMA", "DOSE")


def test_a_retest_counts_once_the_first_result_was_signed_to_be_an_error(oos) -> None:
    oos.lab.review(oos.first)
    oos.retested("26.0")
    assert seen() == {"CAR": (1, 1)}, "while nobody has signed"
    (month,) = months_of_results([PLANT], datetime(1, 1, 1, tzinfo=UTC), LATER)
    assert (month.results, month.failed) == (1, 1), "two attempts are of one result"
    oos.signed(Outcome.LABORATORY_ERROR)
    assert seen() == {"CAR": (1, 0)}, "the retest is the first valid one"


def test_a_confirmed_failure_stays(oos) -> None:
    oos.lab.review(oos.first)
    oos.in_production()
    oos.signed(Outcome.CONFIRMED)
    assert seen() == {"CAR": (1, 1)}


def test_a_retest_that_fails_is_out_of_specification(oos) -> None:
    oos.lab.review(oos.first)
    oos.retested("5.0")
    oos.signed(Outcome.LABORATORY_ERROR)
    assert seen() == {"CAR": (1, 1)}


def test_an_error_without_another_test_is_no_result(oos) -> None:
    oos.lab.review(oos.first)
    oos.with_cause()
    oos.signed(Outcome.LABORATORY_ERROR)
    assert seen() == {}


def test_an_error_that_was_corrected_counts_as_corrected(oos) -> None:
    oos.lab.review(oos.first)
    oos.looked_into(LaboratoryCheck.CALCULATION)
    assert oos.cause(LaboratoryCheck.CALCULATION).is_done
    oos.lab.review(oos.lab.correct(oos.first, "41.0"))
    assert seen() == {"CAR": (1, 1)}, "a correction does not mend what failed"
    oos.signed(Outcome.LABORATORY_ERROR)
    assert seen() == {"CAR": (1, 0)}


def test_more_results_cost_no_more_statements(lab: Laboratory) -> None:
    lab.test_all()
    with CaptureQueriesContext(connection) as caught:
        assert len(seen("CAR", "VIABILITY", "CD3", "VCN", "DOSE")) >= 4
    assert len(caught) == 1


def test_criteria_are_those_of_the_product(lab: Laboratory) -> None:
    found = criteria_of(PRODUCT, lab.player.now)
    assert {"CAR", "VIABILITY", "DOSE"} <= {it.code for it in found}
    assert len({it.code for it in found}) == len(found)
    assert criteria_of("OTHER", lab.player.now) == ()
