"""A furnished installation for the tests of `people`."""

import pytest

from tests.people import given


@pytest.fixture
def house(db) -> given.House:
    """Sites MFG and HOSP with an administrator."""
    return given.a_house()
