"""Where a page of the search ends, as text and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from audit.rules.edges import Edge

AT = datetime(2026, 3, 2, 8, 0, 0, 123, UTC)


@pytest.mark.parametrize("edge", [Edge(AT, 4711), Edge(AT.replace(microsecond=0), 0), Edge(AT, 10**17)])
def test_an_edge_is_read_as_it_was_written(edge: Edge) -> None:
    assert Edge.read(str(edge)) == edge
    elsewhere = Edge(edge.at.astimezone(timezone(timedelta(hours=9))), edge.entry)
    assert str(elsewhere) == str(edge)


def test_edges_are_in_the_order_of_the_search() -> None:
    later = AT + timedelta(microseconds=1)
    assert Edge(AT, 1) < Edge(AT, 2) < Edge(later, 1)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1", "2026-03-02T08:00:00Z_1", "2026-13-02T08:00:00.000000Z_1", f"{Edge(AT, 1)}0" * 2]
    + [f"2026-03-02T08:00:00.000000Z_{number}" for number in ("", "-1", "01", "1e3", "1" * 19, "٣")],
)
def test_what_is_no_edge_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"edge|month"):
        Edge.read(text)
