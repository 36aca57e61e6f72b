"""A local PostgreSQL and Redis out of wheels, for a machine that has neither.

`config.run`, the tests and `make backup` use it; `python -m config.embedded --dir var/dev start|stop|status|env`
does by hand. The servers start only for those of DATABASE_URL and REDIS_URL that the environment does not set.

How it keeps to itself: both servers listen on Unix sockets alone, in a folder of their own that only their account
can enter; PostgreSQL asks every role for its password (SCRAM), and the passwords lie in `secrets.env` beside the
data, readable by its owner. PostgreSQL refuses to run as root: then both servers run as the account `nobody` (or
the one that VEINTRACE_SERVER_ACCOUNT names) and their data lies under /var/lib/veintrace (or VEINTRACE_SERVER_DATA),
because widening the permissions of the folders above a clone is not ours to do.
"""

import argparse
import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config import keys, processes
from config.keys import write_private
from config.processes import EmbeddedError, Layout

ROLES = {"owner": "veintrace_owner", "app": "veintrace_app", "sealer": "veintrace_sealer"}
DATABASE = "veintrace"


@dataclass
class Embedded:
    """One pair of servers with their data folder.

    `die_with_parent` ties them to the calling process: the kernel stops them when it is gone, however it went.
    `durable=False` is for tests alone: it gives up surviving a power cut, not any isolation or constraint.
    """

    folder: Path
    die_with_parent: bool = False
    durable: bool = True
    may_create_databases: bool = False
    server_data: Path | None = None
    secrets: dict[str, str] = field(init=False)
    layout: Layout = field(init=False)
    _children: list[subprocess.Popen[bytes]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.folder / "servers" / "postgres").exists() and not (self.folder / keys.NAME).exists():
            raise EmbeddedError(
                f"{self.folder / keys.NAME} is missing beside its data: put it back, it holds the keys"
            )
        self.secrets = keys.load(self.folder)
        self.layout = processes.lay_out(self.folder, self.server_data)

    def start(self, wanted: Mapping[str, str] | None = None) -> dict[str, str]:
        """Start what `wanted` (an environment) does not name already; return the variables that reach them."""
        wanted = wanted or {}
        made: dict[str, str] = {}
        if not wanted.get("DATABASE_URL"):
            self._start_postgres()
            made |= self.database_urls()
        if not wanted.get("REDIS_URL"):
            self._start_redis()
            made["REDIS_URL"] = f"unix://{self.layout.redis_socket}?db=0"
        return made

    def revive(self, wanted: Mapping[str, str]) -> list[str]:
        """Start again those of our servers that have ended; return their names. Cheap while all is well."""
        for child in self._children:
            child.poll()  # a child that ended stays visible until it is waited for
        ended = [] if wanted.get("DATABASE_URL") or self.postgres_pid() else ["PostgreSQL"]
        ended += [] if wanted.get("REDIS_URL") or self.redis_process() else ["Redis"]
        if ended:
            self._children = [child for child in self._children if child.returncode is None]
            self.start(wanted)
        return ended

    def stop(self) -> None:
        """Stop both, in order and cleanly. Does nothing where nothing runs."""
        self._stop_redis()
        if self.postgres_pid() is not None:
            try:
                self.run("pg_ctl", "-D", str(self.layout.cluster), "-m", "fast", "-w", "-t", "60", "stop")
            except EmbeddedError:
                if self.postgres_pid() is not None:  # else it was ending already, and was quicker
                    raise
        for child in self._children:
            child.wait(timeout=30)
        self._children.clear()

    def database_urls(self) -> dict[str, str]:
        """The three doors to the database: web and worker, migrations, sealer."""
        return {
            "DATABASE_URL": self.url("app"),
            "DATABASE_OWNER_URL": self.url("owner"),
            "DATABASE_SEALER_URL": self.url("sealer"),
        }

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of `database` for one of the three roles, in the form that libpq reads too."""
        password = self.secrets[f"{role.upper()}_PASSWORD"]
        return f"postgresql://{ROLES[role]}:{password}@/{database}?host={quote(str(self.layout.sockets))}"

    def postgres_pid(self) -> int | None:
        """The running server's process, or None."""
        return processes.live_pid(self.layout.cluster / "postmaster.pid")

    def redis_process(self) -> int | None:
        """The running Redis's process, or None."""
        return processes.live_pid(self.layout.redis_pid)

    # -- PostgreSQL ---------------------------------------------------------------------------------------------

    def _start_postgres(self) -> None:
        if not (self.layout.cluster / "PG_VERSION").exists():
            self._make_cluster()
        if self.postgres_pid() is None:
            log = self.folder / "postgres.log"
            self._spawn(
                [str(processes.binary("postgres", self.layout)), "-D", str(self.layout.cluster)],
                signal.SIGINT,
                log,
            )
        self._await("PostgreSQL", self._postgres_answers, self.folder / "postgres.log")
        self._make_roles()

    def _make_cluster(self) -> None:
        """Make the data folder under another name first, so that an interrupted start leaves no half of one."""
        draft = self.layout.home / "postgres.new"
        if draft.exists():
            shutil.rmtree(draft)
        password = self.layout.home / "postgres.password"
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(self.secrets["POSTGRES_PASSWORD"])
        if self.layout.account:
            os.chown(password, self.layout.account.pw_uid, self.layout.account.pw_gid)
        try:
            self.run(
                *(
                    "initdb",
                    "-D",
                    str(draft),
                    "-U",
                    "postgres",
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                ),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"),
                *(() if self.durable else ("--no-sync",)),
            )
        finally:
            password.unlink()
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as stream:
            stream.write(self._settings())
        draft.rename(self.layout.cluster)

    def _settings(self) -> str:
        durable = "on" if self.durable else "off"
        return (
            "\n# Veintrace\nlisten_addresses = ''\n"
            f"unix_socket_directories = '{self.layout.sockets}'\nunix_socket_permissions = 0700\n"
            f"fsync = {durable}\nsynchronous_commit = {durable}\nfull_page_writes = {durable}\n"
            "password_encryption = 'scram-sha-256'\nmax_connections = 100\nshared_buffers = '128MB'\n"
            "timezone = 'UTC'\nlog_timezone = 'UTC'\njit = off\nlog_min_messages = warning\n"
        )

    def _postgres_answers(self) -> bool:
        try:
            self.query("SELECT 1")
        except EmbeddedError:
            return False
        return True

    def query(self, sql: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run statements as the server's superuser (set-up alone; the application never holds its password)."""
        import psycopg2

        try:
            connection = psycopg2.connect(
                host=str(self.layout.sockets),
                dbname=database,
                user="postgres",
                password=self.secrets["POSTGRES_PASSWORD"],
            )
        except psycopg2.OperationalError as error:
            raise EmbeddedError(f"PostgreSQL does not answer: {error}") from error
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def _make_roles(self) -> None:
        """Make the three roles and the database, once. Their passwords are hexadecimal: nothing to escape."""
        present = {
            row[0] for row in self.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'veintrace_%'")
        }
        for key, role in ROLES.items():
            if role not in present:
                self.query(f"CREATE ROLE {role} LOGIN PASSWORD '{self.secrets[f'{key.upper()}_PASSWORD']}'")
        if self.may_create_databases:
            self.query(f"ALTER ROLE {ROLES['owner']} CREATEDB")
            # so that a test can say SET ROLE; in earnest the three roles know nothing of each other
            self.query(f"GRANT {ROLES['app']}, {ROLES['sealer']} TO {ROLES['owner']}")
        if not self.query(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608  # our own constant
            self.query(f"CREATE DATABASE {DATABASE} OWNER {ROLES['owner']}")
            self.query(f"REVOKE CONNECT, TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC")
            self.query(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {', '.join(ROLES.values())}")

    # -- Redis --------------------------------------------------------------------------------------------------

    def _start_redis(self) -> None:
        if self.redis_process() is None:
            self.layout.redis_socket.unlink(missing_ok=True)
            log = self.folder / "redis.log"
            command = [str(processes.binary("redis-server", self.layout)), "--port", "0"]
            command += ["--unixsocket", str(self.layout.redis_socket), "--unixsocketperm", "700"]
            command += ["--dir", str(self.layout.home), "--pidfile", str(self.layout.redis_pid)]
            # nothing in Redis has to outlive it: every effect is a row in PostgreSQL
            command += ["--save", "", "--appendonly", "no", "--maxmemory", "128mb"]
            command += ["--databases", "64", "--daemonize", "no"]
            self._spawn(command, signal.SIGTERM, log)
        self._await("Redis", self._redis_answers, self.folder / "redis.log")

    def _redis_answers(self) -> bool:
        import redis

        client = redis.Redis(unix_socket_path=str(self.layout.redis_socket), socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _stop_redis(self) -> None:
        pid = self.redis_process()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while processes.is_alive(pid) and time.monotonic() < deadline:
            time.sleep(0.02)

    # -- processes ----------------------------------------------------------------------------------------------

    def _spawn(self, command: list[str], at_parent_death: int, log: Path) -> None:
        self._children.append(
            processes.spawn(command, self.layout, log, at_parent_death if self.die_with_parent else None)
        )

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's own programs (initdb, pg_ctl) to its end, as the servers' account."""
        return processes.run(program, arguments, self.layout)

    def _await(self, what: str, answers: Callable[[], bool], log: Path) -> None:
        """Wait until a server answers. A child that has ended by then will not: say so with its last line."""
        deadline = time.monotonic() + 60
        while not answers():
            dead = any(child.poll() is not None for child in self._children)
            if dead or time.monotonic() > deadline:
                raise EmbeddedError(f"{what} did not start: {processes.last_line(log)} (see {log})")
            time.sleep(0.05)


def exports(variables: Mapping[str, str]) -> str:
    """The variables as lines that a shell can read; each value is quoted."""
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(variables.items()))


def main() -> int:
    """The command line: start, stop, status, env."""
    parser = argparse.ArgumentParser(prog="config.embedded", description="The local PostgreSQL and Redis.")
    parser.add_argument(
        "--dir", type=Path, default=Path("var/dev"), help="the data folder (default: var/dev)"
    )
    parser.add_argument("action", choices=("start", "stop", "status", "env"))
    chosen = parser.parse_args()
    try:
        servers = Embedded(chosen.dir, may_create_databases=True)
        if chosen.action == "start":
            variables = servers.start() | keys.application(servers.secrets, servers.folder)
            write_private(servers.folder / "env", exports(variables))
            print(f"started; now: . {servers.folder / 'env'}")
        elif chosen.action == "env":
            print((servers.folder / "env").read_text(encoding="utf-8"), end="")
        elif chosen.action == "stop":
            servers.stop()
        else:
            print(
                f"PostgreSQL: {servers.postgres_pid() or 'stopped'}; Redis: {servers.redis_process() or 'stopped'}"
            )
    except (EmbeddedError, OSError) as error:
        print(f"veintrace: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
