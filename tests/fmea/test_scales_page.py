"""The scales of a worksheet and its table of priorities, on their page."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client

from fmea.rules.priority import PRIORITY_2019, ActionPriority
from fmea.rules.scales import ScaleKind
from tests.fmea.board import CODE, Board

PAGE = f"/risk/{CODE}/scales/"


def form(client: Client, part: str, **changes: str) -> dict[str, Any]:
    """What the page holds for one part, with other values in some fields."""
    page = client.get(PAGE)
    assert page.status_code == 200
    forms = {str(it.kind): it for it in page.context["scales"]} | {"table": page.context["table"]}
    chosen = forms[part]
    held = {name: chosen[name].value() for name in chosen.fields}
    values = {chosen.add_prefix(name): "" if it is None else it for name, it in held.items()}
    values |= {chosen.add_prefix("request_id"): str(uuid4()), "part": part}
    return values | {chosen.add_prefix(name): value for name, value in changes.items()}


def test_a_scale_is_written_anew_and_stored_with_the_worksheet(
    board: Board, as_: Callable[[str], Client]
) -> None:
    amir = as_("Amir")
    sent = form(amir, "occurrence", text_5="Once in a thousand attempts", up_to_5="0.001", version="2")
    assert amir.post(PAGE, sent).status_code == 302

    worksheet = board.whole.worksheet
    assert worksheet is not None
    scale = worksheet.scales.of(ScaleKind.OCCURRENCE)
    assert (scale.version, scale.text(5), scale.edges[4]) == ("2", "Once in a thousand attempts", 0.001)


def test_a_scale_that_does_not_rise_is_refused_at_its_rating(
    board: Board, as_: Callable[[str], Client]
) -> None:
    amir = as_("Amir")
    answer = amir.post(PAGE, form(amir, "occurrence", up_to_5="0.9"))
    assert answer.status_code == 422
    assert "Rates rise with the rating." in answer.content.decode()
    assert board.sheet.revision == 0


def test_a_table_is_changed_letter_by_letter_and_stays_monotone(
    board: Board, as_: Callable[[str], Client]
) -> None:
    amir = as_("Amir")
    assert amir.post(PAGE, form(amir, "table", cell_0_3_1="H", version="own")).status_code == 302
    worksheet = board.whole.worksheet
    assert worksheet is not None
    assert PRIORITY_2019.priority(10, 3, 6) is ActionPriority.MEDIUM
    assert worksheet.priorities.priority(10, 3, 6) is ActionPriority.HIGH

    answer = amir.post(PAGE, form(amir, "table", cell_4_4_3="H"))
    assert answer.status_code == 422
    assert board.sheet.revision == 1


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(
    board: Board, as_: Callable[[str], Client]
) -> None:
    amir, bob = as_("Amir"), as_("Bob")
    late = form(amir, "severity", version="of Amir")
    assert bob.post(PAGE, form(bob, "severity", version="of Bob")).status_code == 302
    answer = amir.post(PAGE, late)

    assert answer.status_code == 409
    worksheet = board.whole.worksheet
    assert worksheet is not None
    assert worksheet.scales.severity.version == "of Bob"


def test_whoever_does_not_write_worksheets_reads_them(board: Board, as_: Callable[[str], Client]) -> None:
    reader = as_("Iris")
    assert reader.get(PAGE).status_code == 200
