"""Family trees: how far a hold spreads."""

from hypothesis import given
from hypothesis import strategies as st

from coi.rules.genealogy import ancestors, descendants

NODES = st.integers(0, 7).map(str)
PAIRS = st.lists(st.tuples(NODES, NODES), max_size=14).map(tuple)


@given(PAIRS, NODES, NODES)
def test_descendants_and_ancestors_see_the_same_family(
    parents: tuple[tuple[str, str], ...], one: str, other: str
) -> None:
    is_below = other in descendants([one], parents) - {one}
    assert is_below == (one in ancestors(other, parents)) or one == other


@given(PAIRS, st.sets(NODES))
def test_descendants_are_closed_and_hold_the_first(
    parents: tuple[tuple[str, str], ...], first: set[str]
) -> None:
    found = descendants(first, parents)
    assert first <= found
    assert descendants(found, parents) == found
    assert all(child in found for child, parent in parents if parent in found)


def test_a_family_of_three_generations() -> None:
    parents = (
        ("bag", "harvest"),
        ("harvest", "left"),
        ("harvest", "right"),
        ("left", "blood"),
        ("right", "blood"),
    )
    assert ancestors("bag", parents) == {"harvest", "left", "right", "blood"}
    assert descendants(["left"], parents) == {"left", "harvest", "bag"}
