"""Whatever the services of this room raise is said in words, never as a code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from fmea.forms.error_words import ERRORS, FIELDS, error_text, field_text
from fmea.services import recording
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from qc.forms import texts

SERVICES = Path(recording.__file__).parent
RAISED = {it.__name__ for it in (Conflict, Invalid, NotAllowed, NotFound)}


def parsed() -> Iterator[ast.AST]:
    for path in sorted(SERVICES.glob("*.py")):
        yield ast.parse(path.read_text())


def constants(of: ast.AST) -> set[str]:
    return {it.value for it in ast.walk(of) if isinstance(it, ast.Constant) and isinstance(it.value, str)}


def names_of_errors(tree: ast.AST) -> set[str]:
    """The names by which a module knows the errors."""
    imported = [one for it in ast.walk(tree) if isinstance(it, ast.ImportFrom) for one in it.names]
    return {it.asname or it.name for it in imported if it.name in RAISED}


def codes() -> set[str]:
    """What is raised, and what a broken constraint is called."""
    found = set(recording.writing.args[0].values())
    for tree in parsed():
        known = names_of_errors(tree)
        for it in ast.walk(tree):
            if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and it.func.id in known:
                found |= constants(it.args[0])
    return found


def field_codes() -> set[str]:
    """What stands at fields: given at once, or gathered in `wrong` before."""
    found: set[str] = set()
    for tree in parsed():
        for it in ast.walk(tree):
            if isinstance(it, ast.Call) and isinstance(it.func, ast.Name) and it.func.id == "invalid":
                found |= at_fields(it.args[0])
            elif isinstance(it, ast.Assign) and "wrong" in ast.unparse(it.targets[0]):
                found |= at_fields(it.value)
    return found


def at_fields(said: ast.AST) -> set[str]:
    found: set[str] = set()
    for it in ast.walk(said):
        values = it.values if isinstance(it, ast.Dict) else [it.value] if isinstance(it, ast.DictComp) else []
        for value in values:
            found |= chosen(value)
    return found | chosen(said)


def chosen(value: ast.AST) -> set[str]:
    """A code, or either of two."""
    if isinstance(value, ast.IfExp):
        return chosen(value.body) | chosen(value.orelse)
    return {value.value} if isinstance(value, ast.Constant) and isinstance(value.value, str) else set()


def test_errors_are_found_where_they_are_raised() -> None:
    assert {"worksheet_unknown", "worksheet_code_used", "resting", "score_given_already"} <= codes()
    assert {"required", "too_long", "in_the_future", "code_shape", "not_written_here"} <= field_codes()


@pytest.mark.parametrize("code", sorted(codes()))
def test_an_error_has_words(code: str) -> None:
    assert code in ERRORS or code in texts.ERRORS
    assert " " in error_text(Conflict(code))


@pytest.mark.parametrize("code", sorted(field_codes()))
def test_what_is_wrong_with_a_field_has_words(code: str) -> None:
    assert " " in field_text(code)
    assert "{" not in field_text(code), "nothing fills it in"


def test_words_of_this_room_go_before_those_of_the_rooms_below() -> None:
    assert field_text("code_shape") != str(texts.FIELDS["code_shape"])
    assert field_text("required") == str(FIELDS["required"])
    assert error_text(NotFound("row_unknown")) == str(ERRORS["row_unknown"])
    assert error_text(NotAllowed("role_missing")) == str(texts.ERRORS["role_missing"])
