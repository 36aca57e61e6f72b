"""Findings as values."""

from ledger.rules import Finding, FindingKind


def test_a_finding_says_and_keeps_what_it_names() -> None:
    finding = Finding(FindingKind.ALTERED, "entry 7", "it differs", entry_id=7, columns=("a", "b"))
    assert str(finding) == "altered: entry 7: it differs"
    assert finding.as_plain() == {
        "kind": "altered",
        "where": "entry 7",
        "detail": "it differs",
        "entry_id": 7,
        "columns": ["a", "b"],
    }
