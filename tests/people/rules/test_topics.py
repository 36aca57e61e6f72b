"""Which topic was meant."""

import pytest

from people.rules.topics import nearest

KNOWN = ("apheresis", "manufacturing", "flow_cytometry")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("aphersis", "apheresis"),
        ("Apheresis", "apheresis"),
        ("flow cytometry", "flow_cytometry"),
        ("first aid", ""),
        ("", ""),
    ],
)
def test_the_topic_that_is_written_most_alike(typed: str, meant: str) -> None:
    assert nearest(typed, KNOWN) == meant
    assert nearest(typed, ()) == ""
