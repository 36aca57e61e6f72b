"""What people call the things that entries know by an id: codes and printed names, for trails and reports."""

from collections.abc import Collection

from ledger import registry
from people import models

# The first of these columns that a table has is what its rows are called by.
_CALLED_BY = ("coi_id", "code")


def codes_of(ids: Collection[str]) -> dict[str, str]:
    """The codes of things of any room by their ids; what has no code is not there.

    One statement for each table whose rows have codes, for any number of ids.
    """
    found: dict[str, str] = {}
    if not ids:
        return found
    for table in registry.tables():
        column = next((name for name in _CALLED_BY if name in table.columns), "")
        if column:
            rows = table.model._default_manager.filter(pk__in=ids).values_list("pk", column)
            found |= {str(id): str(code) for id, code in rows}
    versions = models.DocumentVersion.objects.filter(pk__in=ids)
    named = versions.values_list("pk", "document__code", "version")
    return found | {str(id): f"{code}/{version}" for id, code, version in named}
