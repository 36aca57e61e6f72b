"""Run everything on one machine: `make run`. Servers where none are named, then web, worker and beat, under one watch.

    python -m config.run serve            until Ctrl-C or SIGTERM
    python -m config.run manage ARGS      one management command, with the same data
    python -m config.run stop             end what an interrupted run left behind

The data lies in VEINTRACE_DATA (var/data). What it started it stops: in order at the end, by the kernel when it is
itself killed (see `config.processes.die_with_parent`), and at the next start by pid files where neither could.
"""

import argparse
import contextlib
import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config import keys
from config.embedded import Embedded
from config.processes import EmbeddedError, die_with_parent, last_line

ROOT = Path(__file__).resolve().parent.parent
ROOM_NEEDED = 300  # MiB
START_LIMIT = 120  # seconds until the page must answer
STOP_LIMIT = 15  # seconds for a process to end by itself
TOO_OFTEN = 5  # restarts of one process within a minute


class RunError(Exception):
    """What is wrong and what to do, in one line."""


class Stopped(Exception):  # not an error: somebody asked for it
    """Ctrl-C, SIGTERM or a closed terminal."""


# Python drops an exception that a signal raises in some moments (in the hooks of a fork, say): what waits looks here.
asked_to_stop: list[int] = []


def pause(seconds: float) -> None:
    """Wait a little; leave, if somebody asked for it in a moment that dropped the exception."""
    time.sleep(seconds)
    if asked_to_stop:
        raise Stopped


def say(text: str) -> None:
    """A line for the person at the terminal, at once."""
    print(text, flush=True)


@dataclass
class Part:
    """One process under watch."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    is_errand: bool = False  # ends by itself when it is done
    starts: list[float] = field(default_factory=list)

    def start(self, environment: dict[str, str]) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches this watch alone, and tie it to us."""
        self.starts = [at for at in self.starts if time.monotonic() - at < 60] + [time.monotonic()]
        if len(self.starts) > TOO_OFTEN:
            raise RunError(f"the {self.name} ends again and again: {last_line(self.log)} (see {self.log})")
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def has_ended(self) -> bool:
        """Whether it was started and is gone."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to end; insist after a while, with everything that it started."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class House:
    """The data folder, the servers, and the environment that everything runs in."""

    def __init__(self, *, die_with_parent: bool) -> None:
        self.folder = Path(os.environ.get("VEINTRACE_DATA") or ROOT / "var" / "data").resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.servers = Embedded(self.folder, die_with_parent=die_with_parent)
        self.given = {name.removesuffix("_FILE"): value for name, value in os.environ.items() if value}
        self.environment: dict[str, str] = {}

    def check_room(self) -> None:
        """A database on a full disk stops in the middle; better not to start."""
        for place in {self.folder, self.servers.layout.home}:
            free = shutil.disk_usage(place).free // 2**20
            if free < ROOM_NEEDED:
                raise RunError(
                    f"the disk of {place} has {free} MiB free and {ROOM_NEEDED} are needed: make room first"
                )

    def open(self) -> None:
        """Start the servers that the environment does not name, and put together the environment for the rest."""
        given = {name: value for name, value in os.environ.items() if value}
        local = keys.application(self.servers.secrets, self.folder)
        local |= {"STATIC_ROOT": str(self.folder / "static"), "BACKUP_DIR": str(self.folder / "backups")}
        local |= {"DEMO_DIR": str(self.folder / "demo"), "PYTHONUNBUFFERED": "1"}
        local |= dict.fromkeys(ROLE_URLS, given["DATABASE_URL"]) if given.get("DATABASE_URL") else {}
        if given.get("DATABASE_URL") and not all(given.get(name) for name in ROLE_URLS):
            say(
                "veintrace: DATABASE_OWNER_URL and DATABASE_SEALER_URL are not both set: one role does everything."
            )
        local |= self.servers.start(self.given)
        # a secret may come from a file that NAME_FILE names: then ours must not stand beside it
        local = {name: value for name, value in local.items() if f"{name}_FILE" not in given}
        self.environment = local | given
        for name in ("CHECKPOINT_DIR", "EVIDENCE_DIR", "STATIC_ROOT", "DEMO_DIR"):
            Path(self.environment.get(name, self.folder)).mkdir(parents=True, exist_ok=True)

    def manage(self, *arguments: str) -> int:
        """Run one management command in that environment."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments], cwd=ROOT, env=self.environment, check=False
        ).returncode


ROLE_URLS = ("DATABASE_OWNER_URL", "DATABASE_SEALER_URL")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder: two runs at once would each stop the other's servers."""
    with (folder / "run.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise RunError(
                f"Veintrace runs already with this data ({lock.read().strip() or 'starting'})"
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, port {port()}")
        lock.flush()
        yield
        lock.truncate(0)


def port() -> int:
    """PORT, checked."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise RunError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def host() -> str:
    """HOST, this machine alone by default: it speaks plain HTTP."""
    return os.environ.get("HOST") or "127.0.0.1"


def check_port() -> None:
    """Say now that the port is taken: gunicorn would say it later, and in many lines."""
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise RunError(
                    f"port {port()} is taken. Choose another: make run PORT={port() + 10}"
                ) from None
            raise RunError(
                f"port {port()} cannot be used: {error.strerror}. Try make run PORT=8010"
            ) from None


def parts(house: House) -> list[Part]:
    """Web, worker and beat, as in production but smaller."""
    python, queue = sys.executable, house.environment.get("CELERY_QUEUE", "veintrace")
    workers = os.environ.get("WEB_WORKERS") or "2"
    web = [python, "-m", "gunicorn", "config.wsgi", "--bind", f"{host()}:{port()}", "--workers", workers]
    # threads keep their database connection between requests; max-requests is off: no leak was seen
    web += ["--worker-class", "gthread", "--threads", os.environ.get("WEB_THREADS") or "4"]
    web += ["--graceful-timeout", "10", "--no-control-socket", "--error-logfile", "-"]
    celery = [python, "-m", "celery", "-A", "config.celery"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--queues", queue]
    worker += ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    beat = [
        *celery,
        "beat",
        "--schedule",
        str(house.folder / "beat"),
        "--pidfile",
        "",
        "--loglevel",
        "WARNING",
    ]
    return [
        Part("web server", web, house.folder / "web.log"),
        Part("worker", worker, house.folder / "worker.log"),
        Part("beat", beat, house.folder / "beat.log"),
    ]


def answers() -> bool:
    """Whether the page answers, whatever it says about its health."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host(), host())
    try:
        with urllib.request.urlopen(f"http://{name}:{port()}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def await_page(web: Part) -> None:
    """Wait for the first answer. Worker and beat start after it: they would only slow it down."""
    deadline = time.monotonic() + START_LIMIT
    while not answers():
        if web.has_ended():
            raise RunError(f"the {web.name} did not start: {last_line(web.log)} (see {web.log})")
        if time.monotonic() > deadline:
            raise RunError(f"the page does not answer (see {web.log})")
        pause(0.2)


def watch(house: House, running: list[Part]) -> None:
    """Start again what ends by itself, until somebody asks to stop."""
    while True:
        pause(1)
        for name in house.servers.revive(house.given):
            say(f"veintrace: {name} had ended and was started again")
        for part in running:
            if part.has_ended() and not (part.is_errand and part.process and part.process.returncode == 0):
                code = part.process.returncode if part.process else 0
                say(f"veintrace: the {part.name} ended ({code}) and is started again (see {part.log})")
                part.start(house.environment)


def announce(house: House, seconds: float) -> None:
    """The address, and how to sign in to the demonstration."""
    name = {"0.0.0.0": "localhost", "127.0.0.1": "localhost", "::": "localhost"}.get(host(), host())
    sign_ins = Path(house.environment["DEMO_DIR"]) / "sign-ins.txt"
    say("")
    if sign_ins.exists():
        say(sign_ins.read_text(encoding="utf-8").rstrip() + "\n")
        say(
            f"All cards to print and scan: {sign_ins.with_name('cards.pdf')}, or sign in as admin and open /cards/.\n"
        )
    say(
        f"Veintrace answers at http://{name}:{port()}/ (after {seconds:.0f} s). Ctrl-C stops it and keeps its data."
    )


def unfinished_history(house: House) -> Part | None:
    """The demonstration's past year is played while people look at its present already; once."""
    folder = Path(house.environment["DEMO_DIR"])
    if not (folder / "demo.json").exists() or (folder / "history.done").exists():
        return None
    say("The finished journeys of the demonstration's past year are being played in the background.")
    command = [sys.executable, str(ROOT / "manage.py"), "load_demo", "--history"]
    return Part("history of the demonstration", command, house.folder / "history.log", is_errand=True)


def on_signal(number: int, frame: object) -> None:
    """Leave by the ordinary way, once: a second Ctrl-C must not break the orderly end."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    asked_to_stop.append(number)
    raise Stopped


def serve() -> int:
    """Everything, until stopped."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, on_signal)
    began, running = time.monotonic(), list[Part]()
    house = House(die_with_parent=True)
    house.check_room()
    with alone(house.folder):
        try:
            check_port()
            house.servers.stop()  # of a run that was killed; ours would be tied to nobody
            house.open()
            say("veintrace: preparing the database")
            if house.manage("prepare", "--demonstration"):
                raise RunError("the database could not be prepared (see above)")
            running = parts(house)
            running[0].start(house.environment)
            await_page(running[0])
            announce(house, time.monotonic() - began)
            for part in running[1:]:
                part.start(house.environment)
            if history := unfinished_history(house):
                running.append(history)
                history.start(house.environment)
            watch(house, running)
        except Stopped:
            say("\nveintrace: stopping")
        finally:
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(each, signal.SIG_IGN)
            for part in running:
                part.stop()
            house.servers.stop()
    return 0


def manage(arguments: list[str]) -> int:
    """One command: as a guest of a run, or holding the data folder and stopping afterwards what it started."""
    house = House(die_with_parent=False)
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(alone(house.folder))
            held.callback(house.servers.stop)
        except RunError:
            pass  # a run is there: its servers are ours too
        house.open()
        return house.manage(*arguments)


def stop() -> int:
    """End the servers of an interrupted run; a running one is left alone."""
    house = House(die_with_parent=False)
    with alone(house.folder):
        house.servers.stop()
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="config.run", description="Veintrace on one machine.")
    parser.add_argument("action", choices=("serve", "manage", "stop"))
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    try:
        if chosen.action == "manage":
            return manage(chosen.arguments)
        return serve() if chosen.action == "serve" else stop()
    except (RunError, EmbeddedError) as error:
        sys.stderr.write(f"veintrace: {error}\n")
    except Stopped:
        return 0
    except OSError as error:
        full = "the disk is full: make room and run it again" if error.errno == errno.ENOSPC else str(error)
        sys.stderr.write(f"veintrace: {full}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
