"""Steps, what they came to, and the sheet that keeps it: as JSON for programs and as Markdown for people."""

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import SystemCheckError
from django.db import DatabaseError

from config.backups import BackupError
from config.processes import EmbeddedError
from ledger.rules.errors import DomainError


class Differs(Exception):
    """What was observed is not what is expected; the message says what it was."""


# how a step may fail; anything else is a fault of the step itself and ends the run
FAILURES = (
    *(Differs, AssertionError, OSError, subprocess.SubprocessError, ImportError, ValueError, LookupError),
    *(DatabaseError, CommandError, SystemCheckError, BackupError, EmbeddedError, DomainError),
)


@dataclass(frozen=True)
class Step:
    """`observe` says what it saw, or raises one of FAILURES."""

    name: str
    expected: str
    observe: Callable[[], str]


@dataclass(frozen=True)
class Outcome:
    """A step that was carried out, with the time at its end."""

    name: str
    expected: str
    observed: str
    passed: bool
    at: str


def carry_out(steps: Iterable[Step]) -> list[Outcome]:
    """One after the other; one that fails keeps none of the others from being tried."""
    return [_one(step) for step in steps]


def _one(step: Step) -> Outcome:
    try:
        observed, passed = step.observe(), True
    except Differs as error:
        observed, passed = str(error), False
    except FAILURES as error:
        observed, passed = f"{type(error).__name__}: {error}", False
    line = " ".join(observed.split())[:600]
    return Outcome(step.name, step.expected, line, passed, datetime.now(UTC).isoformat(timespec="seconds"))


def write(folder: Path, kind: str, about: str, version: str, outcomes: list[Outcome]) -> bool:
    """Write both files and the digests of the folder; whether all steps passed."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "kind": kind,
        "about": about,
        "software": version,
        "machine": {"name": platform.node(), "system": platform.platform(), "python": sys.version.split()[0]},
        "began_with": digests(folder),
        "passed": all(each.passed for each in outcomes),
        "steps": [asdict(each) for each in outcomes],
    }
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{kind}.json").write_text(text, encoding="utf-8")
    (folder / f"{kind}.md").write_text(
        page(data, hashlib.sha256(text.encode()).hexdigest()), encoding="utf-8"
    )
    sums = "".join(f"{digest}  {name}\n" for name, digest in digests(folder).items())
    (folder / "SHA256SUMS").write_text(sums, encoding="ascii")
    return bool(data["passed"])


def told(outcomes: Iterable[Outcome]) -> str:
    """What to say at a terminal, a line for each step."""
    return "\n".join(f"{'passed' if it.passed else 'FAILED'}  {it.name}: {it.observed}" for it in outcomes)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each sheet that lies there: a later sheet names the earlier ones."""
    files = sorted(path for path in folder.glob("*") if path.suffix in {".json", ".md"})
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def page(data: Mapping[str, Any], digest: str) -> str:
    """The sheet for people, with room for their names."""
    failed = [step["name"] for step in data["steps"] if not step["passed"]]
    machine = data["machine"]
    lines = [
        f"# Qualification of the {data['kind']}",
        f"\n{data['about']}\n",
        f"Veintrace {data['software']} on {machine['name']} ({machine['system']}, Python {machine['python']}).",
        f"Result: **{'failed: ' + '; '.join(failed) if failed else 'passed'}**. SHA-256 of "
        f"{data['kind']}.json: `{digest}`.",
        *(f"Made after {name}, SHA-256 `{each}`." for name, each in data["began_with"].items()),
        "\n| # | step | expected | observed | result | time (UTC) |\n|---|---|---|---|---|---|",
        *(_row(number, step) for number, step in enumerate(data["steps"], 1)),
        "\nCarried out by (name, date): ______________________  Looked over by: ______________________",
    ]
    return "\n".join(lines) + "\n"


def _row(number: int, step: Mapping[str, Any]) -> str:
    result = "pass" if step["passed"] else "**FAIL**"
    cells = (str(number), step["name"], step["expected"], step["observed"], result, step["at"])
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
