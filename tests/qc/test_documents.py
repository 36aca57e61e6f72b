"""Issued documents: what is on the paper, that it never changes, and who may issue and see what."""

import copy
import io
import json
import re
from hashlib import sha256
from urllib.parse import urlsplit
from uuid import uuid4

import pypdfium2
import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings
from django.urls import resolve, reverse
from openpyxl import load_workbook

from config.demonstration.site import PASSWORD, SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from people.rules.roles import Role
from qc import selectors, services
from qc.rules.document_words import DocumentKind
from qc.services import documents as issuing
from qc.services.drawing_documents import draw_document
from tests import paper
from tests.qc.given import Laboratory

pytestmark = pytest.mark.django_db

COA, RFI, RECORD = DocumentKind.COA, DocumentKind.RFI, DocumentKind.BATCH_RECORD


@pytest.fixture(scope="module")
def in_review(filled, django_db_blocker, tmp_path_factory):
    """The filled batch with all results in, one of them corrected, handed to quality; and a checkpoint.

    The checkpoint's file has a folder of its own: it outlives the transaction, and no other test may find it.
    """
    folder = override_settings(CHECKPOINT_DIR=tmp_path_factory.mktemp("checkpoints"))
    with django_db_blocker.unblock(), folder, transaction.atomic():
        filled.test_all()
        view = filled.view()
        old = next(line.result for line in view.lines if line.criterion.code == "CAR")
        filled.review(filled.correct(old, "30.10"))
        filled.look_over()
        assert services.submit_for_review(batch=filled.batch, **filled.doing("Leo")).is_done
        ledger_services.seal(now=filled.player.now, using="default")
        yield filled
        transaction.set_rollback(True)


@pytest.fixture
def lab(in_review, db) -> Laboratory:
    return copy.deepcopy(in_review)


@pytest.fixture
def released(lab) -> Laboratory:
    """Let go while the last reading of the culture is pending, as such products are."""
    assert lab.sign_review().is_done
    assert lab.release_conditionally().is_done
    return lab


def issue(lab: Laboratory, kind: DocumentKind = COA, by: str = "Rosa", **more):
    return services.issue_document(**({"batch": lab.batch, "kind": kind} | lab.doing(by) | more))


def text_of(pdf: bytes) -> list[str]:
    """What is written on each page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s|\u200b|\ufffe|\u0002", "", text)


@pytest.mark.parametrize("kind", DocumentKind)
def test_what_is_issued_says_one_thing_in_three_forms(released, kind):
    issued = issue(released, kind).document
    pdf, data, sheet = (selectors.issued_file(issued, form) for form in ("pdf", "json", "xlsx"))
    content = json.loads(data)
    assert sha256(data).hexdigest() == issued.digest
    pages = text_of(pdf)
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert content["coi_id"] in squeezed(page)
    whole = squeezed("".join(pages))
    book = load_workbook(io.BytesIO(sheet))
    facts = {row[0].value: row[1].value for row in book["Document"].iter_rows(min_row=2)}
    checkpoint = ledger.latest_checkpoint()
    for said in (issued.digest, checkpoint.root.hex(), content["record"]["digest"], content["batch"]):
        assert said in whole
        assert said in facts.values()
    assert f"{checkpoint.size}entries" in whole
    for signature in content["signatures"]:
        assert squeezed(signature["name"]) in whole
        assert squeezed(signature["meaning_words"]) in whole
        assert squeezed(signature["signed"]["shown"]) in whole
    lines = content.get("results") or content["dose"]
    rows = list(book["Results" if "results" in content else "Dose"].iter_rows(min_row=2, values_only=True))
    told = [found for line in lines for found in (line, *line["others"])]
    assert len(told) == len(rows) > 0
    for found, row in zip(told, rows, strict=True):
        assert squeezed(found["value"]) in whole
        assert str(row[5] or "") in (found["value"], found["value"].rstrip("0").rstrip("."))


def test_numbers_are_numbers_only_where_they_are(released):
    book = load_workbook(io.BytesIO(selectors.issued_file(issue(released).document, "xlsx")))
    sheet = book["Results"]
    assert sheet.freeze_panes == "A2"
    rows = {(row[0].value, row[4].value): row for row in sheet.iter_rows(min_row=2)}
    car, endotoxin = rows["CAR", "yes"], rows["ENDOTOXIN", "yes"]
    assert (car[5].value, car[5].number_format, car[6].value) == (30.1, "0.00", "%")
    assert (endotoxin[5].value, endotoxin[5].data_type, endotoxin[6].value) == ("<0.05", "s", "EU/mL")
    assert rows["CAR", "no"][5].value == 26


def test_the_symbol_leads_to_the_version_and_tells_a_forgery(released, client_of):
    issued = issue(released).document
    (mark,) = paper.marks(selectors.issued_file(issued, "pdf"))
    assert mark.symbology == "data_matrix"
    assert mark.text == f"/batches/{released.batch}/documents/coa/1/?d={issued.digest[:16]}"
    match = resolve(urlsplit(mark.text).path)
    assert (match.view_name, match.kwargs["version"]) == ("qc:document", 1)
    ana = client_of("Ana")
    assert "issued here" in ana.get(mark.text).content.decode()
    for digest in ("0" * 16, "", issued.digest[:4]):
        assert "not what was issued" in ana.get(f"{mark.text[:-16]}{digest}").content.decode()


def test_a_plain_release_has_no_watermark_and_a_preview_says_what_it_is(released):
    conditional = text_of(selectors.issued_file(issue(released).document, "pdf"))
    assert all("CONDITIONAL RELEASE" in page for page in conditional)
    released.finish_cultures()
    assert released.sign_review().is_done
    assert released.complete().is_done
    plain = text_of(selectors.issued_file(issue(released, reason="complete").document, "pdf"))
    assert not any("PREVIEW" in page or "CONDITIONAL" in page for page in plain)
    view = released.view("Ana")
    seen = services.preview_document(
        view=view, kind=COA, viewer=released.person("Ana"), now=released.player.now
    )
    assert all("PREVIEW" in page for page in text_of(seen))
    assert paper.marks(seen) == []


def test_whoever_infuses_reads_the_signatures_that_count(lab):
    assert lab.sign_review().is_done
    found = next(line.result for line in lab.view().lines if line.criterion.code == "CAR")
    lab.review(lab.correct(found, "30.2"))
    assert lab.look_over() == ()
    assert lab.sign_review().is_done, "over the record as it is now"
    assert lab.release_conditionally().is_done
    coa, rfi = ("".join(text_of(selectors.issued_file(issue(lab, k).document, "pdf"))) for k in (COA, RFI))
    said = "INVALID: the record changed since"
    assert (coa.count(said), rfi.count(said)) == (1, 0)
    assert rfi.count("fits the record") == 2


@pytest.mark.parametrize(
    ("disposition", "words"),
    [("conditionally_released", "CONDITIONAL RELEASE"), ("exceptionally_released", "OUT OF SPECIFICATION")],
)
def test_a_release_that_is_not_plain_says_so_across_every_page(released, disposition, words):
    view = released.view()
    sources = selectors.document_sources(view, released.player.now)
    from dataclasses import replace

    from qc.rules.certificates import Issue

    issue_of = Issue(1, released.player.now, "Rosa")
    content = issuing.content_of(RECORD, replace(sources, disposition=disposition), issue_of)
    pdf = draw_document(content, issue_of)
    pages = text_of(pdf)
    assert len(pages) > 1
    # across the page, and in the band of its head
    assert all(page.count(words) >= 2 for page in pages)
    assert "Pending: Sterility, final (day 14)" in pages[0]
    assert len(paper.marks(pdf)) == 1, "what lies across the page hides nothing"


def test_another_version_needs_a_reason_and_the_first_stays(released):
    first = issue(released).document
    files = {form: selectors.issued_file(first, form) for form in ("pdf", "json", "xlsx")}
    with pytest.raises(Invalid) as refused:
        issue(released, reason="  ")
    assert refused.value.detail["fields"] == {"reason": "empty"}
    with pytest.raises(Invalid):
        issue(released, reason="x" * 201)
    second = issue(released, by="Bob", reason="a name was misspelt").document
    assert (second.version, second.reason, second.issued_by) == (2, "a name was misspelt", "Bob Brandt")
    shown = selectors.issued_documents(released.batch)
    assert [one.version for one in shown] == [2, 1]
    for form, data in files.items():
        assert selectors.issued_file(shown[1], form) == data
    assert "a name was misspelt" in text_of(selectors.issued_file(second, "pdf"))[0]


def test_the_same_request_issues_once(released):
    request = uuid4()
    first, again = (issue(released, request_id=request) for _ in range(2))
    assert first == again
    assert len(selectors.issued_documents(released.batch)) == 1
    with pytest.raises(Conflict):
        issue(released, RFI, request_id=request)
    entries = ledger.entries_for_subject("batch", released.batch)
    (entry,) = [one for one in entries if one.event == "qc:document:issued"]
    assert entry.facts["sha256_json"] == first.document.digest


def test_nothing_is_issued_before_the_decision(lab):
    request = uuid4()
    for kind in DocumentKind:
        assert issue(lab, kind).refusal == "document_undecided"
    assert issue(lab, request_id=request) == issue(lab, request_id=request)
    assert selectors.issued_documents(lab.batch) == ()
    events = [one.event for one in ledger.entries_for_subject("batch", lab.batch)]
    assert events.count("qc:issue:refused") == 4


def test_a_rejected_batch_has_a_certificate_that_says_so_and_never_goes_to_the_bedside(lab):
    from qc.rules.results import RejectionReason

    lab.sign_review()
    services.reject_batch(batch=lab.batch, reason=RejectionReason.DEVIATION, **lab.signing("Rosa"))
    assert issue(lab, RFI).refusal == "document_not_infusible"
    issued = issue(lab).document
    assert issued.watermark == "REJECTED"
    assert all("REJECTED" in page for page in text_of(selectors.issued_file(issued, "pdf")))


def test_what_changed_while_it_was_drawn_is_not_issued(released, monkeypatch):
    from config.demonstration import story

    honest = issuing.draw_document

    def slow(*args, **more):
        story.ship(released.player)
        return honest(*args, **more)

    monkeypatch.setattr(issuing, "draw_document", slow)
    with pytest.raises(Conflict) as refused:
        issue(released)
    assert refused.value.code == "document_overtaken"
    assert selectors.issued_documents(released.batch) == ()


def test_a_character_that_no_font_has_is_refused_and_nothing_is_kept(released):
    issue(released)
    with pytest.raises(Conflict) as refused:
        issue(released, reason="漢字")
    assert refused.value.code == "document_not_drawable"
    assert len(selectors.issued_documents(released.batch)) == 1


@pytest.mark.parametrize("who", ["Ana", "Leo", "Alice", "Iris"])
def test_only_quality_issues(released, who):
    with pytest.raises(NotAllowed):
        issue(released, by=who)


def test_the_batch_record_says_what_was_changed(released):
    content = json.loads(selectors.issued_file(issue(released, RECORD).document, "json"))
    assert content["changed"]["is_changed"]
    assert len(content["changed"]["results"]) == 1
    (car,) = [one for one in content["results"] if one["criterion"] == "CAR"]
    assert [one["value"] for one in car["others"]] == ["26.0"]
    assert len(content["steps"]) > 10
    assert content["stock"]


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def client_of(lab):
    """A browser in which somebody is signed in, at the time of the story."""
    with time_machine.travel(lab.player.now, tick=False) as clock:

        def sign_in(first_name: str) -> Client:
            clock.move_to(lab.player.now)
            client = Client()
            assert client.login(username=lab.member(first_name).username, password=PASSWORD)
            return client

        yield sign_in


def test_quality_issues_from_the_page_and_everybody_there_may_read(released, client_of):
    rosa, ana = client_of("Rosa"), client_of("Ana")
    action = released.url("issue_document", "coa")
    assert action in rosa.get(released.url("documents")).content.decode()
    assert action not in ana.get(released.url("documents")).content.decode()
    sent = {"request_id": str(uuid4())}
    assert ana.post(action, sent).status_code == 403
    assert rosa.post(action, sent).status_code == 302
    assert rosa.post(action, sent).status_code == 302, "the same request once"
    again = rosa.post(action, {"request_id": str(uuid4())})
    assert again.status_code == 422
    assert "required" in again.content.decode()
    assert rosa.post(action, {"request_id": str(uuid4()), "reason": "typo"}).status_code == 302
    shown = ana.get(released.url("documents")).content.decode()
    assert "because: typo" in shown
    for form in ("pdf", "json", "xlsx"):
        address = released.url("document_file", "coa", 1, form)
        assert address in shown
        first, second = (ana.get(address) for _ in range(2))
        assert first.content == second.content
        assert f"{released.batch}-coa-1.{form}" in first["Content-Disposition"]


def test_before_the_decision_there_is_a_preview_alone(lab, client_of):
    rosa = client_of("Rosa")
    shown = rosa.get(lab.url("documents")).content.decode()
    assert "before the batch is decided" in shown
    assert lab.url("issue_document", "coa") not in shown
    forced = rosa.post(lab.url("issue_document", "coa"), {"request_id": str(uuid4())})
    assert forced.status_code == 200
    assert "Refused, and recorded" in forced.content.decode()
    for kind in DocumentKind:
        answer = rosa.get(lab.url("preview_document", kind))
        assert answer["Content-Type"] == "application/pdf"
        assert "must not be used" in text_of(answer.content)[0].replace("\r\n", " ")


def test_whoever_treats_the_patient_reads_what_goes_with_the_product(released, client_of):
    for kind in DocumentKind:
        assert issue(released, kind).document is not None
    coa, rfi, record = (released.url("document_file", kind, 1, "pdf") for kind in DocumentKind)
    ines = client_of("Ines")
    page = ines.get(released.url("documents")).content.decode()
    for one in (coa, rfi):
        assert ines.get(one).status_code == 200
        assert one in page
    assert ines.get(record).status_code == 404
    assert record not in page
    assert "Preview" not in page
    assert ines.get(released.url("preview_document", "rfi")).status_code == 404
    journey = ines.get(reverse("coi:journey", args=[released.player.coi_id])).content.decode()
    assert released.url("documents") in journey
    for stranger in ("Nora", "Pia", "Carol"):
        assert client_of(stranger).get(released.url("documents")).status_code == 404


def test_strangers_and_wrong_addresses_find_nothing(released, client_of):
    issue(released)
    file = released.url("document_file", "coa", 1, "pdf")
    addresses = [released.url("documents"), released.url("document", "coa", 1), file]
    addresses.append(released.url("preview_document", "coa"))
    nurse = released.player.one(Role.NURSE, SECOND).name.split()[0]
    for who in (nurse, "Dave"):
        stranger = client_of(who)
        for address in addresses:
            assert stranger.get(address).status_code == 404
        assert stranger.post(released.url("issue_document", "coa"), {}).status_code == 404
    ana = client_of("Ana")
    for address in addresses:
        assert ana.get(address).status_code == 200
        assert Client().get(address).status_code == 302
    for wrong in (("coa", 2, "pdf"), ("coa", 1, "exe"), ("x", 1, "pdf")):
        assert ana.get(released.url("document_file", *wrong)).status_code == 404
    assert ana.get(released.url("preview_document", "x")).status_code == 404
    assert ana.post(released.url("issue_document", "x"), {}).status_code == 404
