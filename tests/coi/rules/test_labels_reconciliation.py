"""Whether labels add up: every copy stands in exactly one column, and what is open is told by copy."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.rules.journey import ContainerStatus, CopyStatus, Fate
from coi.rules.labels_reconciliation import (
    GONE,
    Account,
    CopyFacts,
    FateProblem,
    account_of,
    against_accounting,
    against_correcting,
    reconcile,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PRINTED = CopyFacts(
    code="VL1",
    number=1,
    container="BAG-1",
    kind="product_bag",
    container_status=ContainerStatus.UNLABELLED,
    status=CopyStatus.PRINTED,
    issued_at=NOW,
    is_drawn=True,
)
ISSUED = replace(PRINTED, status=CopyStatus.ISSUED, is_drawn=False)
APPLIED = replace(PRINTED, status=CopyStatus.APPLIED, applied_at=NOW, fate=Fate.USED)
VOID = replace(PRINTED, status=CopyStatus.VOID, voided_at=NOW, void_reason="damaged")


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        pytest.param(APPLIED, Account.USED, id="on its container"),
        pytest.param(
            replace(APPLIED, fate=Fate.UNKNOWN), Account.USED, id="applied before fates were written"
        ),
        pytest.param(replace(APPLIED, is_drawn=False), Account.USED, id="applied before its file came"),
        pytest.param(PRINTED, Account.WAITING, id="printed, to be applied"),
        pytest.param(ISSUED, Account.WAITING, id="being drawn"),
        pytest.param(VOID, Account.OPEN, id="void, and nobody said anything"),
        pytest.param(replace(VOID, is_drawn=False), Account.WITHDRAWN, id="void before it was drawn"),
        pytest.param(replace(VOID, is_drawn=False, applied_at=NOW), Account.OPEN, id="was on the container"),
        pytest.param(
            replace(PRINTED, container_status=ContainerStatus.CONSUMED),
            Account.OPEN,
            id="printed, never applied, container used up",
        ),
        pytest.param(
            replace(ISSUED, container_status=ContainerStatus.CLOSED),
            Account.WITHDRAWN,
            id="never drawn, gone",
        ),
        *(
            pytest.param(replace(VOID, fate=fate), Account(fate), id=str(fate))
            for fate in Fate
            if fate not in (Fate.UNKNOWN, Fate.USED)
        ),
    ],
)
def test_where_a_copy_stands(copy: CopyFacts, expected: Account) -> None:
    assert account_of(copy) is expected


def test_a_journey_without_reprints_adds_up() -> None:
    found = reconcile([APPLIED, replace(APPLIED, code="VL2", container="BAG-2")])
    assert found.adds_up
    (line,) = found.lines
    assert (line.kind, line.issued, line.printed, line.counts[Account.USED], line.difference) == (
        *("product_bag", 2, 2, 2),
        0,
    )
    assert reconcile([]).adds_up


def test_what_is_open_is_told_by_copy_and_what_waits_apart() -> None:
    open_copy = replace(VOID, code="VL3", kind="culture", container="CUL-1")
    found = reconcile([APPLIED, open_copy, replace(PRINTED, number=2, code="VL4")])
    assert not found.adds_up
    assert [copy.code for copy in found.open] == ["VL3"]
    assert [copy.code for copy in found.waiting] == ["VL4"]
    assert {line.kind: line.difference for line in found.lines} == {"culture": 1, "product_bag": 1}


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        (VOID, None),
        (replace(PRINTED, container_status=ContainerStatus.CLOSED), None),
        (APPLIED, FateProblem.APPLIED),
        (PRINTED, FateProblem.IN_USE),
        (replace(VOID, is_drawn=False), FateProblem.NEVER_PRINTED),
        (replace(VOID, fate=Fate.SPOILED), FateProblem.ACCOUNTED),
    ],
)
def test_when_somebody_can_say_what_became_of_it(copy: CopyFacts, expected: FateProblem | None) -> None:
    assert against_accounting(copy) is expected


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        (replace(VOID, fate=Fate.SPOILED), None),
        (VOID, FateProblem.NOT_ACCOUNTED),
        (APPLIED, FateProblem.APPLIED),
    ],
)
def test_when_it_can_be_corrected(copy: CopyFacts, expected: FateProblem | None) -> None:
    assert against_correcting(copy) is expected


COPIES = st.builds(
    replace,
    st.just(PRINTED),
    code=st.text("0123456789", min_size=1, max_size=8),
    number=st.integers(1, 4),
    container=st.sampled_from(["A", "B"]),
    kind=st.sampled_from(["product_bag", "sample"]),
    container_status=st.sampled_from(list(ContainerStatus)),
    status=st.sampled_from([s for s in CopyStatus if s is not CopyStatus.APPLIED]),
    is_drawn=st.booleans(),
    applied_at=st.sampled_from([None, NOW]),
    fate=st.sampled_from([fate for fate in Fate if fate is not Fate.USED]),
) | st.builds(replace, st.just(APPLIED), container=st.sampled_from(["A", "B"]), is_drawn=st.booleans())


@pytest.mark.requirement("URS-LAB-01")
@given(st.lists(COPIES, max_size=12))
def test_every_copy_is_counted_once(copies: list[CopyFacts]) -> None:
    found = reconcile(copies)
    assert sum(line.issued for line in found.lines) == len(copies)
    for line in found.lines:
        assert sum(line.counts.values()) == line.issued
    assert sum(line.difference for line in found.lines) == len(found.open) + len(found.waiting)
    assert found.adds_up == (not found.open and not found.waiting)


@given(COPIES)
def test_what_is_open_can_be_accounted_for_and_nothing_else(copy: CopyFacts) -> None:
    """Nobody is left with a copy that blocks a release and of which nothing can be said."""
    assert (against_accounting(copy) is None) == (account_of(copy) is Account.OPEN)
    waits = account_of(copy) is Account.WAITING
    assert not (waits and copy.container_status in GONE), "what is gone is not waited for"
