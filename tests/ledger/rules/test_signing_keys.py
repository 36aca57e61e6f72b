"""Which key may sign a checkpoint of which size, and what no statement can do."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.rules import notes
from ledger.rules.canonical import instant
from ledger.rules.signing_keys import SigningKeys, Takeover, read, state

ORIGIN = "hospital.example/ledger"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROOT = sha256(b"root").digest()
FIRST, SECOND, THIRD, THIEF = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3, 9))


def vkey(key: Ed25519PrivateKey) -> str:
    return notes.verifier_key(ORIGIN, key.public_key())


def takeover(after: int, old: Ed25519PrivateKey, new: Ed25519PrivateKey, *, alone: bool = False) -> Takeover:
    return Takeover(ORIGIN, after, ROOT, vkey(old), vkey(new), alone, instant(AT))


def stated(after: int, old: Ed25519PrivateKey, new: Ed25519PrivateKey, *, alone: bool = False) -> str:
    return state(takeover(after, old, new, alone=alone), old=None if alone else old, new=new)


def checkpoint(size: int, key: Ed25519PrivateKey) -> str:
    return notes.sign(origin=ORIGIN, size=size, root=ROOT, signed_at=AT, key=key)


def keys(*statements: str, current: Ed25519PrivateKey = THIRD) -> SigningKeys:
    return SigningKeys.of(ORIGIN, current.public_key(), statements)


TWICE = keys(stated(10, FIRST, SECOND), stated(20, SECOND, THIRD))


@pytest.mark.parametrize(("size", "key"), [(1, FIRST), (10, FIRST), (11, SECOND), (20, SECOND), (21, THIRD)])
def test_each_key_signs_its_own_sizes_and_no_others(size: int, key: Ed25519PrivateKey) -> None:
    assert TWICE.read(checkpoint(size, key)).size == size
    for other in (FIRST, SECOND, THIRD, THIEF):
        if other is not key:
            with pytest.raises(notes.BadNote):
                TWICE.read(checkpoint(size, other))


def test_a_replaced_key_is_named_as_that() -> None:
    with pytest.raises(notes.BadNote, match="another replaced after 10 entries"):
        TWICE.read(checkpoint(11, FIRST))
    with pytest.raises(notes.BadNote, match="only from 21 entries on"):
        TWICE.read(checkpoint(20, THIRD))
    with pytest.raises(notes.BadNote, match="did not sign"):
        TWICE.read(checkpoint(20, THIEF))


def test_without_statements_the_key_of_the_settings_signs_everything() -> None:
    alone = keys(current=FIRST)
    assert alone.read(checkpoint(5, FIRST)).size == 5
    assert alone.knows(FIRST.public_key())
    assert not alone.knows(SECOND.public_key())
    assert [TWICE.knows(key.public_key()) for key in (FIRST, SECOND, THIRD, THIEF)] == [True] * 3 + [False]


def test_two_keys_may_take_over_at_one_size() -> None:
    found = keys(stated(10, FIRST, SECOND), stated(10, SECOND, THIRD))
    assert not found.faults
    assert found.read(checkpoint(11, THIRD)).size == 11
    assert found.read(checkpoint(10, FIRST)).size == 10


def test_a_statement_is_read_back_and_is_no_checkpoint() -> None:
    assert read(stated(10, FIRST, SECOND)) == takeover(10, FIRST, SECOND)
    assert read(stated(10, FIRST, SECOND, alone=True)).is_emergency
    with pytest.raises(notes.BadNote, match="not a number"):
        notes.read(stated(10, FIRST, SECOND))
    with pytest.raises(notes.BadNote, match="does not state"):
        read(checkpoint(10, FIRST))


def test_a_thief_without_the_old_key_states_nothing() -> None:
    honest = stated(10, FIRST, SECOND)
    text = honest.split("\n\n")[0] + "\n"
    by_thief = notes.signature_line(text, name=ORIGIN, key=SECOND)
    with pytest.raises(notes.BadNote, match="the old key did not sign it"):
        read(f"{text}\n{by_thief}")
    with pytest.raises(notes.BadNote, match="the new key did not sign it"):
        read(f"{text}\n{notes.signature_line(text, name=ORIGIN, key=FIRST)}")
    with pytest.raises(notes.BadNote, match="the new key did not sign it"):
        read(honest.replace("after 10", "after 11"))
    with pytest.raises(ValueError, match="unless there is an emergency"):
        state(takeover(10, FIRST, SECOND), old=None, new=SECOND)


def test_another_logs_key_is_not_taken() -> None:
    elsewhere = replace(
        takeover(10, FIRST, SECOND), new=notes.verifier_key("else.example", SECOND.public_key())
    )
    with pytest.raises(notes.BadNote, match="another log"):
        read(state(elsewhere, old=FIRST, new=SECOND))


@pytest.mark.parametrize(
    ("statements", "number", "why"),
    [
        (["nonsense"], 2, "not a signed note"),
        ([stated(10, FIRST, SECOND), stated(20, FIRST, THIRD)], 3, "not the one before it"),
        ([stated(10, FIRST, SECOND), stated(5, SECOND, THIRD)], 3, "the one before it after 10"),
    ],
)
def test_a_broken_chain_is_named_by_its_link(statements: list[str], number: int, why: str) -> None:
    (fault,) = keys(*statements).faults
    assert fault.number == number
    assert why in fault.why


def test_statements_of_another_log_are_named() -> None:
    (fault,) = SigningKeys.of("else.example", THIRD.public_key(), [stated(10, FIRST, SECOND)]).faults
    assert "of another log" in fault.why


def test_verifier_keys_are_read_strictly() -> None:
    text = vkey(FIRST)
    assert notes.read_verifier_key(text) == (ORIGIN, FIRST.public_key())
    for wrong in (
        "",
        "name",
        text + "=",
        text.replace("+", "-"),
        text[:-2] + "!",
        "a b" + text,
        vkey(FIRST)[1:],
    ):
        with pytest.raises(notes.BadNote):
            notes.read_verifier_key(wrong)
    with pytest.raises(notes.BadNote, match="kind"):
        notes.read_verifier_key(text, notes.COSIGNATURE)
