"""An environment of the bench's own for the packages it compares with: nothing that Veintrace runs or is tested with.

    python -m bench.peers      make it, and measure the charts alone

Pinned with hashes by `bench/peers.txt`, wheels only, as `config.install` does. `make bench` alone makes it.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

from bench import charts
from config import install
from config.run import say

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "bench" / "peers.txt"
ROOM = 900 * 2**20  # bytes


def mark(folder: Path) -> str:
    """What the environment must have been made from to be right."""
    return hashlib.sha256(f"{sys.version} {folder} ".encode() + LOCK.read_bytes()).hexdigest()


def python_of(folder: Path) -> Path | None:
    """The Python of a complete environment; None: there is none, or it is of other pins."""
    python, stamp = folder / "bin" / "python", folder / "installed"
    is_right = python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == mark(folder)
    return python if is_right else None


def installed(folder: Path) -> Path | None:
    """The Python of the peers, installed first if need be; None, loudly, where they cannot be."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "peers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return python_of(folder) or _made(folder)


def _made(folder: Path) -> Path | None:
    if shutil.disk_usage(folder.parent).free < ROOM:
        return _without(f"they need {ROOM >> 20} MiB of disk")
    say("bench: installing the peers of bench/peers.txt (a minute, the first time)")
    venv.create(folder, clear=True, with_pip=True, symlinks=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--timeout", "15", "--retries", "2"]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        return _without(install.reason(done.stderr, "bench/peers.txt"))
    (folder / "installed").write_text(mark(folder), encoding="utf-8")
    return python_of(folder)


def _without(why: str) -> None:
    say(f"bench: !!!! THE PEERS OF THE CHARTS ARE NOT INSTALLED: {why}")


def run(python: Path | None, folder: Path, module: str, *, given: Any) -> Any:
    """Run one of our modules among the peers, or without them; what it is given and what it answers is JSON."""
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
    done = subprocess.run(
        [str(python or sys.executable), "-m", module],
        cwd=ROOT,
        env={
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(folder.parent),
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": str(folder / "matplotlib"),
            "PYTHONWARNINGS": "ignore",
            **dict.fromkeys(threads, "1"),
        },
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"{module} failed (see above)")
    return json.loads(done.stdout)


def main() -> None:
    """The command line."""
    folder = ROOT / "var" / "bench" / "peers"
    found = run(installed(folder), folder, "bench.charts", given={"is_quick": False, "rounds": 5})
    say("\n".join(charts.lines(found)))


if __name__ == "__main__":
    main()
