"""Every reason for which a code is not read has words of its own."""

import pytest

from coi.forms import words
from coi.rules.identifiers import UnreadableReason


@pytest.mark.parametrize("reason", UnreadableReason)
def test_every_reason_has_words(reason: UnreadableReason) -> None:
    assert str(words.reason(reason)) != str(reason).replace("_", " ")
