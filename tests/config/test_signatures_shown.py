"""Every form of a signed record shows the printed name, the time with its zone, the meaning, and INVALID."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from cpv.rules.programme import report_sections, report_tables
from cpv.rules.programme.report import Signer
from fmea.api.worksheet_serializers import SignedSerializer
from fmea.forms.answers import version_answer
from fmea.rules import report as worksheet_report
from people.rules.documents import DocumentState, DocumentVersionView
from people.rules.signatures import Meaning, SignatureState, SignatureView
from qc.rules import certificates

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONE = "America/New_York"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Where a signature is written out; everything else includes one of these, or draws with one of the frames.
PAGES = {
    "people/_signature.html",
    "people/document.html",
    "qc/_signed.html",
    "fmea/versions.html",
}
# Of what is agreed on now alone, so that nothing else is shown there; and a decision by its own digest.
CURRENT_ONLY = {"fmea/round.html"}


def signature(digest: str = "a" * 64) -> SignatureView:
    """Of somebody in New York."""
    return SignatureView(
        id="1",
        signer_id=7,
        printed_name="Nora Name",
        meaning=Meaning.APPROVAL,
        signed_at=NOON,
        zone=ZONE,
        auth="password",
        record_kind="document_version",
        record_id="1",
        record_digest=digest,
    )


def version() -> DocumentVersionView:
    """What was signed."""
    return DocumentVersionView(
        id="1",
        kind="fmea",
        code="F1",
        version=1,
        schema=1,
        content={},
        digest="a" * 64,
        state=DocumentState.EFFECTIVE,
        effective_from=NOON,
    )


@dataclass(frozen=True)
class Form:
    """A form of a signed record: what it says of a signature, and whether that is marked as not standing."""

    name: str
    valid: Any
    invalid: Any


def forms() -> list[Form]:
    """Certificates and batch records, reports of the process, printed worksheets, and the API."""
    good, bad = Signer("Nora Name", "approval", NOON), Signer("Nora Name", "approval", NOON, is_valid=False)
    one, other = (report_sections._signer(it, ZONE) for it in (good, bad))
    printed = [worksheet_report.Signed("Nora Name", "approval", NOON, it) for it in (True, False)]
    judged = [certificates.Signed(signature(), it) for it in (SignatureState.VALID, SignatureState.INVALID)]
    answers = [version_answer(version(), [signature(it * 64)])["signatures"][0] for it in ("a", "b")]
    return [
        Form("certificate", *(certificates._signature(it) for it in judged)),
        Form("report of the process", one, other),
        Form("table of the report", report_tables._signer(one), report_tables._signer(other)),
        Form("printed worksheet", *(worksheet_report._signed(it, ZONE) for it in printed)),
        Form("API of worksheets", *answers),
    ]


@pytest.mark.requirement("URS-SIG-01")
@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_every_printout_and_answer_says_who_when_as_what_and_whether_it_stands(form: Form) -> None:
    said = str(form.valid)
    assert "Nora Name" in said
    assert "approval" in said.lower()
    assert "2026-03-02" in said or "datetime" in said
    assert "EST" in said or ZONE in said, "the zone is named"
    assert form.valid != form.invalid
    assert re.search("is_valid': False|INVALID|invalid", str(form.invalid))


def test_the_api_names_the_zone_and_whether_it_stands() -> None:
    assert set(SignedSerializer().fields) == {"name", "meaning", "signed_at", "zone", "is_valid"}


@pytest.mark.requirement("URS-SIG-01")
def test_every_page_that_writes_a_signature_says_all_of_it() -> None:
    showing = {
        str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8")
        for path in TEMPLATES.rglob("*.html")
        # a checkpoint is signed by the log, and by nobody in person
        if "signed_at" in path.read_text(encoding="utf-8").replace("checkpoint.signed_at", "")
    }
    assert set(showing) == PAGES | CURRENT_ONLY
    for name, text in showing.items():
        assert "printed_name" in text, name
        assert "meaning" in text, name
        assert re.search(r"signed_at\|moment:[a-z.]*zone", text), name
        assert "INVALID" in text or name in CURRENT_ONLY, name


@pytest.mark.parametrize("name", ["qc/_frame.typ", "fmea/worksheet.typ", "cpv/report.typ"])
def test_every_paper_says_invalid(name: str) -> None:
    assert "INVALID" in (TEMPLATES / name).read_text(encoding="utf-8")
