"""What a bench runs on: servers, databases and web servers of its own, as `make run` starts them."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config import run
from config.embedded import ROLES

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "bench.peer.settings"
ROOM = 9 * 2**30  # bytes that 200,000 journeys and their log need while they are written


# Stations of people send some scans a second; those of a benchmark send as many as they can.
LIMITS = ("STATION_REQUESTS_PER_MINUTE", "ADDRESS_REQUESTS_PER_MINUTE")


class BenchError(Exception):
    """What went wrong, in one line."""


@dataclass
class House:
    """PostgreSQL and Redis in a folder of the bench's own, never the ones that the environment names."""

    folder: Path
    house: run.House = field(init=False)
    webs: dict[str, run.Part] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def opened(cls, folder: Path, *, keeps: bool) -> "Iterator[House]":
        """Start the servers, and stop them at the end."""
        for name in list(os.environ):
            if name.removesuffix("_FILE") in ("DATABASE_URL", "REDIS_URL", *run.ROLE_URLS):
                del os.environ[name]
        os.environ |= {"VEINTRACE_DATA": str(folder), "HOST": "127.0.0.1"}
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made.house = run.House(die_with_parent=True)
        with run.alone(folder):
            try:
                made.house.servers.stop()  # of a bench that was killed
                made.house.open()
                yield made
            finally:
                made.close(keeps)

    def close(self, keeps: bool) -> None:
        """Stop everything; remove the databases, which are large, unless they are to be kept."""
        for web in self.webs.values():
            web.stop()
        self.house.servers.stop()
        if not keeps:
            shutil.rmtree(self.house.servers.layout.cluster, ignore_errors=True)

    # -- databases ------------------------------------------------------------------------------------------------

    def query(self, statement: str, database: str = "postgres") -> Any:
        """The first value of a statement that the server's superuser runs."""
        rows = self.house.servers.query(statement, database=database)
        return rows[0][0] if rows else None

    def make_database(self, name: str, template: str = "template0") -> None:
        """A new database, empty or a copy."""
        self.query(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.query(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLES['owner']}")

    def check_room(self, journeys: int) -> None:
        """A fill that meets a full disk is worse than none."""
        needed = ROOM * journeys // 200_000 + 2**30
        free = shutil.disk_usage(self.house.servers.layout.home).free
        if free < needed:
            raise BenchError(
                f"{journeys} journeys need {needed >> 30} GiB of disk and {free >> 30} are free:"
                " say BENCH_JOURNEYS=20000"
            )

    def superuser(self, database: str) -> dict[str, str]:
        """How psycopg2 signs in as the server's superuser."""
        servers = self.house.servers
        return {
            "host": str(servers.layout.sockets),
            "user": "postgres",
            "password": servers.secrets["POSTGRES_PASSWORD"],
            "dbname": database,
        }

    def environment(self, database: str) -> dict[str, str]:
        """The environment of production, with this database and the peer beside; its stations never tire."""
        url = self.house.servers.url
        return self.house.environment | {
            **dict.fromkeys(LIMITS, "1000000000"),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "DATABASE_URL": url("app", database),
            "DATABASE_OWNER_URL": url("owner", database),
            "DATABASE_SEALER_URL": url("sealer", database),
            "PYTHONWARNINGS": "ignore",
        }

    # -- processes ------------------------------------------------------------------------------------------------

    def python(self, database: str, *arguments: str, given: Any = None) -> Any:
        """Run one of our modules; what it is given and what it answers is JSON."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(database),
            input=json.dumps(given),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{' '.join(arguments[:3])} failed (see above)")
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else None

    def start_web(self, database: str) -> int:
        """A web server as `make run` starts it, on a free port."""
        port = _free_port()
        os.environ["PORT"] = str(port)
        like = run.parts(self.house)[0]
        web = run.Part(like.name, like.command, self.folder / f"{database}-web.log")
        web.start(self.environment(database))
        self.webs[database] = web
        run.await_page(web)
        return port

    def processes(self, database: str) -> list[int]:
        """The web server of a database, and PostgreSQL: whose children do the work."""
        web, postgres = self.webs[database].process, self.house.servers.postgres_pid()
        if web is None or postgres is None:
            raise BenchError("a server has ended")
        return [web.pid, postgres]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
