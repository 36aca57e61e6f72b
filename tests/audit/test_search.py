"""The search: what it takes in, what it finds for whom, and that it never reads the large table from end to end."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection

from audit.models import Position, SearchLine
from audit.rules.edges import Edge
from audit.rules.questions import Ask
from audit.rules.words import query
from audit.selectors import search as searching
from audit.selectors.search import MOST, Hits, find_entries
from audit.services import Found, Wanted, find_places, follow, search
from audit.services.indexing import take_in
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT
from ledger import selectors as ledger
from ledger.models import Entry
from ledger.rules.errors import Invalid
from people import selectors as people
from people.rules.rights import Right
from tests import given
from tests.audit.conftest import taken_in
from tests.coi.test_query_counts import statements


@pytest.fixture
def followed(player: Player) -> Player:
    taken_in()
    return player


def person(player: Player, name: str) -> Any:
    return people.person(player.demo.member(name).user_id, player.now)


def hits(player: Player, text: str, name: str = "Iris", **more: Any) -> Hits:
    return find_entries(person(player, name), text, player.now, **more)


def found(player: Player, text: str, name: str = "Bob", **more: Any) -> Found:
    return search(wanted=Wanted(text, **more), **given.doing(player, name) | {"request_id": uuid4()})


@pytest.mark.requirement("URS-FIND-01")
def test_every_entry_is_taken_in_once_and_again_writes_nothing(player: Player) -> None:
    while follow():
        pass
    upto = Position.objects.get(name="search").upto
    assert upto == ledger.settled(0)
    lines = set(SearchLine.objects.values_list("entry_id", flat=True))
    assert lines == set(Entry.objects.filter(id__lte=upto).values_list("id", flat=True))
    Position.objects.filter(name="search").update(upto=0)
    assert follow() == len(lines)
    assert SearchLine.objects.count() == len(lines)


def test_it_is_emptied_and_filled_again(player: Player, capsys: Any) -> None:
    while follow():
        pass
    before = list(SearchLine.objects.order_by("entry_id").values_list("entry_id", "site", "at", "words"))
    call_command("rebuild_search")
    assert (
        list(SearchLine.objects.order_by("entry_id").values_list("entry_id", "site", "at", "words")) == before
    )
    assert f"{len(before)} entries" in capsys.readouterr().out


def test_taking_in_costs_the_same_for_one_entry_and_for_many(player: Player) -> None:
    entries = ledger.entries_after(0, Entry.objects.latest("id").id, 1_000_000)
    assert len(entries) > 100
    many, few = (statements(partial(take_in, some))[0] for some in (entries, entries[:1]))
    assert len(many) == len(few) == 2


@pytest.mark.requirement("URS-FIND-01")
def test_entries_are_found_by_codes_words_and_names_at_the_sites_of_the_reader(followed: Player) -> None:
    assert hits(followed, followed.coi_id) == Hits(()), "an auditor of the plant reads the trail of the plant"
    assert hits(followed, followed.coi_id.lower(), "Luca").entries
    by_code = hits(followed, followed.demo.lots["vector", PLANT])
    assert {entry.site for entry in ledger.entries_by_id(by_code.entries)} == {PLANT}
    granted = hits(followed, "granted auditor")
    entries = ledger.entries_by_id(granted.entries)
    assert {entry.site for entry in entries} == {PLANT}
    for entry in entries:
        assert "granted" in entry.event
        assert "auditor" in str(entry.facts)
    assert set(granted.entries) <= set(hits(followed, "gran audi").entries), "by their beginning"
    assert hits(followed, "Ada").entries, "by the name of who did it"
    assert hits(followed, "granted nosuchword") == Hits(())


def test_who_reads_no_trail_finds_no_entry(followed: Player) -> None:
    assert hits(followed, "granted", "Dave") == Hits(())
    assert hits(followed, "granted", site="NOWHERE") == Hits(())


def test_the_newest_come_first_and_more_are_announced(followed: Player) -> None:
    all_of_them = hits(followed, "", since=given.START - timedelta(days=9))
    assert len(all_of_them.entries) == MOST
    assert all_of_them.has_more
    at = {entry.id: entry.occurred_at for entry in ledger.entries_by_id(all_of_them.entries)}
    found = [(at[id], id) for id in all_of_them.entries]
    assert found == sorted(found, reverse=True)
    assert min(found)[0] >= given.START - timedelta(days=9)
    assert hits(followed, "", until=given.START - timedelta(days=9000)) == Hits(())
    assert hits(followed, "") == Hits(()), "without a word and a time nothing is looked for"


def turned(player: Player, text: str, **more: Any) -> list[int]:
    """The entries of all pages, one after another."""
    page = hits(player, text, **more)
    entries = list(page.entries)
    while page.older is not None:
        assert len(page.entries) == MOST or page.looked_to == page.older.at
        page = hits(player, text, before=page.older, **more)
        entries += page.entries
    return entries


def all_with(player: Player, word: str) -> list[int]:
    """What the pages must come to: everything that the reader may see, the newest first."""
    sites = {"", *person(player, "Iris").sites_of(Right.READ_TRAIL, player.now)}
    found = SearchLine.objects.filter(site__in=sites)
    if word:
        found = found.extra(where=["words @@ %s::tsquery"], params=[f"'a:{word}':*"])
    return list(found.order_by("-at", "-entry_id").values_list("entry_id", flat=True))


@pytest.mark.requirement("URS-FIND-01")
def test_turning_the_pages_comes_to_everything_once(followed: Player, monkeypatch: Any) -> None:
    since = given.START - timedelta(days=900)
    assert len(all_with(followed, "")) > 3 * MOST
    assert turned(followed, "", since=since) == all_with(followed, "")
    common = all_with(followed, "people")
    assert len(common) > MOST
    ways = {"among the newest": (3_000, 10_000), "by words": (1, 10_000), "looked through": (1, 3)}
    for way, (newest, matches) in ways.items():
        monkeypatch.setattr(searching, "_NEWEST", newest)
        monkeypatch.setattr(searching, "_MOST_MATCHES", matches)
        monkeypatch.setattr(searching, "_LOOKED_THROUGH", 40)
        assert turned(followed, "people") == common, way


def test_a_page_begins_behind_the_one_before_it_whatever_came_in_meanwhile(player: Player) -> None:
    entries = ledger.entries_after(0, Entry.objects.latest("id").id, 1_000_000)
    take_in(entries[:-30])
    since = given.START - timedelta(days=900)
    first = hits(player, "", since=since)
    second = hits(player, "", since=since, before=first.older)
    take_in(entries)
    assert hits(player, "", since=since, before=first.older) == second
    assert hits(player, "", since=since) != first
    one = min(Edge(it.occurred_at, it.id) for it in ledger.entries_by_id(first.entries))
    assert one == first.older, "the edge is the last entry of the page"


def test_things_stand_on_the_first_page_alone(followed: Player) -> None:
    assert found(followed, followed.coi_id).places
    edge = Edge(followed.now, 1)
    assert found(followed, followed.coi_id, before=edge).places == ()


def test_things_are_found_by_what_they_go_by(followed: Player) -> None:
    demo = followed.demo
    station = next(spec for spec in demo.stations.values() if spec.site == PLANT)
    code = next(one.code for one in people.stations([PLANT]) if one.name == station.name)
    lot = demo.lots["vector", PLANT]
    (journey,) = found(followed, followed.coi_id).places
    assert (journey.ask, journey.key) == (Ask.JOURNEY, followed.coi_id)
    assert [(it.ask, it.key) for it in found(followed, code).places] == [(Ask.STATION, code)]
    assert found(followed, "Bob Brandt").places[0].title == "Bob Brandt"
    assert found(followed, demo.member("Bob").badge).places[0].ask is Ask.PERSON
    assert found(followed, demo.member("Bob").username).places[0].key == demo.member("Bob").username
    (place,) = found(followed, lot).places
    assert (place.ask, place.title.endswith(f"({lot})")) == (Ask.LOT, True)
    assert found(followed, demo.lots["bag_set", HOSPITAL]).places == (), "that lot is the hospital's"
    assert found(followed, "no such thing at all").places == ()
    assert found(followed, "\x00").places == ()
    assert found(followed, "Bob Brandt", "Dave").places == (), "who reads no trail is told of nobody"


def test_looking_for_a_patient_by_number_is_recorded_and_never_by_name(followed: Player) -> None:
    def asked(text: str, name: str = "Olga", site: str = HOSPITAL) -> tuple[list[str], tuple[str, ...], int]:
        before = Entry.objects.count()
        about = given.doing(followed, name, site) | {"request_id": uuid4()}
        looked = find_places(text=text, **about)
        return [it.key for it in looked.places], looked.asked_at, Entry.objects.count() - before

    number = "MRN0000001"
    assert asked(number) == ([followed.coi_id], (HOSPITAL,), 1)
    assert asked("MRN0000002") == ([], (HOSPITAL,), 1), "that somebody looked, though nobody was found"
    entry = Entry.objects.latest("id")
    assert (entry.event, number.encode() in bytes(entry.body)) == ("coi:identity:looked_up", False)
    assert asked("Synthia Testcase")[0] == []
    assert asked(number, "Bob", PLANT) == ([], (), 0), "who may not know it looks for nobody"


def test_an_end_before_the_beginning_is_refused(followed: Player) -> None:
    with pytest.raises(Invalid):
        found(followed, "x", since=followed.now, until=followed.now)


# --- the plans of the statements, with enough rows that the planner means it ------------------------------------------

ROWS = 60_000
_FILL = f"""
INSERT INTO audit_searchline (entry_id, site, at, words)
SELECT n, CASE WHEN n %% 3 = 0 THEN 'CELLS' ELSE 'SITE' || n %% 20 END, %s::timestamptz + n * interval '1 minute',
       array_to_tsvector(ARRAY['s:' || CASE WHEN n %% 3 = 0 THEN 'CELLS' ELSE 'SITE' || n %% 20 END,
                               'a:scan', 'a:colour' || chr(97 + n %% 26), 'n:c' || n, 'n:c' || n / 40]
                         || CASE WHEN n < {ROWS // 3} THEN ARRAY['a:olden'] ELSE ARRAY[]::text[] END)
  FROM generate_series(1, {ROWS}) AS n
"""


@pytest.fixture
def filled(db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_searchline")
        cursor.execute(_FILL, [given.START])
        cursor.execute("ANALYZE audit_searchline")
    return


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("c4711", "audit_search_words"),
        ("olden", "audit_search_words"),
        ("scan colourb", "audit_search_words"),
    ],
)
def test_no_search_reads_the_whole_table(filled: None, text: str, index: str) -> None:
    behind = Edge(given.START + timedelta(minutes=ROWS // 2), ROWS // 2)
    for edge in (searching._NEVER, behind):  # the first page, and one in the middle
        params = {
            "sites": ["CELLS", ""],
            "since": searching._ALWAYS,
            "at": edge.at,
            "entry": edge.entry,
            "query": query(text, ["CELLS", ""]),
            "most": MOST + 1,
            "newest": searching._NEWEST,
            "matches": searching._MOST_MATCHES,
        }
        assert index in plan(searching.BY_WORDS, params, searching.BITMAPS_ALONE)
        assert plan(searching.AMONG_NEWEST, params) == {"audit_search_at"}
        assert plan(searching.LOOKED_TO, params) == {"audit_search_at"}
        assert plan(searching.BY_TIME, params) == {"audit_search_site_at"}
        bounds = conditions(searching.BY_TIME, params) + conditions(searching.AMONG_NEWEST, params)
        assert all("ROW(at, entry_id) <" in bound for bound in bounds), "the index goes to the edge at once"


def plan(statement: str, params: dict[str, Any], more: str = "") -> set[str]:
    """The indexes by which the table is read; a sequential scan fails the test."""
    read = reads(statement, params, more)
    assert not [node for node in read if node["Node Type"] == "Seq Scan"], read
    return {node["Index Name"] for node in read if "Index Name" in node}


def conditions(statement: str, params: dict[str, Any]) -> list[str]:
    """What the indexes are asked for."""
    return [node["Index Cond"] for node in reads(statement, params) if "Index Name" in node]


def reads(statement: str, params: dict[str, Any], more: str = "") -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on; {more}")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", params)
        (nodes,) = cursor.fetchone()
    return list(_scans(nodes[0]["Plan"]))


def _scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Index Name" in node or node.get("Relation Name") == "audit_searchline":
        yield node
    for inner in node.get("Plans", []):
        yield from _scans(inner)
