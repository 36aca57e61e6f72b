"""Cosignatures to the byte, put together here by hand; and the example that is published with the format."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.rules import cosignatures, notes
from ledger.rules.cosignatures import WitnessKey

KEY = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
NAME = "witness.example/w1"
ID = sha256(NAME.encode() + b"\n\x04" + PUBLIC).digest()[:4]
WITNESS = WitnessKey.read(f"{NAME}+{ID.hex()}+" + b64encode(b"\x04" + PUBLIC).decode())
AT = 1679315147
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
NOTE = TEXT + "\n\N{EM DASH} example.com/behind-the-sofa " + b64encode(b"abcd" + bytes(64)).decode() + "\n"
PUBLISHED = (
    "\N{EM DASH} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
    "qhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def line(at: int = AT, text: str = TEXT, name: str = NAME) -> str:
    """A cosignature, made as the specification says and not by the code under test."""
    signed = KEY.sign(b"cosignature/v1\ntime " + str(at).encode() + b"\n" + text.encode())
    return f"\N{EM DASH} {name} {b64encode(ID + at.to_bytes(8, 'big') + signed).decode()}\n"


def test_a_cosignature_says_when() -> None:
    assert cosignatures.cosigned_at(NOTE, line(), WITNESS) == datetime.fromtimestamp(AT, UTC)


def test_the_published_example_has_our_layout() -> None:
    name, blob = notes.read_signature_line(PUBLISHED.removesuffix("\n"))
    assert (name, len(blob)) == ("witness.example.com/w1", 4 + 8 + 64)
    assert int.from_bytes(blob[4:12], "big") == AT
    assert cosignatures.message(TEXT, AT).startswith(
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n"
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (line(text=TEXT.replace("20852163", "20852164")), "does not hold"),
        (line().replace(NAME, "witness.example/w2"), "another witness"),
        (notes.signature_line(TEXT, name=NAME, key=KEY), "another witness"),
        (f"\N{EM DASH} {NAME} {b64encode(ID + bytes(8)).decode()}\n", "not a cosignature"),
        (line(at=2**63 - 1), "no time"),
        (PUBLISHED, "another witness"),
        ("nonsense", "malformed"),
    ],
)
def test_what_is_no_cosignature(wrong: str, why: str) -> None:
    with pytest.raises(notes.BadNote, match=why):
        cosignatures.cosigned_at(NOTE, wrong, WITNESS)


def test_a_cosignature_moved_to_another_checkpoint_does_not_hold() -> None:
    with pytest.raises(notes.BadNote, match="does not hold"):
        cosignatures.cosigned_at(NOTE.replace("20852163", "20852164"), line(), WITNESS)


def test_the_request_is_written_as_published() -> None:
    proof = [
        b64decode("PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw="),
        b64decode("jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk="),
    ]
    assert cosignatures.request(20852014, proof, NOTE) == (
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\njrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\n"
        + NOTE
    )
    assert cosignatures.request(0, [], NOTE) == "old 0\n\n" + NOTE
    with pytest.raises(ValueError, match="63"):
        cosignatures.request(1, [bytes(32)] * 64, NOTE)


def test_of_an_answer_only_the_known_line_counts() -> None:
    assert cosignatures.own_line(PUBLISHED + "nonsense\n" + line(), WITNESS) == line()
    assert cosignatures.own_line(PUBLISHED, WITNESS) is None
    assert cosignatures.read_size("20852163\n") == 20852163
    for wrong in ("", "5", "05\n", "-1\n", "5\n5\n", "five\n"):
        with pytest.raises(notes.BadNote):
            cosignatures.read_size(wrong)
