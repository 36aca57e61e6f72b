"""Whatever bytes come: no exception, one of two answers, and no value that is not in the file byte for byte."""

import re
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qc.rules.imports import ImportKind, Limits, Preview, default_mapping, read_file
from qc.rules.imports.faults import FaultCode
from tests.qc.rules.imports.imported import good

KINDS = list(ImportKind)
# what breaks files in practice
SPLINTERS = [
    *(b"", b",", b";", b"\t", b'"', b'""', b"\r", b"\n", b"\r\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf"),
    *(b"-", b"<", b">", b"%", b" ", b"\xc2\xa0", b"1E99", b"1E-99", b"9" * 30, b"0", b"-0", b".", b"1.2.3"),
    *(b"NaN", b"Infinity", b"n/a", b"Undetermined", b"NTC", b"STANDARD", "٣".encode(), "µ".encode(), b"\xb5"),
    *(b"=1+1", b"1,5", b"1.234", b"2026-02-30 10:00", b"Positive", b"Negative", b"A1", b"sample", b"Well"),
]
REPORTED = re.compile(r"[<>]?-?[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)


def looks_sound(data: bytes, found: Preview) -> None:
    """What holds of every preview."""
    assert found.digest == sha256(data).hexdigest()
    assert found.is_clean is (not found.faults and bool(found.candidates))
    assert found.is_clean or found.faults
    numbers = {row.number for row in found.rows}
    for fault in found.faults:
        assert isinstance(fault.code, FaultCode)
        assert fault.row == 0 or not found.rows or fault.row in numbers
        assert all(isinstance(value, str | int) for value in fault.params.values())
    faulty = {fault.row for fault in found.faults}
    for one in (one for row in found.rows for one in row.read):
        assert one.value
        assert one.value.encode() in data
    for one in found.candidates:
        assert one.row not in faulty
        assert one.number is None or one.number.is_finite()
        assert one.number is None or one.report_unit == "" or REPORTED.fullmatch(one.reported)
    for it in found.computed:
        assert it.number is None or REPORTED.fullmatch(it.reported)
        assert set(it.rows) <= numbers - faulty
    assert len(found.reading_digest) == 64


def read(kind: ImportKind, data: bytes) -> Preview:
    return read_file(data, kind=kind, mapping=default_mapping(kind))


@given(st.sampled_from(KINDS), st.binary(max_size=400))
@example(ImportKind.CSV, b"")
@example(ImportKind.CSV, b"\xff\xfe")
def test_random_bytes(kind: ImportKind, data: bytes):
    found = read(kind, data)
    looks_sound(data, found)
    assert not found.is_clean


@given(
    st.sampled_from(KINDS), st.text(alphabet='sample,criton value;\t"\r\n0123456789.%<>-ABEWUT', max_size=300)
)
def test_random_text_behind_a_header(kind: ImportKind, text: str):
    mapping = default_mapping(kind)
    sign = {"comma": ",", "semicolon": ";", "tab": "\t"}[mapping.delimiter]
    headers = [*mapping.columns.values(), *(measure.column for measure in mapping.measures if measure.column)]
    headers.remove(mapping.header)
    quoted = [f'"{header}"' if sign in header else header for header in [mapping.header, *headers]]
    data = (sign.join(quoted) + "\n" + text).encode()
    looks_sound(data, read(kind, data))


@given(st.sampled_from(KINDS), st.data())
@settings(max_examples=400)
def test_a_good_file_that_was_changed(kind: ImportKind, draw: st.DataObject):
    data = good(kind)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data)))
        length = draw.draw(st.integers(0, 12))
        data = data[:at] + draw.draw(st.sampled_from(SPLINTERS)) + data[at + length :]
    looks_sound(data, read(kind, data))


@given(st.sampled_from(KINDS), st.data())
@settings(max_examples=400)
def test_a_good_file_with_other_fields(kind: ImportKind, draw: st.DataObject):
    sign = {"comma": b",", "semicolon": b";", "tab": b"\t"}[default_mapping(kind).delimiter]
    lines = [line.split(sign) for line in good(kind).splitlines()]
    for _ in range(draw.draw(st.integers(1, 6))):
        line = draw.draw(st.sampled_from(lines))
        line[draw.draw(st.integers(0, len(line) - 1))] = draw.draw(st.sampled_from(SPLINTERS))
    data = b"\n".join(sign.join(line) for line in lines) + b"\n"
    looks_sound(data, read(kind, data))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_anywhere_is_never_taken_for_whole(kind: ImportKind):
    """Cut anywhere but at the end of a line. There nothing tells, but a footer or the number of replicates."""
    data = good(kind)
    for length in range(len(data)):
        cut = data[:length]
        found = read(kind, cut)
        looks_sound(cut, found)
        assert not found.is_clean or cut.endswith((b"\n", b"\r"))


@pytest.mark.parametrize("kind", KINDS)
def test_half_a_file_in_halves_of_lines(kind: ImportKind):
    """A value is never the beginning of the value that stands in the whole file."""
    whole = {(one.row, one.field): one.value for one in read(kind, good(kind)).candidates}
    for length in range(len(good(kind))):
        for one in read(kind, good(kind)[:length]).candidates:
            assert one.value == whole[one.row, one.field]


@given(st.sampled_from(KINDS), st.integers(1, 60), st.integers(1, 8), st.integers(1, 30))
def test_narrow_limits(kind: ImportKind, size: int, columns: int, rows: int):
    limits = Limits(bytes=size * 100, rows=rows, columns=columns, characters=20, values=rows)
    looks_sound(good(kind), read_file(good(kind), kind=kind, mapping=default_mapping(kind), limits=limits))
