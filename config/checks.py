"""System checks: `manage.py check --deploy` fails on an unsafe set-up.

Most of what is unsafe cannot even start: `config.settings` refuses missing or torn keys. What is left stands here.
With `--database default` the checks look into the database as well: who its role is and whether clocks agree.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

CLOCK_SKEW = 5  # seconds
SHORT_SECRET = 50


@register(Tags.security, deploy=True)
def check_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Each key has one job: one that leaks must not open another's door."""
    found: list[CheckMessage] = []
    keys = (settings.LEDGER_SIGNING_KEY, settings.VAULT_KEY, settings.INDEX_KEY)
    if len(set(keys)) < len(keys):
        hint = "LEDGER_SIGNING_KEY, VAULT_KEY and INDEX_KEY must be three different keys."
        found.append(Error("One key is used for two jobs.", hint=hint, id="veintrace.E001"))
    if len(settings.SECRET_KEY) < SHORT_SECRET:
        found.append(Error(f"SECRET_KEY has fewer than {SHORT_SECRET} characters.", id="veintrace.E002"))
    return found


@register(Tags.security, deploy=True)
def check_doors(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Cookies over TLS alone, named hosts, and three different roles at the database."""
    found: list[CheckMessage] = []
    if not settings.SECURE_COOKIES:
        hint = "SECURE_COOKIES=off is for plain HTTP on one's own machine."
        found.append(Error("Sign-ins travel over plain HTTP.", hint=hint, id="veintrace.E003"))
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS names no hosts, or all.", id="veintrace.E004"))
    users = [database.get("USER") for database in settings.DATABASES.values()]
    if len(set(users)) < len(users):
        hint = "Give DATABASE_URL, DATABASE_SEALER_URL and DATABASE_OWNER_URL a role each."
        found.append(Error("One database role does the work of two.", hint=hint, id="veintrace.E005"))
    return found


@register(Tags.security, deploy=True)
def check_second_factor(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Whoever gives rights and whoever releases should need more than a password."""
    if settings.REQUIRE_SECOND_FACTOR and settings.SECOND_FACTOR_ROLES:
        return []
    hint = "REQUIRE_SECOND_FACTOR=on asks the roles in SECOND_FACTOR_ROLES for one at their next sign-in."
    return [checks.Warning("No role must show a second factor at desks.", hint=hint, id="veintrace.W009")]


@register(Tags.database)
def check_role(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """The role of web and worker must not be able to rewrite the ledger: not as its owner, not as superuser."""
    if "default" not in (databases or ()) or settings.DATABASES["default"].get("USER") == _owner():
        return []  # tests and one-role set-ups: E005 speaks of those
    sql = (
        "SELECT rolsuper, (SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'ledger_entry'),"
        " has_table_privilege(to_regclass('ledger_entry'), 'UPDATE, DELETE, TRUNCATE'),"
        " clock_timestamp() FROM pg_roles WHERE rolname = current_user"
    )
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(sql)
            is_super, owns, may_rewrite, clock = cursor.fetchone()
    except DatabaseError as error:
        return [Error(f"The database does not answer: {error}", id="veintrace.E006")]
    found: list[CheckMessage] = []
    if is_super or owns or may_rewrite:
        hint = "Run manage.py grant_roles as the owner, and connect web and worker as veintrace_app."
        found.append(Error("The application's role can rewrite the ledger.", hint=hint, id="veintrace.E007"))
    skew = abs((datetime.now(UTC) - clock).total_seconds())
    if skew > CLOCK_SKEW:
        found.append(Error(f"The clocks of server and database differ by {skew:.0f} s.", id="veintrace.E008"))
    return found


def _owner() -> str | None:
    owner = settings.DATABASES.get("owner")
    return owner.get("USER") if owner else None
