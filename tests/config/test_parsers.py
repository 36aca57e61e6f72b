"""Bodies of the API that no reader can read."""

from io import BytesIO

import pytest
from rest_framework.exceptions import ParseError

from config.parsers import JSONParser


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"{"], ids=["lists", "objects", "half"])
def test_what_cannot_be_read_is_malformed(body: bytes):
    with pytest.raises(ParseError):
        JSONParser().parse(BytesIO(body))


def test_what_can_be_read_is_read():
    assert JSONParser().parse(BytesIO(b'{"a": [1]}')) == {"a": [1]}
