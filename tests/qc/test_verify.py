"""Results stand in the ledger: written with the application's rights alone, and rebuilt from the entries."""

import pytest
from django.db import connection

from ledger import services as ledger
from tests.given import a_demo
from tests.qc import given
from tests.qc.dossiers_given import Desk, Investigations, at_the_second_hospital

pytestmark = pytest.mark.django_db(transaction=True)


def test_results_are_rebuilt_from_entries_and_a_change_behind_our_back_is_named():
    lab = given.a_laboratory(a_demo())
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE veintrace_app")
        lab.to_review()
        assert lab.sign_review().is_done
        assert lab.release().is_done
        for state in ("raised", "acknowledged"):
            lab.note_signal(state)
        cursor.execute("RESET ROLE")
        assert ledger.verify(now=lab.player.now, record=False).findings == ()
        cursor.execute("UPDATE qc_result SET value = '99' WHERE criterion = 'CAR'")
    (found,) = ledger.verify(now=lab.player.now, record=False).findings
    assert found.table == "qc.result"
    assert found.columns == ("value",)


def test_dossiers_are_rebuilt_from_entries_and_a_change_behind_our_back_is_named(monkeypatch):
    known = Investigations()
    known.patch(monkeypatch)
    desk = Desk(at_the_second_hospital(a_demo()), known)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE veintrace_app")
        desk.write_all()
        assert desk.decide().is_done
        assert desk.follow_up().is_done
        cursor.execute("RESET ROLE")
        assert ledger.verify(now=desk.lab.player.now, record=False).findings == ()
        cursor.execute("UPDATE qc_dossier SET is_emergency = true")
    (found,) = ledger.verify(now=desk.lab.player.now, record=False).findings
    assert (found.table, found.columns) == ("qc.dossier", ("is_emergency",))
