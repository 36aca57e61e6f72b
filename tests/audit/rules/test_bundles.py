"""What a bundle may be asked about."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.rules.bundles import LONGEST, file_name, problems
from audit.rules.questions import Question

NOW = datetime(2026, 5, 6, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (Question(journey="CHA1"), {}),
        (Question(batch="B-1"), {}),
        (Question(site="CITY", since=NOW - DAY, until=NOW), {}),
        (Question(site="CITY", since=NOW - LONGEST, until=NOW), {}),
        (Question(), {"journey": "one_of_journey_batch_site"}),
        (Question(journey="CHA1", batch="B-1"), {"journey": "one_of_journey_batch_site"}),
        (Question(site="CITY"), {"since": "required", "until": "required"}),
        (Question(site="CITY", since=NOW), {"until": "required"}),
        (Question(site="CITY", since=NOW, until=NOW), {"until": "before_since"}),
        (Question(site="CITY", since=NOW + DAY, until=NOW + 2 * DAY), {"since": "in_the_future"}),
        (Question(site="CITY", since=NOW - LONGEST - DAY, until=NOW), {"until": "bundle_too_long"}),
    ],
)
def test_one_thing_is_asked_about(question: Question, wrong: dict[str, str]) -> None:
    assert problems(question, NOW) == wrong


def test_a_file_is_named_by_what_is_in_it() -> None:
    assert file_name(Question(journey="CHA1")) == "bundle CHA1.zip"
    assert file_name(Question(batch="B-1")) == "bundle B-1.zip"
    period = Question(site="CITY", since=NOW - DAY, until=NOW)
    assert file_name(period) == "bundle CITY 2026-05-05 to 2026-05-06.zip"
