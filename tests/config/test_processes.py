"""Local servers keep to themselves: their own folders, their own account, paths that fit, and nothing left running."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from config import embedded, keys, processes
from config.embedded import Embedded


@pytest.fixture
def folder(roomy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder whose servers, if any, are stopped and gone afterwards."""
    monkeypatch.setenv("VEINTRACE_SERVER_DATA", str(roomy / "servers"))
    yield roomy / "data"
    servers = Embedded(roomy / "data")
    servers.stop()
    shutil.rmtree(servers.layout.sockets)


def test_secrets_are_made_once_and_read_by_their_owner_alone(tmp_path: Path) -> None:
    made = keys.load(tmp_path)
    assert keys.load(tmp_path) == made
    assert (tmp_path / keys.NAME).stat().st_mode & 0o077 == 0
    assert len(set(made.values())) == len(made)


def test_the_keys_of_compose_fit_its_file(tmp_path: Path) -> None:
    made = keys.for_compose(tmp_path / "secrets")
    assert "database_owner_url" in made
    before = {path.name: path.read_text(encoding="ascii") for path in (tmp_path / "secrets").iterdir()}
    assert keys.for_compose(tmp_path / "secrets") == []
    assert {
        path.name: path.read_text(encoding="ascii") for path in (tmp_path / "secrets").iterdir()
    } == before
    assert before["app_password"] in before["database_url"]
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_a_socket_path_that_would_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEINTRACE_SOCKETS", str(tmp_path / ("x" * 100)))
    with pytest.raises(processes.EmbeddedError, match="too deep"):
        processes.lay_out(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_that_somebody_else_put_there_is_refused(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEINTRACE_SOCKETS", str(tmp_path))
    layout = Embedded(folder).layout
    os.chown(layout.sockets, 12345, 12345)
    with pytest.raises(processes.EmbeddedError, match="somebody else"):
        Embedded(folder)
    os.chown(layout.sockets, layout.account.pw_uid if layout.account else -1, -1)


def test_a_pid_file_counts_only_while_its_process_lives(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    assert processes.live_pid(pid_file) is None
    child = subprocess.Popen(["sleep", "60"])
    pid_file.write_text(f"{child.pid}\nmore\n", encoding="ascii")
    assert processes.live_pid(pid_file) == child.pid
    child.kill()
    child.wait()
    assert processes.live_pid(pid_file) is None


def test_servers_keep_their_data_ask_for_passwords_and_stop(folder: Path) -> None:
    servers = Embedded(folder, durable=False)
    variables = servers.start()
    with psycopg2.connect(variables["DATABASE_OWNER_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id int)")
    connection.close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(variables["DATABASE_URL"].replace(servers.secrets["APP_PASSWORD"], "guessed"))
    assert servers.layout.cluster.stat().st_mode & 0o077 == 0
    assert servers.layout.sockets.stat().st_mode & 0o077 == 0
    servers.stop()
    assert servers.postgres_pid() is None
    assert servers.redis_process() is None

    again = Embedded(folder, durable=False)
    assert again.start() == variables
    with psycopg2.connect(variables["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kept') IS NOT NULL, current_user")
        assert cursor.fetchone() == (True, "veintrace_app")
    connection.close()
    again.stop()


def test_only_what_is_not_named_is_started(folder: Path) -> None:
    servers = Embedded(folder)
    named = {"DATABASE_URL": "postgresql://elsewhere/x", "REDIS_URL": "redis://elsewhere"}
    assert servers.start(named) == {}
    assert servers.postgres_pid() is None
    assert servers.redis_process() is None


def test_data_without_its_keys_is_not_started(tmp_path: Path) -> None:
    (tmp_path / "servers" / "postgres").mkdir(parents=True)
    with pytest.raises(processes.EmbeddedError, match="put it back"):
        Embedded(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's part of it is Linux's")
def test_servers_go_with_a_starter_that_is_killed(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from config.embedded import Embedded\n"
        "servers = Embedded(Path(sys.argv[1]), die_with_parent=True, durable=False); servers.start()\n"
        "print(servers.postgres_pid(), servers.redis_process(), flush=True); time.sleep(60)"
    )
    root = Path(embedded.__file__).parents[1]
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    )
    assert starter.stdout is not None
    pids = [int(word) for word in starter.stdout.readline().split()]
    assert len(pids) == 2
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 20
    while any(processes.is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in pids if processes.is_alive(pid)]
