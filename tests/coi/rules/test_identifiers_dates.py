"""Dates of labels as instants: zones, the days on which clocks change, and back to what was written."""

from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coi.rules.identifiers import Element, Meaning, Moment, Precision, content_of, moment_of, read
from coi.rules.identifiers.model import Identifier
from tests.coi.rules.identified import STRUCTURES
from tests.coi.rules.test_identifiers import CHANCE, found

BERLIN, NEW_YORK, SAO_PAULO = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "America/Sao_Paulo")
)
APIA, LORD_HOWE, CAIRO = (ZoneInfo(name) for name in ("Pacific/Apia", "Australia/Lord_Howe", "Africa/Cairo"))
ZONES = (UTC, BERLIN, NEW_YORK, SAO_PAULO, APIA, LORD_HOWE, CAIRO, ZoneInfo("Asia/Kolkata"))
TODAY = date(2026, 11, 21)
DATED = ("004", "005", "006", "007", "008", "009", "026", "031")


def at(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moment(code: str, value: str, zone: ZoneInfo = BERLIN) -> Moment | None:
    """What the element says."""
    return moment_of(Element(code, value), zone, today=TODAY)


@pytest.mark.parametrize(
    ("code", "value", "meaning", "instant", "precision"),
    [
        ("004", "018365", "expiry", "2018-12-31T22:59", "day"),
        ("005", "0183652359", "expiry", "2018-12-31T22:59", "minute"),
        ("005", "0272220930", "expiry", "2027-08-10T07:30", "minute"),
        ("005", "9993650100", "expiry", "1999-12-31T00:00", "minute"),
        ("006", "026325", "collection", "2026-11-20T23:00", "day"),
        ("007", "0263250830", "collection", "2026-11-21T07:30", "minute"),
        ("008", "024366", "production", "2024-12-30T23:00", "day"),
        ("009", "0263250000", "production", "2026-11-20T23:00", "minute"),
        ("026", "202802", "expiry", "2028-02-29T22:59", "month"),
        ("031", "1001202611211200", "expiry", "2026-11-21T11:00", "minute"),
        ("031", "2002202611211200", "collection", "2026-11-21T12:00", "minute"),
        ("031", "1006202606211200", "death", "2026-06-21T10:00", "minute"),
        ("gs1:11", "261121", "production", "2026-11-20T23:00", "day"),
        ("gs1:17", "261231", "expiry", "2026-12-31T22:59", "day"),
        ("gs1:17", "280200", "expiry", "2028-02-29T22:59", "month"),
        ("gs1:7003", "2611211530", "expiry", "2026-11-21T14:30", "minute"),
    ],
)
def test_a_date_is_an_instant_in_the_zone_of_the_label(
    code: str, value: str, meaning: str, instant: str, precision: str
) -> None:
    got = moment(code, value)
    is_utc = value.startswith("2") and code == "031"
    assert got == Moment(code, Meaning(meaning), at(instant), Precision(precision), is_utc)
    assert content_of(got, BERLIN) == value


def test_the_same_label_ends_later_further_west() -> None:
    ends = [moment("004", "026325", zone) for zone in (BERLIN, NEW_YORK)]
    assert [end.at for end in ends if end] == [at("2026-11-21T22:59"), at("2026-11-22T04:59")]


@pytest.mark.parametrize(
    ("code", "value", "zone", "instant"),
    [
        # clocks forward in Berlin, 2026-03-29: 02:00 to 02:59 are not there
        ("005", "0260880159", BERLIN, "2026-03-29T00:59"),
        ("005", "0260880230", BERLIN, None),
        ("005", "0260880300", BERLIN, "2026-03-29T01:00"),
        ("031", "1001202603290230", BERLIN, None),
        ("031", "2001202603290230", BERLIN, "2026-03-29T02:30"),
        ("gs1:7003", "2603290230", BERLIN, None),
        # back on 2026-10-25: 02:30 is there twice, and the first is meant
        ("005", "0262980230", BERLIN, "2026-10-25T00:30"),
        ("007", "0262980300", BERLIN, "2026-10-25T02:00"),
        # the day is an hour shorter or longer: its end and its beginning are still its own
        ("004", "026088", BERLIN, "2026-03-29T21:59"),
        ("006", "026088", BERLIN, "2026-03-28T23:00"),
        ("004", "026298", BERLIN, "2026-10-25T22:59"),
        # forward at midnight: the day began at 01:00
        ("008", "018308", SAO_PAULO, "2018-11-04T03:00"),
        ("009", "0183080000", SAO_PAULO, None),
        # back at midnight: 23:59 is there twice
        ("004", "018048", SAO_PAULO, "2018-02-18T01:59"),
        ("gs1:17", "231026", CAIRO, "2023-10-26T20:59"),
        # half an hour
        ("005", "0262770215", LORD_HOWE, None),
        ("005", "0262770230", LORD_HOWE, "2026-10-03T15:30"),
        # a day that a country left out
        ("004", "011364", APIA, None),
        ("006", "011364", APIA, None),
    ],
)
def test_days_on_which_clocks_change(code: str, value: str, zone: ZoneInfo, instant: str | None) -> None:
    got = moment(code, value, zone)
    if instant is None:
        assert got is None
    else:
        assert got is not None
        assert got.at == at(instant)
        assert content_of(got, zone) == value


@pytest.mark.parametrize(
    ("value", "today", "year"),
    [
        ("260101", date(2026, 1, 1), 2026),
        ("760101", date(2026, 1, 1), 2076),
        ("770101", date(2026, 1, 1), 1977),
        ("990101", date(2026, 1, 1), 1999),
        ("000101", date(2060, 1, 1), 2100),
        ("110101", date(2060, 1, 1), 2011),
        ("100101", date(2060, 1, 1), 2110),
        ("100101", date(2059, 1, 1), 2010),
    ],
)
def test_two_digits_of_a_year_mean_the_nearest(value: str, today: date, year: int) -> None:
    got = moment_of(Element("gs1:17", value), UTC, today=today)
    assert got is not None
    assert got.at.year == year


@given(CHANCE, st.sampled_from(DATED), st.sampled_from(ZONES))
def test_what_is_written_again_is_what_was_read(rng: Random, code: str, zone: ZoneInfo) -> None:
    lead, content = STRUCTURES[code]
    element = Element(code, content(rng))
    assert isinstance(read((lead + element.value).encode()), Identifier)
    got = moment_of(element, zone, today=TODAY)
    if got is not None:
        assert got.at.tzinfo is UTC
        assert content_of(got, zone) == element.value


@given(
    st.sampled_from([*DATED, "003", "gs1:10", "gs1:11", "gs1:17", "gs1:7003", "?"]),
    st.one_of(st.text("0123456789", max_size=18), st.text(max_size=18)),
    st.sampled_from(ZONES),
)
@example("031", "1001000101010000", CAIRO)
@example("031", "1001999912312359", NEW_YORK)
@example("026", "999912", NEW_YORK)
def test_anything_is_an_instant_or_none(code: str, value: str, zone: ZoneInfo) -> None:
    assert isinstance(moment_of(Element(code, value), zone, today=TODAY), Moment | None)


def test_elements_of_a_message_give_their_dates() -> None:
    whole = found("=+03000=A99992612345600&>0272222359&*0263250830")
    moments = [moment_of(one, BERLIN, today=TODAY) for one in whole.elements]
    assert [one.meaning if one else None for one in moments] == [None, Meaning.EXPIRY, Meaning.COLLECTION]


def test_a_year_beyond_the_format_is_not_written() -> None:
    far = Moment("005", Meaning.EXPIRY, datetime(2900, 1, 1, tzinfo=UTC), Precision.MINUTE)
    with pytest.raises(ValueError, match="centuries"):
        content_of(far, UTC)
