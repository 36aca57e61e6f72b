"""When refusals are too many to be mistakes."""

from datetime import UTC, datetime, timedelta

from people.rules.refusals import Refusal, Refused, bursts, repeated

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALICE, STATION = Refused("user", "7"), Refused("station", "HOOD")


def refusals(who: Refused, count: int) -> list[Refusal]:
    """So many, a minute apart."""
    return [Refusal(who, NOON + timedelta(minutes=n), "MFG", f"{who.key}-{n}") for n in range(count)]


def test_as_many_as_the_limit_are_told_and_one_fewer_is_not() -> None:
    told = repeated([*refusals(ALICE, 5), *refusals(STATION, 4)], {}, times=5)
    assert {who: len(of) for who, of in told.items()} == {ALICE: 5}


def test_what_an_alert_has_told_of_is_not_counted_again() -> None:
    all_of_them = refusals(ALICE, 7)
    assert repeated(all_of_them, {ALICE: all_of_them[4].at}, times=5) == {}
    (again,) = repeated(refusals(ALICE, 10), {ALICE: all_of_them[4].at}, times=5).values()
    assert [it.entry for it in again] == [f"7-{n}" for n in range(5, 10)]


def test_the_alert_of_another_counts_for_nobody_else() -> None:
    assert set(repeated(refusals(ALICE, 5), {STATION: NOON + timedelta(days=1)}, times=5)) == {ALICE}


def at(who: Refused, *entries: str) -> list[Refusal]:
    """Refusals by these entries, at one time."""
    return [Refusal(who, NOON, "MFG", entry) for entry in entries]


def test_a_burst_is_told_at_the_limit_and_once() -> None:
    assert bursts(at(ALICE, *"abcd"), (), times=5) == {}
    assert set(bursts(at(ALICE, *"abcde"), (), times=5)) == {ALICE}
    assert bursts(at(ALICE, *"abcdef"), {ALICE}, times=5) == {}


def test_one_kind_is_not_added_to_another() -> None:
    mixed = at(Refused("station", "HOOD", "expired"), *"abc") + at(
        Refused("station", "HOOD", "on_hold"), *"de"
    )
    assert bursts(mixed, (), times=5) == {}


def test_one_person_at_one_station_is_one_burst_and_at_two_is_their_own() -> None:
    here, there = Refused("station", "HOOD"), Refused("station", "PACK")
    assert set(bursts(at(here, *"abcde") + at(ALICE, *"abcde"), (), times=5)) == {here}
    assert bursts(at(here, *"abcdef") + at(ALICE, *"abcdef"), {here}, times=5) == {}
    moving = at(here, *"abc") + at(there, *"de") + at(ALICE, *"abcde")
    assert set(bursts(moving, (), times=5)) == {ALICE}
