"""Which results count, of many batches at once: as the release itself counts them."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qc.rules.investigations import Outcome
from qc.rules.unmet import counted, result_of
from qc.selectors import counting
from qc.selectors.counting import CountingResult, counting_results
from tests.qc.given import Laboratory
from tests.qc.rules.investigations_given import concluded

pytestmark = pytest.mark.django_db


def found(lab: Laboratory) -> dict[str, CountingResult]:
    return {it.criterion: it for it in counting_results([lab.batch])[lab.batch]}


def text(it: CountingResult) -> tuple[str, str, str]:
    assert it.quantity is not None
    return it.quantity.sign, f"{it.quantity.number:f}", it.unit


@pytest.mark.requirement("URS-TRUE-03")
def test_only_what_a_second_person_looked_over_counts(lab):
    result = lab.record("VIABILITY", "92.40")
    assert found(lab) == {}
    lab.review(result)
    ((it),) = found(lab).values()
    assert (it.id, it.attempt) == (result.id, 1)
    assert text(it) == ("", "92.40", "%")


def test_a_correction_counts_once_it_is_looked_over_and_nothing_meanwhile(lab):
    first = lab.record("VIABILITY", "92.4")
    lab.review(first)
    second = lab.correct(first, "91.4")
    assert found(lab) == {}, "the first version counts no more and the second not yet"
    lab.review(second)
    assert text(found(lab)["VIABILITY"])[1] == "91.4"


def test_bounds_and_words_are_told_apart_from_numbers(lab):
    lab.test_all()
    known = found(lab)
    assert text(known["ENDOTOXIN"])[:2] == ("<", "0.05")
    assert known["APPEARANCE"].quantity is None
    assert known["APPEARANCE"].id


def as_released(lab: Laboratory) -> dict[str, str]:
    """What the release counts, by criterion."""
    case = lab.view().case
    results = {code: result_of(case, it) for code, it in counted(case).items()}
    return {code: it.id for code, it in results.items() if it is not None and it.is_reviewed}


def test_what_counts_is_what_the_release_counts(lab):
    lab.test_all(VIABILITY="12.0")
    assert {code: it.id for code, it in found(lab).items()} == as_released(lab)
    assert text(found(lab)["VIABILITY"])[1] == "12.0", "it fails, and counts all the same"


def test_batches_that_are_not_there_are_not_there(lab):
    assert counting_results([]) == {}
    assert counting_results(["NONE"]) == {}


def test_more_batches_cost_no_more_statements(lab):
    lab.test_all()
    with CaptureQueriesContext(connection) as one:
        counting_results([lab.batch])
    assert len(one) == 4


def test_a_retest_counts_once_the_first_result_was_signed_to_be_an_error(oos):
    oos.lab.review(oos.first)
    again = oos.retested("26.0")
    assert found(oos.lab)["CAR"].id == oos.first.id, "while nobody has signed for it"
    oos.signed(Outcome.LABORATORY_ERROR)
    it = found(oos.lab)["CAR"]
    assert (it.id, it.attempt) == (again.id, 2)
    assert {it.id for it in found(oos.lab).values()} == set(as_released(oos.lab).values())


def test_a_result_that_was_signed_to_be_an_error_counts_no_more(oos):
    oos.lab.review(oos.first)
    oos.with_cause()
    oos.signed(Outcome.LABORATORY_ERROR)
    assert "CAR" not in found(oos.lab)
    assert "CAR" not in as_released(oos.lab)


def test_what_failed_by_another_weight_counts_no_more_once_that_was_an_error(lab, monkeypatch):
    """It met its criterion when it was recorded; that it was investigated says that it does not now."""
    result = lab.review(lab.record("CAR", "26.0"))
    assert found(lab)["CAR"].id == result.id
    now = lab.player.now
    error = replace(concluded(Outcome.LABORATORY_ERROR), criterion="CAR", opened_at=now, concluded_at=now)
    monkeypatch.setattr(counting, "investigations_of", lambda ids: dict.fromkeys(ids, (error,)))
    assert "CAR" not in found(lab)
