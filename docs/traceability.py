"""Clauses, requirements, the tests that show them, and hazards: read from docs/validation and from the marks of tests.

Nothing is run: marks are read from the text of the tests. What a run came to is laid beside them by
`python -m docs.validate`.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docs.tables import table

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "validation"
TESTS = ROOT / "tests"
MARK = "requirement"
WRITTEN = "This page is written by `python -m docs.generate` from `docs/validation/{source}`"

MATRIX_HEAD = f"""# Traceability matrix

Which clause is served by which requirement, and which tests show it. Clauses are told in our own words: read the rules
themselves. **Yours** is what no software can do for you. **OPEN** is a clause that no test shows.

A name in this table is not a result. `make validate` runs these tests on your machine and writes the same table with
what they came to; a clause without a passing test is OPEN there.

{WRITTEN.format(source="requirements.toml")}, from `clauses.toml` beside it and from the marks of the tests.
"""

REQUIREMENTS_HEAD = f"""# User requirements

What the software must do for those who use it, and what is left to them. Each has a number that is not used again.

{WRITTEN.format(source="requirements.toml")}.
"""

HAZARDS_HEAD = f"""# Hazard analysis of the software itself

What this software could do wrong to a patient: not the risks of your process, which belong on a
[worksheet](../reference/risk-worksheets.md). Severity is that of the effect if nothing stopped it. No likelihood is
given: that of a fault in software cannot be known. What is left is for you to judge.

{WRITTEN.format(source="hazards.toml")}; each named test exists.
"""


@dataclass(frozen=True)
class Requirement:
    """A sentence of requirements.toml. `note`: what helps, for what is `yours`."""

    id: str
    kind: str
    says: str
    clauses: tuple[str, ...]
    note: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether tests show it."""
        return self.kind == "software"


@dataclass(frozen=True)
class Hazard:
    """A row of hazards.toml."""

    id: str
    hazard: str
    cause: str
    effect: str
    severity: str
    control: str
    tests: tuple[str, ...]
    left: str


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def clauses() -> dict[str, str]:
    """What each clause is about, in the order of the rules."""
    return {row["id"]: row["about"] for row in _read("clauses.toml")["clause"]}


def requirements() -> tuple[Requirement, ...]:
    """All of them."""
    rows = _read("requirements.toml")["requirement"]
    return tuple(Requirement(**row | {"clauses": tuple(row["clauses"])}) for row in rows)


def hazards() -> tuple[Hazard, ...]:
    """All of them."""
    return tuple(Hazard(**row | {"tests": tuple(row["tests"])}) for row in _read("hazards.toml")["hazard"])


@cache
def tests() -> Mapping[str, tuple[str, ...]]:
    """The requirements that each test is marked with, by `file::name`; tests without a mark have none."""
    return {node: ids for path in sorted(TESTS.rglob("test_*.py")) for node, ids in _of_file(path)}


def _of_file(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    name = path.relative_to(ROOT).as_posix()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield f"{name}::{node.name}", tuple(each for one in node.decorator_list for each in _named(one))


def _named(mark: ast.expr) -> tuple[str, ...]:
    if not (isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == MARK):
        return ()
    return tuple(ast.literal_eval(each) for each in mark.args)


def shown_by() -> dict[str, tuple[str, ...]]:
    """The tests of each requirement that has some."""
    found: dict[str, tuple[str, ...]] = {}
    for node, ids in tests().items():
        for each in ids:
            found[each] = (*found.get(each, ()), node)
    return found


def matrix(outcomes: Mapping[str, str] | None = None) -> list[tuple[str, str, str, str, str]]:
    """Clause, what it is about, requirement, tests, state. `outcomes`: what each test came to, where it was run."""
    named, asked = shown_by(), requirements()
    rows = []
    for clause, about in clauses().items():
        for one in (each for each in asked if clause in each.clauses):
            nodes = named.get(one.id, ())
            cell = "<br>".join(_told(node, outcomes) for node in nodes) if one.is_ours else one.note
            rows.append((clause, about, f"{one.id}: {one.says}", cell, state(one, nodes, outcomes)))
    return rows


def state(one: Requirement, nodes: tuple[str, ...], outcomes: Mapping[str, str] | None) -> str:
    """`yours`, `named` (not run), `passed`, or `OPEN`: no test, one that failed, or none that passed."""
    if not one.is_ours:
        return "yours"
    if outcomes is None:
        return "named" if nodes else "OPEN"
    came = {outcomes.get(node, "not run") for node in nodes}
    return "passed" if came == {"passed"} else "OPEN"


def _told(node: str, outcomes: Mapping[str, str] | None) -> str:
    return f"`{node}`" if outcomes is None else f"`{node}` {outcomes.get(node, 'not run')}"


COLUMNS = ("clause", "what it is about", "requirement", "shown by", "state")


def matrix_page() -> str:
    """The matrix without results."""
    return f"{MATRIX_HEAD}\n{table(COLUMNS, matrix())}\n"


def requirements_page() -> str:
    """The user requirements, those of the software first."""
    parts = [REQUIREMENTS_HEAD]
    for title, is_ours in (("What the software does", True), ("What is yours", False)):
        chosen = [one for one in requirements() if one.is_ours is is_ours]
        rows = [(one.id, one.says, ", ".join(one.clauses), one.note) for one in chosen]
        parts.append(f"## {title}\n\n{table(('number', 'requirement', 'serves', 'note'), rows)}\n")
    return "\n".join(parts)


def hazards_page() -> str:
    """The hazard analysis."""
    head = (
        "",
        "hazard",
        "cause in the software",
        "effect",
        "severity",
        "what stops or shows it",
        "tests",
        "left",
    )
    rows = [
        (it.id, it.hazard, it.cause, it.effect, it.severity, it.control, _nodes(it.tests), it.left)
        for it in hazards()
    ]
    return f"{HAZARDS_HEAD}\n{table(head, rows)}\n"


def _nodes(nodes: tuple[str, ...]) -> str:
    return "<br>".join(f"`{node}`" for node in nodes)


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {
        "matrix.md": matrix_page(),
        "user-requirements.md": requirements_page(),
        "hazards.md": hazards_page(),
    }
