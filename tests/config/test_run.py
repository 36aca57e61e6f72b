"""`make run`, from the first answer to the last process: what it starts, it watches and it stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config import processes, run

PATIENCE = 180


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happens: Callable[[], Any], what: str) -> Any:
    """Wait for something, and say what did not happen."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = happens()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"did not happen within {PATIENCE} s: {what}")


class Running:
    """A supervisor under test."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        # a demonstration takes longer than this test is about: a file says that it was loaded
        (folder / "demo").mkdir(parents=True)
        (folder / "demo" / "sign-ins.txt").write_text("no demonstration here\n", encoding="utf-8")
        own = (
            "DATABASE",
            "REDIS_URL",
            "STATIC_ROOT",
            "CELERY_QUEUE",
            "DJANGO",
            "EVIDENCE",
            "CHECKPOINT",
            "PYTEST",
        )
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        self.environment |= {"PORT": str(port), "VEINTRACE_DATA": str(folder), "WEB_WORKERS": "1"}
        self.environment |= {"VEINTRACE_SERVER_DATA": str(folder.parent / "servers")}
        self.process = self.start()

    def start(self) -> "subprocess.Popen[str]":
        """Begin, as make does."""
        return subprocess.Popen(
            [sys.executable, "-m", "config.run", "serve"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def health(self) -> dict[str, Any] | None:
        """What /healthz says, or None where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError):
            return None

    def is_in(self, state: str) -> bool:
        """Whether the health is that."""
        return (self.health() or {}).get("state") == state

    def family(self) -> list[int]:
        """Every process whose environment or command names these folders."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) in (os.getpid(), self.process.pid):
                continue
            try:
                told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(self.folder.parent).encode() in told and processes.is_alive(int(entry.name)):
                found.append(int(entry.name))
        return found


@pytest.fixture
def running(roomy: Path) -> Iterator[Running]:
    """Everything, on a port of its own with data of its own."""
    started = Running(roomy / "data", free_port())
    yield started
    if started.process.poll() is None:
        started.process.terminate()
    started.process.communicate(timeout=PATIENCE)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_run_from_start_to_stop(running: Running) -> None:
    until(lambda: running.is_in("ok"), "all parts are well")
    assert len(running.family()) >= 5, "web, its worker, worker, beat, PostgreSQL, Redis"

    # a second one with the same data says so and leaves the first alone
    second = running.start()
    said, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert said.startswith("veintrace: Veintrace runs already")
    assert said.count("\n") == 1

    # Redis dies: the page goes on answering, and the watch brings it back
    redis = processes.live_pid(next(running.folder.parent.rglob("redis.pid")))
    assert redis
    os.kill(redis, signal.SIGKILL)
    assert running.health(), "the page must answer without Redis"
    until(lambda: running.is_in("ok"), "Redis and worker are back")

    # the watch itself dies: nothing is left over, and the next run starts with the same data
    running.process.kill()
    said, _ = running.process.communicate(timeout=PATIENCE)
    assert "Redis had ended and was started again" in said
    until(lambda: not running.family(), "the kernel has ended the children")
    running.process = running.start()
    heard: list[str] = []
    for line in running.process.stdout or ():
        heard.append(line)
        if line.startswith("Veintrace answers at"):
            break
    assert f"http://localhost:{running.port}/" in heard[-1], "".join(heard)

    running.process.send_signal(signal.SIGINT)
    said, _ = running.process.communicate(timeout=PATIENCE)
    assert running.process.returncode == 0, said
    # a part that was just being started when Ctrl-C came is ended by the kernel, a moment after its starter
    until(lambda: not running.family(), "nothing is left over")


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        with pytest.raises(run.RunError, match="is taken"):
            run.check_port()
    run.check_port()


@pytest.mark.parametrize("text", ["abc", "0", "70000", "-1"])
def test_a_port_is_a_number(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    assert run.port() == 8123
    monkeypatch.setenv("PORT", text)
    with pytest.raises(run.RunError, match="PORT must be"):
        run.port()


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEINTRACE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VEINTRACE_SERVER_DATA", str(tmp_path / "servers"))
    house = run.House(die_with_parent=False)
    house.check_room()
    monkeypatch.setattr(run, "ROOM_NEEDED", 10**9)
    with pytest.raises(run.RunError, match="make room first"):
        house.check_room()


def test_a_wish_to_stop_is_noticed_though_its_exception_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "asked_to_stop", [])
    run.pause(0)
    monkeypatch.setattr(run, "asked_to_stop", [signal.SIGINT])
    with pytest.raises(run.Stopped):
        run.pause(0)
