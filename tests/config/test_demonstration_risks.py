"""The worksheet of the demonstration: ready to be signed, and all that it names is there."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from coi.forms.words import HOLD_REASONS
from coi.rules.deviations import Trigger
from coi.rules.outcome import RefusalCode
from config.demonstration import risks, site
from fmea.rules.actions import all_before_after, overdue
from fmea.rules.scales import STARTING_EDGES, ScaleKind
from fmea.rules.unready import all_problems, needs_residual
from fmea.rules.worksheet import Action, ActionStatus, EvidenceKind, LinkKind, Score, Worksheet
from fmea.rules.worksheet_reading import parse

TODAY = date(2028, 2, 29)
# Severity, occurrence, detection, number and priority; then severity, occurrence, detection, number and priority after.
TABLE = {
    "R01": ((10, 3, 6), 180, "M", (10, 2, 2), 40, "L"),
    "R02": ((10, 4, 6), 240, "H", (10, 2, 2), 40, "L"),
    "R03": ((5, 6, 4), 120, "M", (5, 3, 2), 30, "L"),
    "R04": ((10, 3, 5), 150, "M", (10, 1, 2), 20, "L"),
    "R05": ((8, 3, 6), 144, "M", (8, 2, 2), 32, "L"),
    "R06": ((9, 2, 5), 90, "M", (9, 1, 2), 18, "L"),
    "R07": ((10, 3, 7), 210, "H", (10, 1, 2), 20, "L"),
    "R08": ((10, 2, 5), 100, "M", (10, 1, 2), 20, "L"),
    "R09": ((9, 3, 4), 108, "L", (9, 1, 2), 18, "L"),
    "R10": ((8, 3, 5), 120, "M", (8, 1, 2), 16, "L"),
    "R11": ((9, 4, 5), 180, "H", (9, 2, 2), 36, "L"),
    "R12": ((8, 4, 5), 160, "M", (8, 2, 2), 32, "L"),
    "R13": ((9, 2, 4), 72, "L", (9, 1, 1), 9, "L"),
    "R14": ((7, 3, 4), 84, "L", (7, 2, 2), 28, "L"),
    "R15": ((10, 2, 6), 120, "M", (10, 1, 2), 20, "L"),
    "R16": ((8, 3, 4), 96, "L", (8, 1, 2), 16, "L"),
    "R17": ((10, 3, 6), 180, "M", (10, 1, 2), 20, "L"),
    "R18": ((6, 4, 5), 120, "L", (6, 2, 2), 24, "L"),
    "R19": ((5, 5, 5), 125, "L", (5, 3, 3), 45, "L"),
    "R20": ((7, 4, 8), 224, "H", (7, 2, 1), 14, "L"),
}
PEOPLE = {spec.name for spec in site.PEOPLE}
CRITERIA = {it["code"] for it in site.read_content("cd19_specification.json")["criteria"]}
CHARTED = {it["code"] for it in site.read_content("process_plan.json")["parameters"]}
PROTOCOL = {it["code"] for it in site.read_content("cd19_protocol.json")["steps"]}
IS_THERE: dict[str, Callable[[str], bool]] = {
    LinkKind.INTERLOCK: set(RefusalCode).__contains__,
    LinkKind.CRITERION: CRITERIA.__contains__,
    LinkKind.CHART: CHARTED.__contains__,
    EvidenceKind.REFUSAL: set(RefusalCode).__contains__,
    EvidenceKind.DEVIATION: {*RefusalCode, *Trigger}.__contains__,
    EvidenceKind.OOS: CRITERIA.__contains__,
    EvidenceKind.EXCURSION: set(HOLD_REASONS).__contains__,
    EvidenceKind.CHART_SIGNAL: CHARTED.__contains__,
}


@pytest.fixture(scope="module")
def worksheet() -> Worksheet:
    content = risks.content(TODAY)
    found, faults = parse(content)
    assert found is not None, faults
    assert all_problems(content) == ()
    return found


def after(worksheet: Worksheet, action: Action) -> tuple[int | None, ...]:
    row = worksheet.row_of[action.row]
    given = (action.after.of(kind).rating or row.scores.of(kind).rating for kind in ScaleKind)
    return tuple(given)


def test_its_numbers_and_priorities_are_those_of_the_table(worksheet: Worksheet) -> None:
    found = {}
    for line in all_before_after(worksheet):
        (action,) = line.actions
        then = after(worksheet, action)
        number = 1
        for rating in then:
            number *= rating or 0
        found[line.row.code] = (
            line.before.ratings,
            line.rpn_before,
            line.priority_before,
            then,
            number,
            worksheet.priorities.priority(*then),
        )
    assert found == TABLE


def test_all_that_it_names_is_there(worksheet: Worksheet) -> None:
    assert worksheet.product == site.PRODUCT
    named = {code for step in worksheet.steps for code in step.protocol_steps}
    assert all(step.protocol_steps for step in worksheet.steps)
    for row in worksheet.rows:
        controls = (*row.prevention_controls, *row.detection_controls)
        assert row.prevention_controls, row.code
        assert row.detection_controls, row.code
        assert row.evidence, row.code
        for it in (*row.evidence, *(link for control in controls for link in control.links)):
            assert IS_THERE[it.kind](it.ref), (row.code, it)
        for evidence in row.evidence:
            named.update(worksheet.protocol_steps(row, evidence))
    assert named <= PROTOCOL
    kinds = {it.kind for row in worksheet.rows for it in row.evidence}
    assert kinds == set(EvidenceKind)


def test_everybody_in_it_works_there(worksheet: Worksheet) -> None:
    assert set(people_of(worksheet)) <= PEOPLE
    team = {it.person for it in worksheet.team}
    voters = {vote.person for row in worksheet.rows for score in scores(row.scores) for vote in score.votes}
    assert voters <= team
    of_the_site = {spec.name for spec in site.PEOPLE if spec.site == site.PLANT and spec.roles}
    assert {it.owner for it in worksheet.actions} <= of_the_site, "who owns an action is given work there"


def people_of(worksheet: Worksheet) -> Iterator[str]:
    yield from (it.person for it in worksheet.team)
    for row in worksheet.rows:
        yield from (name for score in scores(row.scores) for name in score.by)
        yield from ([row.residual.by] if needs_residual(row) else [])
    for action in worksheet.actions:
        yield action.owner
        yield from (name for score in scores(action.after) for name in score.by)
        yield from ([action.verified_by] if action.status is ActionStatus.VERIFIED else [])


def scores(of: object) -> tuple[Score, ...]:
    return tuple(getattr(of, kind) for kind in ScaleKind)


@pytest.mark.parametrize("days", [0, 100, 1000])
def test_its_days_move_with_the_day_on_which_it_is_loaded(days: int) -> None:
    today = risks.WRITTEN + timedelta(days=days)
    found, _ = parse(risks.content(today))
    assert found is not None
    assert found.look_again is not None
    assert found.look_again > today
    assert [it.code for it in overdue(found.actions, today)] == ["A11"]
    assert all(it.done_on is None or it.done_on <= today for it in found.actions)
    assert set(Counter(it.status for it in found.actions)) == set(ActionStatus) - {ActionStatus.DROPPED}


def test_its_scales_begin_with_the_edges_of_this_product(worksheet: Worksheet) -> None:
    for kind in ScaleKind:
        scale = worksheet.scales.of(kind)
        assert scale.edges == tuple(map(float, STARTING_EDGES[kind]))
        assert len({scale.text(rating) for rating in range(1, 11)} - {""}) == 10
