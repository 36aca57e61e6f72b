"""Which files may be kept as evidence, and under what name."""

from __future__ import annotations

from hashlib import sha256

SIZE_LIMIT = 20 * 1024 * 1024
BUNDLE = "application/zip"
BUNDLE_LIMIT = 256 * 1024 * 1024  # a bundle holds files of evidence, each of which has its own limit
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The first bytes that a file of the type must have; text has none of its own, and never those of a document or picture.
# (A spreadsheet that stands for text is kept: whoever reads the table says how to save it as text.)
_MAGIC: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    SPREADSHEET: (b"PK\x03\x04",),
    BUNDLE: (b"PK\x03\x04",),
    "application/json": (),
    "text/csv": (),
    "text/plain": (),
}
MEDIA_TYPES = tuple(_MAGIC)
_NO_TEXT = tuple(begin for kind in ("application/pdf", "image/png", "image/jpeg") for begin in _MAGIC[kind])


def digest(data: bytes) -> str:
    """The name that the bytes have for ever."""
    return sha256(data).hexdigest()


def path_of(sha256_hex: str) -> str:
    """Where the bytes lie in the evidence folder: spread, so that no folder grows too large to list."""
    return f"{sha256_hex[:2]}/{sha256_hex[2:4]}/{sha256_hex}"


def refusal(data: bytes, media_type: str) -> str | None:
    """Why the file may not be kept, as a code; None when it may."""
    if media_type not in _MAGIC:
        return "media_type_unknown"
    if not data:
        return "file_empty"
    if len(data) > (BUNDLE_LIMIT if media_type == BUNDLE else SIZE_LIMIT):
        return "file_too_large"
    magic = _MAGIC[media_type]
    is_of_type = data.startswith(magic) if magic else not data.startswith(_NO_TEXT)
    return None if is_of_type else "media_type_differs"
