"""Evidence: kept by what it holds, once."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ledger import selectors, services
from ledger.rules import Subject
from ledger.rules.errors import Conflict, Invalid
from ledger.rules.evidence import digest, path_of
from ledger.services.files import write_once
from tests.ledger.given import ALICE, HERE, now

pytestmark = pytest.mark.django_db


def store(data: bytes = b"t;c\n", **more: Any) -> Any:
    """Keep a file."""
    values = {"media_type": "text/csv", "name": "logger 4711", "request_id": uuid4()} | more
    return services.store_evidence(data=data, actor=ALICE, where=HERE, now=now(), **values)


def test_a_file_is_kept_and_recorded(settings: Any) -> None:
    view = store(subjects=[Subject("order", "A")], stream="journey:A")
    path = settings.EVIDENCE_DIR / path_of(digest(b"t;c\n"))
    assert path.read_bytes() == b"t;c\n"
    assert path.stat().st_mode & 0o222 == 0
    assert selectors.evidence(view.id) == view
    assert (view.sha256, view.size, view.media_type) == (digest(b"t;c\n"), 4, "text/csv")
    (entry,) = selectors.entries_for_subject("evidence", str(view.id))
    assert (entry.stream, entry.facts["sha256"]) == ("journey:A", view.sha256)
    assert selectors.entries_for_subject("order", "A") == [entry]
    assert selectors.evidence(uuid4()) is None
    assert selectors.evidence_bytes(view.id) == b"t;c\n"


def test_the_same_bytes_twice_are_one_file_and_two_records(settings: Any) -> None:
    assert store().id != store(name="again").id
    files = [path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file()]
    assert len(files) == 1


def test_the_same_request_again_is_the_same_record() -> None:
    request = uuid4()
    assert store(request_id=request) == store(request_id=request)
    assert len(selectors.entries_in_stream("ledger")) == 1
    with pytest.raises(Conflict):
        store(b"other", request_id=request)


def test_what_is_not_kept_leaves_nothing(settings: Any) -> None:
    with pytest.raises(Invalid) as caught:
        store(b"", media_type="text/csv")
    assert caught.value.code == "file_empty"
    assert not Path(settings.EVIDENCE_DIR).exists()
    assert not selectors.entries_in_stream("ledger")


@pytest.mark.requirement("URS-KEEP-03")
def test_bytes_that_changed_are_not_handed_out(settings: Any) -> None:
    view = store()
    path = settings.EVIDENCE_DIR / path_of(view.sha256)
    path.chmod(0o600)
    path.write_bytes(b"else")
    with pytest.raises(selectors.EvidenceDamaged):
        selectors.evidence_bytes(view.id)
    with pytest.raises(FileExistsError):
        store()
    path.unlink()
    with pytest.raises(selectors.EvidenceDamaged):
        selectors.evidence_bytes(view.id)
    assert selectors.evidence_bytes(uuid4()) is None


@pytest.mark.requirement("URS-KEEP-03")
def test_a_write_that_fails_leaves_no_torn_file(tmp_path: Path, monkeypatch: Any) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("ledger.services.files.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_once(tmp_path / "a" / "b", b"data")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    write_once(tmp_path / "a" / "b", b"data")
    write_once(tmp_path / "a" / "b", b"data")
    assert (tmp_path / "a" / "b").read_bytes() == b"data"
