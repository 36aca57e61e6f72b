"""Furnished databases: the demonstration site, and the same with journeys at their stages, built once and copied.

Building them through the services takes seconds, so one run builds each once, in a database of its own, and PostgreSQL
copies them: once for each worker, where tests roll their work back, and once for each test that commits in earnest.

    def test_something(journeys): ...        # in a transaction that is rolled back
    def test_threads(live_journeys): ...     # a fresh copy of the database, real transactions, dropped afterwards
    def test_anything(demo): ...             # the site alone, in a transaction that is rolled back

Tests that ask for these have no `django_db` mark: it would open the worker's empty database first.
"""

import copy
import fcntl
import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND, Demo
from people.rules.roles import Role
from tests import given

# Whatever shapes what is built: another content of these, another database. Doors shape nothing.
SOURCES = (
    "ledger",
    "people",
    "coi",
    "qc",
    "cpv",
    "config/demonstration",
    "tests/given.py",
    "tests/furnished.py",
)
DOORS = frozenset(
    {"api", "forms", "views", "management", "views.py", "forms.py", "urls.py", "admin.py", "tasks.py"}
)


T = TypeVar("T")


@dataclass
class Journeys:
    """The site, and one journey at each stage that tests begin from."""

    demo: Demo
    fresh: Player  # enrolled at the first hospital, nothing done
    chair: Player  # collected at the second hospital: the bag waits for its label
    labelled: Player  # collection ended at the first hospital, waiting for the courier
    cultured: Player  # split and labelled at the manufacturer, waiting for the vector
    filled: Player  # two bags filled, labelled and frozen; not released
    ready: Player  # two bags released and at the hospital, the patient ready; nothing thawed
    bedside: Player  # as `ready`, the first bag thawed
    neighbour: Player  # another patient of the same hospital, as `bedside`

    def copy(self) -> "Journeys":
        """The same with players and an hour of their own: a test moves their clocks."""
        demo = copy.deepcopy(self.demo)  # some tests add stations and lots
        players = {f.name: replace(getattr(self, f.name), demo=demo, answers=[]) for f in fields(self)[1:]}
        for name, player in players.items():
            player._count = getattr(self, name)._count
        return Journeys(demo=demo, **players)


def play(demo: Demo) -> Journeys:
    """Play the journeys at the site."""
    numbers = iter(range(1, 100))

    def played(last: given.Stage | None, at: str = HOSPITAL) -> Player:
        number = next(numbers)
        # Days of their own: the same scan at the same station and second would be a trigger pulled twice.
        now = demo.now + timedelta(days=number)
        with transaction.atomic():
            player = given.a_journey(demo, number=number, at=at, now=now)
            return player if last is None else given.until(player, last)

    return Journeys(
        demo=demo,
        fresh=played(None),
        chair=played(story.collect, SECOND),
        labelled=played(story.label_collection),
        cultured=_cleared(played(story.select_split), "HOOD", Role.OPERATOR, PLANT),
        filled=played(story.fill),
        ready=_ready(played(story.receive_product)),
        bedside=_thawed(_ready(played(story.receive_product))),
        neighbour=_thawed(_ready(played(story.receive_product))),
    )


def _ready(player: Player) -> Player:
    story.patient_ready(player)
    return _cleared(player, "NBED", Role.NURSE, HOSPITAL)


def _thawed(player: Player) -> Player:
    story.thaw(player)
    return player


def _cleared(player: Player, station: str, role: Role, site: str) -> Player:
    player.scan(station, player.one(role, site), story.CLEAR)
    return player


_END_CLIENTS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'
"""


# -- databases --------------------------------------------------------------------------------------------------------


class Furnished:
    """The built database, its copies, and the connections that are pointed at them."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.template = f"veintrace_furnished_{_digest()}"
        self.standing, self.standing_site = f"{self.template}_{worker}", f"{self.template}_site_{worker}"
        self.demo, self.journeys = self._build_once()
        self._count = 0

    def _build_once(self) -> tuple[Demo, Journeys]:
        """The first worker builds, the others wait for it; with `--reuse-db` the next run finds it."""
        folder = Path(settings.STATIC_ROOT).parent
        site = f"{self.template}_site"
        with (folder / "furnished.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = folder / f"{self.template}.journeys"
            if not (kept.exists() and self._exists(self.template)):
                self._drop_outdated()
                demo = self._build(site, connections["default"].settings_dict["NAME"], given.a_demo)
                journeys = self._build(self.template, site, partial(play, demo))
                kept.write_bytes(pickle.dumps((demo, journeys)))
            for name, source in ((self.standing, self.template), (self.standing_site, site)):
                if not self._exists(name):
                    self.copy_to(name, source)
            found: tuple[Demo, Journeys] = pickle.loads(kept.read_bytes())
            return found

    def _build(self, name: str, source: str, furnish: Callable[[], T]) -> T:
        """Furnish a copy; it has its name once it is whole."""
        unfinished = f"{name}_unfinished"
        self.copy_to(unfinished, source)
        with self.at(unfinished):
            made = furnish()
        self.rename(unfinished, name)
        return made

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Point every alias at this database."""
        before = {alias: connections.settings[alias]["NAME"] for alias in connections}
        self._point(dict.fromkeys(before, name))
        try:
            yield
        finally:
            self._point(before)

    def _point(self, names: dict[str, str]) -> None:
        connections.close_all()
        for alias, name in names.items():
            connections.settings[alias]["NAME"] = name
            connections[alias].settings_dict["NAME"] = name

    @contextmanager
    def fresh_copy(self) -> Iterator[Journeys]:
        """A copy of its own for one test."""
        self._count += 1
        name = f"{self.standing}_{self._count}"
        self.drop(name)
        self.copy_to(name)
        try:
            with self.at(name):
                yield self.journeys.copy()
        finally:
            self.drop(name)

    def copy_to(self, name: str, source: str = "") -> None:
        """Copy a database; nobody may be connected to the source."""
        connections.close_all()
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{source or self.template}"')

    def rename(self, name: str, to: str) -> None:
        connections.close_all()
        self._run(f'ALTER DATABASE "{name}" RENAME TO "{to}"')

    def drop(self, name: str) -> None:
        """End whoever is connected, and drop. FORCE would meet the server's own vacuum, and may not end it."""
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(_END_CLIENTS, [name])
        self._run(f'DROP DATABASE IF EXISTS "{name}"')

    def _drop_outdated(self) -> None:
        """What earlier runs in a kept folder have left."""
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'veintrace_furnished_%'")
            names = [row[0] for row in cursor.fetchall()]
        for name in names:
            self.drop(name)

    def _exists(self, name: str) -> bool:
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None

    def _run(self, statement: str) -> None:
        with connections["default"]._nodb_cursor() as cursor:
            cursor.execute(statement)


def _digest() -> str:
    root = Path(settings.BASE_DIR)
    files = [f for source in SOURCES for f in ([root / source, *(root / source).rglob("*")])]
    found = hashlib.sha256()
    for file in sorted(f for f in files if f.suffix in (".py", ".json") and not DOORS & set(f.parts)):
        found.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:12]


# -- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def furnished(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Furnished]:
    """The furnished database of this run."""
    with django_db_blocker.unblock():
        yield Furnished(os.environ.get("PYTEST_XDIST_WORKER", "gw"))


@pytest.fixture
def _at_site(furnished: Furnished) -> Iterator[None]:
    with furnished.at(furnished.standing_site):
        yield


@pytest.fixture
def demo(_at_site: None, db: None, furnished: Furnished) -> Demo:
    """The site without a journey; what the test does is rolled back."""
    return copy.deepcopy(furnished.demo)


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside stays undone."""
    around = transaction.atomic()
    # as Django says of the transactions of its own tests: what must stand alone, a snapshot, may be tried inside
    vars(around)["_from_testcase"] = True
    with around:
        yield
        transaction.set_rollback(True)


@contextmanager
def rolled_back(furnished: Furnished, blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """The same for the tests of a module: a transaction around all of theirs."""
    with blocker.unblock(), furnished.at(furnished.standing_site), undone():
        yield copy.deepcopy(furnished.demo)


@pytest.fixture
def _at_furnished(furnished: Furnished) -> Iterator[None]:
    assert not connections["default"].in_atomic_block, (
        "ask for `journeys` first, and without the mark django_db"
    )
    with furnished.at(furnished.standing):
        yield


@pytest.fixture
def journeys(_at_furnished: None, db: None, furnished: Furnished, folders: None) -> Journeys:
    """The furnished site; what the test does is rolled back."""
    return furnished.journeys.copy()


@pytest.fixture
def live_journeys(
    furnished: Furnished, django_db_blocker: DjangoDbBlocker, folders: None
) -> Iterator[Journeys]:
    """The furnished site in a database of its own, where transactions commit and threads meet."""
    with django_db_blocker.unblock(), furnished.fresh_copy() as journeys:
        yield journeys


@pytest.fixture
def folders(settings: Any, tmp_path: Path) -> None:
    """Checkpoints and evidence of one test are no concern of the next."""
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.EVIDENCE_DIR = tmp_path / "evidence"
