"""Good files: what each kind says."""

from decimal import Decimal

import pytest

from qc.rules.imports import ControlSort, Formula, ImportKind, Sense, TemplateLine, read_file, template
from tests.qc.rules.imports.imported import SAM1, SAM2, SAM3, changed, content, good, mapping, places, read

KINDS = [str(kind) for kind in ImportKind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_is_clean(kind: str):
    found = read(kind)
    assert found.faults == ()
    assert found.is_clean
    assert found.is_of(good(kind))
    assert not found.is_of(good(kind) + b" ")
    assert found.samples[0] == SAM1


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_is_in_the_file(kind: str):
    found, text = read(kind), good(kind)
    for one in found.candidates:
        assert one.value.encode() in text
        row = next(row for row in found.rows if row.number == one.row)
        assert dict(found.raw(row))[one.field] == one.value
        assert isinstance(one.number, Decimal | None)


def told(kind: str, *, field: str | None = None) -> list[tuple[int, str, str, str, str, int]]:
    return [
        (one.row, one.sample, one.criterion, one.reported, one.report_unit, one.replicate)
        for one in read(kind).candidates
        if one.control is None and field in (None, one.field)
    ]


def test_the_template():
    assert told("csv") == [
        (2, SAM1, "VIABILITY", "92.4", "%", 1),
        (3, SAM1, "ENDOTOXIN", "<0.05", "[EU]/mL", 1),
        (4, SAM1, "APPEARANCE", "slightly turbid, pack intact", "", 1),
        (5, SAM1, "CD4_CD8", "1.70", "1", 1),
        (6, SAM2, "CAR", "", "%", 1),
    ]
    *_, last = read("csv").candidates
    assert (last.sense, last.value, last.comment) == (Sense.NOT_MEASURED, "not tested", "sample spilled")


def test_flow_cytometry():
    found = read("flow_cytometry")
    assert found.preamble == (("Exported 2026-11-20",), ("Panel: identity and purity",), ("",))
    assert told("flow_cytometry", field="CD3+ | % of viable CD45+") == [
        (5, SAM1, "CD3", "98.6", "%", 1),
        (6, SAM2, "CD3", "97.2", "%", 1),
    ]
    first = found.candidates[0]
    assert (first.value, first.number, first.unit) == ("97.9 %", Decimal("97.9"), "%")
    controls = [(row.number, row.control) for row in found.rows if row.control]
    assert controls == [(7, ControlSort.CONTROL), (8, ControlSort.IGNORED), (9, ControlSort.IGNORED)]
    assert {one.level for one in found.candidates if one.row == 7} == {"normal"}
    assert found.rows[3].candidates == ()


def test_a_cell_counter():
    assert told("cell_counter", field="Viable cells/mL, as counted") == [
        (2, SAM1, "VIABLE_CELLS", "2.35", "10*6/mL", 1),
        (3, SAM1, "VIABLE_CELLS", "2.41", "10*6/mL", 2),
        (4, SAM2, "VIABLE_CELLS", "0.9", "10*6/mL", 1),
        (5, SAM2, "VIABLE_CELLS", "0.8825", "10*6/mL", 2),
    ]
    first = read("cell_counter").candidates[0]
    assert (first.value, first.unit, first.factor) == ("2.35E+05", "/mL", Decimal("0.00001"))


def test_the_largest_dilution():
    found = read("cell_counter", changed("cell_counter", (";1;10;2.35E+05", ";1;1000000;23")))
    assert found.is_clean
    assert found.candidates[0].reported == "23"


def test_a_dilution_that_was_applied_changes_nothing():
    found = read("cell_counter", measures__0__dilution="none")
    assert found.candidates[0].reported == "0.235"


def test_lal():
    assert told("lal") == [
        (5, SAM1, "ENDOTOXIN", "<0.05", "[EU]/mL", 1),
        (6, SAM2, "ENDOTOXIN", "0.41", "[EU]/mL", 1),
    ]
    assert [one.control for one in read("lal").candidates][:3] == [
        *(ControlSort.BLANK, ControlSort.STANDARD, ControlSort.CONTROL),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("88,5", "50"),
        ("88,5", "200,0"),
        ("3,7", "10"),
        ("3,7;-0,998", "3,7;0,980"),
        ("<0,005;EU/mL;1;n/a;n/a", "0,005;EU/mL;1;n/a;10"),
    ],
)
def test_the_limits_of_lal_are_within(old: str, new: str):
    assert read("lal", changed("lal", (old, new))).is_clean


def test_a_stricter_recovery():
    assert places(read("lal", acceptance__recovery_low="90")) == [(6, "Spike recovery %", "recovery_outside")]


def test_bottles():
    found = read("bactec")
    assert [(one.sample, one.criterion, one.reported, one.day, one.rows) for one in found.computed] == [
        (SAM1, "STERILITY_INTERIM", "no growth to date", 8, (2, 3)),
        (SAM2, "STERILITY_FINAL", "no growth", 14, (4, 5)),
        (SAM3, "STERILITY_INTERIM", "growth", 2, (6, 7)),
        (SAM3, "STERILITY_FINAL", "growth", 2, (6, 7)),
    ]
    assert all(one.formula is Formula.GROWTH_OF_BOTTLES for one in found.computed)
    assert found.computed[0].inputs == (("44710001", "Ongoing"), ("44710002", "Ongoing"))
    assert all(one.is_raw for one in found.candidates)


def test_the_youngest_bottle_counts():
    found = read("bactec", changed("bactec", ("44710001", "B1"), ("Ongoing,8,-", "Ongoing,13,-")))
    assert found.computed[0].day == 8
    one_final = read("bactec", changed("bactec", ("Ongoing,8,-", "Negative,15,-")))
    assert (one_final.computed[0].reported, one_final.computed[0].day) == ("no growth to date", 8)


def test_growth_after_no_time_at_all():
    found = read("bactec", changed("bactec", ("Positive,2,31.5", "Positive,2,0")))
    assert places(found) == [(6, "Positive after h", "not_possible")]


def test_the_first_rule_that_fits_says_what_a_row_is():
    rules = [
        {"role": "task", "text": "NTC", "sort": "blank"},
        {"role": "sample", "text": "NTC", "sort": "ignored"},
    ]
    first = read("qpcr", controls=[*content("qpcr")["controls"], rules[1]])
    assert first.is_clean
    later = read("qpcr", controls=[rules[1], *content("qpcr")["controls"]])
    assert [code for _, _, code in places(later)] == ["blank_missing"] * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ongoing,8", "Ongoing,7"),
        ("Ongoing,8", "Ongoing,60"),
        ("Positive,2,31.5", "Positive,2,72"),
        ("Positive,2,31.5", "Positive,0,0.1"),
    ],
)
def test_the_days_of_bottles_are_within(old: str, new: str):
    assert read("bactec", changed("bactec", (old, new))).is_clean


def test_a_bottle_with_a_fault_answers_nothing():
    found = read("bactec", changed("bactec", ("Negative,14", "Negative,13")))
    assert SAM2 not in {one.sample for one in found.computed}
    assert SAM1 in {one.sample for one in found.computed}


def test_our_template_is_read_by_our_mapping():
    lines = [TemplateLine(SAM1, "CAR", "%"), TemplateLine(SAM1, "CAR", "%", 2), TemplateLine(SAM2, "X,Y")]
    data = template(lines)
    assert data.startswith(b"\xef\xbb\xbfsample,criterion,value,unit,replicate,tested_at,comment\r\n")
    assert b'"X,Y"' in data
    found = read("csv", data)
    assert places(found) == [
        *((2, "value", "empty"), (3, "value", "empty")),
        *((4, "criterion", "criterion_shape"), (4, "value", "empty")),
    ]
    assert b'"A""B"' in template([TemplateLine('A"B', "CAR")])
    filled = template(lines[:2]).replace(b"CAR,,", b"CAR,26.0,")
    assert read("csv", filled).is_clean
    assert places(read("csv", template())) == [(0, "", "no_rows")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_marks_change_nothing(end: bytes, mark: bytes):
    data = mark + good("csv").replace(b"\r\n", end)
    found = read("csv", data)
    assert found.is_clean
    assert found.candidates == read("csv").candidates
    assert (found.digest == read("csv").digest) is (data == good("csv"))


def test_utf_16_and_windows_1252_when_the_mapping_says_so():
    text = good("csv").decode().replace("spike fine", "10 µL")
    for encoding, data in (("utf-16", text.encode("utf-16")), ("windows-1252", text.encode("cp1252"))):
        found = read("csv", data, encoding=encoding)
        assert found.is_clean, found.faults
        assert found.candidates[1].comment == "diluted 1:10, 10 µL"


def test_empty_rows_count_and_say_nothing():
    head, rest = good("csv").split(b"\r\n", 1)
    found = read("csv", head + b"\r\n\r\n,,,,,,\r\n" + rest)
    assert found.is_clean
    assert [row.number for row in found.rows] == [4, 5, 6, 7, 8]


def test_the_last_line_may_lack_its_end_when_the_mapping_says_so():
    data = good("csv").removesuffix(b"\r\n")
    assert read("csv", data, needs_final_line_end=False).is_clean
    assert places(read("csv", data[:-20], needs_final_line_end=False)) == [(6, "", "half_a_file")]


def test_a_footer_ends_the_table():
    data = good("flow_cytometry") + b"END,,,,,,,\n\n"
    found = read("flow_cytometry", data, footer="END")
    assert found.is_clean
    assert found.candidates == read("flow_cytometry").candidates


def test_spaces_are_cut_off_when_the_mapping_says_so():
    data = changed("flow_cytometry", ("97.9 %", "  97.9 % "))
    assert not read("flow_cytometry", data).is_clean
    found = read("flow_cytometry", data, trims_spaces=True)
    assert found.is_clean
    assert found.candidates[0].value == "97.9 %"


def test_a_quoted_field_may_hold_a_line():
    data = changed("csv", ("diluted 1:10, spike fine", 'first ""line""\nsecond'))
    found = read("csv", data)
    assert found.is_clean
    assert found.candidates[1].comment == 'first "line"\nsecond'
    assert [row.number for row in found.rows] == [2, 3, 4, 5, 6]


def test_the_digest_of_a_reading():
    first, again = read("csv"), read("csv")
    assert first.reading_digest == again.reading_digest
    other = read_file(good("csv"), kind=ImportKind.CSV, mapping=mapping("csv", title="Another"))
    assert other.digest == first.digest
    assert other.mapping_digest != first.mapping_digest
    assert other.reading_digest != first.reading_digest
    assert read("csv", changed("csv", ("92.4", "92.5"))).reading_digest != first.reading_digest


def test_a_unit_of_the_file_in_other_words():
    data = changed("csv", ("<0.05,[EU]/mL", "<0.05,EU/mL"))
    assert read("csv", data).candidates[1].unit == "EU/mL"
    assert read("csv", data, units={"EU/mL": "[EU]/mL"}).candidates[1].unit == "[EU]/mL"


def test_what_a_percentage_can_be_depends_on_its_criterion():
    data = changed("csv", ("VIABILITY,92.4,%", "RECOVERY,120 %,%"))
    found = read("csv", data)
    assert found.is_clean
    assert (found.candidates[0].value, found.candidates[0].reported) == ("120 %", "120")
