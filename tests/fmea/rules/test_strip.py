"""The picture of a spread: a dot for each rating, none hidden by another."""

from fmea.rules.scales import ScaleKind
from fmea.rules.strip import EDGE, TOP, WIDTH, strip
from fmea.rules.team import Spread


def spread(*ratings: int) -> Spread:
    return Spread(ScaleKind.SEVERITY, ratings)


def test_every_rating_has_its_own_dot_at_its_place() -> None:
    drawn = strip(spread(3, 3, 3, 8))
    assert len({(it.x, it.y) for it in drawn.dots}) == 4
    assert len({it.x for it in drawn.dots[:3]}) == 1
    assert drawn.dots[3].x == drawn.high
    assert all(TOP <= it.y < drawn.line for it in drawn.dots)


def test_the_marks_fill_the_picture_and_a_median_may_stand_between_two() -> None:
    drawn = strip(spread(4, 5), agreed=10)
    assert (drawn.marks[0][0], drawn.marks[9][0], drawn.agreed) == (EDGE, WIDTH - EDGE, WIDTH - EDGE)
    assert drawn.median == (drawn.low + drawn.high) / 2
    assert strip(spread(4, 5)).agreed is None


def test_the_more_agree_the_higher_the_picture() -> None:
    assert strip(spread(5, 5, 5)).height > strip(spread(4, 5, 6)).height
