"""Make the environment `.venv` with the pinned packages, or find that it is already right. Run by the Makefile with
the machine's own Python: nothing but the standard library, and no syntax that an older Python 3 could not read far
enough to be told that it is too old.

    python3 config/install.py run      what `make run` needs
    python3 config/install.py dev      what `make test` and `make lint` need as well
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
OLDEST = (3, 11)
ROOM = {"run": 950, "dev": 1600}  # MiB


def fail(message: str) -> None:
    """End with one line that says what is wrong and what to do."""
    sys.stderr.write("veintrace: %s\n" % message)
    sys.exit(1)


def check_machine(kind: str) -> None:
    """Refuse early what would fail late."""
    if sys.version_info < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        fail(
            "Python %d.%d or newer is needed, this is %s. Name another: make run PYTHON=python3.12"
            % (OLDEST + (found,))
        )
    free = shutil.disk_usage(ROOT).free // (1024 * 1024)
    if free < ROOM[kind] and not is_current(kind):
        fail(
            "the disk of %s has %d MiB free, installing needs %d. Make room first." % (ROOT, free, ROOM[kind])
        )


def mark_of(kind: str) -> str:
    """What an installation must have been made from to be right: this Python, this place, these pins."""
    digest = hashlib.sha256(("%s %s " % (sys.version, VENV)).encode())
    with open(os.path.join(ROOT, LOCKS[kind]), "rb") as stream:
        digest.update(stream.read())
    return digest.hexdigest()


def stamp(kind: str) -> str:
    """Where the mark is kept."""
    return os.path.join(VENV, "installed-" + kind)


def is_current(kind: str) -> bool:
    """Whether the environment was completely installed from the present pins."""
    try:
        with open(stamp(kind)) as stream:
            return stream.read() == mark_of(kind) and os.path.exists(PYTHON)
    except OSError:
        return False


def make_environment() -> None:
    """Make an empty environment, unless one of this Python in this place is there."""
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        fail(
            "this Python has no venv module. Install it (Debian, Ubuntu: python3-venv) or name another Python."
        )
    marker = os.path.join(VENV, "made-for")
    wanted = "%s %s" % (sys.version, VENV)
    try:
        with open(marker) as stream:
            if stream.read() == wanted and os.path.exists(PYTHON):
                return
    except OSError:
        pass
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        fail("the environment .venv cannot be made: %s" % last_line(done.stdout))
    with open(marker, "w") as stream:
        stream.write(wanted)


def install(kind: str) -> None:
    """Install the pins. Only wheels: nothing is compiled here, and no package runs code while it is installed."""
    lock = LOCKS[kind]
    sys.stderr.write("veintrace: installing the packages of %s (a minute, the first time)\n" % lock)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", os.path.join(ROOT, lock)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        text = done.stdout.decode("utf-8", "replace")
        sys.stderr.write(text)
        fail(reason(text, lock))
    with open(stamp(kind), "w") as stream:
        stream.write(mark_of(kind))


def reason(text: str, lock: str) -> str:
    """Pip's failure in one line."""
    if "DO NOT MATCH THE HASHES" in text or "Hashes are required" in text or "must be pinned" in text:
        return (
            "%s is broken: a package does not have the hash that it names. Restore the file, or run make lock."
            % lock
        )
    if "No space left" in text:
        return "the disk is full. Make room and run it again."
    if "Invalid requirement" in text:
        return "%s is broken: it names something that is no package. Restore the file." % lock
    if "NewConnectionError" in text or "Temporary failure in name resolution" in text or "timed out" in text:
        return "the package index does not answer. Check the network (or pip's settings) and run it again."
    return "the packages of %s cannot be installed: %s" % (lock, last_line(text.encode()))


def last_line(output: bytes) -> str:
    """The last thing that a program said."""
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no message"


def main() -> None:
    """Install what is asked for, one process at a time."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "run"
    if kind not in LOCKS:
        fail("say run or dev, not %s" % kind)
    check_machine(kind)
    os.makedirs(os.path.join(ROOT, "var"), exist_ok=True)
    with open(os.path.join(ROOT, "var", "install.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # the pins for development contain those for running
        if is_current(kind) or (kind == "run" and is_current("dev")):
            return
        make_environment()
        install(kind)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("interrupted; run it again to go on")
