"""The installation as it stands: nothing in it is changed. `manage.py qualify` carries it out where it runs."""

import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import typst
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from packaging.requirements import Requirement

from config import health
from config.backups import run, tool
from config.checks import check_role
from config.management.commands.grant_roles import APP, SEALER, SEALER_RIGHTS, app_rights
from config.qualification.evidence import Differs, Step

ABOUT = "What is installed, set up and granted where this ran. Nothing was changed by it."
OLDEST = (3, 11)
ROOM = 300  # MiB
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
PIN = re.compile(r"^[A-Za-z0-9._-]+==[^\\\n]+", re.MULTILINE)


def rows(sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """What the database answers to the role of web and worker."""
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def software() -> str:
    """Version and interpreter."""
    if sys.version_info < OLDEST:
        raise Differs(f"Python {sys.version.split()[0]}")
    return f"Veintrace {settings.SOFTWARE_VERSION}, Python {sys.version.split()[0]}"


def pins() -> str:
    """Each package that is pinned for this Python and machine is there in that version."""
    text = (Path(settings.BASE_DIR) / "requirements.txt").read_text(encoding="utf-8")
    listed = [
        one
        for line in PIN.findall(text)
        if (one := Requirement(line)).marker is None or one.marker.evaluate()
    ]
    wrong = [
        f"{one.name} {found or 'missing'} instead of {str(one.specifier).removeprefix('==')}"
        for one in listed
        if (found := _version(one.name)) is None or found not in one.specifier
    ]
    if wrong or not listed:
        raise Differs("; ".join(wrong) or "no pins found")
    return f"{len(listed)} pins, all as listed"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def safe_settings() -> str:
    """`check --deploy`, where warnings are failures too."""
    said = io.StringIO()
    call_command("check", deploy=True, fail_level="WARNING", stdout=said, stderr=said)
    return said.getvalue()


def database() -> str:
    """The server, and whether the tables are those of this version."""
    executor = MigrationExecutor(connections["default"])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Differs("not carried out: " + ", ".join(str(step) for step, _ in missing))
    ((version, encoding),) = rows("SELECT version(), current_setting('server_encoding')")
    return f"{version}, {encoding}; {len(executor.loader.applied_migrations)} migrations"


def grants() -> str:
    """Each role has the rights of the list, and no others, on every table."""
    wanted = {APP: app_rights(), SEALER: SEALER_RIGHTS}
    tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    wrong = [fault for role, rights in wanted.items() for fault in _granted(role, rights, tables)]
    if wrong:
        raise Differs("; ".join(wrong[:20]))
    return f"{len(wanted)} roles on {len(tables)} tables"


def _granted(role: str, rights: Mapping[str, str], tables: list[str]) -> Iterator[str]:
    asked = [(table, right) for table in tables for right in RIGHTS]
    held = rows(
        "SELECT t, r FROM unnest(%s::text[], %s::text[]) AS asked (t, r)"
        " WHERE has_table_privilege(%s, quote_ident(t), r)",
        [[table for table, _ in asked], [right for _, right in asked], role],
    )
    should = {(table, right) for table in tables for right in RIGHTS if right in rights.get(table, "")}
    yield from (f"{role} may {right} {table}" for table, right in sorted(set(held) - should))
    yield from (f"{role} may not {right} {table}" for table, right in sorted(should - set(held)))


def role() -> str:
    """The role that this runs as can neither rewrite the ledger nor is its clock another."""
    ((name,),) = rows("SELECT current_user")
    if name != APP:
        raise Differs(f"web and worker connect as {name}")
    if found := check_role(["default"]):
        raise Differs("; ".join(each.msg for each in found))
    return str(name)


def triggers() -> str:
    """Every trigger that a table should have is there and switched on."""
    there = {
        name for (name,) in rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
    }
    named = {
        trigger.get_pgid(model)
        for model in apps.get_models(include_auto_created=True)
        for trigger in getattr(model._meta, "triggers", ())
    }
    if missing := sorted(named - there):
        raise Differs("missing or switched off: " + ", ".join(missing))
    return f"{len(named)} triggers"


def folders() -> str:
    """Evidence, checkpoints and backups can be written, on a disk with room."""
    seen = []
    for folder in (settings.EVIDENCE_DIR, settings.CHECKPOINT_DIR, settings.BACKUP_DIR):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as stream:
            stream.write(b"qualification")
        free = shutil.disk_usage(folder).free // 2**20
        if free < ROOM:
            raise Differs(f"{folder}: {free} MiB free")
        seen.append(f"{folder} ({free} MiB free)")
    return ", ".join(seen)


def paper() -> str:
    """The maker of PDFs works: without it no label is drawn."""
    made = typst.compile(b"#set page(width: 40mm, height: 20mm)\nVeintrace", format="pdf")
    if not made.startswith(b"%PDF"):
        raise Differs("no PDF")
    return f"a PDF of {len(made)} bytes"


def backup_tools() -> str:
    """PostgreSQL's tools for backups."""
    for name in ("pg_dump", "pg_restore"):
        run([tool(name), "--version"], {})
    return tool("pg_dump")


def services() -> str:
    """Database, broker and ledger, as /healthz has them; the worker may be stopped while this runs."""
    parts = health.examine()["parts"]
    told = ", ".join(f"{name} {part['state']}" for name, part in parts.items())
    if any(parts[name]["state"] != "ok" for name in ("database", "redis", "ledger")):
        raise Differs(told)
    return told


STEPS = (
    Step("Software", "Python 3.11 or newer", software),
    Step("Packages", "each as it is pinned", pins),
    Step("Settings", "the deployment check finds nothing", safe_settings),
    Step("Database", "all migrations carried out", database),
    Step("Rights", "the rights of the list and no others", grants),
    Step("Role and clock", f"web and worker are {APP}; clocks agree within 5 s", role),
    Step("Triggers", "all there and switched on", triggers),
    Step("Folders", f"written to; {ROOM} MiB free", folders),
    Step("Paper", "a PDF is made", paper),
    Step("Backup tools", "they answer", backup_tools),
    Step("Services", "database, Redis and ledger are well", services),
)
