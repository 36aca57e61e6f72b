"""A description that is kept is that of the same numbers, and of no others."""

from uuid import UUID

from cpv import selectors, services
from cpv.rules.programme.describing import described
from tests.cpv.given import STEADY, Process


def test_other_numbers_have_another_description(process: Process) -> None:
    process.hand_in(STEADY)
    first = process.chart
    assert selectors.description_of(first) is selectors.description_of(process.chart)
    assert (
        selectors.description_of(first).numbers
        == described(first.parameter, first.charted, first.points).numbers
    )
    point = first.points[3]
    services.exclude_point(observation=UUID(point.id), reason="A slip.", **process.doing("Bob"))
    found = selectors.description_of(process.chart).numbers
    assert (found.n, selectors.description_of(first).numbers.n) == (19, 20)
    process.limits()
    process.hand_in([*STEADY, "12.0"])
    assert selectors.description_of(process.chart).since == 20
