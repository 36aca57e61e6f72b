"""Whether a site is qualified for its work, and what of the records that end is spoken of."""

from datetime import UTC, datetime, timedelta

import pytest

from people.rules.expiry import BADGE_TEST_AFTER, WARN_BEFORE, Expiring, Running, due_for_test, not_renewed
from people.rules.qualifications import Held, Required, Work, programme_problem, unmet

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def needed(*held, since=NOW - 100 * DAY, work=Work.COLLECTION):
    return Required("FACT", work, since, tuple(held))


@pytest.mark.requirement("URS-AUT-01")
@pytest.mark.parametrize(
    ("required", "missing"),
    [
        (needed(), ("FACT",)),
        (needed(Held(NOW - DAY, NOW + DAY)), ()),
        (needed(Held(NOW - DAY, NOW)), ("FACT",)),
        (needed(Held(NOW, NOW + DAY)), ()),
        (needed(Held(NOW + DAY, NOW + 2 * DAY)), ("FACT",)),
        (needed(Held(NOW - 9 * DAY, NOW - DAY), Held(NOW - DAY, NOW + DAY)), ()),
        (needed(since=NOW + DAY), ()),
        (needed(since=NOW), ("FACT",)),
        (needed(work=Work.INFUSION), ()),
    ],
)
def test_work_is_refused_where_its_programme_is_missing_or_overdue(required, missing):
    assert unmet([required, required], Work.COLLECTION, NOW) == missing


@pytest.mark.parametrize(
    ("text", "is_good"), [("REMS-like", True), ("FACT 8", True), ("", False), (" x", False)]
)
def test_a_programme_has_a_plain_name(text, is_good):
    assert (programme_problem(text) is None) is is_good
    assert programme_problem("x" * 41) == "programme_shape"


def test_what_was_renewed_is_not_spoken_of():
    old = Expiring("1", Running.TRAINING, "MFG", "thaw", NOW + DAY, 7)
    new = Expiring("2", Running.TRAINING, "MFG", "thaw", NOW + 400 * DAY, 7)
    other = Expiring("3", Running.TRAINING, "MFG", "thaw", NOW + DAY, 8)
    assert set(not_renewed([old, new, other])) == {new, other}
    assert old.is_near(NOW)
    assert not new.is_near(NOW)
    assert old.is_over(NOW + DAY)
    assert not old.is_over(NOW)
    assert not Expiring("5", Running.BADGE, "MFG", "x", NOW - 90 * DAY, 7).is_near(NOW)
    assert Expiring("4", Running.BADGE, "MFG", "x", NOW + WARN_BEFORE, 7).is_near(NOW)


def test_a_badge_is_read_again_a_year_after_it_was_given_or_last_read():
    assert due_for_test(NOW, None) == NOW + BADGE_TEST_AFTER
    assert due_for_test(NOW - 300 * DAY, NOW) == NOW + BADGE_TEST_AFTER
