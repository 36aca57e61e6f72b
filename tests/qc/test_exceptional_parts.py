"""A dossier opened and written: when there may be one, what each part needs, where its words lie."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from coi.models import Order
from coi.selectors.texts import kept_texts
from ledger.rules.errors import Conflict, Invalid, NotFound
from people import selectors as people
from qc import selectors, services
from qc.models import Dossier
from qc.rules.exceptional import DossierState, Lack, NoticeKind, Setting
from qc.rules.investigations import Outcome
from qc.rules.results import RejectionReason
from qc.services import Evidence
from tests import given as journeys
from tests.qc.dossiers_given import HOUR, PDF, Desk, entries, lacks
from tests.qc.given import fields

pytestmark = pytest.mark.django_db


def test_one_dossier_of_a_batch_is_written_at_a_time(desk):
    request = uuid4()
    first = desk.open(request_id=request)
    assert desk.open(request_id=request) == first
    with pytest.raises(Conflict, match="request_id_used"):
        desk.open(request_id=request, setting=Setting.AUTHORISED)
    with pytest.raises(Conflict, match="dossier_open"):
        desk.open()
    row = Dossier.objects.values().get()
    with pytest.raises(IntegrityError, match="qc_dossier_one_undecided"), transaction.atomic():
        Dossier.objects.create(**row | {"id": uuid4(), "code": "XR-26-99999"})


def test_another_text_is_another_part_of_the_dossier(desk):
    desk.open()
    request = uuid4()
    desk.risk("The cells may work less.", request_id=request)
    with pytest.raises(Conflict, match="request_id_used"):
        desk.risk("The cells may not work.", request_id=request)


def test_a_dossier_and_its_batch_are_of_one_order(desk):
    desk.open()
    other = another_order(desk)
    rows = Dossier.objects.filter(code=desk.code)
    with transaction.atomic():
        rows.update(order=other)
        with connection.cursor() as cursor, pytest.raises(IntegrityError, match="qc_dossier_same_order"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def another_order(desk: Desk) -> Any:
    other = journeys.a_journey(desk.lab.player.demo, number=2, now=desk.lab.player.now)
    return Order.objects.get(coi_id=other.coi_id).id


@pytest.mark.parametrize("setting", [Setting.EXPANDED_ACCESS])
def test_a_way_of_supply_is_of_the_region(desk, setting):
    with pytest.raises(Invalid) as error:
        desk.open(setting=setting)
    assert fields(error) == {"setting": "not_of_region"}
    assert desk.open(setting=Setting.AUTHORISED).is_done
    with pytest.raises(Invalid) as error:
        desk.supply(setting=setting)
    assert fields(error) == {"setting": "not_of_region"}


def test_without_a_law_for_the_region_nothing_is_opened(desk):
    from people.models import Site

    Site.objects.filter(code="SOUTH").update(region="GB")
    with pytest.raises(Conflict, match="dossier_no_region"):
        desk.open()
    Site.objects.filter(code="SOUTH").update(region="US")
    assert desk.open(setting=Setting.EXPANDED_ACCESS).is_done
    Site.objects.filter(code="SOUTH").update(region="EU")
    assert desk.kept.region == "US", "a dossier stays under the law that it was opened under"


def test_a_decided_batch_has_no_dossier_opened_or_approved(desk):
    desk.write_all()
    desk.lab.sign_review()
    rejecting = {"batch": desk.lab.batch, "reason": RejectionReason.FAILING_RESULT}
    assert services.reject_batch(**rejecting, **desk.lab.signing("Rosa")).is_done
    with pytest.raises(Conflict, match="dossier_batch_decided"):
        desk.decide()
    assert desk.decide(is_approved=False, reason="Rejected.").is_done
    with pytest.raises(Conflict, match="dossier_batch_decided"):
        desk.open()


def test_what_is_not_there_is_not_found(desk):
    for code in ("XR-26-00099", "X\x00"):
        desk.code = code
        with pytest.raises(NotFound, match="dossier_unknown"):
            desk.risk()
        with pytest.raises(NotFound, match="dossier_unknown"):
            desk.decide()
    with pytest.raises(NotFound, match="batch_unknown"):
        desk.open(batch="B-NONE")


def test_the_coordinators_of_the_treating_site_are_told_once(desk):
    request = uuid4()
    for _ in range(2):
        desk.open(request_id=request)
    for who, told in (("Pia", ["dossier_opened"]), ("Olga", []), ("Julia", [])):
        found = people.notices_for(desk.lab.person(who), desk.lab.player.now)
        assert [it.code for it in found if it.subject_key == desk.code] == told


def test_only_failing_criteria_with_a_concluded_investigation_are_named(desk):
    desk.open()
    cases: list[tuple[Any, tuple[str, ...], str]] = [
        (None, (), "empty"),
        (None, ("CD3",), "criterion_not_failing"),
        (None, ("NONE",), "criterion_not_failing"),
        (None, ("VIABILITY",), "investigation_missing"),
        ({"outcome": Outcome.LABORATORY_ERROR}, ("VIABILITY",), "criterion_not_failing"),
        ({"outcome": Outcome.CONFIRMED, "state": "opened"}, ("VIABILITY",), "investigation_open"),
    ]
    for concluding, codes, said in cases:
        if concluding is not None:
            desk.conclude(**concluding)
        with pytest.raises(Invalid) as error:
            desk.criteria(codes)
        assert fields(error) == {"criteria": said}
    desk.conclude()
    assert desk.criteria(["VIABILITY", "VIABILITY"]).is_done
    (held,) = desk.kept.rows("held")
    assert (held["criterion"], held["investigation"], held["name"]) == ("VIABILITY", "OOS-1", "Bob Brandt")
    assert held["digest"] == selectors_digest(desk)


def selectors_digest(desk: Desk) -> str:
    from qc.rules.lifting import facts_of

    return facts_of(desk.case).investigations["VIABILITY"].digest


def test_what_the_physician_accepted_before_it_changed_does_not_count(desk):
    desk.write_all()
    assert desk.lifting.state is DossierState.READY
    desk.criteria()
    assert desk.lifting.state is DossierState.READY, "the same criteria once more"
    desk.risk("Another evaluation.")
    assert lacks(desk) == {Lack.RISK_NOT_SENT, Lack.ACCEPTANCE_MISSING}
    desk.acceptance()
    assert desk.lifting.state is DossierState.READY


def test_a_criterion_more_is_another_risk(desk):
    desk.write_all()
    Dossier.objects.filter(code=desk.code).update(held=[])
    desk.criteria()
    assert lacks(desk) == {Lack.RISK_NOT_SENT, Lack.ACCEPTANCE_MISSING}


def test_words_lie_in_the_vault_and_their_digest_in_the_ledger(desk):
    desk.open()
    words = "Viability of 61 %.\r\n\r\nThe dose is still within its window."
    desk.risk(words)
    part = desk.kept.part("risk")
    assert kept_texts([part["text"]]) == {part["text"]: words.replace("\r\n", "\n")}
    entry = entries(desk)[-1]
    assert entry.facts["sha256"] == part["sha256"]
    for told in entries(desk):
        assert "still within" not in json.dumps(told.facts) + repr(told.changes)
    assert "still within" not in repr(Dossier.objects.values().get())


@pytest.mark.parametrize(("text", "said"), [("", "empty"), (" \n", "empty"), ("x" * 8001, "too_long")])
def test_words_are_there_and_not_endless(desk, text, said):
    desk.open()
    for write in (desk.risk, desk.alternatives):
        with pytest.raises(Invalid) as error:
            write(text)
        assert fields(error) == {"text": said}
    assert desk.risk("x" * 8000).is_done


def test_a_request_says_who_when_and_what_shows_it(desk):
    desk.open()
    now = desk.lab.player.now
    for more, said in (
        ({"physician": " "}, {"physician": "empty"}),
        ({"physician": "x" * 201}, {"physician": "too_long"}),
        ({"physician": "Julia\x00"}, {"physician": "not_printable"}),
        ({"requested_at": now + HOUR}, {"requested_at": "in_the_future"}),
        ({"evidence": Evidence(" ")}, {"reference": "evidence_missing"}),
        ({"evidence": Evidence("x" * 201)}, {"reference": "too_long"}),
        ({"evidence": Evidence("", b"GIF89a")}, {"file": "not_a_pdf"}),
        ({"evidence": Evidence("", PDF + b"x" * 10 * 1024 * 1024)}, {"file": "file_too_large"}),
    ):
        with pytest.raises(Invalid) as error:
            desk.request(**more)
        assert fields(error) == said
    assert desk.kept.part("request") == {}
    assert desk.request(evidence=Evidence("", PDF)).is_done
    part = desk.kept.part("request")
    assert (part["physician"], part["name"]) == ("Julia Jara", "Pia Prado")
    assert selectors.dossier_file(desk.kept, "request") == PDF
    assert desk.request(physician="Julia Jara MD", evidence=Evidence()).is_done
    assert desk.kept.part("request")["sha256"] == part["sha256"], (
        "what shows it stays where nothing new is given"
    )


def test_the_risks_are_sent_after_they_were_written(desk):
    desk.open()
    desk.risk()
    now = desk.lab.player.now
    with pytest.raises(Invalid) as error:
        desk.acceptance(risk_sent_at=now - timedelta(minutes=2))
    assert fields(error) == {"risk_sent_at": "before_it_was_written"}
    assert desk.acceptance(risk_sent_at=now.replace(second=0, microsecond=0)).is_done


def test_the_risks_are_sent_before_they_are_accepted(desk):
    desk.open()
    now = desk.lab.player.now
    with pytest.raises(Invalid) as error:
        desk.acceptance(risk_sent_at=now, accepted_at=now - HOUR)
    assert fields(error) == {"accepted_at": "accepted_before_risk"}
    for name in ("risk_sent_at", "accepted_at"):
        with pytest.raises(Invalid) as error:
            desk.acceptance(**{name: now + HOUR})
        assert fields(error)[name] == "in_the_future"
    assert desk.acceptance(accepted_at=None, evidence=Evidence()).is_done
    assert Lack.RISK_NOT_SENT not in lacks(desk)
    assert Lack.ACCEPTANCE_MISSING in lacks(desk)
    with pytest.raises(Invalid) as error:
        desk.acceptance(evidence=Evidence())
    assert fields(error) == {"reference": "evidence_missing"}
    assert desk.acceptance(risk_sent_at=now, accepted_at=now).is_done
    assert Lack.ACCEPTANCE_MISSING not in lacks(desk)


def test_a_consent_is_given_at_a_time_and_written_somewhere(desk):
    desk.open()
    for more, said in (
        ({"consented_at": None}, {"consented_at": "empty"}),
        ({"reference": ""}, {"reference": "empty"}),
        ({"consented_at": desk.lab.player.now + HOUR}, {"consented_at": "in_the_future"}),
    ):
        with pytest.raises(Invalid) as error:
            desk.consent(**more)
        assert fields(error) == said
    assert desk.consent(is_given=False, consented_at=None, reference="").is_done
    assert Lack.CONSENT_MISSING in lacks(desk)
    assert desk.consent().is_done
    assert Lack.CONSENT_MISSING not in lacks(desk)


def test_the_way_of_supply_says_which_notices_are_needed(desk):
    desk.write_all()
    desk.supply(setting=Setting.AUTHORISED, is_emergency=False)
    assert {it.about for it in desk.lifting.missing} == {"authorisation_holder", "supervisory_authority"}
    with pytest.raises(Invalid) as error:
        desk.notice(NoticeKind.SPONSOR)
    assert fields(error) == {"kind": "not_choice"}
    desk.notice(NoticeKind.AUTHORISATION_HOLDER)
    desk.notice(NoticeKind.SUPERVISORY_AUTHORITY)
    assert desk.lifting.state is DossierState.READY
