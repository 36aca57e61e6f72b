"""Give the roles of web, worker and sealer exactly the rights that they need, after each migration.

The rights follow the tables: what its triggers call append-only may be read and inserted; everything else may be
updated too; nothing may be deleted but sign-in sessions, second factors and, by the sealer, what no longer waits for
its seal. Running it again changes nothing. Roles that are missing are named and passed over: they are made with the
server.
"""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connections, models, transaction

APP, SEALER = "veintrace_app", "veintrace_sealer"

# What neither the triggers nor the general rule say.
APP_RIGHTS = {
    "ledger_leaf": "SELECT",
    "ledger_node": "SELECT",
    "ledger_checkpoint": "SELECT",
    "ledger_pending": "SELECT, INSERT",
    "django_session": "SELECT, INSERT, UPDATE, DELETE",
    # a factor that its owner takes away is gone, with its secret
    "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",
    # allauth's other tables stay empty: nobody signs up, and no provider links by itself
    "account_emailaddress": "SELECT",
    "account_emailconfirmation": "SELECT",
    "socialaccount_socialaccount": "SELECT",
    "socialaccount_socialapp": "SELECT",
    "socialaccount_socialtoken": "SELECT",
    # what the worker remembers to be quick, and what nobody would miss: no facts
    "cpv_position": "SELECT, INSERT, UPDATE, DELETE",
    "cpv_watch": "SELECT, INSERT, UPDATE, DELETE",
    "audit_position": "SELECT, INSERT, UPDATE, DELETE",
    "audit_searchline": "SELECT, INSERT, UPDATE, DELETE",
    "django_content_type": "SELECT",
    "auth_permission": "SELECT",
    "auth_group": "SELECT",
    "auth_group_permissions": "SELECT",
    "django_admin_log": "SELECT",
    "django_migrations": "SELECT",
}
SEALER_RIGHTS = {
    "ledger_pending": "SELECT, DELETE",
    "ledger_leaf": "SELECT, INSERT",
    "ledger_node": "SELECT, INSERT",
    "ledger_checkpoint": "SELECT, INSERT",
    "ledger_halt": "SELECT, INSERT",
    "ledger_signing_key": "SELECT",
    "ledger_entry": "SELECT",
    "ledger_subject": "SELECT",
    "ledger_installation": "SELECT",
    "django_migrations": "SELECT",
}


class Command(BaseCommand):
    """`manage.py grant_roles`"""

    help = "Grant the database roles of web, worker and sealer their rights (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke everything and grant anew, in one transaction: no moment without rights."""
        alias = "owner" if "owner" in connections.settings else "default"
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", [APP, SEALER])
            present = {row[0] for row in cursor.fetchall()}
            tables = set(connections[alias].introspection.table_names(cursor))
            for role, rights in ((APP, app_rights()), (SEALER, SEALER_RIGHTS)):
                if role not in present:
                    self.stderr.write(f"grant_roles: there is no role {role}; nothing granted to it")
                    continue
                for statement in statements(role, {name: rights[name] for name in rights if name in tables}):
                    cursor.execute(statement)


def app_rights() -> dict[str, str]:
    """The rights of web and worker, table by table."""
    found = {model._meta.db_table: rights_on(model) for model in apps.get_models(include_auto_created=True)}
    return found | APP_RIGHTS


def rights_on(model: type[models.Model]) -> str:
    """SELECT and INSERT where a trigger forbids updates, UPDATE as well elsewhere."""
    triggers: Iterable[Any] = getattr(model._meta, "triggers", ())
    for trigger in triggers:
        # a ReadOnly trigger guards some columns; the others may be updated
        is_whole_row = isinstance(trigger, pgtrigger.Protect) and not isinstance(trigger, pgtrigger.ReadOnly)
        if is_whole_row and "UPDATE" in str(trigger.operation).upper():
            return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE"


def statements(role: str, rights: dict[str, str]) -> list[str]:
    """The SQL for one role. Names come from our own models, so that quoting is all they need."""
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        # an entry's number is drawn before its row is written, because the row's hash covers it
        *(["GRANT USAGE ON SEQUENCE ledger_entry_id_seq TO " + role] if role == APP else []),
        *(f'GRANT {granted} ON "{table}" TO {role}' for table, granted in sorted(rights.items())),
    ]
