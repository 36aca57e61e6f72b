"""Nothing stands outside the table: every service of every room, every right, and every door that leads to one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from people.forms.rights import MEANS, RIGHTS, ROOMS
from people.rules.means import SERVICES, Means
from people.rules.rights import Right
from people.rules.roles import Role

ROOT = Path(settings.BASE_DIR)
HOUSE = ("ledger", "people", "coi", "qc", "cpv", "fmea", "audit")
HERE = Path(__file__).parent
# What a service of the system takes and nothing else does: who, when, and under which request.
WHO_AND_WHEN = {"actor", "now", "request_id"}

# Services that no matrix calls: of those that draw for a viewer the door is asked, by every role, in test_doors.py; for
# the others is tested where what they need is at hand.
BY_DOOR = "tests/permissions/test_doors.py::test_every_role_is_let_in_where_it_should_and_nowhere_else"
ELSEWHERE = {
    "coi.shipper_picture": BY_DOOR,
    "coi.shipper_zpl": BY_DOOR,
    "qc.preview_document": BY_DOOR,
}

# What an administrator may, all of it: no result, no decision, no record of a patient's cells is among it.
OF_ADMINISTRATORS = {
    *("CREATE_ORGANISATION", "CREATE_SITE", "CHANGE_SITE", "CREATE_PLACE", "REGISTER_STATION"),
    *("CHANGE_STATION", "RENEW_STATION_TOKEN", "BIND_DEVICE", "RELEASE_DEVICE", "CREATE_USER", "RESET_USER"),
    *("DEACTIVATE_USER", "GRANT_ROLE", "REVOKE_ROLE", "ISSUE_BADGE", "REVOKE_BADGE", "RECORD_BADGES_PRINTED"),
    *("RECORD_TRAINING", "OPEN_WINDOWS", "READ_RULES", "CREATE_PRODUCT", "ERASE_PATIENT", "SEE_JOURNEYS"),
    *("REGISTER_PRINTER", "CHANGE_PRINTER", "LOAD_STOCK", "PRINT_CARDS", "WATCH_SCANNERS"),
    *("END_SESSIONS", "LINK_PROVIDER", "UNLINK_PROVIDER", "REVALIDATE_BADGE", "REPLACE_BADGE"),
    *("RECORD_SITE_QUALIFICATION", "END_SITE_QUALIFICATION", "REQUIRE_PROGRAMME", "WAIVE_PROGRAMME"),
    *("READ_PEOPLE", "READ_PAGES_SEEN", "READ_CONFIGURATION", "READ_INVENTORY", "READ_ACCESS"),
}
# What an auditor may: read. A printout of a worksheet and a bundle are kept with their digests, and change nothing of
# what they show.
OF_AUDITORS = {
    *("READ_TRAIL", "OPEN_WINDOWS", "READ_RULES", "SEE_JOURNEYS", "WATCH_SCANNERS", "READ_REPORTS"),
    *("READ_PEOPLE", "READ_AUDIT_REPORTS", "READ_BATCH_RECORDS", "READ_CONFIGURATION", "READ_INVENTORY"),
    *("READ_ACCESS", "PRINT_WORKSHEET", "ASK_BUNDLE"),
}


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function of the services of every room that knows who, when or under which request."""
    for room in HOUSE:
        for path in sorted((ROOT / room / "services").rglob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                    continue
                if WHO_AND_WHEN & {one.arg for one in node.args.kwonlyargs}:
                    yield f"{room}.{node.name}", node


def is_of(right: Right, service: str) -> bool:
    """Whether the right is that of the service, or of a part of it: `qc.answer_check_of_production`."""
    return right.value == service or right.value.startswith(f"{service}_")


def test_every_right_has_its_row_its_words_and_its_room() -> None:
    assert set(Right) == set(RIGHTS)
    assert {right.room for right in Right} == set(ROOMS)
    assert set(MEANS) == set(Means)
    assert all(right.roles for right in Right), "a right is nobody's"


@pytest.mark.requirement("URS-ACC-01")
def test_every_service_asks_for_a_right_or_says_by_what_means_it_knows() -> None:
    known = {name for name, _node in services()}
    silent = {name for name in known - set(SERVICES) if not any(is_of(right, name) for right in Right)}
    assert not silent, (
        f"enter {sorted(silent)} in people.rules.rights (and its words in people.forms.rights), with the roles"
        " that may; or in people.rules.means, where no role is asked for"
    )
    gone = set(SERVICES) - known
    assert not gone, f"no such services any more, in people.rules.means: {sorted(gone)}"


def test_a_service_that_is_given_an_actor_is_called_by_keyword() -> None:
    for name, node in services():
        taken = {one.arg for one in node.args.args}
        assert not taken & {"actor", "request_id"}, f"{name} takes {sorted(taken)} by position"


def test_every_right_is_asked_for() -> None:
    rooms = [path for room in HOUSE for path in (ROOT / room).rglob("*.py")]
    tables = {"rights.py", "means.py"}
    asked = {
        found
        for path in rooms
        if path.name not in tables
        for found in re.findall(r"\bRight\.([A-Z_]+)\b", path.read_text())
    }
    unasked = {right.name for right in Right} - asked
    assert not unasked, f"nothing asks for {sorted(unasked)}: take them out of people.rules.rights"
    assert not asked - set(Right.__members__)


def test_every_service_that_asks_is_in_a_matrix_of_every_role() -> None:
    called = {
        node.attr
        for path in HERE.glob("test_*_matrix.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    asking = {name for name, _node in services() if not isinstance(SERVICES.get(name), Means)}
    left_out = {name for name in asking - set(ELSEWHERE) if name.partition(".")[2] not in called}
    assert not left_out, f"enter {sorted(left_out)} in a matrix in tests/permissions"
    for node in ELSEWHERE.values():
        path, name = node.split("::")
        assert f"def {name}(" in (ROOT / path).read_text(), node


def test_administrators_and_auditors_may_what_is_listed_here_and_no_more() -> None:
    assert {right.name for right in Right if Role.ADMINISTRATOR in right.roles} == OF_ADMINISTRATORS
    assert {right.name for right in Right if Role.AUDITOR in right.roles} == OF_AUDITORS


# -- what no address leads to ------------------------------------------------------------------------------------------


def doors(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """The module of every view."""
    for found in patterns:
        if isinstance(found, URLResolver):
            yield from doors(found.url_patterns)
        else:
            view = getattr(found.callback, "view_class", found.callback)
            yield view.__module__


def test_addresses_lead_to_views_alone() -> None:
    modules = set(doors(get_resolver().url_patterns))
    # of allauth two doors: to the provider, and back from it
    lawful = re.compile(
        r"\w+\.(views|api)(\.\w+)*|config\.health|drf_spectacular\.views"
        r"|allauth\.socialaccount\.providers\.openid_connect\.views"
    )
    assert {module for module in modules if not lawful.fullmatch(module)} == set()


def test_no_door_calls_what_the_house_does_by_itself_or_whoever_runs_the_server() -> None:
    inside = {
        name.partition(".")[2] for name, by in SERVICES.items() if by in (Means.THE_HOUSE, Means.OPERATOR)
    }
    for room in HOUSE:
        for floor in ("views", "api"):
            for path in (ROOT / room / floor).rglob("*.py"):
                tree = ast.parse(path.read_text())
                used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
                imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
                used |= {alias.name for node in imports for alias in node.names}
                assert not used & inside, f"{path.relative_to(ROOT)}: {sorted(used & inside)}"
                from_jobs = [
                    it.module for it in imports if re.search(r"\.(tasks|management)\b", it.module or "")
                ]
                assert from_jobs == [], path.relative_to(ROOT)
