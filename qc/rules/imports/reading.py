"""The one way in: the bytes of a file of results become a preview. Never an exception, never a guess."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Context, localcontext
from hashlib import sha256

from qc.rules.imports.bottles import read_bottles
from qc.rules.imports.decoding import decode
from qc.rules.imports.drafts import Draft, Key, Sheet, begin
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.lal import read_lal
from qc.rules.imports.mapping import ImportKind, ImportMapping, Role
from qc.rules.imports.mapping_checks import WIDE
from qc.rules.imports.preview import Computed, Curve, Limits, Preview, Row
from qc.rules.imports.table import Record, Table, read_table
from qc.rules.imports.tables import read_template, read_wide
from qc.rules.imports.wells import read_wells

DEFAULT_LIMITS = Limits()


def read_file(
    data: bytes, *, kind: ImportKind, mapping: ImportMapping, limits: Limits = DEFAULT_LIMITS
) -> Preview:
    """What a file says, row by row: values as they stand in it, or what is wrong, at the row and field.

    `mapping` comes from `parse` of a document. The preview is importable when `is_clean`. Nothing is trimmed, completed
    or rounded; two files of other bytes have other digests.
    """
    preview = Preview(str(kind), sha256(data).hexdigest(), len(data), mapping.digest)
    fault = _of_the_whole(data, kind, mapping, limits)
    text = fault or decode(data, mapping.encoding)
    if isinstance(text, FaultCode):
        return replace(preview, faults_of_file=(Fault(0, "", text, _params(text, mapping, limits)),))
    table = read_table(text, mapping, limits)
    preview = replace(preview, header=table.header, preamble=tuple(table.preamble))
    if table.faults:
        return replace(preview, faults_of_file=tuple(table.faults))
    # products are exact and quotients long whatever the caller's context is
    with localcontext(Context(prec=100)):
        return _read_rows(preview, Sheet(table, mapping, limits))


def _of_the_whole(data: bytes, kind: ImportKind, mapping: ImportMapping, limits: Limits) -> FaultCode | None:
    if mapping.kind is not kind:
        return FaultCode.MAPPING_OF_ANOTHER_KIND
    if len(data) > limits.bytes:
        return FaultCode.TOO_LARGE
    return None if data else FaultCode.EMPTY_FILE


def _params(code: FaultCode, mapping: ImportMapping, limits: Limits) -> dict[str, str | int]:
    """What the sentence about a whole file tells."""
    if code is FaultCode.MAPPING_OF_ANOTHER_KIND:
        return {"kind": str(mapping.kind)}
    if code is FaultCode.WRONG_ENCODING:
        return {"wanted": str(mapping.encoding)}
    return {"most": limits.bytes} if code is FaultCode.TOO_LARGE else {}


def _read_rows(preview: Preview, sheet: Sheet) -> Preview:
    whole, broken = whole_rows(sheet.table)
    each = len(sheet.mapping.measures) if sheet.mapping.kind in WIDE else 1
    if len(whole) * each > sheet.limits.values:
        most = {"most": sheet.limits.values}
        return replace(preview, faults_of_file=(Fault(0, "", FaultCode.TOO_MANY_VALUES, most),))
    drafts = [begin(sheet, record) for record in whole]
    read = [draft for draft in drafts if draft.is_read]
    computed, curves, faults = _interpret(sheet.mapping, read)
    _count_replicates(read)
    _check_twice(read)
    if not broken:
        _check_replicates(read, sheet.mapping.replicates)
    rows = sorted([*broken, *(draft.row() for draft in drafts)], key=lambda row: row.number)
    return replace(
        preview,
        faults_of_file=tuple(faults),
        rows=tuple(rows),
        computed_read=tuple(computed),
        curves=tuple(curves),
    )


def whole_rows(table: Table) -> tuple[list[Record], list[Row]]:
    """The rows that have a field for each column and stand there once, and those that do not."""
    seen = dict[tuple[str, ...], int]()
    whole, broken = list[Record](), list[Row]()
    for record in table.rows:
        fault = _fault_of_row(record, table, seen.setdefault(record.cells, record.number))
        if fault is None:
            whole.append(record)
        else:
            broken.append(Row(record.number, record.cells, faults=(fault,)))
    return whole, broken


def _fault_of_row(record: Record, table: Table, first: int) -> Fault | None:
    found, wanted = len(record.cells), len(table.header)
    if record.cells == table.header:
        return Fault(record.number, "", FaultCode.HEADER_TWICE)
    if found != wanted:
        code = FaultCode.TOO_FEW_FIELDS if found < wanted else FaultCode.TOO_MANY_FIELDS
        return Fault(record.number, "", code, {"found": found, "wanted": wanted})
    if first != record.number:
        return Fault(record.number, "", FaultCode.DUPLICATE_ROW, {"first": first})
    return None


def _interpret(
    mapping: ImportMapping, drafts: Sequence[Draft]
) -> tuple[list[Computed], list[Curve], list[Fault]]:
    if mapping.kind is ImportKind.CSV:
        read_template(drafts)
    elif mapping.kind in WIDE:
        read_wide(drafts)
    elif mapping.kind is ImportKind.LAL:
        return [], [], read_lal(drafts)
    elif mapping.kind is ImportKind.BACTEC:
        return read_bottles(drafts), [], []
    else:
        return read_wells(drafts)
    return [], [], []


def _count_replicates(drafts: Sequence[Draft]) -> None:
    """Without a column for them, the rows of one sample and criterion are its replicates, in their order."""
    seen: dict[Key, int] = {}
    for draft in drafts:
        if draft.key is not None and not draft.has(Role.REPLICATE):
            draft.replicate = seen[draft.key] = seen.get(draft.key, 0) + 1
            draft.candidates = [replace(one, replicate=draft.replicate) for one in draft.candidates]


def _check_twice(drafts: Sequence[Draft]) -> None:
    """A sample has one value of a criterion in a replicate."""
    first: dict[tuple[Key, int], int] = {}
    for draft in drafts:
        if draft.key is None or not draft.replicate:
            continue
        row = first.setdefault((draft.key, draft.replicate), draft.number)
        if row != draft.number:
            told = {"sample": draft.key[0], "criterion": draft.key[1], "replicate": str(draft.replicate)}
            draft.fault(Role.REPLICATE, FaultCode.DUPLICATE_READING, first=row, **told)


def _check_replicates(drafts: Sequence[Draft], wanted: int) -> None:
    """Of 1, 2 and 3 none may be missing; where the mapping says how many there are, it is so many."""
    groups: dict[Key, list[Draft]] = {}
    for draft in drafts:
        if draft.key is not None and draft.control is None and draft.replicate:
            groups.setdefault(draft.key, []).append(draft)
    for (sample, criterion, _), group in groups.items():
        found = {draft.replicate for draft in group}
        last = group[-1]
        role = Role.REPLICATE if last.has(Role.REPLICATE) else Role.SAMPLE
        missing = sorted(set(range(1, max(wanted, *found, 1) + 1)) - found)
        if missing:
            params = {"sample": sample, "criterion": criterion, "missing": ", ".join(map(str, missing))}
            last.fault(role, FaultCode.MISSING_REPLICATE, **params)
        if wanted and max(found) > wanted:
            params = {"sample": sample, "criterion": criterion, "wanted": str(wanted)}
            last.fault(role, FaultCode.UNEXPECTED_REPLICATE, **params)
