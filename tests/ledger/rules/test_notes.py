"""Checkpoints as signed notes, read here once more by a few lines of their own."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules import notes

KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
ORIGIN = "hospital.example/ledger"
ROOT = sha256(b"root").digest()
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOTE = notes.sign(origin=ORIGIN, size=7, root=ROOT, signed_at=AT, key=KEY)


def test_the_note_has_the_published_form() -> None:
    text, signature = NOTE.split("\n\n")
    assert text.split("\n") == [
        ORIGIN,
        "7",
        b64encode(ROOT).decode(),
        "signed-at 2026-01-02T03:04:05.000000Z",
    ]
    dash, name, blob = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("\N{EM DASH}", ORIGIN)
    raw = b64decode(blob)
    public = KEY.public_key().public_bytes_raw()
    assert raw[:4] == sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    KEY.public_key().verify(raw[4:], (text + "\n").encode())


def test_it_is_read_back() -> None:
    body = notes.verify(NOTE, origin=ORIGIN, key=KEY.public_key())
    assert body == notes.CheckpointBody(ORIGIN, 7, ROOT, "2026-01-02T03:04:05.000000Z")
    assert notes.read(NOTE) == body


def test_a_note_without_a_time_is_read_too() -> None:
    text = notes.CheckpointBody(ORIGIN, 0, ROOT).text()
    blob = notes.key_id(ORIGIN, KEY.public_key().public_bytes_raw()) + KEY.sign(text.encode())
    note = f"{text}\n\N{EM DASH} {ORIGIN} {b64encode(blob).decode()}\n"
    assert notes.verify(note, origin=ORIGIN, key=KEY.public_key()).size == 0


def test_signatures_of_others_are_passed_over() -> None:
    witness = notes.sign(origin="witness.example", size=7, root=ROOT, signed_at=AT, key=OTHER).split("\n\n")[
        1
    ]
    text, own = NOTE.split("\n\n")
    assert notes.verify(f"{text}\n\n{witness}{own}", origin=ORIGIN, key=KEY.public_key()).size == 7
    with pytest.raises(notes.BadNote, match="did not sign"):
        notes.verify(f"{text}\n\n{witness}", origin=ORIGIN, key=KEY.public_key())


def test_another_key_and_another_log_are_refused() -> None:
    with pytest.raises(notes.BadNote, match="did not sign"):
        notes.verify(NOTE, origin=ORIGIN, key=OTHER.public_key())
    with pytest.raises(notes.BadNote, match="another log"):
        notes.verify(NOTE, origin="elsewhere.example", key=KEY.public_key())


@given(st.integers(0, len(NOTE) - 1), st.characters(exclude_categories=["Cs"]))
def test_no_character_can_be_changed(at: int, char: str) -> None:
    changed = NOTE[:at] + char + NOTE[at + 1 :]
    if changed == NOTE:
        return
    try:
        body = notes.verify(changed, origin=ORIGIN, key=KEY.public_key())
    except notes.BadNote:
        return
    # Base64 has spare bits at its end; another spelling of the same signature states the same.
    assert body == notes.read(NOTE)
    assert changed.split("\n\n")[0] == NOTE.split("\n\n")[0]


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("", "not a signed note"),
        (NOTE.rstrip("\n"), "not a signed note"),
        (NOTE.replace("7", "7\r"), "not a signed note"),
        (NOTE.split("\n\n")[0] + "\n", "no signatures"),
        (NOTE.replace("\N{EM DASH} ", "- "), "malformed"),
        (NOTE.replace("\n7\n", "\n07\n"), "not a number"),
        (NOTE.replace("\n7\n", "\n-7\n"), "not a number"),
        (NOTE.replace(b64encode(ROOT).decode(), "!!!"), "not base64"),
        (NOTE.replace(b64encode(ROOT).decode(), "AAAA"), "not a SHA-256"),
        ("origin\n7\n\n" + NOTE.split("\n\n")[1], "a name, a size and a root"),
        (NOTE.rstrip("=\n")[:-1] + "\n", "not base64"),
    ],
)
def test_what_is_no_checkpoint(note: str, why: str) -> None:
    with pytest.raises(notes.BadNote, match=why):
        notes.verify(note, origin=ORIGIN, key=KEY.public_key())


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\nbreak"])
def test_a_log_needs_a_plain_name(origin: str) -> None:
    with pytest.raises(ValueError, match="name of the log"):
        notes.sign(origin=origin, size=1, root=ROOT, signed_at=AT, key=KEY)


def test_the_verifier_key_as_text() -> None:
    name, hexid, blob = notes.verifier_key(ORIGIN, KEY.public_key()).split("+", 2)
    raw = b64decode(blob)
    assert (name, raw[:1], raw[1:]) == (ORIGIN, b"\x01", KEY.public_key().public_bytes_raw())
    assert bytes.fromhex(hexid) == notes.key_id(ORIGIN, raw[1:])
