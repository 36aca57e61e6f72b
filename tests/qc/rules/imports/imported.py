"""The example files, and ways to change a file or a mapping a little."""

import copy
from pathlib import Path
from typing import Any

from qc.rules.imports import ImportKind, ImportMapping, Preview, default_content, parse, read_file

FILES = Path(__file__).parent / "files"
SAM1, SAM2, SAM3 = (f"A9999260000070-SAM0{n}" for n in (1, 2, 3))


def good(kind: str) -> bytes:
    """The example file of a kind."""
    (path,) = FILES.glob(f"{kind}.*")
    return path.read_bytes()


def changed(kind: str, *pairs: tuple[str, str]) -> bytes:
    """The example with each text, which stands in it, replaced once."""
    data = good(kind)
    for old, new in pairs:
        assert old.encode() in data, old
        data = data.replace(old.encode(), new.encode(), 1)
    return data


def content(kind: str, /, **changes: Any) -> dict[str, Any]:
    """The default document of a kind, with paths such as `acceptance__curve` set, or taken out by `...`."""
    found = copy.deepcopy(default_content(ImportKind(kind)))
    for path, value in changes.items():
        *way, last = path.split("__")
        here: Any = found
        for part in way:
            here = here[int(part)] if part.isdigit() else here[part]
        key: Any = int(last) if last.isdigit() else last
        if value is ...:
            del here[key]
        else:
            here[key] = value
    return found


def mapping(kind: str, /, **changes: Any) -> ImportMapping:
    """The default mapping with changes."""
    found, faults = parse(content(kind, **changes))
    assert found is not None, faults
    return found


def read(kind: str, data: bytes | None = None, /, **changes: Any) -> Preview:
    """Read a file, or the example, by the default mapping with changes."""
    how = mapping(kind, **changes)
    return read_file(good(kind) if data is None else data, kind=ImportKind(kind), mapping=how)


def places(preview: Preview) -> list[tuple[int, str, str]]:
    """Every fault as (row, field, code)."""
    return [(fault.row, fault.field, str(fault.code)) for fault in preview.faults]
