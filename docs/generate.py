"""Write the pages of docs/reference and docs/validation that come from the code: `python -m docs.generate`.

Codes, order, kinds and sentences come from the code. What an event means for people stands in
docs/reference/meanings.toml, because code holds names and not explanations. tests/test_docs.py fails when the written
pages are not what this would write, and when a meaning is missing or left over.
"""

import ast
import importlib
import importlib.util
import re
import sys
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import django
from django.conf import settings
from django.utils import translation

from coi.forms.texts import REFUSALS
from coi.rules.deviations import deviation_for
from coi.rules.outcome import Refusal, RefusalCode
from docs import calculations, labels, permissions, traceability
from qc.forms.texts import BLOCKERS
from qc.rules.blockers import EXCEPTIONS, OF_TESTING, BlockerCode

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
ROOMS = ("ledger", "people", "coi", "qc", "cpv", "fmea", "audit")

EVENTS_HEAD = """# Events

Every entry of the ledger has an event: past tense, `room:subject:action`. A name is never changed and never used for
something else; a new shape of the same event is a new schema number.

This page is written by `python -m docs.generate` from the code and from `docs/reference/meanings.toml`.
"""

REFUSALS_HEAD = """# Refusals

Every reason for which a scan can be refused, most severe first. A scan is judged by all interlocks and told all
reasons. A **hint** is neutral: correct it and go on. A **stop** is red and sticky until a second qualified person
clears it. A **near miss** is a stop that would have been a mix-up. A deviation is opened for the graver of the
reasons, once.

A word in braces is filled in at the station. This page is written by `python -m docs.generate` from the code.

| code | kind | opens a deviation | the station says | what to do |
|---|---|---|---|---|
"""

BLOCKERS_HEAD = """# What speaks against a release

Every reason why a batch cannot be handed to quality, reviewed, released or rejected, the gravest first. All are told at
once, and a refused attempt is an entry with all of them. A reason that *needs somebody* stands on top of the release
board; others come with time.

A word in braces is filled in. This page is written by `python -m docs.generate` from the code.

| code | needs somebody | keeps it in the laboratory | the page says |
|---|---|---|---|
"""


def events() -> dict[str, list[StrEnum]]:
    """The events of every room that has some, in the order of its file."""
    found: dict[str, list[StrEnum]] = {}
    for room in ROOMS:
        if importlib.util.find_spec(f"{room}.events") is None:
            continue
        module = importlib.import_module(f"{room}.events")
        enums = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, StrEnum)]
        found[room] = [event for enum in enums if enum.__module__ == module.__name__ for event in enum]
    return found


def meanings() -> dict[str, str]:
    """What each event means, by its name."""
    read: dict[str, str] = tomllib.loads((REFERENCE / "meanings.toml").read_text(encoding="utf-8"))["events"]
    return read


def written(room: str) -> set[str]:
    """The names of the events that some service of the room writes."""
    found: set[str] = set()
    for path in sorted((ROOT / room).rglob("*.py")):
        if path.relative_to(ROOT).parts[1].removesuffix(".py") == "services":
            found.update(_named_events(path))
    return found


def _named_events(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        of_name = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(node, ast.Attribute) and isinstance(of_name, ast.Name) and of_name.id.endswith("Event"):
            yield node.attr


def events_page() -> str:
    """Every event, room by room."""
    explained = meanings()
    lines = [EVENTS_HEAD.rstrip("\n")]
    for room, members in events().items():
        used = written(room)
        lines += ["", f"## {room}", "", "| event | what happened |", "|---|---|"]
        for event in members:
            rest = "" if event.name in used else " (Reserved: no service writes it yet.)"
            lines.append(f"| `{event.value}` | {explained.get(event.value, '')}{rest} |")
    return "\n".join(lines) + "\n"


def refusals_page() -> str:
    """Every refusal, most severe first."""
    return REFUSALS_HEAD + "".join(f"{_refusal_line(code)}\n" for code in RefusalCode)


def _refusal_line(code: RefusalCode) -> str:
    refusal = Refusal(code)
    kind = f"{refusal.kind}, near miss" if refusal.is_near_miss else str(refusal.kind)
    text = REFUSALS[code]
    cells = (f"`{code}`", kind, _deviation(refusal), _cell(text.message), _cell(text.remedy))
    return f"| {' | '.join(cells)} |"


def blockers_page() -> str:
    """Every reason against a release, the gravest first."""
    return BLOCKERS_HEAD + "".join(f"{_blocker_line(code)}\n" for code in BlockerCode)


def _blocker_line(code: BlockerCode) -> str:
    marks = ("yes" if code in group else "" for group in (EXCEPTIONS, OF_TESTING))
    text = re.sub(r"%\((\w+)\)s", r"{\1}", str(BLOCKERS[code]))
    return f"| {' | '.join((f'`{code}`', *marks, _cell(text)))} |"


def _deviation(refusal: Refusal) -> str:
    """What `deviation_for` answers for this refusal alone."""
    if (at_critical := deviation_for((refusal,), is_critical=True)) is None:
        return "no"
    elsewhere = deviation_for((refusal,), is_critical=False)
    return f"{at_critical.grade}, {'at every step' if elsewhere else 'at a critical step'}"


def _cell(text: object) -> str:
    """A sentence for a cell; one that is filled in whole says so."""
    found = re.sub(r"\s+", " ", str(text)).replace("|", "\\|")
    return "(the reason in words)" if re.fullmatch(r"\{\w+\}\.?", found) else found


def pages() -> dict[str, str]:
    """The pages by file name, in English whatever the machine speaks."""
    _set_up()
    with translation.override("en"):
        return {
            "events.md": events_page(),
            "refusals.md": refusals_page(),
            "blockers.md": blockers_page(),
            "labels.md": labels.page(),
            "calculations.md": calculations.page(),
            "permissions.md": permissions.page(),
        }


def _set_up() -> None:
    """As much of Django as drawing needs: no database, no secret."""
    if not settings.configured:
        own = [room for room in ROOMS if importlib.util.find_spec(f"{room}.apps") is not None]
        settings.configure(
            USE_I18N=False,
            USE_TZ=True,
            BASE_DIR=ROOT,
            AUTH_USER_MODEL="people.User",
            INSTALLED_APPS=[
                *("django.contrib.contenttypes", "django.contrib.auth", "pgtrigger"),
                *("allauth.account", "allauth.mfa", *own),
            ],
            MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
        )
        django.setup()


def main() -> int:
    """Write them."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote docs/reference/{name}\n")
    for name, text in traceability.pages().items():
        (traceability.FOLDER / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote docs/validation/{name}\n")
    labels.PICTURES.mkdir(exist_ok=True)
    for name, picture in labels.pictures().items():
        (labels.PICTURES / name).write_bytes(picture)
        sys.stdout.write(f"wrote docs/images/labels/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
