"""Investigations: who signs an outcome, in which order, and over what."""

from uuid import uuid4

import pytest

from ledger import selectors as ledger
from ledger.rules.errors import NotAllowed
from people import selectors as people
from people.rules.roles import Role
from qc import selectors, services
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.investigations import Outcome
from tests.qc.oos import refused

pytestmark = pytest.mark.django_db


def test_qc_signs_first_and_another_of_qa_after_it(oos):
    oos.retested()
    error = Outcome.LABORATORY_ERROR
    refused(oos, lambda: oos.conclude(error), (R.QC_SIGNATURE_MISSING,))
    refused(oos, lambda: oos.propose(error, by="Bob"), (R.QC_SIGNATURE_MISSING,))
    refused(oos, lambda: oos.propose(error, by="Ben"), (R.BY_ITS_ANALYST, R.QC_SIGNATURE_MISSING))
    oos.grant("Leo", Role.QA_REVIEWER)
    assert oos.propose(error).is_done
    refused(oos, lambda: oos.conclude(error, by="Leo"), (R.QA_SIGNATURE_MISSING,))
    assert oos.conclude(error, by="Rosa").is_done


def test_a_wrong_password_signs_nothing(oos):
    oos.retested()
    with pytest.raises(NotAllowed, match="credential_refused"):
        services.propose_outcome(
            code=oos.code, outcome=Outcome.LABORATORY_ERROR, **oos.lab.wrong_password("Leo")
        )
    oos.propose(Outcome.LABORATORY_ERROR)
    with pytest.raises(NotAllowed, match="credential_refused"):
        services.conclude_investigation(
            code=oos.code, outcome=Outcome.LABORATORY_ERROR, **oos.lab.wrong_password("Bob")
        )
    assert oos.view.rules.is_open


def test_what_comes_after_the_first_signature_has_to_be_signed_anew(oos):
    oos.retested()
    oos.propose(Outcome.LABORATORY_ERROR)
    assert selectors.is_proposed(oos.view, oos.inquiry)
    oos.tried("24.8 too")
    assert not selectors.is_proposed(oos.view, oos.inquiry)
    refused(oos, lambda: oos.conclude(Outcome.LABORATORY_ERROR), (R.QC_SIGNATURE_MISSING,))
    oos.signed(Outcome.LABORATORY_ERROR)


def test_qa_signs_the_outcome_that_qc_signed(oos):
    oos.in_production()
    oos.propose(Outcome.INCONCLUSIVE)
    refused(oos, lambda: oos.conclude(Outcome.CONFIRMED), (R.QC_SIGNATURE_MISSING,))
    oos.propose(Outcome.CONFIRMED)
    assert oos.propose(Outcome.INCONCLUSIVE).is_done, "one may come back to what one signed before"
    assert oos.conclude(Outcome.INCONCLUSIVE).is_done
    request = uuid4()
    refused(oos, lambda: oos.conclude(Outcome.INCONCLUSIVE, request_id=request), (R.NOT_NOW,))
    assert not oos.conclude(Outcome.INCONCLUSIVE, request_id=request).is_done


def test_the_bytes_that_both_signed_are_kept(oos):
    oos.in_production()
    oos.signed(Outcome.CONFIRMED)
    entries = ledger.entries_for_subject("investigation", oos.code)
    (kept,) = [entry for entry in entries if entry.event == "ledger:evidence:stored"]
    signed = people.signatures("investigation", oos.code)
    assert {one.record_digest for one in signed} == {kept.facts["sha256"]}
