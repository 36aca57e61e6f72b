"""From bytes to text. The mapping says in which encoding; what is not in it is named, never guessed."""

import codecs
import re

from qc.rules.imports.faults import FaultCode
from qc.rules.imports.mapping import Encoding

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Spreadsheets: a zip archive, and the compound file of before.
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
# Controls of ASCII but tab, line feed and carriage return. Those of Latin-1 come of a wrong encoding.
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def decode(data: bytes, encoding: Encoding) -> str | FaultCode:
    """The text of a file without its byte order mark, or why it is none."""
    if data.startswith(_SPREADSHEETS):
        return FaultCode.SPREADSHEET_FILE
    text = _utf_16(data) if encoding is Encoding.UTF_16 else _eight_bits(data, encoding)
    if isinstance(text, FaultCode):
        return text
    if "\x00" in text:
        return FaultCode.NUL_BYTES
    if _CONTROLS.search(text):
        return FaultCode.NOT_TEXT
    if "\ufeff" in text:
        return FaultCode.BOM_INSIDE
    return text if text.strip() else FaultCode.EMPTY_FILE


def _utf_16(data: bytes) -> str | FaultCode:
    if not data:
        return FaultCode.EMPTY_FILE
    if not data.startswith(_UTF_16_MARKS):
        return FaultCode.WRONG_ENCODING
    name = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    return _decoded(data[2:], name)


def _eight_bits(data: bytes, encoding: Encoding) -> str | FaultCode:
    if data.startswith(_UTF_16_MARKS) or _is_every_other_byte_nul(data):
        return FaultCode.UTF_16
    if b"\x00" in data:
        return FaultCode.NUL_BYTES
    has_mark = data.startswith(codecs.BOM_UTF8)
    if encoding is Encoding.WINDOWS_1252:
        return FaultCode.WRONG_ENCODING if has_mark else _decoded(data, "cp1252")
    return _decoded(data[len(codecs.BOM_UTF8) :] if has_mark else data, "utf-8")


def _is_every_other_byte_nul(data: bytes) -> bool:
    """Whether it looks as ASCII does in UTF-16 without its mark."""
    begin = data[:64]
    return len(begin) >= 4 and (not any(begin[::2]) or not any(begin[1::2]))


def _decoded(data: bytes, name: str) -> str | FaultCode:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return FaultCode.WRONG_ENCODING
