"""Gaps in custody: one case for each way in which a chain breaks, and what holds for every chain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.rules.custody import (
    LAST_SEEN,
    ON_THE_WAY,
    Event,
    EventKind,
    Journeyed,
    Line,
    Why,
    coverage_of,
    gaps_of,
)

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOSPITAL, COURIER, PLANT = "hospital", "courier", "plant"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


MADE = Event(at(0), EventKind.MADE, HOSPITAL, "collect", 1)
LABELLED = Event(at(0.5), EventKind.USED, HOSPITAL, "label", 2)
SENT = Event(at(2), EventKind.HANDED_OVER, COURIER, "send", 3, HOSPITAL, "Ann", "Carol", "SH-1")
RECEIVED = Event(
    at(11), EventKind.HANDED_OVER, PLANT, "receive", 4, COURIER, "Carol", "Olaf", "SH-1", has_condition=True
)
SPLIT = Event(at(14), EventKind.ENDED, PLANT, "split", 5)
WHOLE = (MADE, LABELLED, SENT, RECEIVED, SPLIT)
WITHIN = Journeyed(at(100), carriers=frozenset({COURIER}), kept=frozenset({("bag", PLANT)}))


def line(*events: Event, is_over: bool = True) -> Line:
    return Line("BAG01", "bag", START, is_over, events)


def why(*events: Event, is_over: bool = True, within: Journeyed = WITHIN) -> list[Why]:
    return [gap.why for gap in gaps_of(line(*events, is_over=is_over), within)]


def test_a_whole_chain_has_no_gap_and_is_covered_whole() -> None:
    whole = line(*WHOLE)
    assert gaps_of(whole, WITHIN) == ()
    covered = coverage_of([whole], (), WITHIN)
    assert (covered.custody, covered.place, covered.transfer) == (1, 1, 1)
    assert (covered.hours, covered.transfers) == (14, 2)


LATE = Event(at(80), EventKind.ENDED, PLANT, "split", 5)
ON_SHELF = Event(at(12), EventKind.KEPT, PLANT, "store", 5)
BROKEN = {
    "nothing on record": ((), Why.NO_BEGINNING),
    "no step made it": ((LABELLED, *WHOLE[2:]), Why.NO_BEGINNING),
    "received and never sent": ((MADE, LABELLED, RECEIVED, SPLIT), Why.NOT_SENT),
    "sent and never received": ((MADE, LABELLED, SENT, SPLIT), Why.NOT_RECEIVED),
    "used where nobody brought it": ((MADE, LABELLED, SPLIT), Why.NOT_SENT),
    "no giver": ((MADE, LABELLED, replace(SENT, giver=""), RECEIVED, SPLIT), Why.GIVER_MISSING),
    "no receiver": ((MADE, LABELLED, replace(SENT, receiver=""), RECEIVED, SPLIT), Why.RECEIVER_MISSING),
    "no shipper": ((MADE, LABELLED, replace(SENT, shipper=""), RECEIVED, SPLIT), Why.SHIPPER_MISSING),
    "no condition": ((MADE, LABELLED, SENT, replace(RECEIVED, has_condition=False), SPLIT), Why.NO_CONDITION),
    "out of sight": ((MADE, LABELLED, SENT, RECEIVED, LATE), Why.PLACE_UNKNOWN),
    "time runs backwards": ((MADE, replace(LABELLED, at=at(-1)), *WHOLE[2:]), Why.TIME_BACKWARDS),
    "worked on after its end": (
        (*WHOLE, Event(at(15), EventKind.USED, PLANT, "x", 6), Event(at(16), EventKind.ENDED, PLANT, "y", 7)),
        Why.AFTER_THE_END,
    ),
}


@pytest.mark.parametrize(("events", "expected"), BROKEN.values(), ids=BROKEN)
def test_each_way_to_break_a_chain_is_named_once(events: tuple[Event, ...], expected: Why) -> None:
    assert why(*events) == [expected]


@pytest.mark.parametrize(
    ("events", "within", "expected"),
    [
        ((MADE, LABELLED, SENT), Journeyed(at(2) + ON_THE_WAY, None, WITHIN.carriers), []),
        ((MADE, LABELLED, SENT), Journeyed(at(3) + ON_THE_WAY, None, WITHIN.carriers), [Why.NOT_RECEIVED]),
        ((MADE,), Journeyed(at(0) + LAST_SEEN), []),
        ((MADE,), Journeyed(at(1) + LAST_SEEN), [Why.PLACE_UNKNOWN]),
        ((MADE, replace(ON_SHELF, site=HOSPITAL)), Journeyed(at(9999)), []),
        ((MADE, LABELLED), Journeyed(at(9), at(8)), [Why.NEVER_CLOSED]),
    ],
    ids=["on its way", "lost on its way", "just seen", "out of sight", "on a shelf", "never closed"],
)
def test_what_is_not_over_is_judged_by_where_it_is_now(
    events: tuple[Event, ...], within: Journeyed, expected: list[Why]
) -> None:
    assert why(*events, is_over=False, within=within) == expected


def test_only_what_a_step_would_have_recorded_is_a_fault_of_the_journey() -> None:
    (there,) = gaps_of(line(MADE, LABELLED, SENT, RECEIVED, LATE), WITHIN)
    (elsewhere,) = gaps_of(line(MADE, replace(LATE, site=HOSPITAL, number=2)), WITHIN)
    assert (there.is_foreseen, elsewhere.is_foreseen) == (True, False)


def test_the_order_of_recording_counts_before_the_times() -> None:
    shuffled = (SPLIT, RECEIVED, MADE, SENT, LABELLED)
    assert why(*shuffled) == []
    unnumbered = tuple(replace(event, number=0) for event in shuffled)
    assert why(*unnumbered) == []


def test_a_gap_takes_its_time_and_its_hand_over_from_what_is_covered() -> None:
    broken = line(MADE, LABELLED, RECEIVED, SPLIT)
    gaps = gaps_of(broken, WITHIN)
    covered = coverage_of([broken], gaps, WITHIN)
    assert covered.custody_hours == pytest.approx(14 - 10.5)
    assert (covered.transfers, covered.whole_transfers) == (1, 0)


# --- every chain ------------------------------------------------------------------------------------------------------

Hops = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=8)


def chain(hops: list[str], spans: list[int]) -> tuple[Event, ...]:
    """Made at the first place, handed on from one to the next, ended at the last."""
    moment, events = START, [Event(START, EventKind.MADE, hops[0], number=1)]
    for number, (giver, receiver) in enumerate(pairwise(hops), 2):
        moment += timedelta(hours=spans[number % len(spans)])
        events.append(
            Event(
                moment,
                EventKind.HANDED_OVER,
                receiver,
                f"h{number}",
                number,
                giver,
                "giver",
                "receiver",
                "box",
                has_condition=True,
            )
        )
    end = moment + timedelta(hours=spans[0])
    return (*events, Event(end, EventKind.ENDED, hops[-1], number=len(hops) + 1))


def different(hops: list[str]) -> list[str]:
    """Nobody hands over to themselves."""
    return [hop for place, hop in enumerate(hops) if not place or hop != hops[place - 1]]


@given(
    Hops.map(different),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.sets(st.sampled_from("abcd")),
)
def test_a_chain_that_is_handed_on_has_no_gap(hops: list[str], spans: list[int], carriers: set[str]) -> None:
    whole = Line("C", "bag", START, is_over=True, events=chain(hops, spans))
    within = Journeyed(START + timedelta(days=900), carriers=frozenset(carriers))
    gaps = gaps_of(whole, within)
    assert gaps == ()
    assert coverage_of([whole], gaps, within).custody == 1


@pytest.mark.requirement("URS-TRC-01")
@given(
    Hops.map(different).filter(lambda hops: len(hops) > 1),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.sets(st.sampled_from("abcd")),
    st.data(),
)
def test_a_hand_over_taken_out_of_a_chain_is_found_and_costs_time(
    hops: list[str], spans: list[int], carriers: set[str], data: st.DataObject
) -> None:
    events = chain(hops, spans)
    gone = data.draw(st.integers(1, len(hops) - 1))
    left = events[:gone] + events[gone + 1 :]
    broken = Line("C", "bag", START, is_over=True, events=left)
    within = Journeyed(START + timedelta(days=900), carriers=frozenset(carriers))
    gaps = gaps_of(broken, within)
    share = coverage_of([broken], gaps, within).custody
    is_round_trip = events[gone].giver_site == left[gone].site
    assert any(gap.why in (Why.NOT_SENT, Why.NOT_RECEIVED) for gap in gaps) or is_round_trip
    assert share is not None
    assert 0 <= share <= 1
    assert share < 1 or not gaps


Times = st.integers(0, 5000).map(at)
Anything = st.builds(
    Event,
    at=Times,
    kind=st.sampled_from(EventKind),
    site=st.sampled_from("abc"),
    number=st.integers(0, 9),
    giver_site=st.sampled_from("abc"),
    giver=st.sampled_from(["", "x"]),
    receiver=st.sampled_from(["", "y"]),
)


@given(st.lists(Anything, max_size=9), st.booleans(), st.none() | Times, st.sets(st.sampled_from("abc")))
def test_whatever_was_recorded_is_judged_and_no_share_leaves_its_range(
    events: list[Event], is_over: bool, closed_at: datetime | None, carriers: set[str]
) -> None:
    any_line = Line("C", "bag", START, is_over, tuple(events))
    within = Journeyed(at(6000), closed_at, frozenset(carriers))
    gaps = gaps_of(any_line, within)
    covered = coverage_of([any_line], gaps, within)
    assert all(gap.until is None or gap.since <= gap.until or gap.why is Why.AFTER_THE_END for gap in gaps)
    assert 0 <= covered.place_hours <= covered.custody_hours <= covered.hours
    assert 0 <= covered.whole_transfers <= covered.transfers
