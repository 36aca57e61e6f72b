"""The server killed in the middle of scans: everything that was answered is there, nothing is there twice.

A server of its own (gunicorn, PostgreSQL with synchronous commit, Redis) is killed with SIGKILL several times while
clients scan, all its processes at once, and started again. Clients do as real ones do: what was not answered is sent
again under the same id.
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event as Signal
from threading import Thread
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.conf import settings

from config import keys
from config.embedded import Embedded
from people.rules import codes

ROOT = Path(settings.BASE_DIR)
KILLS, PATIENTS = 3, 120
CLEAR = codes.make("C", "CLEAR")
FAULTS = (OSError, http.client.HTTPException)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@dataclass
class Server:
    """The whole server, and how it is started and killed."""

    folder: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    web: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.chmod(0o711)
        self.servers = Embedded(self.folder, die_with_parent=True, server_data=self.folder / "data")

    def start(self) -> None:
        """Databases, then the web server; ready when it answers."""
        self.servers.revive({})
        variables = self.servers.start() | keys.application(self.servers.secrets, self.folder)
        mine = ("PATH", "HOME", "LANG", "VEINTRACE_SERVER_ACCOUNT", "VEINTRACE_SOCKETS")
        self.environment = {name: os.environ[name] for name in mine if name in os.environ} | variables
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_COOKIES": "off",
            "STATIC_ROOT": str(self.folder / "static"),
            "STATION_REQUESTS_PER_MINUTE": "1000000",
        }
        if not (self.folder / "static").exists():
            self.run("manage.py", "prepare")
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
        with (self.folder / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self._await_answer()

    def run(self, *command: str) -> str:
        """Run a Python program against it."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def _await_answer(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                try:
                    connection.request("GET", "/healthz")
                    connection.getresponse().read()
                except FAULTS:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError((self.folder / "web.log").read_text()[-2000:])

    def kill(self) -> None:
        """Every process of it, at once and without warning."""
        assert self.web is not None
        postmaster = self.servers.postgres_pid()
        assert postmaster is not None
        for pid in (postmaster, *children_of(postmaster)):
            end(pid)
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()
        until = time.monotonic() + 10
        while self.servers.postgres_pid() is not None and time.monotonic() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        """At the end, in order."""
        if self.web is not None and self.web.poll() is None:
            os.killpg(self.web.pid, signal.SIGKILL)
            self.web.wait()
        self.servers.stop()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database as its owner."""
        with (
            closing(psycopg2.connect(self.servers.url("owner"))) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
            return list(cursor.fetchall())


def children_of(parent: int) -> list[int]:
    """The processes started by another one."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        if int(after_name[1]) == parent:
            found.append(int(status.parent.name))
    return found


def end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class Client(Thread):
    """One scanner: sends, waits for the answer, and sends again what got none."""

    def __init__(self, server: Server, given: dict[str, Any], letter: str, seed: int, over: Signal) -> None:
        super().__init__(daemon=True)
        self.server, self.given, self.over = server, given, over
        self.letter, self.random = letter, Random(seed)
        self.patients = list(given["patients"][letter])
        self.is_chair = seed < 2
        self.answered: dict[str, dict[str, Any]] = {}
        self.retried: Counter[str] = Counter()
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while not self.over.is_set():
            for station, badge, barcodes in self.work():
                self.deliver(station, badge, barcodes)
        self.hang_up()

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def work(self) -> Iterator[tuple[str, str, list[str]]]:
        """At the chair one patient after the other; in the laboratory whatever lies about."""
        badges = self.given["badges"]
        if self.is_chair and self.patients:
            badge = badges["Nora" if self.letter == "N" else "Sara"]
            order, wristband = self.patients.pop()
            yield f"{self.letter}CHAIR", badge, [order, wristband]
            yield f"{self.letter}CHAIR", badge, [CLEAR]
            return
        badge = badges["Lena" if self.letter == "N" else "Marta"]
        things = [*self.random.choice(self.given["patients"][self.letter]), badge, "?"]
        yield f"{self.letter}LAB", badge, [self.random.choice(things)]

    def deliver(self, station: str, badge: str, barcodes: list[str]) -> None:
        """Until it is answered, under one id."""
        scan_id = str(uuid4())
        body = json.dumps({"scan_id": scan_id, "badge": badge, "barcodes": barcodes})
        while True:
            try:
                self.answered[scan_id] = self.post(body, self.given["tokens"][station])
            except FAULTS:
                self.retried[scan_id] += 1
                self.hang_up()
                time.sleep(0.02)
            else:
                return

    def post(self, body: str, token: str) -> dict[str, Any]:
        self.connection = self.connection or http.client.HTTPConnection(
            "127.0.0.1", self.server.port, timeout=10
        )
        headers = {"Content-Type": "application/json", "Authorization": f"Station {token}"}
        self.connection.request("POST", "/api/v1/scans/", body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status >= 500:  # the database is not back yet: not an answer
            raise OSError(response.status)
        assert response.status == 200, content
        found: dict[str, Any] = json.loads(content)
        return found


@contextmanager
def running() -> Iterator[Server]:
    """A server in a folder that the databases' account reaches, which pytest's own it does not."""
    folder = Path(tempfile.mkdtemp(prefix="veintrace-killed-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        for made in (server.servers.layout.sockets, folder):
            shutil.rmtree(made, ignore_errors=True)


@pytest.mark.requirement("URS-CONT-01")
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes by /proc")
def test_what_was_answered_is_there_once() -> None:
    with running() as server:
        given = json.loads(server.run("-m", "tests.concurrency.site_for_server", str(PATIENTS)))
        over = Signal()
        clients = [Client(server, given, letter, seed, over) for seed, letter in enumerate("NSNS")]
        for client in clients:
            client.start()
        for number in range(KILLS):
            time.sleep(0.7 + 0.31 * number)
            server.kill()
            server.start()
        time.sleep(0.5)
        over.set()
        for client in clients:
            client.join(60)
            assert not client.is_alive()

        answered = {scan_id: answer for c in clients for scan_id, answer in c.answered.items()}
        retried = sum((c.retried for c in clients), Counter())
        assert len(answered) > 50
        assert retried, "nothing was under way when the server was killed"
        assert {a["outcome"] for a in answered.values()} >= {"accepted", "unreadable"}

        rows = server.query("SELECT id::text, answer::text FROM coi_scan")
        entries = server.query(
            "SELECT request_id::text FROM ledger_entry WHERE event LIKE 'coi:scan:%' OR event LIKE 'coi:step:%'"
            " OR event IN ('coi:badge:presented', 'coi:place:cleared')"
        )
        assert Counter(row[0] for row in rows) == Counter(answered.keys())
        assert Counter(row[0] for row in entries) == Counter(answered.keys())
        for scan_id, text in rows:
            assert json.loads(text)["outcome"] == answered[scan_id]["outcome"]
        done = server.query(
            "SELECT count(*), count(DISTINCT order_id) FROM coi_steprecord WHERE step = 'identify'"
        )
        accepted = [a for a in answered.values() if a["entry"]["event"] == "coi:step:completed"]
        assert done == [(len(accepted), len(accepted))]
        assert "SOUND" in server.run("manage.py", "verify_ledger")
