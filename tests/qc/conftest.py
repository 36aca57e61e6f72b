"""One filled batch, played once for a whole module: each test works on a copy and is rolled back to it."""

import copy
from collections.abc import Callable, Generator

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from config.demonstration.site import PASSWORD
from tests.furnished import Furnished, rolled_back
from tests.qc import given
from tests.qc.dossiers_given import Desk, Investigations, at_the_second_hospital
from tests.qc.given import Laboratory
from tests.qc.oos import Case


@pytest.fixture(scope="module")
def filled(furnished: Furnished, django_db_blocker: DjangoDbBlocker) -> Generator[Laboratory, None, None]:
    """A journey of dozens of scans, in a transaction that ends with the module's last test."""
    with rolled_back(furnished, django_db_blocker) as demo:
        yield given.a_laboratory(demo)


@pytest.fixture
def lab(filled: Laboratory, db: None) -> Laboratory:
    """A copy of it for one test."""
    return copy.deepcopy(filled)


@pytest.fixture
def oos(lab: Laboratory) -> Case:
    """One failing result of it, not yet investigated."""
    return Case(lab)


@pytest.fixture
def as_(lab: Laboratory, time_machine) -> Callable[[str], Client]:
    """`as_("Ana")` is a browser in which Ana is signed in, at the hour of the laboratory."""
    time_machine.move_to(lab.player.now, tick=False)

    def sign_in(first_name: str) -> Client:
        client = Client()
        assert client.login(username=lab.member(first_name).username, password=PASSWORD)
        return client

    return sign_in


@pytest.fixture(scope="module")
def out_of_specification(
    furnished: Furnished, django_db_blocker: DjangoDbBlocker
) -> Generator[Laboratory, None, None]:
    """A filled batch that fails, with quality; in a transaction that ends with the module's last test."""
    with rolled_back(furnished, django_db_blocker) as demo:
        yield at_the_second_hospital(demo)


@pytest.fixture
def desk(out_of_specification: Laboratory, db: None, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of it for one test, with a dossier to be written."""
    known = Investigations()
    known.patch(monkeypatch)
    return Desk(copy.deepcopy(out_of_specification), known)
