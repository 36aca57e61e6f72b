"""Which printer, what stands in its way, and where bytes may go."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.rules.journey import CopyStatus
from coi.rules.printing import (
    JobState,
    PrinterFacts,
    PrinterKind,
    PrinterState,
    Shown,
    Trouble,
    Wanted,
    choose,
    is_allowed,
    is_host,
    may_move,
    obstacle,
    shown,
)

CHAIR = PrinterFacts("CHAIR", PrinterKind.ZPL, PrinterState.ACTIVE, "10.1.2.3", 100, 60, stations=("VS1",))
WANTED = Wanted("apheresis_bag", 100, 60, "VS1")
OFF = PrinterState.OUT_OF_SERVICE


@pytest.mark.parametrize(
    ("printer", "expected"),
    [
        (CHAIR, None),
        (None, Trouble.NO_PRINTER),
        (replace(CHAIR, state=OFF), Trouble.OUT_OF_SERVICE),
        (replace(CHAIR, width_mm=50), Trouble.WRONG_STOCK),
        (replace(CHAIR, width_mm=60, height_mm=100), Trouble.WRONG_STOCK),
        (replace(CHAIR, kinds=("sample",)), Trouble.WRONG_KIND),
        (replace(CHAIR, kinds=("sample", "apheresis_bag")), None),
        (replace(CHAIR, host=""), Trouble.BY_HAND),
    ],
)
def test_what_is_in_the_way(printer: PrinterFacts | None, expected: Trouble | None) -> None:
    assert obstacle(printer, WANTED) is expected


SMALL = replace(CHAIR, code="SMALL", width_mm=50, height_mm=20)
OTHER = replace(CHAIR, code="OTHER", stations=())


@pytest.mark.parametrize(
    ("printers", "expected"),
    [
        pytest.param([CHAIR, OTHER], "CHAIR", id="the station's own"),
        pytest.param([SMALL, CHAIR], "CHAIR", id="the one with the right stock"),
        pytest.param([SMALL, OTHER], "SMALL", id="the station's own, though its stock is wrong: it waits"),
        pytest.param([OTHER], "OTHER", id="the only one"),
        pytest.param([OTHER, replace(OTHER, code="OLD", state=OFF)], "OTHER", id="the only one in use"),
        pytest.param([OTHER, replace(OTHER, code="MORE")], None, id="somebody chooses"),
        pytest.param([], None, id="none"),
    ],
)
def test_which_printer(printers: list[PrinterFacts], expected: str | None) -> None:
    found = choose(printers, WANTED)
    assert (found.code if found is not None else None) == expected


def test_a_label_without_a_station_is_no_stations() -> None:
    assert choose([replace(CHAIR, stations=("",)), OTHER], replace(WANTED, station="")) is None


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("copy", CopyStatus)
def test_what_was_sent_or_no_longer_counts_never_moves(state: JobState, copy: CopyStatus) -> None:
    sent = state in (JobState.SENT, JobState.PRINTED)
    over = copy in (CopyStatus.VOID, CopyStatus.APPLIED)
    assert may_move(state, copy) == (not sent and not over)
    if over:
        assert shown(state, copy) in (Shown.VOID, Shown.PRINTED)


NETWORKS = (ip_network("10.20.30.0/24"), ip_network("fd00:1::/64"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.20.30.1", True),
        ("10.20.31.1", False),
        ("fd00:1::5", True),
        ("fd00:2::5", False),
        ("::ffff:10.20.30.1", True),
        ("::ffff:127.0.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("010.020.030.001", False),
        ("169542145", False),
        ("printer.example", False),
        ("", False),
    ],
)
def test_where_bytes_may_go(address: str, expected: bool) -> None:
    assert is_allowed(address, NETWORKS) is expected
    assert not is_allowed(address, ())


def test_no_network_lets_the_unspecified_or_many_through() -> None:
    everywhere = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert not any(is_allowed(address, everywhere) for address in ("0.0.0.0", "::", "224.0.0.1", "ff02::1"))


@given(st.text(max_size=80))
def test_any_text_is_a_host_or_not(text: str) -> None:
    if is_host(text):
        assert text.isascii()
        assert not set(text) & set("/@ \n\x00#?%")
    is_allowed(text, NETWORKS)
