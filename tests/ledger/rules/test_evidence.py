"""Which files are kept."""

import pytest

from ledger.rules.evidence import SIZE_LIMIT, SPREADSHEET, digest, path_of, refusal


@pytest.mark.parametrize(
    ("data", "media_type", "expected"),
    [
        (b"%PDF-1.7", "application/pdf", None),
        (b"\x89PNG\r\n\x1a\n...", "image/png", None),
        (b"\xff\xd8\xff\xe0", "image/jpeg", None),
        (b"PK\x03\x04", SPREADSHEET, None),
        (b"t;c\n1;2\n", "text/csv", None),
        (b"x" * SIZE_LIMIT, "text/plain", None),
        (b"x" * (SIZE_LIMIT + 1), "text/plain", "file_too_large"),
        (b"", "text/plain", "file_empty"),
        (b"MZ", "application/octet-stream", "media_type_unknown"),
        (b"<svg/>", "image/svg+xml", "media_type_unknown"),
        (b"<html>", "application/pdf", "media_type_differs"),
        (b"GIF89a", "image/png", "media_type_differs"),
        (b"%PDF-1.7", "text/csv", "media_type_differs"),
        (b"\x89PNG\r\n\x1a\n", "text/plain", "media_type_differs"),
    ],
)
def test_types_and_sizes(data: bytes, media_type: str, expected: str | None) -> None:
    assert refusal(data, media_type) == expected


@pytest.mark.requirement("URS-KEEP-03")
def test_a_file_lies_under_its_digest() -> None:
    name = digest(b"abc")
    assert name.startswith("ba7816bf")
    assert path_of(name) == f"ba/78/{name}"
