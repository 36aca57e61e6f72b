"""Every bad file gets its faults, at row and field, and no others."""

from hashlib import sha256

import pytest

from qc.rules.imports import ImportKind, Limits, read_file
from tests.qc.rules.imports.cases import CASES, HEAD, Case
from tests.qc.rules.imports.imported import SAM1, good, mapping, places, read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_gets_its_faults(case: Case):
    found = read(case.kind, case.data, **case.mapping)
    assert sorted(places(found)) == sorted(case.faults)
    assert not found.is_clean
    assert found.digest == sha256(case.data).hexdigest()
    assert not {one.row for one in found.candidates} & {fault.row for fault in found.faults}


def test_a_mapping_of_another_kind():
    found = read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("lal"))
    assert places(found) == [(0, "", "mapping_of_another_kind")]
    assert found.faults[0].params == {"kind": "lal"}


def test_too_many_values():
    found = read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("csv"), limits=Limits(values=4))
    assert places(found) == [(0, "", "too_many_values")]
    assert read_file(
        good("csv"), kind=ImportKind.CSV, mapping=mapping("csv"), limits=Limits(values=5)
    ).is_clean


@pytest.mark.parametrize(("limits", "is_clean"), [(Limits(rows=5), True), (Limits(rows=4), False)])
def test_the_most_rows(limits: Limits, is_clean: bool):
    assert (
        read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("csv"), limits=limits).is_clean
        is is_clean
    )


def test_the_most_bytes_and_columns():
    size, width = len(good("csv")), 7
    for limits, is_clean in (
        (Limits(bytes=size, columns=width), True),
        (Limits(bytes=size - 1), False),
        (Limits(columns=width - 1), False),
    ):
        found = read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("csv"), limits=limits)
        assert found.is_clean is is_clean


def test_all_faults_of_a_row_are_told_at_once():
    found = read("csv", (HEAD + 'sam,viab,"1,5",,0,now,\r\n').encode())
    assert {field for _, field, _ in places(found)} == {
        *("sample", "criterion", "value", "replicate", "tested_at"),
    }


def test_a_quote_that_is_never_closed_takes_no_time():
    data = (HEAD + f'{SAM1},CAR,"' + '""x' * 1_000_000 + "\r\n").encode()
    assert places(read("csv", data)) == [(2, "", "open_quote")]
