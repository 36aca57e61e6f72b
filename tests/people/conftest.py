"""A furnished installation for the tests of `people`."""

import pytest

from people import services
from people.rules.roles import Role
from tests.people import given
from tests.people.document_pages_given import CONTENT


@pytest.fixture
def house(db) -> given.House:
    """Sites MFG and HOSP with an administrator."""
    return given.a_house()


@pytest.fixture
def client(client):
    client.defaults["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture
def alice(house):
    return house.someone("Alice", Role.SUPERVISOR)


@pytest.fixture
def bob(house):
    return house.someone("Bob", Role.QA_REVIEWER)


@pytest.fixture
def quinn(house):
    return house.someone("Quinn", Role.QA_RELEASER)


@pytest.fixture
def draft(house, alice):
    fields = {"kind": "recipe", "code": "R1", "title": "Recipe", "site": "MFG"}
    return services.draft_document(**fields, content=CONTENT, **house.context(alice)).id
