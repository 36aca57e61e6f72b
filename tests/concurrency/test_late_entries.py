"""Late entries that two stations make at the same instant."""

from datetime import timedelta
from uuid import UUID, uuid4

from coi.models import Check, StepRecord
from ledger import services as ledger_services
from tests import given
from tests.coi import late_given
from tests.concurrency.at_once import at_once
from tests.concurrency.test_scans import another_station, request
from tests.furnished import Journeys


def test_a_late_entry_is_made_once_however_often_it_is_sent(live_journeys: Journeys) -> None:
    j, p = live_journeys, live_journeys.bedside
    another_station(j, "NBED2", "NBED")
    scans, done = (p.wristband, p.label("product_bag")), p.now + timedelta(minutes=1)
    p.wait(hours=1)
    begin = {
        "step": "bedside",
        "late": late_given.claim(done),
        "late_words": late_given.WORDS,
        "scan_id": uuid4(),
    }
    pin = j.demo.member("Ines").pin
    answers = at_once([request(j, "NBED", "Ines", *scans, **begin | {"pin": pin}) for _ in range(2)])
    assert answers[0] == answers[1]
    (check,) = Check.objects.filter(order__coi_id=p.coi_id, step="bedside")
    p.wait(minutes=1)
    again = {"step": "bedside", "check": UUID(answers[0]["check"])}
    second = [
        request(j, station, name, *scans, pin=j.demo.member(name).pin, **again)
        for station, name in (("NBED", "Ivan"), ("NBED2", "Ivan"))
    ]
    outcomes = sorted(answer["outcome"] for answer in at_once(second))
    assert outcomes == ["accepted", "refused"]
    record = StepRecord.objects.get(order__coi_id=p.coi_id, step="bedside")
    assert (record.check_ref_id, record.performed_at) == (check.pk, done)
    ledger_services.seal(now=given.now(), using="default")
    assert ledger_services.verify(now=given.now(), record=False).findings == ()
