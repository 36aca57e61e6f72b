"""Plates: handed in for a run, looked at, and recorded as the one result that they come to."""

import re
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.demonstration import laboratory
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import verify
from qc import selectors, services
from qc.models import Plate
from qc.rules.importing import ImportState
from qc.rules.subjects import SubjectKind, SubjectRef
from tests import given
from tests.qc.given import Laboratory
from tests.qc.plates_given import potency_plate, rows, sheet

METHOD = "M-FLOW"
# SQL statements of the page of all plates, and of the page of one, whose form offers what it may be a result of.
EXPECTED = [14, 60]


@pytest.fixture
def run(lab: Laboratory) -> str:
    """An accepted run of a method that computes a relative potency, in the unit of the criterion CAR."""
    content = laboratory.METHODS[METHOD] | {"calculation": "relative_potency"}
    given.in_effect(lab.player, "method", METHOD, content)
    lab.player.wait(minutes=1)
    return lab.run_for("CAR")


def hand_in(lab: Laboratory, of: str, data: bytes, by: str = "Ana", **more):
    about = {"run": UUID(selectors.run_by_code(of).id), "data": data, "name": "plate.csv"}
    return services.hand_in_plate(**about | lab.doing(by) | more)


def asked(lab: Laboratory, view, **more) -> services.PlateResult:
    evaluated = services.look_at_plate(view).evaluated
    about = {
        "subject": SubjectRef(SubjectKind.BATCH, lab.batch),
        "criterion": "CAR",
        "container": lab.tube,
        "tested_at": lab.player.now,
        "seen": evaluated.digest if evaluated is not None else "",
    }
    return services.PlateResult(**about | more)


def record(lab: Laboratory, view, by: str = "Ana", of=None, **more):
    lab.player.wait(minutes=1)
    return services.record_plate(
        **{"id": UUID(view.id), "asked": of or asked(lab, view)} | lab.doing(by) | more
    )


def test_a_plate_is_kept_looked_at_and_recorded_as_a_result(lab, run):
    data, request = potency_plate(0.3), uuid4()
    view = hand_in(lab, run, data, request_id=request)
    assert hand_in(lab, run, data, request_id=request) == view
    assert ledger.evidence_bytes(UUID(view.evidence)) == data
    looked = services.look_at_plate(view)
    assert looked.is_ready
    assert lab.results == {}, "looking writes nothing"
    request = uuid4()
    of = asked(lab, view)
    result, again = (record(lab, view, request_id=request, of=of) for _twice in range(2))
    assert result.id == again.id
    assert float(result.value) == pytest.approx(100 * looked.evaluated.value, abs=1e-4)
    assert re.fullmatch(r"\d+\.\d{1,4}", result.value)
    assert (result.source_file, result.run, result.analyst) == (view.sha256, run, "Ana Lind")
    assert not result.is_reviewed
    kept = selectors.plate(view.id)
    assert (kept.state, kept.result.id) == (ImportState.RECORDED, result.id)
    assert kept.numbers == dict(looked.evaluated.numbers)
    (entry,) = [
        one for one in ledger.entries_for_subject("plate", view.id) if one.event == "qc:plate:recorded"
    ]
    assert entry.facts["numbers"] == kept.numbers
    assert (entry.facts["value"], entry.facts["batch"]) == (result.value, lab.batch)
    with pytest.raises(Conflict, match="plate_recorded"):
        record(lab, view)
    with pytest.raises(Conflict, match="plate_recorded"):
        services.discard_plate(id=UUID(view.id), **lab.doing("Ana"))
    assert lab.review(result).is_reviewed


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (potency_plate(1, upper=60), "plate_refused"),
        (sheet(*rows("reference", 8.0), "sample,1,2,1"), "plate_refused"),
        (sheet(*rows("reference", 8.0), "sample,1,x,1"), "file_not_clean"),
        (b"nothing\r\n", "file_not_clean"),
    ],
)
def test_what_the_rules_refuse_is_not_recorded(lab, run, data, code):
    view = hand_in(lab, run, data)
    with pytest.raises(Invalid, match=code):
        record(lab, view)
    assert lab.results == {}
    assert selectors.plate(view.id).state is ImportState.READ


@pytest.mark.parametrize(
    ("more", "error", "code"),
    [
        ({"seen": "0" * 64}, Conflict, "plate_changed"),
        ({"criterion": "NONE"}, Invalid, "fields_invalid"),
        ({"criterion": "VCN"}, Invalid, "plate_refused"),
        ({"container": "NO-SUCH"}, Invalid, "fields_invalid"),
        ({"subject": SubjectRef(SubjectKind.BATCH, "B99")}, NotFound, "batch_unknown"),
    ],
)
def test_a_plate_is_recorded_of_what_it_is_of_and_as_it_was_seen(lab, run, more, error, code):
    view = hand_in(lab, run, potency_plate(0.3))
    with pytest.raises(error, match=code):
        record(lab, view, of=replace(asked(lab, view), **more))
    assert lab.results == {}
    assert selectors.plate(view.id).state is ImportState.READ


def test_a_result_that_is_there_is_not_computed_over(lab, run):
    lab.record("CAR")
    view = hand_in(lab, run, potency_plate(0.3))
    with pytest.raises(Conflict, match="result_exists"):
        record(lab, view)


def test_only_analysts_of_the_site_hand_in_record_and_discard(lab, run):
    view = hand_in(lab, run, potency_plate(0.3))
    for who in ("Leo", "Bob", "Olga"):
        with pytest.raises(NotAllowed):
            hand_in(lab, run, potency_plate(0.3), by=who)
        with pytest.raises(NotAllowed):
            record(lab, view, by=who)
        with pytest.raises(NotAllowed):
            services.discard_plate(id=UUID(view.id), **lab.doing(who))


def test_a_plate_is_of_a_run_that_computes_and_was_not_refused(lab, run):
    other = lab.run_for("ENDOTOXIN")
    with pytest.raises(Conflict, match="nothing_to_compute"):
        hand_in(lab, other, potency_plate(1))
    with pytest.raises(NotFound, match="run_unknown"):
        hand_in(lab, run, potency_plate(1), run=uuid4())
    with pytest.raises(Invalid):
        hand_in(lab, run, potency_plate(1), name=" ")
    with pytest.raises(Invalid):
        hand_in(lab, run, potency_plate(1), name="x" * 121)
    request = uuid4()
    hand_in(lab, run, potency_plate(1), request_id=request)
    with pytest.raises(Conflict, match="request_id_used"):
        hand_in(lab, run, potency_plate(1), request_id=request, name="other.csv")


def test_a_discarded_plate_stays_as_evidence(lab, run):
    view, request = hand_in(lab, run, potency_plate(1)), uuid4()
    for _twice in range(2):
        done = services.discard_plate(id=UUID(view.id), **lab.doing("Ana", request))
        assert done.state is ImportState.DISCARDED
    assert ledger.evidence_bytes(UUID(view.evidence))
    with pytest.raises(Conflict, match="plate_discarded"):
        record(lab, view)
    with pytest.raises(NotFound, match="plate_unknown"):
        services.discard_plate(id=uuid4(), **lab.doing("Ana"))


# --- pages -----------------------------------------------------------------------------------------------------------


def upload(client, run: str, data: bytes):
    file = SimpleUploadedFile("plate.csv", data, content_type="text/csv")
    url = reverse("qc:plates", args=[run])
    return client.post(url, {"request_id": str(uuid4()), "file": file})


def test_a_plate_becomes_a_result_on_its_pages(lab, run, as_):
    ana = as_("Ana")
    assert reverse("qc:plates", args=[run]) in ana.get(reverse("qc:run", args=[run])).content.decode()
    page = ana.get(reverse("qc:plates", args=[run])).content.decode()
    assert "Relative potency" in page
    template = ana.get(reverse("qc:plate_template", args=[run]))
    assert template.content.startswith(b"preparation,dose,response,replicate")
    handed = upload(ana, run, potency_plate(0.3))
    assert handed.status_code == 302
    shown = ana.get(handed["Location"]).content.decode()
    assert "Test of parallelism: p" in shown
    assert "Upper confidence limit" in shown
    id = Plate.objects.get().pk
    chart = ana.get(reverse("qc:plate_chart", args=[run, id]))
    assert chart["Content-Type"] == "image/svg+xml"
    assert chart.content.startswith(b"<svg")
    seen = re.search(r'name="seen" value="(\w+)"', shown)[1]
    assert f"{lab.batch}:CAR" in shown
    at = re.search(r'name="tested_at" value="([^"]+)"', shown)[1]
    url = reverse("qc:record_plate", args=[run, id])
    about = {"request_id": str(uuid4()), "of": f"{lab.batch}:CAR", "tested_at": at, "seen": seen}
    assert ana.post(url, about | {"container": ""}).status_code == 422
    wrong = ana.post(url, about | {"container": "NO-SUCH"})
    assert wrong.status_code == 422
    stale = ana.post(url, about | {"container": lab.tube, "seen": "x"})
    assert stale.status_code == 409
    assert "another result than the one that was shown" in stale.content.decode()
    done = ana.post(url, about | {"container": lab.tube})
    assert done.status_code == 302
    assert done["Location"] == reverse("qc:subject", args=["batch", lab.batch])
    found = lab.results["CAR"]
    shown = ana.get(handed["Location"]).content.decode()
    assert found.value in shown
    assert "Record it as a result" not in shown


def test_a_refused_plate_says_why_and_offers_no_recording(lab, run, as_):
    ana = as_("Ana")
    refused = upload(ana, run, potency_plate(1, upper=60))["Location"]
    shown = ana.get(refused).content.decode()
    assert "The curves are not parallel" in shown
    assert "Record it as a result" not in shown
    unread = upload(ana, run, sheet(*rows("reference", 8.0), "sample,0,x,1"))["Location"]
    shown = ana.get(unread).content.decode()
    assert "Row 20, dose" in shown
    assert "Row 20, response" in shown
    assert ana.get(f"{refused}chart.svg").status_code == 200, "what was refused is seen"
    assert ana.get(f"{unread}chart.svg").status_code == 404, "what was not read cannot be drawn"
    url = f"{unread}discard/"
    assert ana.post(url, {}).status_code == 422
    assert ana.post(url, {"request_id": str(uuid4())}).status_code == 302
    assert ana.post(url, {"request_id": str(uuid4())}).status_code == 409


def test_a_criterion_of_another_unit_is_refused_in_words(lab, run, as_):
    ana = as_("Ana")
    handed = upload(ana, run, potency_plate(0.3))["Location"]
    shown = ana.get(handed).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown)[1]
    at = re.search(r'name="tested_at" value="([^"]+)"', shown)[1]
    about = {"of": f"{lab.batch}:IDENTITY", "container": lab.tube, "tested_at": at, "seen": seen}
    url = reverse("qc:record_plate", args=[run, Plate.objects.get().pk])
    answer = ana.post(url, about | {"request_id": str(uuid4())})
    assert answer.status_code == 422
    assert "not reported in a unit that this calculation has" in answer.content.decode()


def test_pages_of_plates_are_those_of_the_site_and_of_runs_that_compute(lab, run, as_):
    view = hand_in(lab, run, potency_plate(1))
    urls = [reverse("qc:plates", args=[run]), reverse("qc:plate", args=[run, view.id])]
    other = lab.run_for("ENDOTOXIN")
    leo, olga = as_("Leo"), as_("Olga")
    for url in urls:
        assert leo.get(url).status_code == 200
        assert olga.get(url).status_code == 404
    assert "Hand in a plate" not in leo.get(urls[0]).content.decode()
    assert "Discard the plate" not in leo.get(urls[1]).content.decode()
    assert upload(leo, run, potency_plate(1)).status_code == 403
    assert leo.get(reverse("qc:plates", args=[other])).status_code == 404
    assert leo.get(reverse("qc:plate", args=[other, view.id])).status_code == 404
    assert leo.get(reverse("qc:plate", args=[run, uuid4()])).status_code == 404


def test_a_page_of_a_plate_costs_the_same_however_many_there_are(lab, run, as_):
    view, ana = hand_in(lab, run, potency_plate(1)), as_("Ana")
    addresses = [reverse("qc:plates", args=[run]), reverse("qc:plate", args=[run, view.id])]

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as spent:
            assert ana.get(address).status_code == 200
        return len(spent)

    assert [cost(address) for address in addresses] == EXPECTED
    for _n in range(3):
        hand_in(lab, run, potency_plate(1))
    assert [cost(address) for address in addresses] == EXPECTED, "with four plates as with one"


def test_plates_are_written_with_the_rights_of_the_application_and_rebuilt_from_entries(lab, run):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE veintrace_app")
        record(lab, hand_in(lab, run, potency_plate(0.3)))
        services.discard_plate(id=UUID(hand_in(lab, run, potency_plate(1)).id), **lab.doing("Ana"))
        cursor.execute("RESET ROLE")
        assert verify(now=lab.player.now, record=False).findings == ()
        cursor.execute("UPDATE qc_plate SET numbers = '{}' WHERE state = 'recorded'")
    (found,) = verify(now=lab.player.now, record=False).findings
    assert (found.table, found.columns) == ("qc.plate", ("numbers",))
