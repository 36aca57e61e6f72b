"""Numbers of another program: taken whole or not at all, once, and corrected by a later one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from config.demonstration.site import Demo
from cpv import services
from cpv.events import Event
from cpv.rules.programme.limit_set import code_of
from cpv.services import ExternalRow
from cpv.services.external import MOST_ROWS
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cpv.given import Process, a_process, parameter


def row(process: Process, subject: str = "OLD-1", value: str = "10.25", **more: Any) -> ExternalRow:
    return ExternalRow(
        **{"parameter": "TITER", "subject": subject, "made_at": process.player.now, "value": value} | more
    )


def hand_in(process: Process, *rows: ExternalRow, name: str = "Leo", **more: Any) -> frozenset[str]:
    return services.hand_in_data(
        **{"plan": process.plan, "site": process.site, "rows": rows} | more, **process.doing(name)
    )


def told(process: Process, *rows: ExternalRow) -> list[tuple[int, str, str]]:
    """The faults that are told of rows; nothing of them may have been taken."""
    with pytest.raises(Invalid) as caught:
        hand_in(process, row(process, "GOOD"), *rows)
    assert process_is_empty(process)
    return [(it["row"], it["field"], it["code"]) for it in caught.value.detail["rows"]]


def process_is_empty(process: Process) -> bool:
    return not ledger.entries_of_events([Event.DATA_HANDED_IN])


@pytest.mark.requirement("URS-DATA-01")
def test_numbers_stand_on_their_chart_as_they_were_written(process: Process) -> None:
    assert hand_in(process, row(process), row(process, "OLD-2", "0.50")) == {process.code}
    assert [(it.subject, it.value, it.batch) for it in process.chart.points] == [
        ("OLD-1", "10.25", ""),
        ("OLD-2", "0.50", ""),
    ]


@pytest.mark.requirement("URS-DATA-01")
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"parameter": "NONE"}, "parameter", "unknown"),
        ({"subject": " "}, "subject", "required"),
        ({"subject": "x" * 65}, "subject", "required"),
        ({"value": "ten"}, "value", "not_decimal_text"),
        ({"value": "NaN"}, "value", "not_decimal_text"),
        ({"value": "Infinity"}, "value", "not_decimal_text"),
        ({"value": "1e400"}, "value", "not_decimal_text"),
        ({"value": "<0.5"}, "value", "not_decimal_text"),
        ({"stratum": ("L1",)}, "stratum", "number_of_strata"),
    ],
)
def test_what_is_wrong_is_told_at_its_row_and_nothing_is_taken(
    process: Process, change: dict[str, Any], field: str, code: str
) -> None:
    assert told(process, row(process, **change)) == [(2, field, code)]


def test_a_number_of_no_zone_or_of_tomorrow_and_one_that_stands_twice(process: Process) -> None:
    later = process.player.now + timedelta(days=1)
    nowhere = process.player.now.replace(tzinfo=None)
    assert told(process, row(process, made_at=nowhere)) == [(2, "made_at", "no_zone")]
    assert told(process, row(process, made_at=later)) == [(2, "made_at", "in_the_future")]
    assert told(process, row(process), row(process)) == [(3, "subject", "repeated")]


def test_as_many_rows_as_are_taken_at_once(process: Process) -> None:
    for rows in ([], [row(process, f"OLD-{n}") for n in range(MOST_ROWS + 1)]):
        with pytest.raises(Invalid) as caught:
            hand_in(process, *rows)
        assert caught.value.detail["rows"] == [{"row": 0, "field": "rows", "code": "number_of_rows"}]


def test_the_same_request_is_taken_once_and_with_other_numbers_refused(process: Process) -> None:
    doing = process.doing() | {"request_id": uuid4()}
    asked = {"plan": process.plan, "site": process.site, "rows": [row(process)]}
    first = services.hand_in_data(**asked, **doing)
    assert services.hand_in_data(**asked, **doing) == first == {process.code}
    assert len(ledger.entries_of_events([Event.DATA_HANDED_IN])) == 1
    with pytest.raises(Conflict, match="request_id_used"):
        services.hand_in_data(**asked | {"rows": [row(process, value="11")]}, **doing)


def test_another_number_of_the_same_subject_corrects_it(process: Process) -> None:
    hand_in(process, row(process))
    hand_in(process, row(process, value="11"))
    (point,) = process.chart.points
    assert (point.value, point.version) == ("11", 2)
    assert hand_in(process, row(process, value="11")) == frozenset()
    assert process.chart.points[0].version == 2


def test_a_parameter_that_is_read_here_is_not_handed_in(demo: Demo) -> None:
    own = a_process(demo, parameter("DAYS", source={"kind": "refused_scans"}))
    with pytest.raises(Invalid) as caught:
        hand_in(own, row(own, parameter="DAYS"))
    assert caught.value.detail["rows"][0]["code"] == "not_external"


def test_strata_beside_the_site_come_with_the_number(demo: Demo) -> None:
    own = a_process(demo, parameter(strata=[{"by": "site"}, {"by": "material", "kind": "vector"}]))
    charts = hand_in(own, row(own, stratum=("V1",)), row(own, "OLD-2", stratum=("V2",)))
    assert charts == {code_of(own.plan, "TITER", (own.site, lot)) for lot in ("V1", "V2")}


def test_only_scientists_of_the_site_hand_in(process: Process) -> None:
    for name in ("Dave", "Alice", "Olga"):
        with pytest.raises(NotAllowed):
            hand_in(process, row(process), name=name)
    with pytest.raises(NotFound):
        hand_in(process, row(process), plan="NONE")
    assert process_is_empty(process)
