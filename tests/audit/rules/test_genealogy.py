"""Where containers stand in the picture of their family."""

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.rules.genealogy import HELD, Node, genealogy_picture, places_of
from cpv.rules.pictures.parts import Titles

TITLES = Titles("Family", "")


def node(code: str, *parents: str, state: str = "available") -> Node:
    return Node(code, "bag", state, "available", parents)


def test_a_child_stands_right_of_the_last_of_its_parents() -> None:
    found = places_of([node("c", "a", "b"), node("b", "a"), node("a")])
    assert [found[code].column for code in "abc"] == [0, 1, 2]


def test_children_stand_beside_their_parents() -> None:
    found = places_of(
        [node("r"), node("a", "r"), node("b", "r"), node("z1", "a"), node("y1", "b"), node("x", "a")]
    )
    below = sorted(("z1", "y1", "x"), key=lambda code: found[code].row)
    assert below == ["x", "z1", "y1"]


def test_an_unknown_parent_and_a_circle_end_nothing() -> None:
    found = places_of([node("a", "gone"), node("b", "c"), node("c", "b")])
    assert set(found) == {"a", "b", "c"}
    assert len(set(found.values())) == 3


def test_a_held_container_is_told_by_shape_and_word_and_a_broader_frame() -> None:
    spec = genealogy_picture([node("a"), node("b", "a", state=HELD)], TITLES)
    plain, held = spec["data"]["values"]
    assert plain["s"] != held["s"]
    assert plain["b"] < held["b"]
    assert len(spec["layer"][0]["data"]["values"]) == 1


def test_nothing_is_a_picture_too() -> None:
    assert genealogy_picture([], TITLES)["data"]["values"] == []


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 20), max_size=3), max_size=20))
def test_no_two_boxes_share_a_place_and_every_line_leads_to_the_right(parents: list[list[int]]) -> None:
    nodes = [node(str(n), *(str(p) for p in own if p < n)) for n, own in enumerate(parents)]
    found = places_of(nodes)
    assert len(set(found.values())) == len(nodes)
    assert all(found[p].column < found[it.code].column for it in nodes for p in it.parents)
