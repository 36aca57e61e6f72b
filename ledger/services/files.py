"""Files that are written whole or not at all, even when the power fails: once, or anew."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_once(path: Path, data: bytes) -> None:
    """Put the bytes at `path` unless the same bytes are there already.

    Temporary file, fsync, rename: a reader sees the whole file or none. Other bytes at the path are a fault
    of the caller, who names files by what they hold, and raise FileExistsError.
    """
    if path.exists():
        if path.read_bytes() != data:
            raise FileExistsError(f"{path} holds other bytes")
        return
    write_anew(path, data)


def write_anew(path: Path, data: bytes) -> None:
    """Put the bytes at `path` in place of whatever is there: a reader sees the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o440)
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # The rename itself lives in the folder: without this a crash could lose the name of a file that was
    # synced.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
