"""The picture of a family tree: nobody overlaps, every line runs from parent to child."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coi.rules.drawing import BOX_HEIGHT, BOX_WIDTH, Node, draw


def node(name):
    return Node(name, name, "bag", "available")


@st.composite
def families(draw_from):
    size = draw_from(st.integers(0, 14))
    pairs = [(str(c), str(p)) for c in range(size) for p in range(c) if draw_from(st.integers(0, 3)) == 0]
    return [node(str(n)) for n in range(size)], pairs


@given(families())
def test_boxes_do_not_overlap_and_stand_right_of_their_parents(family):
    nodes, pairs = family
    drawing = draw(nodes, pairs)
    boxes = {box.node.id: box for box in drawing.boxes}
    assert set(boxes) == {n.id for n in nodes}
    for child, parent in pairs:
        assert boxes[child].x > boxes[parent].x
    places = sorted((box.x, box.y) for box in drawing.boxes)
    for (x, y), (other_x, other_y) in pairwise(places):
        assert other_x > x or other_y >= y + BOX_HEIGHT
    assert all(b.x >= 0 and b.x + BOX_WIDTH <= drawing.width for b in drawing.boxes)
    assert all(b.y >= 0 and b.y + BOX_HEIGHT <= drawing.height for b in drawing.boxes)
    assert len(drawing.lines) == len(pairs)


def test_the_picture_is_always_the_same():
    family = [node(n) for n in "abcd"], [("b", "a"), ("c", "a"), ("d", "b"), ("d", "c")]
    assert draw(*family) == draw(*family)
    assert [box.node.id for box in draw(*family).boxes] == ["a", "b", "c", "d"]


def test_strangers_and_rings_do_not_hang_it():
    assert len(draw([node("a"), node("b")], [("a", "b"), ("b", "a"), ("a", "z")]).boxes) == 2
    assert draw([], []).boxes == ()
