"""What a search takes among all journeys and all entries at once, beside a plain look-up by primary key.

    python -m bench.inside search < plan.json > search.json

The page is asked for through the whole of Django, by somebody who may read nearly everything. The first entries are
taken in by the service, which says how many it takes in a second. The others get the words of one of those, with a code
and the site of their own, by one statement: a million by the service would measure that.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg2
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from audit.models import SearchLine
from audit.services import Found, Wanted, follow, search
from bench.browser import opens, signed_in
from bench.report import percentile
from config.demonstration.site import HOSPITAL
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from people import selectors as people

_INDEX = "audit_search_words"
# The entries of one errand of the worker are moulds enough. A third of the older half has a word that is out of use.
_FILL = """
INSERT INTO audit_searchline (entry_id, site, at, words)
SELECT e.id, e.site, e.occurred_at,
       array_to_tsvector(array_remove(tsvector_to_array(m.words), 's:' || m.site)
                         || ARRAY['s:' || e.site, 'n:c' || e.id, 'n:rare' || e.id / 200]
                         || CASE WHEN e.id %% 3 = 0 AND e.occurred_at < %s THEN ARRAY['a:olden'] END)
  FROM ledger_entry e
  JOIN (SELECT row_number() OVER (ORDER BY entry_id) AS n, site, words FROM audit_searchline) AS m
    ON m.n = 1 + e.id %% (SELECT count(*) FROM audit_searchline)
 WHERE e.id > %s
"""
_MIDDLE = "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY occurred_at) FROM ledger_entry"
_ENTRY = "SELECT entry_id FROM audit_searchline WHERE entry_id >= %s AND site = %s ORDER BY 1 LIMIT 1"
_JOURNEY = """
SELECT o.coi_id, c.din, b.code FROM coi_order o
  JOIN coi_collection c ON c.order_id = o.id JOIN coi_batch b ON b.order_id = o.id
 WHERE o.treating_site_id = %s ORDER BY o.id LIMIT 1
"""
READER = "noah"  # the auditor of the demonstration's hospital, where nearly every entry of the bench was made


def fill(superuser: Mapping[str, str]) -> dict[str, Any]:
    """Every entry of the database in the search."""
    began = time.perf_counter()
    count = follow()
    rate = count / (time.perf_counter() - began)
    with closing(psycopg2.connect(**superuser)) as other, other.cursor() as cursor:
        other.autocommit = True
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [_INDEX])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {_INDEX}")
        cursor.execute(_MIDDLE)
        (middle,) = cursor.fetchone()
        cursor.execute("SELECT max(entry_id) FROM audit_searchline")
        cursor.execute(_FILL, [middle, cursor.fetchone()[0]])
        cursor.execute(definition)
        cursor.execute("VACUUM (ANALYZE) audit_searchline")
        cursor.execute("SELECT count(*), pg_total_relation_size('audit_searchline') FROM audit_searchline")
        lines, size = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM coi_order")
        (journeys,) = cursor.fetchone()
    return {"journeys": journeys, "lines": lines, "bytes": size, "taken_in_per_second": round(rate)}


def measure(superuser: Mapping[str, str], rounds: int) -> dict[str, Any]:
    """Each kind of question, so many times, in turns with the look-up."""
    filled = fill(superuser)
    user = get_user_model().objects.get(username=READER)
    person = people.person(user.pk, datetime.now(UTC))
    if person is None:
        raise ValueError(f"there is no {READER}")
    actor = Actor(ActorKind.PERSON, person.printed_name, person.user_id, AuthMethod.PASSWORD)
    client, entry = signed_in(user), _entry()
    found = {}
    for name, wanted in _asked(entry).items():
        found[name] = _timed(client, wanted, actor, entry, rounds)
        older = _searched(wanted, actor).hits.older
        if older is not None:
            found[f"{name}, older"] = _timed(client, replace(wanted, before=older), actor, entry, rounds)
    return {**filled, "questions": found}


def _asked(entry: int) -> dict[str, Wanted]:
    with connection.cursor() as cursor:
        cursor.execute(_JOURNEY, [HOSPITAL])
        coi_id, din, batch = cursor.fetchone()
        cursor.execute(_MIDDLE)
        (middle,) = cursor.fetchone()
    return {
        "a COI id": Wanted(coi_id),
        "a donation": Wanted(din),
        "a batch": Wanted(batch),
        "a code in one entry": Wanted(f"c{entry}"),
        "a code in 200 entries": Wanted(f"rare{entry // 200}"),
        "a common word": Wanted("placed"),
        "a name and a word": Wanted("olga placed"),
        "a word out of use": Wanted("olden"),
        "two words, never both": Wanted("placed granted"),
        "a word that no entry has": Wanted("nosuchword"),
        "a week": Wanted("", middle - timedelta(days=7), middle),
    }


def _searched(wanted: Wanted, actor: Actor) -> Found:
    now = datetime.now(UTC)
    return search(wanted=wanted, actor=actor, where=Where(), now=now, request_id=uuid4())


def _address(wanted: Wanted) -> str:
    asked = {"q": wanted.text, "before": str(wanted.before or "")}
    days = {"first": wanted.since, "last": wanted.until}
    asked |= {name: f"{at:%Y-%m-%d}" for name, at in days.items() if at is not None}
    return f"/audit/search/?{urlencode(asked)}"


def _timed(client: Client, wanted: Wanted, actor: Actor, entry: int, rounds: int) -> dict[str, float]:
    took, plain, ask = [], [], opens(client, _address(wanted))
    found = _searched(wanted, actor)
    ask()  # connections and caches, for all alike
    for _number in range(rounds):
        took.append(_seconds(ask))
        plain.append(_seconds(lambda: SearchLine.objects.values_list("at").get(pk=entry)))
    return {
        "hits": len(found.hits.entries) + len(found.places),
        "p50_ms": round(median(took) * 1000, 1),
        "p95_ms": round(percentile(sorted(took), 0.95) * 1000, 1),
        "lookup_ms": round(median(plain) * 1000, 2),
        "ratio": round(median(one / other for one, other in zip(took, plain, strict=True)), 1),
    }


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _entry() -> int:
    """An entry in the middle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(entry_id) / 2 FROM audit_searchline")
        (middle,) = cursor.fetchone()
        cursor.execute(_ENTRY, [middle, HOSPITAL])
        entry: int = cursor.fetchone()[0]
    return entry


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
