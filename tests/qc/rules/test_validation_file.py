"""Measurements of a validation study as a file: all of it, or every fault at its row; and the report in words."""

import json
from typing import Any

import pytest

from qc.forms.validations import WORDS
from qc.rules.imports import FaultCode as F
from qc.rules.validation_study import RowCode, assess, parse, written
from qc.rules.validation_study.file import columns_of, read_measurements
from qc.rules.validation_study.printed import in_words
from qc.rules.validation_study.printed_words import PRINTED
from tests.qc.rules.validation_study_given import CONTENT, table

PLAN = parse(CONTENT)[0]
assert PLAN is not None
SMALL: dict[str, Any] = {"method": "M", "unit": "%", "factors": ["day"]}
SMALL |= {"claims": [{"characteristic": "intermediate_precision", "statistic": "cv", "high": "20"}]}
PLAN_OF_DAYS = parse(SMALL)[0]
assert PLAN_OF_DAYS is not None

HEADER = "level,day,replicate,value"
SOUND = f"{HEADER}\n50,1,1,49.5\n50,1,2,50.1\n50,2,1,51\n50,2,2,50.4\n"


def faults(text: str | bytes) -> list[tuple[int, str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    rows, found = read_measurements(data, PLAN_OF_DAYS)
    assert not (rows and found), "nothing is half-read"
    return [(it.row, getattr(it, "column", getattr(it, "field", "")), str(it.code)) for it in found]


def test_a_sound_file_is_read_whole() -> None:
    rows, found = read_measurements(SOUND.encode(), PLAN_OF_DAYS)
    assert (len(rows), found) == (4, ())
    assert (
        read_measurements(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n\r\n").encode(), PLAN_OF_DAYS)[1] == ()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(0, "", F.EMPTY_FILE)]),
        (b"\xff\xfe", [(0, "", F.UTF_16)]),
        (b"PK\x03\x04zip", [(0, "", F.SPREADSHEET_FILE)]),
        (SOUND.encode() + b"\xff", [(0, "", F.WRONG_ENCODING)]),
        (SOUND + "50,2,3,\x01\n", [(0, "", F.NOT_TEXT)]),
        (SOUND.replace(",", ";"), [(1, "", F.WRONG_DELIMITER)]),
        (SOUND.replace("value", "colour"), [(1, "colour", F.COLUMN_UNKNOWN), (1, "value", F.COLUMN_MISSING)]),
        (SOUND.replace("day", "run"), [(1, "day", F.COLUMN_MISSING)]),
        (SOUND.replace("level", "analyst"), [(1, "level", F.COLUMN_MISSING)]),
        (SOUND.replace("day", "level"), [(1, "level", F.COLUMN_TWICE), (1, "day", F.COLUMN_MISSING)]),
        (HEADER + "\n", [(0, "", RowCode.NO_ROWS)]),
        (SOUND + "50,3\n", [(6, "", F.TOO_FEW_FIELDS)]),
        (SOUND + "50,3,1,49,5\n", [(6, "", F.TOO_MANY_FIELDS)]),
        (SOUND + '50,3,1,"49.5', [(6, "", F.OPEN_QUOTE)]),
        (SOUND + "\n50,1,1,49.5\n", [(7, "replicate", RowCode.REPEATED)]),
        (SOUND + "-1,3,x,<5\n", [(6, c, str(k)) for c, k in (("level", RowCode.NEGATIVE),)]),
    ],
)
def test_every_fault_is_at_its_row_and_column(text: str | bytes, expected: list[Any]) -> None:
    assert faults(text)[: len(expected)] == [(row, column, str(code)) for row, column, code in expected]


def test_all_faults_of_a_row_are_told() -> None:
    codes = {(column, code) for row, column, code in faults(SOUND + "-1,,x,<5\n") if row == 6}
    assert codes == {
        ("level", "negative"),
        ("day", "required"),
        ("replicate", "not_a_count"),
        ("value", "censored"),
    }


def test_the_same_measurement_names_the_row_of_the_first_one() -> None:
    _, (fault,) = read_measurements((SOUND + "\n50,1,1,49.5\n").encode(), PLAN_OF_DAYS)
    assert (fault.row, fault.params) == (7, {"first": 2})


def test_the_template_has_the_columns_that_the_plan_needs() -> None:
    assert columns_of(PLAN_OF_DAYS) == ("level", "day", "replicate", "value")
    assert columns_of(PLAN) == ("level", "sample", "day", "analyst", "run", "replicate", "value")


# --- the report in words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["characteristics", "statistics", "factors", "judged_by", "reasons", "notes"]
)
def test_printed_words_are_those_of_the_pages(name: str) -> None:
    printed, shown = getattr(PRINTED, name), getattr(WORDS, name)
    assert {code: str(text) for code, text in shown.items()} == dict(printed)


def test_printed_outcomes_are_those_of_the_pages() -> None:
    assert {code: (mark, str(text)) for code, (mark, text) in WORDS.outcomes.items()} == dict(
        PRINTED.outcomes
    )


def report() -> dict[str, Any]:
    lines = table()
    head = list(lines[0])
    text = "\n".join([",".join(head), *(",".join(line.get(key, "") for key in head) for line in lines)])
    rows, found = read_measurements((text + "\n").encode(), PLAN)
    assert found == ()
    return written(assess(PLAN, rows))


def test_a_report_is_told_in_words_claim_by_claim() -> None:
    found = in_words(report(), PRINTED)
    assert (found["confidence"], found["factors"]) == ("95 %", ["day", "run"])
    assert len(found["components"]) == 5
    assert found["line"]["estimates"][0]["name"] == "slope"
    (recovery, *_others) = [it for it in found["findings"] if it["characteristic"] == "Accuracy"]
    assert (recovery["limits"], recovery["judged_by"]) == ("90 – 110", "both confidence limits")
    assert " to " in recovery["interval"]
    missing = [it for it in found["findings"] if it["outcome"] == "not_assessable"]
    assert all(it["reason"] for it in missing)
    assert not any("%(" in text for it in found["findings"] for text in (it["reason"], *it["notes"]))
    json.dumps(found)
