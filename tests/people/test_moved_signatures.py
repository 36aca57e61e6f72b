"""A signature that an owner of the database moves, copies or takes away is found, and named by row and column."""

import pytest
from django.db import connection

from ledger import services as ledger
from ledger.rules import FindingKind
from people.rules.roles import Role
from tests.people import given
from tests.people.test_documents import confirmed, sign

MOVE = "UPDATE people_signature SET record_id = 'B2' WHERE record_id = 'B1'"


@pytest.fixture
def signed(house, settings, tmp_path):
    """A record B1 with one signature."""
    settings.CHECKPOINT_DIR = tmp_path
    author = house.someone("Alice", Role.SUPERVISOR)
    return sign(house, author, confirmed(author))


@pytest.mark.requirement("URS-SIG-02")
@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        (MOVE, ("record_id",)),
        ("UPDATE people_signature SET record_digest = repeat('b', 64)", ("record_digest",)),
        ("UPDATE people_signature SET printed_name = 'Mallory'", ("printed_name",)),
        ("UPDATE people_signature SET signed_at = signed_at - interval '1 day'", ("signed_at",)),
        ("DELETE FROM people_signature", ()),
    ],
)
def test_a_signature_on_another_record_is_named(signed, sql, columns):
    assert ledger.verify(now=given.now(), record=False).is_sound
    with connection.cursor() as cursor:
        cursor.execute(sql)
    (finding,) = ledger.verify(now=given.now(), record=False).findings
    assert finding.kind is FindingKind.PROJECTION
    assert (finding.table, finding.row_id) == ("people.signature", str(signed.id))
    assert finding.columns == columns
