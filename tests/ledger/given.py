"""What the ledger's tests begin with: an actor, entries, a projection of their own."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.apps.registry import Apps
from django.db import models, transaction

from ledger import services
from ledger.rules import Actor, Change, EntryRef, Subject, Where
from ledger.services import Report

ALICE = Actor.service("Alice")
HERE = Where(site="CITY", station="CITY-01", zone="Europe/Berlin")


class Thing(models.Model):
    """A projection of no room: every kind of column that rooms use.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    count = models.BigIntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    is_open = models.BooleanField(default=True)
    made_at = models.DateTimeField(null=True)
    made_on = models.DateField(null=True)
    content = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True)

    class Meta:
        app_label = "test"
        apps = Apps()

    def __str__(self) -> str:
        return self.name


def now() -> datetime:
    """The time, which tests of the ledger cannot invent: the database has its own."""
    return datetime.now(UTC)


def appended(
    stream: str = "journey:A",
    *,
    event: str = "coi:scan:accepted",
    facts: dict[str, Any] | None = None,
    changes: Sequence[Change] = (),
    subjects: Sequence[Subject] = (Subject("order", "A"),),
    request_id: UUID | None = None,
    **more: Any,
) -> EntryRef:
    """One entry, in a transaction of its own."""
    with transaction.atomic():
        return services.append(
            event=event,
            stream=stream,
            actor=more.pop("actor", ALICE),
            where=more.pop("where", HERE),
            now=more.pop("now", now()),
            request_id=request_id or uuid4(),
            facts=facts or {},
            changes=changes,
            subjects=subjects,
            **more,
        )


A, B, C = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)


def verify(**more: Any) -> Report:
    """Verify now."""
    return services.verify(now=now(), **more)


def kinds(report: Report) -> set[str]:
    """The kinds of what was found."""
    return {finding.kind.value for finding in report.findings}
