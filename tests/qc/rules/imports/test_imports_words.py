"""Every fault and kind has words, and every sentence gets what it asks for."""

import re
from zoneinfo import ZoneInfo

from people.forms.documents import FAULTS as OF_DOCUMENTS
from qc.forms import import_words as words
from qc.rules.imports import (
    Fault,
    FaultCode,
    ImportKind,
    Limits,
    judge_criteria,
    judge_samples,
    judge_times,
    problems,
    read_file,
)
from qc.rules.imports.plates import read_plate
from qc.rules.methods import Calculation
from tests.qc.rules.imports.cases import CASES, HEAD
from tests.qc.rules.imports.imported import SAM1, SAM2, content, good, mapping, read
from tests.qc.rules.imports.test_imports_judging import BATCH, KNOWN, criterion_of
from tests.qc.rules.imports.test_imports_mapping import CASES as OF_MAPPINGS


def test_nothing_is_without_words():
    assert set(words.FAULTS) == set(FaultCode)
    assert set(words.KINDS) == set(ImportKind)


def of_what_is_known() -> list[Fault]:
    """The faults that come of a comparison, and of limits."""
    rows = (
        f"{SAM1},NONE,5,%,1,2026-03-29 02:30,\r\n{SAM2},APPEARANCE,odd,,1,2026-10-25 02:30,\r\n"
        f"{SAM2}X,VIABILITY,5,1,1,,\r\n"
    )
    found = read("csv", (HEAD + rows).encode())
    found = judge_times(found, mapping("csv"), ZoneInfo("Europe/Berlin"))
    found = judge_criteria(found, mapping("csv"), criterion_of)
    narrow = read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("csv"), limits=Limits(values=1))
    other = read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("lal"))
    lines = good("qpcr").decode().splitlines()[3:]
    with_curve = [
        lines[0] + "\tSlope\tR2",
        *(f"{line}\t-3.3{n // 2 % 2}\t0.99" for n, line in enumerate(lines[1:])),
    ]
    how = {
        "columns__slope": "Slope",
        "columns__r_squared": "R2",
        "acceptance__curve": "read",
        "acceptance__standards_least": 0,
    }
    curves = read("qpcr", ("\n".join(with_curve) + "\n").encode(), **how)
    of_samples = judge_samples(found, mapping("csv"), KNOWN, BATCH)
    return [*of_samples.faults, *narrow.faults, *other.faults, *curves.faults, *of_plates()]


def of_plates() -> list[Fault]:
    """What only the responses of a plate can have."""
    head = b"preparation,dose,response,replicate\r\n"
    rows = (b"sample,1,1600,1\r\n", b"spontaneous,1,400,1\r\nblank,0,1,1\r\n", b"sample,0,1,1\r\n")
    plates = [read_plate(head + some, Calculation.SPECIFIC_LYSIS) for some in rows]
    return [fault for plate in plates for fault in plate.faults]


def test_every_fault_that_rules_give_reads_as_a_sentence():
    found = [fault for case in CASES for fault in read(case.kind, case.data, **case.mapping).faults]
    found += of_what_is_known()
    assert {fault.code for fault in found} == set(FaultCode), "every code is met once"
    for fault in found:
        for text in (words.fault_text(fault), words.fault_todo(fault)):
            assert "%(" not in text
            assert text.count("?") == (1 if text.endswith("?") else 0), (fault, text)
            assert text.endswith((".", "?")), text
        assert words.fault_line(fault)[0]


def test_a_place_and_a_unit_read_as_people_write_them():
    fault = Fault(3, "Unit", FaultCode.MIXED_UNITS, {"given": "10*6/kg", "wanted": "1", "first": 2})
    assert words.fault_line(fault)[0] == "Row 3, Unit"
    assert words.fault_text(fault) == "The unit here is ×10⁶/kg, in row 2 it is 1."
    assert words.fault_line(Fault(0, "x", FaultCode.EMPTY_FILE))[0] == "The file"
    assert words.fault_line(Fault(9, "", FaultCode.DUPLICATE_ROW))[0] == "Row 9"
    assert words.fault_text(Fault(9, "", FaultCode.DUPLICATE_ROW)) == "The row is the same as row ?."


def test_every_fault_of_a_mapping_has_words_that_are_filled():
    found = [fault for kind, changes, _, _ in OF_MAPPINGS for fault in problems(content(kind, **changes))]
    own = {fault.code for fault in found} - set(OF_DOCUMENTS)
    assert own == set(words.MAPPING_FAULTS), "each is met, and none is left over"
    for fault in found:
        if fault.code in words.MAPPING_FAULTS:
            text = str(words.MAPPING_FAULTS[fault.code])
            assert set(re.findall(r"\{(\w+)\}", text)) <= set(fault.params), fault


def test_a_new_mapping_begins_with_a_sound_one():
    shown = words.mapping_shown()
    assert problems(shown.start) == ()
    assert shown.faults is words.MAPPING_FAULTS
