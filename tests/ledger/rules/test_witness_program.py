"""The witness's decisions, with a log that is made here: every status of the protocol, and evidence of split views."""

import http.client
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.rules import cosignatures, notes
from ledger.rules.canonical import instant
from ledger.rules.merkle import leaf_hash, root_of
from ledger.rules.offline.witness import MOST_BYTES, Refused, Server, Witness
from ledger.rules.signing_keys import Takeover, state
from tests.ledger.rules.proofs_given import consistency_proof
from tests.serving import serving

ORIGIN = "log.example/ledger"
KEY, NEXT, THIEF = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 9))
AT = datetime(2026, 1, 2, tzinfo=UTC)
LEAVES = [leaf_hash(str(number).encode()) for number in range(64)]
FORGED = [leaf_hash(b"forged"), *LEAVES[1:]]


def vkey(key: Ed25519PrivateKey) -> str:
    return notes.verifier_key(ORIGIN, key.public_key())


def note(
    size: int, *, leaves: list[bytes] = LEAVES, key: Ed25519PrivateKey = KEY, origin: str = ORIGIN
) -> str:
    return notes.sign(origin=origin, size=size, root=root_of(leaves[:size]), signed_at=AT, key=key)


def request(old: int, text: str, *, leaves: list[bytes] = LEAVES) -> bytes:
    new = notes.read(text).size
    proof = consistency_proof(old, leaves[:new]) if 0 < old <= new else []
    return cosignatures.request(old, proof, text).encode()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """A witness that has seen eleven entries."""
    Witness.make(tmp_path / "w", "w.example/1", vkey(KEY), b"w" * 32)
    found = Witness(tmp_path / "w", clock=lambda: 1679315147.9)
    found.add_checkpoint(request(0, note(11)))
    return found


@pytest.fixture
def post(witness: Witness) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Ask over HTTP; answers with status, type and body."""
    server = Server(("127.0.0.1", 0), witness)
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)

    def ask(data: bytes, path: str = "/add-checkpoint", method: str = "POST") -> tuple[int, str, str]:
        connection.request(method, path, data)
        response = connection.getresponse()
        return response.status, response.headers["Content-Type"] or "", response.read().decode()

    with serving(server):
        yield ask
        connection.close()


def evidence(witness: Witness) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (witness.folder / "evidence").glob("*.txt")]


def test_every_status_of_the_protocol(post: Callable[..., tuple[int, str, str]], witness: Witness) -> None:
    status, _, body = post(request(11, note(20)))
    assert status == 200
    key = cosignatures.WitnessKey.read(witness.verifier_key)
    assert cosignatures.cosigned_at(note(20), body, key) == datetime.fromtimestamp(1679315147, UTC)
    assert post(request(20, note(20)))[0] == 200  # the same again
    assert post(b"old 20\n\nnonsense")[0] == 400
    assert post(request(30, note(25)))[0] == 400  # smaller than what it names
    assert post(request(20, note(25, origin="other.example")))[0] == 404
    assert post(request(20, note(25, key=THIEF)))[0] == 403
    assert post(request(11, note(25))) == (409, "text/x.tlog.size", "20\n")
    assert post(request(11, note(15))) == (409, "text/x.tlog.size", "20\n")
    assert post(request(20, note(20, leaves=FORGED), leaves=FORGED))[:2] == (409, "text/x.tlog.size")
    assert post(request(20, note(25, leaves=FORGED), leaves=FORGED))[0] == 422
    assert post(request(20, note(25)), path="/elsewhere")[0] == 404
    assert post(b"", method="GET")[0] == 501
    assert witness.seen().size == 20


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\xff",
        b"old 11\n",
        b"old 011\n\n" + note(20).encode(),
        b"old -1\n\n" + note(20).encode(),
        b"new 11\n\n" + note(20).encode(),
        b"old 11\nAAAA\n\n" + note(20).encode(),
        b"old 11\n!\n\n" + note(20).encode(),
        b"old 11\n" + (b64encode(bytes(32)) + b"\n") * 64 + b"\n" + note(20).encode(),
        b"old 11\n\n" + note(20).replace("\n20\n", "\n020\n").encode(),
    ],
)
def test_what_is_no_request(witness: Witness, wrong: bytes) -> None:
    with pytest.raises(Refused) as caught:
        witness.add_checkpoint(wrong)
    assert caught.value.status == 400
    assert not evidence(witness)


def test_a_long_request_is_not_even_read(post: Callable[..., tuple[int, str, str]]) -> None:
    assert post(bytes(MOST_BYTES + 1))[0] == 400


@pytest.mark.parametrize("size", [11, 20])
def test_both_sides_of_a_split_view_are_kept(
    witness: Witness, size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match=r"SPLIT VIEW|NOT CONSISTENT"):
            witness.add_checkpoint(request(11, note(size, leaves=FORGED), leaves=FORGED))
    (kept,) = evidence(witness)
    assert note(11) in kept
    assert note(size, leaves=FORGED) in kept
    assert "LOOK AT THIS" in capsys.readouterr().err
    assert witness.seen().note == note(11)
    witness.add_checkpoint(request(11, note(20)))  # the honest log goes on


def test_a_proof_that_proves_nothing(witness: Witness) -> None:
    text = note(20)
    for proof in ([], [bytes(32)], [bytes(32)] * 40):
        with pytest.raises(Refused) as caught:
            witness.add_checkpoint(cosignatures.request(11, proof, text).encode())
        assert caught.value.status == 422
    with pytest.raises(Refused) as caught:
        witness.add_checkpoint(cosignatures.request(11, [bytes(32)], note(11)).encode())
    assert caught.value.status == 422


@pytest.mark.parametrize("old", range(1, 33))
def test_every_step_that_is_honest_is_signed(tmp_path: Path, old: int) -> None:
    Witness.make(tmp_path / "w", "w.example/1", vkey(KEY), b"w" * 32)
    witness = Witness(tmp_path / "w")
    witness.add_checkpoint(request(0, note(old)))
    for size in (old, old + 1, old + 7, 64):
        witness.add_checkpoint(request(witness.seen().size, note(size)))
    assert witness.seen().size == 64


def rotation(
    after: int, *, alone: bool = False, leaves: list[bytes] = LEAVES, by: Ed25519PrivateKey = KEY
) -> bytes:
    takeover = Takeover(ORIGIN, after, root_of(leaves[:after]), vkey(by), vkey(NEXT), alone, instant(AT))
    return state(takeover, old=None if alone else by, new=NEXT).encode()


def test_a_new_key_signs_after_its_statement_and_the_old_one_no_more(witness: Witness) -> None:
    assert witness.rotate_key(rotation(15)) == "accepted\n"
    assert witness.rotate_key(rotation(15)) == "known\n"
    witness.add_checkpoint(request(11, note(15)))
    for size, key in ((16, KEY), (15, NEXT)):
        with pytest.raises(Refused) as caught:
            witness.add_checkpoint(request(15, note(size, key=key)))
        assert caught.value.status == 403
    witness.add_checkpoint(request(15, note(16, key=NEXT)))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (rotation(15, alone=True), "a person must accept"),
        (
            rotation(10, alone=True),
            "a person must accept",
        ),  # anybody can make this: no evidence against the log
        (rotation(15, by=THIEF), "does not sign now"),
        (rotation(10), "another history"),
        (rotation(11, leaves=FORGED), "another history"),
        (note(20).encode(), "no signed statement"),
        (rotation(15).replace(b"after 15", b"after 14"), "no signed statement"),
        (b"nonsense", "not a signed note"),
    ],
)
def test_a_key_that_is_not_believed(witness: Witness, statement: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        witness.rotate_key(statement)
    assert len(witness.seen().keys) == 1
    assert len(evidence(witness)) == (why == "another history")


def test_a_person_accepts_a_key_that_the_old_one_did_not_state(witness: Witness) -> None:
    assert witness.rotate_key(rotation(11, alone=True), by_person=True) == "accepted\n"
    witness.add_checkpoint(request(11, note(12, key=NEXT)))


def test_a_witness_needs_a_name_and_a_log(tmp_path: Path) -> None:
    for name, log in (
        ("two words", vkey(KEY)),
        ("a+b", vkey(KEY)),
        ("w", "nonsense"),
        ("w", vkey(KEY)[:-4] + "AAA="),
    ):
        with pytest.raises(ValueError, match=r".+"):
            Witness.make(tmp_path / "x", name, log, b"w" * 32)
