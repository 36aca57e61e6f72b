"""One filled batch, played once for a whole module: each test works on a copy and is rolled back to it."""

import copy
from collections.abc import Generator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.qc import given
from tests.qc.given import Laboratory


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Generator[Laboratory, None, None]:
    """A journey of dozens of scans, in a transaction that ends with the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield given.a_laboratory()
        transaction.set_rollback(True)


@pytest.fixture
def lab(filled: Laboratory, db: None) -> Laboratory:
    """A copy of it for one test."""
    return copy.deepcopy(filled)
