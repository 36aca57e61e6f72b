"""Where checkpoints may go is said in the settings, and nothing else is called."""

from base64 import b64encode
from datetime import timedelta

import pytest

from ledger.rules import destinations, notes

PUBLIC = bytes(range(32))
WITNESS = f"w.example/1+{notes.key_id('w.example/1', PUBLIC, notes.COSIGNATURE).hex()}+"
WITNESS += b64encode(notes.COSIGNATURE + PUBLIC).decode()


def test_they_are_read_from_one_line() -> None:
    assert [item.name for item in destinations.mailboxes(" qa@a.example, b@b.example ,")] == [
        "mail:qa@a.example",
        "mail:b@b.example",
    ]
    assert [
        item.name for item in destinations.web_addresses("https://a.example/in?x=1,http://127.0.0.1:8077")
    ] == [
        "post:https://a.example/in?x=1",
        "post:http://127.0.0.1:8077",
    ]
    first, second = destinations.log_witnesses(f"{WITNESS} https://w.example/, {WITNESS}")
    assert (first.address, second.address) == ("https://w.example", "")
    assert first.name.startswith("witness:w.example/1+")
    assert destinations.mailboxes("") == destinations.log_witnesses(" , ") == ()


def test_one_that_is_too_long_for_its_row_is_refused_at_the_start() -> None:
    address = f"https://a.example/{'x' * 282}"
    assert len(destinations.web_addresses(address)[0].address) == 300
    for read, text in (
        (destinations.web_addresses, f"{address}x"),
        (destinations.mailboxes, f"{'q' * 291}@a.example"),
        (destinations.log_witnesses, f"{WITNESS} {address}"),
    ):
        with pytest.raises(ValueError, match="longer than 300 characters"):
            read(text)


@pytest.mark.parametrize("wrong", ["qa", "@a", "a@", "a@b@c", "a b@c", "<a@b>", "a@b,a@b", "a@b\nBcc: c@d"])
def test_what_is_no_mailbox(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"mailbox|twice"):
        destinations.mailboxes(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "http://a.example",
        "http://127.0.0.1.a.example",
        "http://10.0.0.1",
        "ftp://a.example",
        "file:///etc/passwd",
        "https://",
        "https://user:word@a.example",
        "https://a.example/#part",
        "https://a.example/a b",
        "https://ä.example",
        "https://a.example:0",
        "a.example",
    ],
)
def test_what_is_never_called(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"web address|https"):
        destinations.web_addresses(wrong)


def test_a_witness_needs_its_key() -> None:
    for wrong in ("https://w.example", "w+x+y https://w.example", f"{WITNESS[:-4]}AAA= https://w.example"):
        with pytest.raises(ValueError, match="key"):
            destinations.log_witnesses(wrong)


def test_one_that_is_away_is_tried_for_ever_and_seldom() -> None:
    waits = [destinations.retry_after(attempts) for attempts in (1, 2, 3, 20, 1000)]
    assert waits[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
    assert waits[3:] == [timedelta(minutes=15)] * 2
