"""Validation of a method: measurements handed in whole, held against the plan, signed, and the report kept."""

from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.demonstration import site
from config.demonstration.site import PASSWORD, PLANT
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.projections import differences
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import selectors as people
from qc import selectors, services
from qc.rules.stability import ConclusionRefusal, Pull, StudyView
from qc.rules.subjects import StudyKind, StudyState
from tests.qc.given import Laboratory
from tests.qc.rules.validation_study_given import CONTENT, table

pytestmark = pytest.mark.django_db


def file(seed: int = 1, **more: Any) -> bytes:
    lines = table(seed, **more)
    head = list(lines[0])
    rows = [",".join(head), *(",".join(line.get(key, "") for key in head) for line in lines)]
    return ("\n".join(rows) + "\n").encode()


@pytest.fixture
def planned(lab: Laboratory) -> Laboratory:
    lab.player.demo.now = lab.player.now
    site.document(lab.player.demo, "validation_plan", "VP-IFNG", "Validation of IFN-gamma", CONTENT)
    lab.player.wait(minutes=1)
    return lab


def begin(lab: Laboratory) -> StudyView:
    about = {"kind": "validation_plan", "plan": "VP-IFNG", "site": PLANT}
    return services.begin_study(**about, **lab.doing("Leo"))


def hand_in(lab: Laboratory, study: StudyView, data: bytes, by: str = "Ana", **more: Any) -> Any:
    return services.hand_in_measurements(study=study.code, data=data, **(lab.doing(by) | more))


def test_a_method_is_validated_from_plan_to_signed_report(planned, settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path
    lab, study, request_id = planned, begin(planned), uuid4()
    assert (study.kind, study.title, study.containers) == (StudyKind.VALIDATION, CONTENT["title"], ())
    for _again in range(2):
        assert hand_in(lab, study, file(), request_id=request_id).is_done
    with pytest.raises(Conflict, match="request_id_used"):
        hand_in(lab, study, file(2), request_id=request_id)
    found = selectors.study(study.code)
    assert found.measured["rows"] == len(table())
    assert found.conclusion["outcome"] == "met"
    first = found.conclusion
    assert hand_in(lab, study, file(2)).is_done
    assert selectors.study(study.code).conclusion != first, "a later file takes the place of the first"
    ledger_services.seal(now=lab.player.now, using="default")
    assert lab.conclude(study).is_done
    assert selectors.study(study.code).state is StudyState.CONCLUDED
    (signed,) = people.signatures("study", study.code)
    report = selectors.study_report(signed)
    assert report.startswith(b"%PDF")
    point = ledger.latest_checkpoint()
    for number, page in enumerate(pypdfium2.PdfDocument(report)):
        said = page.get_textpage().get_text_range()
        assert f"ledger: {point.size} entries, root {point.root.hex()[:16]}" in said, f"page {number + 1}"
    events = [it.event for it in ledger.entries_for_subject("study", study.code)]
    assert events.count("qc:measurements:handed_in") == 2
    assert events[-1] == "qc:study:concluded"
    assert list(differences("default")) == []
    with pytest.raises(Conflict, match="study_closed"):
        hand_in(lab, study, file())


def test_a_faulty_file_is_not_taken_at_all(planned):
    lab, study = planned, begin(planned)
    before = len(ledger.entries_for_subject("study", study.code))
    for data in (b"", b"level;value", file() + b"50,,,,,1,x\n", file() + file()):
        answer = hand_in(lab, study, data)
        assert not answer.is_done
        assert answer.faults
    found = selectors.study(study.code)
    assert (found.measured, found.conclusion) == ({}, {})
    assert len(ledger.entries_for_subject("study", study.code)) == before


def test_who_hands_in_and_who_concludes(planned):
    lab, study = planned, begin(planned)
    for who in ("Leo", "Bob", "Olga"):
        with pytest.raises(NotAllowed):
            hand_in(lab, study, file(), by=who)
    assert lab.conclude(study).refusals == (ConclusionRefusal.NOTHING_MEASURED,)
    with pytest.raises(Conflict, match="nothing_measured"):
        services.preview_report(study=study, now=lab.player.now)
    with pytest.raises(NotFound):
        services.hand_in_measurements(study="NONE", data=file(), **lab.doing("Ana"))
    pull = Pull("RT", "H0", lab.player.now, ("X",))
    with pytest.raises(Conflict, match="study_of_another_kind"):
        services.record_pull(study=study.code, pull=pull, **lab.doing("Ana"))
    hand_in(lab, study, file())
    with pytest.raises(NotAllowed):
        lab.conclude(study, by="Ana")
    with pytest.raises(NotAllowed, match="credential_refused"):
        lab.conclude(study, **lab.wrong_password("Leo"))


def url(name: str, study: StudyView) -> str:
    return reverse(f"qc:{name}", args=[study.code])


def upload(data: bytes) -> dict[str, Any]:
    return {"request_id": str(uuid4()), "file": SimpleUploadedFile("m.csv", data, "text/csv")}


def test_a_validation_on_its_pages(planned, as_):
    study = begin(planned)
    ana, leo = as_("Ana"), as_("Leo")
    page = ana.get(url("study", study)).content.decode()
    assert "Nothing was measured yet." in page
    assert "Gauge R&amp;R" in page
    assert ana.get(url("validation_template", study)).content.startswith(b"level,sample,")
    assert ana.get(url("validation_report", study)).status_code == 409
    wrong = ana.post(url("hand_in_measurements", study), upload(file() + b"50,,,,,1,x\n"))
    assert wrong.status_code == 422
    assert "Nothing was taken" in wrong.content.decode()
    done = ana.post(url("hand_in_measurements", study), upload(file()), follow=True).content.decode()
    for said in (
        "All measurements are taken",
        "Intermediate precision",
        "standard deviation in % of the mean",
    ):
        assert said in done
    preview = ana.get(url("validation_report", study))
    assert preview["Content-Type"] == "application/pdf"
    form = {"request_id": str(uuid4()), "password": PASSWORD}
    signed = leo.post(url("conclude_study", study), form, follow=True).content.decode()
    assert "Signed by Leo Marsh" in signed
    assert "as it was signed (PDF)" in signed
    first = ana.get(url("validation_report", study)).content
    assert first == leo.get(url("validation_report", study)).content
    assert as_("Olga").get(url("validation_report", study)).status_code == 404
    assert as_("Olga").post(url("hand_in_measurements", study), upload(file())).status_code == 404
    assert ana.post(url("hand_in_measurements", study), {}).status_code == 422
