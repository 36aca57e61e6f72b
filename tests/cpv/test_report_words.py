"""What a report prints is what the pages say."""

import pytest
from django.utils import translation
from django.utils.functional import Promise

from cpv.forms import words as spoken
from cpv.rules.programme import report_words as printed


@pytest.mark.parametrize(
    "name", ["SIDES", "DECISIONS", "LIMIT_STATUS", "SCALES", "ESTIMATORS", "NOTES", "WHYS"]
)
def test_what_is_printed_is_what_the_pages_say(name: str) -> None:
    with translation.override("en"):
        said = {code: str(text) for code, text in getattr(spoken, name).items()}
    assert getattr(printed, name) == said
    assert all(isinstance(text, Promise) for text in getattr(spoken, name).values()), (
        "each reader has their own"
    )


def test_states_are_printed_as_the_pages_say_them() -> None:
    with translation.override("en"):
        charts = {code: str(text) for code, (_mark, text) in spoken.STATES.items()}
        signals = {code: str(text) for code, (_mark, text) in spoken.SIGNAL_STATES.items()}
    assert charts == printed.STATES
    assert signals == printed.SIGNAL_STATES
    assert set(printed.SIGNALS_BY) == set(spoken.SIGNALS_BY)
