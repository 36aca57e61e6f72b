"""The architecture is a test: what the documents promise about the tree is held here."""

import ast
import importlib
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models

ROOT = Path(settings.BASE_DIR)
ROOMS = ("ledger", "people", "coi", "qc", "cpv", "fmea", "audit")
LONGEST, DEEPEST = 40, 3
LONGEST_TEST_FILE = 400
DATABASE_ERRORS = {
    "DatabaseError",
    "IntegrityError",
    "OperationalError",
    "DataError",
    "InternalError",
    "Error",
}


def sources(*rooms: str) -> Iterator[Path]:
    """Our own Python files; migrations are made by a machine."""
    for room in rooms:
        yield from (path for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts)


def trees(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """The same, read."""
    for path in sources(*rooms):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def our_models() -> list[type[models.Model]]:
    """Every table that a room declares."""
    return [model for model in apps.get_models() if model._meta.app_label in ROOMS]


def lint_imports(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Check the import contract of the tree in `folder`."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )


def test_the_import_contract_holds() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        pytest.param("ledger/rules/__init__.py", "import django.db", id="a rule that knows Django"),
        pytest.param("ledger/selectors.py", "import people.rules", id="a room that knows the one above it"),
        pytest.param(
            "people/rules/codes.py", "import people.models", id="a floor that knows the one above it"
        ),
        pytest.param(
            "qc/services/__init__.py", "import coi.models", id="a room that touches another's tables"
        ),
        pytest.param("people/utils.py", "x = 1", id="a floor that the house does not have"),
    ],
)
def test_the_contract_catches_what_it_forbids(tmp_path: Path, file: str, line: str) -> None:
    shutil.copy(ROOT / ".importlinter", tmp_path)
    for room in ("config", *ROOMS):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "locale"))
    with (tmp_path / file).open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")
    done = lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* broken", done.stdout), done.stdout + done.stderr


def test_every_model_says_what_personal_data_it_holds() -> None:
    silent = [model._meta.label for model in our_models() if "PII:" not in (model.__doc__ or "")]
    assert not silent, f"no line 'PII: ...' in the docstring of {silent}"


def test_no_row_is_deleted_along_with_another() -> None:
    cascading = [
        f"{model._meta.label}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert not cascading, f"on_delete must be PROTECT: {cascading}"


def test_event_names_are_unique_and_of_three_parts() -> None:
    owners: dict[str, str] = {}
    for room in ROOMS:
        if importlib.util.find_spec(f"{room}.events") is None:
            continue
        module = importlib.import_module(f"{room}.events")
        enums = [
            item for item in vars(module).values() if isinstance(item, type) and issubclass(item, StrEnum)
        ]
        for event in (event for enum in enums if enum.__module__ == module.__name__ for event in enum):
            assert re.fullmatch(rf"{room}:[a-z_]+:[a-z_]+", event.value), (
                f"{event!r} is not {room}:subject:action"
            )
            assert event.value not in owners, (
                f"{event.value} stands twice: {owners[event.value]} and {event!r}"
            )
            owners[event.value] = repr(event)
    assert owners, "no events found: this test looks at the wrong place"


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_decisions_are_numbered_without_gaps() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = []
    for record in records:
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", record.name), f"{record.name} is not NNNN-statement.md"
        numbers.append(int(record.name[:4]))
        text = record.read_text(encoding="utf-8")
        assert text.startswith("# "), f"{record.name} has no title"
        assert re.search(r"reject", text, re.IGNORECASE), f"{record.name} names no rejected alternative"
    assert numbers == list(range(1, len(numbers) + 1)), f"numbers must run from 1 without gaps: {numbers}"


def test_every_room_has_a_page_about_itself() -> None:
    for room in ROOMS:
        assert (ROOT / room / "README.md").stat().st_size > 0, f"{room} has no README.md"


def _depth(node: ast.AST, depth: int = 0) -> int:
    """How deep blocks stand in each other; an elif is no deeper than its if."""
    deepest = depth
    for name, children in ast.iter_fields(node):
        for child in children if isinstance(children, list) else [children]:
            if not isinstance(child, ast.AST) or isinstance(
                child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
            ):
                continue
            is_block = isinstance(child, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Match)
            is_elif = isinstance(node, ast.If) and name == "orelse" and isinstance(child, ast.If)
            deepest = max(deepest, _depth(child, depth + (is_block and not is_elif)))
    return deepest


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines that do something: a signature of many named facts and a full docstring are no fault."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (node.end_lineno or node.lineno) - body[0].lineno + 1 if body else 0


def test_functions_are_short_and_flat() -> None:
    faults = []
    for name, tree in trees("config", *ROOMS):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                if (lines := _length(node)) > LONGEST:
                    faults.append(f"{name}:{node.lineno} {node.name} has {lines} lines")
                if (deep := _depth(node)) > DEEPEST:
                    faults.append(f"{name}:{node.lineno} {node.name} is {deep} levels deep")
    assert not faults, "\n".join(faults)


def test_files_of_tests_are_short() -> None:
    """A longer one holds more than one theme, or builders that others want too."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources("tests")}
    assert lengths, "no tests found: this test looks at the wrong place"
    faults = [
        f"{path.relative_to(ROOT)} has {n} lines" for path, n in lengths.items() if n > LONGEST_TEST_FILE
    ]
    assert not faults, "\n".join(faults)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _floor(name: str) -> str:
    return name.split("/")[1].removesuffix(".py")


def test_services_know_neither_http_nor_the_clock() -> None:
    faults = []
    for name, tree in trees(*ROOMS):
        if _floor(name) not in {"services", "selectors", "rules", "models", "projections", "registry"}:
            continue
        forbidden = (
            "django.http",
            "django.shortcuts",
            "django.views",
            "django.template",
            "django.utils.timezone.now",
        )
        faults += [f"{name} imports {module}" for module in _imports(tree) if module.startswith(forbidden)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {
                "timezone.now",
                "datetime.now",
                "time.time",
            }:
                faults.append(f"{name}:{node.lineno} reads the clock: `now` is an argument")
    assert not faults, "\n".join(faults)


def _is_atomic(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(
        "atomic" in ast.unparse(item.context_expr) for item in node.items
    )


def _catches_database_error(node: ast.AST) -> bool:
    if not isinstance(node, ast.Try):
        return False
    caught = {
        part.id if isinstance(part, ast.Name) else part.attr
        for handler in node.handlers
        if handler.type is not None
        for part in ast.walk(handler.type)
        if isinstance(part, ast.Name | ast.Attribute)
    }
    # a `try` whose whole body is its own `atomic()` is a savepoint, and lawful
    return bool(caught & DATABASE_ERRORS) and not all(_is_atomic(child) for child in node.body)


def test_database_errors_are_caught_outside_transactions() -> None:
    """After an error PostgreSQL refuses everything until the transaction ends: catching it inside hides that."""
    faults = []
    for name, tree in trees(*ROOMS):
        for block in (node for node in ast.walk(tree) if _is_atomic(node)):
            faults += [f"{name}:{node.lineno}" for node in ast.walk(block) if _catches_database_error(node)]
    assert not faults, f"database error caught inside atomic(): {faults}"
