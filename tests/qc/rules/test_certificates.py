"""What a document about a batch says: everything that was found, and nothing that was not."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from coi.rules.batches import Dossier
from people.rules.signatures import Meaning, SignatureState, SignatureView
from qc.rules import certificates as rules
from qc.rules import document_words as words
from qc.rules.certificates import (
    ByDossier,
    Investigated,
    Issue,
    LedgerPoint,
    ReportLine,
    Signed,
    SiteTexts,
    Sources,
)
from qc.rules.criteria import Verdict
from qc.rules.document_tables import number_in, tables
from qc.rules.document_words import DocumentKind
from qc.rules.printed_record import printed_record
from qc.rules.results import AttemptKind, ResultView
from tests.qc.rules import criteria_given as given
from tests.qc.rules.blockers_given import (
    AT,
    BAG,
    BATCH,
    DEVIATION,
    DOSSIER,
    HANDOVERS,
    HOLD,
    OPEN,
    PROTOCOL,
    SPECIFICATION,
    result,
    step,
)

CAR, STERILE, FINAL = SPECIFICATION.criteria
DOSE = replace(CAR, code="DOSE", title="Dose")
DIGEST = "ab" * 32
USED = replace(step("fill"), stock=({"item": "lot:medium", "code": "MED-1"},) * 2, values={"volume": "50"})
FULL: Dossier = replace(
    DOSSIER,
    batch=BATCH,
    containers=(BAG, replace(BAG, id="s1", code="SAM1", kind="sample")),
    steps=(USED, replace(USED, step="freeze")),
    handovers=HANDOVERS[:1],
    holds=(HOLD,),
    deviations=(DEVIATION,),
    labels=(OPEN,),
)
ISSUE = Issue(version=2, at=AT, by="Rosa Quist", reason="misprinted name")


def signed(state: SignatureState = SignatureState.VALID, name: str = "Bob Brandt") -> Signed:
    view = SignatureView("1", 9, name, Meaning.REVIEW, AT, "Europe/Paris", "password", "batch", "B1", DIGEST)
    return Signed(view, state)


def sources(*tested: ReportLine, **more: Any) -> Sources:
    values: dict[str, Any] = {
        "dossier": FULL,
        "disposition": "released",
        "site_name": "Cellworks",
        "zone": "Europe/Amsterdam",
        "tested": tested,
        "signatures": (signed(),),
        "record_digest": DIGEST,
        "checkpoint": LedgerPoint(77, "cd" * 32, AT),
    }
    return Sources(**(values | more))


def found(criterion: str = "CAR", **more: Any) -> ResultView:
    about = {"analyst": "Ana Lind", "reviewer": "Leo Marsh", "reviewed_at": AT, "method_version": 3}
    return replace(result(criterion), **(about | more))


def certificate(*tested: ReportLine, kind: DocumentKind = DocumentKind.COA, **more: Any) -> dict[str, Any]:
    return rules.certificate(kind, sources(*tested, **more), ISSUE)


def test_a_certificate_names_its_batch_and_how_it_stands():
    content = certificate(ReportLine(CAR, "yes", found()))
    assert (content["batch"], content["coi_id"], content["version"]) == ("B1", "CHA999926000001", 2)
    assert content["standing"]["words"] == "Released"
    assert content["issued"]["at"]["shown"] == "2026-03-01 13:00 CET (2026-03-01 12:00 UTC)"
    assert content["signatures"][0]["signed"]["shown"].startswith("2026-03-01 13:00 CET")
    assert content["checkpoint"]["size"] == 77
    assert [bag["code"] for bag in content["bags"]] == ["BAG1"], "a sample is no bag"
    (line,) = content["results"]
    assert (line["limits"], line["method_version"], line["verdict_words"]) == ("yes", 3, "meets")
    assert (line["analyst"], line["reviewer"]) == ("Ana Lind", "Leo Marsh")


@pytest.mark.parametrize(
    ("criterion", "limits"),
    [
        (
            given.dose({"kind": "flat", "decimals": 0} | given.sides(">=60", "<=600")),
            "60 to 600 \u00d710\u2076",
        ),
        (given.dose({"kind": "per_kg"} | given.sides(">=1.0")), "\u2265 1.0 \u00d710\u2076/kg"),
        (
            given.criterion(
                unit="[EU]/mL",
                decimals=1,
                basis="per_kg_hour",
                reported_as="per_ml",
                weight_max_age_days=14,
                high=given.limit("<=5"),
            ),
            "\u2264 5 EU/kg/h",
        ),
    ],
)
def test_a_certificate_prints_the_limits_that_were_judged(criterion, limits):
    line = ReportLine(criterion, words.limits_of(criterion), found())
    assert certificate(line)["results"][0]["limits"] == limits


@pytest.mark.parametrize(
    ("disposition", "watermark"),
    [
        ("released", ""),
        ("conditionally_released", "CONDITIONAL RELEASE"),
        ("exceptionally_released", "OUT OF SPECIFICATION"),
        ("rejected", "REJECTED"),
        ("qa_review", ""),
        ("testing", ""),
    ],
)
def test_the_watermark_follows_the_decision(disposition, watermark):
    standing = certificate(disposition=disposition)["standing"]
    assert standing["watermark"] == watermark
    is_usable = disposition.endswith("released")
    assert ("must not be used" in standing["statement"]) == (not is_usable)


def test_what_is_issued_of_which_decision():
    assert words.ISSUED_OF[DocumentKind.RFI] == {
        "released",
        "conditionally_released",
        "exceptionally_released",
    }
    assert "rejected" in words.ISSUED_OF[DocumentKind.COA]
    assert not any("testing" in ready or "qa_review" in ready for ready in words.ISSUED_OF.values())


def test_what_is_pending_and_what_fails_is_said_in_the_head():
    content = certificate(
        ReportLine(CAR, "yes", found(verdict=Verdict.FAIL)),
        ReportLine(STERILE, "yes", found("STERILE")),
        ReportLine(FINAL, "yes"),
        disposition="conditionally_released",
    )
    assert (content["pending"], content["failing"]) == (["final"], ["car"])
    assert [line["verdict_words"] for line in content["results"]] == ["DOES NOT MEET", "meets", "pending"]
    assert content["results"][2]["method"] == FINAL.method, "the method of what is pending is known already"


def test_what_is_pending_says_when_it_is_expected():
    content = certificate(ReportLine(FINAL, "yes"), expected={"FINAL": AT})
    assert content["pending"] == ["final, expected by 2026-03-01 13:00 CET (2026-03-01 12:00 UTC)"]


def test_an_exceptional_release_names_its_dossier():
    by = ByDossier("XR-26-00001", ("CAR",), AT, AT + timedelta(hours=1))
    for kind in (DocumentKind.COA, DocumentKind.RFI):
        tested = (ReportLine(CAR, "yes", found()), ReportLine(STERILE, "yes", found()))
        said = certificate(*tested, kind=kind, exceptional=by)["exceptional"]
        assert (said["dossier"], said["not_met"]) == ("XR-26-00001", [CAR.title])
        assert said["decided"]["shown"].startswith("2026-03-01 14:00 CET")
    assert certificate()["exceptional"] is None


def test_a_test_that_was_not_done_is_neither_passed_nor_pending():
    content = certificate(
        ReportLine(CAR, "yes", found(value="not tested: sample_lost", verdict=Verdict.NOT_JUDGED))
    )
    (line,) = content["results"]
    assert (line["not_tested"], line["verdict"], line["verdict_words"]) == (
        "sample lost",
        "",
        "not tested",
    )
    assert (content["pending"], content["failing"]) == ([], [])


def test_the_original_stays_in_view_beside_a_correction_and_a_retest():
    first = found(is_current=False, value="no", verdict=Verdict.FAIL)
    second = found(version=2, value="yes", reason="transcription", reference="LAB-1")
    retest = found(attempt=2, attempt_kind=AttemptKind.RETEST)
    (line,) = certificate(ReportLine(CAR, "yes", second, (first, retest)))["results"]
    assert line["is_changed"]
    assert [(o["value"], o["attempt_kind"]) for o in line["others"]] == [
        ("no", "original"),
        ("yes", "retest"),
    ]
    assert (line["reason"], line["reference"]) == ("transcription", "LAB-1")
    (plain,) = certificate(ReportLine(CAR, "yes", found(), (retest,)))["results"]
    assert not plain["is_changed"], "a retest changes nothing that was entered"


def test_a_signature_that_no_longer_fits_is_shown_as_such():
    content = certificate(signatures=(signed(SignatureState.INVALID),), has_changed_since=True)
    assert content["signatures"][0]["state"] == "invalid"
    assert content["record"]["has_changed_since"]


def test_a_release_for_infusion_has_the_dose_and_no_laboratory():
    both = (ReportLine(CAR, "yes", found()), ReportLine(DOSE, "≥ 2", found("DOSE", value="2.1")))
    texts = SiteTexts("below -150 °C", "thaw at the bedside")
    content = certificate(*both, kind=DocumentKind.RFI, texts=texts)
    assert [one["value"] for one in content["dose"]] == ["2.1"]
    assert "results" not in content
    assert (content["storage"], content["handling"]) == ("below -150 °C", "thaw at the bedside")


@pytest.mark.parametrize(
    ("code", "is_one"), [("DOSE", True), ("DOSE_CD8", True), ("DOSES", False), ("CAR", False)]
)
def test_which_criterion_is_a_dose(code, is_one):
    assert rules.is_dose(replace(CAR, code=code)) is is_one


def test_the_batch_record_tells_what_was_done():
    content = printed_record(sources(ReportLine(CAR, "yes", found())), ISSUE)
    assert content["kind"] == "batch_record"
    (fill, _freeze) = content["steps"]
    assert (fill["step"], fill["performer"], fill["witness"]) == ("fill", "Alice", "Amir")
    assert fill["containers"] == ["BAG1"]
    assert fill["stock"] == ["lot medium MED-1"], "both people scanned it; it was used once"
    assert fill["values"] == [{"name": "volume", "value": "50"}]
    assert content["stock"] == [{"item": "lot medium MED-1", "steps": ["fill", "freeze"]}]
    assert len(content["handovers"]) == len(content["holds"]) == len(content["deviations"]) == 1
    assert content["labels"][0]["issued"] == 1
    assert not content["labels_add_up"]


def test_the_batch_record_names_values_and_gives_their_units_as_its_protocol_does():
    values = {"temperature": "4.6", "seal": "intact", "forgotten": "7"}
    dossier = replace(FULL, steps=(replace(USED, step="receive_collection", values=values),))
    content = printed_record(replace(sources(), dossier=dossier, steps=PROTOCOL), ISSUE)
    (received,) = content["steps"]
    assert received["step"] == "Receive at the manufacturer"
    assert [(it["name"], it["value"]) for it in received["values"]] == [
        ("forgotten", "7"),
        ("Seal", "intact"),
        ("Temperature on arrival", "4.6 °C"),
    ]
    assert content["stock"] == [{"item": "lot medium MED-1", "steps": ["Receive at the manufacturer"]}]


@pytest.mark.parametrize(
    ("version", "corrections", "is_changed"), [(1, 0, False), (2, 0, True), (1, 1, True)]
)
def test_whether_anything_was_changed_since_it_was_entered(version, corrections, is_changed):
    content = printed_record(
        sources(ReportLine(CAR, "yes", found(version=version)), corrections=corrections), ISSUE
    )
    assert content["changed"]["is_changed"] is is_changed
    assert content["changed"]["results"] == (["car"] if version > 1 else [])


def test_investigations_are_named():
    content = certificate(investigations=(Investigated("OOS-1", "CAR", "closed", "confirmed"),))
    assert content["investigations"][0]["outcome"] == "confirmed"


def test_the_digest_is_that_of_the_json():
    content = certificate(ReportLine(CAR, "yes", found()))
    data = rules.content_bytes(content)
    assert rules.content_digest(content) == sha256(data).hexdigest()
    assert json.loads(data)["batch"] == "B1"
    other = certificate(ReportLine(CAR, "yes", found(value="no")))
    assert rules.content_digest(other) != rules.content_digest(content)


def test_the_address_leads_to_the_version():
    assert rules.address_of("B1", "coa", 3, DIGEST) == f"/batches/B1/documents/coa/3/?d={DIGEST[:16]}"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("92.4", Decimal("92.4")),
        ("-3", Decimal(-3)),
        ("0", Decimal(0)),
        ("2.10", Decimal("2.10")),
        ("123456789012345", Decimal(123456789012345)),
        ("1234567890123456", None),
        ("<0.5", None),
        (">95", None),
        ("007", None),
        ("", None),
        ("1e5", None),
        ("=1+1", None),
        ("٣", None),
        ("yes", None),
    ],
)
def test_what_is_a_number_in_a_spreadsheet(text, number):
    assert number_in(text) == number


def test_the_tables_hold_the_values_of_the_content():
    content = printed_record(
        sources(ReportLine(CAR, "≥ 10", found(value="<0.5"), (found(value="26.0", is_current=False),))), ISSUE
    )
    made = {table.name: table for table in tables(json.loads(rules.content_bytes(content)), DIGEST)}
    results = made["Results"]
    rows = [dict(zip(results.columns, row, strict=True)) for row in results.rows]
    assert [(row["Counts"], row["Result"]) for row in rows] == [("yes", "<0.5"), ("no", Decimal("26.0"))]
    assert rows[0]["Limits"] == "≥ 10"
    facts = dict(made["Document"].rows)
    assert facts["Batch"] == "B1"
    assert facts["Changed since the original entry"] == "no"
    assert facts["Content of this document (SHA-256)"] == DIGEST
    assert list(made) == [
        *("Document", "Bags", "Results", "Deviations", "Investigations", "Steps", "Hand-overs", "Holds"),
        *("Labels", "Stock used", "Signatures"),
    ]
    steps = made["Steps"]
    assert dict(zip(steps.columns, steps.rows[0], strict=True))["Values"] == "volume: 50"
