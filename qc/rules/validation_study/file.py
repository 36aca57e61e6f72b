"""The measurements of a validation study as a file: UTF-8, commas, a header of the columns that the plan needs.

All rows, or every fault at its row (as a spreadsheet counts) and column; nothing is guessed, nothing is half-read.
"""

from collections.abc import Sequence
from dataclasses import replace

from qc.rules.imports.decoding import decode
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import Encoding
from qc.rules.imports.reading import DEFAULT_LIMITS
from qc.rules.imports.table import Record, records
from qc.rules.validation_study.plan import Plan
from qc.rules.validation_study.rows import COLUMNS, Row, RowFault, read_rows

DELIMITER = ","
_OTHER = {"semicolon": ";", "tab": "\t"}

FileFault = Fault | RowFault


def read_measurements(data: bytes, plan: Plan) -> tuple[tuple[Row, ...], tuple[FileFault, ...]]:
    """Read the file. Answers (rows, ()) or ((), every fault)."""
    if len(data) > DEFAULT_LIMITS.bytes:
        return (), (Fault(0, "", FaultCode.TOO_LARGE, {"most": DEFAULT_LIMITS.bytes}),)
    text = decode(data, Encoding.UTF_8)
    if isinstance(text, FaultCode):
        return (), (Fault(0, "", text),)
    found = list(records(text, DELIMITER, DEFAULT_LIMITS))
    broken = tuple(item for item in found if isinstance(item, Fault))
    lines = [item for item in found if isinstance(item, Record)]
    if broken:
        return (), broken
    header, rows = lines[0].cells, [line for line in lines[1:] if any(line.cells)]
    wrong = (*_header_faults(header, plan), *_width_faults(header, rows))
    if wrong:
        return (), wrong
    read, faults = read_rows([dict(zip(header, line.cells, strict=True)) for line in rows], plan)
    return read, tuple(_at_its_line(fault, rows) for fault in faults)


def columns_of(plan: Plan) -> tuple[str, ...]:
    """The columns of a file for this plan, in the usual order."""
    needed = {factor.value for factor in plan.columns}
    has_parts = any(claim.characteristic == "gauge_rr" for claim in plan.claims)
    wanted = {"level", "replicate", "value"} | needed | ({"sample"} if has_parts else set())
    return tuple(column for column in COLUMNS if column in wanted)


def _header_faults(header: Sequence[str], plan: Plan) -> tuple[Fault, ...]:
    for name, sign in _OTHER.items():
        if len(header) == 1 and sign in header[0]:
            return (Fault(1, "", FaultCode.WRONG_DELIMITER, {"found": name, "wanted": "comma"}),)
    needed = [factor.value for factor in plan.factors] + ["replicate", "value"]
    has_what = "level" in header or "sample" in header
    twice = sorted({name for name in header if header.count(name) > 1})
    return (
        *(Fault(1, name, FaultCode.COLUMN_TWICE) for name in twice),
        *(Fault(1, name, FaultCode.COLUMN_UNKNOWN) for name in header if name not in COLUMNS),
        *(Fault(1, name, FaultCode.COLUMN_MISSING) for name in needed if name not in header),
        *(() if has_what else (Fault(1, "level", FaultCode.COLUMN_MISSING),)),
    )


def _width_faults(header: Sequence[str], rows: Sequence[Record]) -> tuple[Fault, ...]:
    faults = []
    for line in rows:
        if len(line.cells) != len(header):
            is_short = len(line.cells) < len(header)
            code = FaultCode.TOO_FEW_FIELDS if is_short else FaultCode.TOO_MANY_FIELDS
            params = {"found": len(line.cells), "wanted": len(header)}
            faults.append(Fault(line.number, "", code, params))
    return tuple(faults)


def _at_its_line(fault: RowFault, rows: Sequence[Record]) -> RowFault:
    """Rows are numbered as the file has them, with its header and its empty lines."""
    params = dict(fault.params)
    if "first" in params:
        params["first"] = rows[params["first"] - 1].number
    row = rows[fault.row - 1].number if fault.row else 0
    return replace(fault, row=row, params=params)
