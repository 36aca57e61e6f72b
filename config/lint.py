"""`make lint`: every check in turn, all of them, and one line each. Fails when one of them did."""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TYPED_FLOORS = ("rules", "services", "selectors")
TYPED_WHOLE = ("config/*.py", "config/management", "config/qualification", "ledger", "people")


def safe_environment(folder: str) -> dict[str, str]:
    """A production set-up as the operations page asks for, with keys that are good for nothing else."""
    key = {name: base64.b64encode(bytes([number]) * 32).decode() for number, name in enumerate(KEYS)}
    url = {
        f"DATABASE{role}_URL": f"postgresql://veintrace{role}:x@localhost/veintrace".lower() for role in ROLES
    }
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": os.environ.get("HOME", folder),
        "SECRET_KEY": "".join(chr(97 + number % 26) + str(number) for number in range(40)),
        "REDIS_URL": "redis://localhost:1/0",
        "ALLOWED_HOSTS": "veintrace.example",
        "LEDGER_ORIGIN": "veintrace.example/ledger",
        "CHECKPOINT_DIR": folder,
        "EVIDENCE_DIR": folder,
        "STATIC_ROOT": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        **key,
        **url,
    }


KEYS = ("LEDGER_SIGNING_KEY", "VAULT_KEY", "INDEX_KEY")
ROLES = ("", "_OWNER", "_SEALER")


def run(*command: str, environment: dict[str, str] | None = None) -> bool:
    """Run one tool; show what it said only if it found something."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stdout.write(done.stdout + done.stderr)
    return done.returncode == 0


def tool(name: str, *arguments: str) -> Callable[[dict[str, str]], bool]:
    """A tool of the environment."""
    return lambda environment: run(str(BIN / name), *arguments)


def manage(*arguments: str) -> Callable[[dict[str, str]], bool]:
    """A management command under the safe environment, where warnings are errors."""
    return lambda environment: run(sys.executable, "manage.py", *arguments, environment=environment)


def rules_take_few_arguments(environment: dict[str, str]) -> bool:
    """Services take every fact by keyword; a rule that needs more than six wants a dataclass."""
    paths = [str(path.relative_to(ROOT)) for path in ROOT.glob("*/rules")]
    return run(str(BIN / "ruff"), "check", "--quiet", "--select", "PLR0913", "--config", LIMIT, *paths)


LIMIT = "lint.pylint.max-args=6"


def types(environment: dict[str, str]) -> bool:
    """Strict where decisions are made and recorded; the rest is followed, not judged."""
    paths = [path for pattern in TYPED_WHOLE for path in sorted(ROOT.glob(pattern))]
    for room in ("coi", "qc", "cpv", "fmea", "audit"):
        paths += [
            found for floor in TYPED_FLOORS for found in (ROOT / room / floor, ROOT / room / f"{floor}.py")
        ]
    return run(str(BIN / "mypy"), *[str(path) for path in paths if path.exists()], environment=environment)


def templates(environment: dict[str, str]) -> bool:
    """The tool takes a tree without templates for a mistake."""
    if not list((ROOT / "templates").rglob("*.html")):
        return True
    return run(str(BIN / "djlint"), "templates", "--lint", "--quiet")


def vulnerabilities(environment: dict[str, str]) -> bool:
    """Ask for known vulnerabilities of the pins. Where nobody answers, say so loudly and go on."""
    command = [str(BIN / "pip-audit"), "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["--timeout", "10", "--format", "json", "-r", "requirements.txt"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        packages = []
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if not packages or unknown:
        which = "NOTHING" if len(unknown) == len(packages) else f"ALL BUT {', '.join(unknown)}"
        sys.stdout.write(
            f"!!!! CHECKED FOR KNOWN VULNERABILITIES: {which}. The index did not answer for the rest.\n"
        )
    faults = [package for package in packages if package.get("vulns")]
    for package in faults:
        ids = ", ".join(fault["id"] for fault in package["vulns"])
        sys.stdout.write(f"{package['name']} {package['version']}: {ids}\n")
    return not faults


def pins_match(environment: dict[str, str]) -> bool:
    """The lock files hold what pyproject.toml names: somebody who adds a dependency has to run `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {"requirements.txt": project["project"]["dependencies"]}
    wanted["requirements-dev.txt"] = project["dependency-groups"]["dev"] + wanted["requirements.txt"]
    wanted["bench/peers.txt"] = project["dependency-groups"]["peers"]
    for lock, names in wanted.items():
        text = (ROOT / lock).read_text(encoding="utf-8")
        pinned = {line.split("==")[0].split("[")[0] for line in text.splitlines() if "==" in line[:80]}
        missing = [name for name in names if name.split(">")[0].split("[")[0] not in pinned]
        if missing or "http" in text or "--index" in text:
            sys.stdout.write(f"{lock}: missing {missing}, or it names an index: run make lock\n")
            return False
    return True


STEPS: tuple[tuple[str, Callable[[dict[str, str]], bool]], ...] = (
    ("ruff check", tool("ruff", "check", "--quiet", ".")),
    ("ruff format", tool("ruff", "format", "--check", "--quiet", ".")),
    ("arguments of rules", rules_take_few_arguments),
    ("mypy", types),
    ("import contract", tool("lint-imports", "--no-logo")),
    ("templates", templates),
    ("migrations", manage("makemigrations", "--check", "--dry-run", "--skip-checks")),
    ("safe set-up", manage("check", "--deploy", "--fail-level", "WARNING")),
    ("pins", pins_match),
    ("known vulnerabilities", vulnerabilities),
)


def main() -> int:
    """Run every step, whatever the ones before it found."""
    failed = []
    folder = tempfile.mkdtemp(prefix="veintrace-lint-")
    try:
        for name, step in STEPS:
            is_fine = step(safe_environment(folder))
            print(f"{'ok    ' if is_fine else 'FAILED'} {name}", flush=True)
            failed += [] if is_fine else [name]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if failed:
        print(f"lint: {len(failed)} of {len(STEPS)} failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
