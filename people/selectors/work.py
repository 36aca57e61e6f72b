"""What waits for whom."""

from datetime import datetime

from django.db.models import F, Q

from people import models
from people.rules.authority import Person
from people.rules.roles import Role
from people.rules.work import NoticeView, WorkItemView, WorkState


def work_item_view(row: models.WorkItem) -> WorkItemView:
    """Freeze a work item read with its site."""
    return WorkItemView(
        id=str(row.pk),
        site=row.site.code,
        role=Role(row.role),
        user_id=row.user_id,
        subject_kind=row.subject_kind,
        subject_key=row.subject_key,
        cause=row.cause,
        opened_at=row.opened_at,
        due_at=row.due_at,
        state=WorkState(row.state),
        zone=row.site.zone,
    )


def _held(person: Person, at: datetime) -> Q:
    """The rows meant for a role that the person holds, at the site where it is held."""
    condition = Q(pk__isnull=True)
    for grant in person.grants:
        if person.is_active and grant.is_in_force(at):
            condition |= Q(site__code=grant.site, role=grant.role.value)
    return condition


def work_for(person: Person, at: datetime) -> list[WorkItemView]:
    """Open work for the person: named, or for a role they hold at the site; due first."""
    rows = models.WorkItem.objects.select_related("site").filter(
        Q(user=person.user_id) | (Q(user__isnull=True) & _held(person, at)), state=WorkState.OPEN.value
    )
    return [work_item_view(row) for row in rows.order_by(F("due_at").asc(nulls_last=True), "opened_at", "pk")]


def work_item(id: str) -> WorkItemView | None:
    """One work item by its id."""
    row = models.WorkItem.objects.select_related("site").filter(pk=id).first()
    return None if row is None else work_item_view(row)


def open_work_about(subject_kind: str, subject_key: str) -> list[WorkItemView]:
    """Open work about a subject."""
    rows = models.WorkItem.objects.select_related("site").filter(
        subject_kind=subject_kind, subject_key=subject_key, state=WorkState.OPEN.value
    )
    return [work_item_view(row) for row in rows.order_by("opened_at", "pk")]


def notices_for(person: Person, at: datetime, most: int = 50) -> list[NoticeView]:
    """The newest notices to the person alone, or to roles that they hold."""
    rows = models.Notice.objects.select_related("site").filter(
        Q(user=person.user_id) | (Q(user__isnull=True) & _held(person, at))
    )
    return [notice_view(row) for row in rows.order_by("-sent_at", "pk")[:most]]


def notice_view(row: models.Notice) -> NoticeView:
    """Freeze a notice read with its site."""
    return NoticeView(
        id=str(row.pk),
        site=row.site.code,
        role=Role(row.role),
        user_id=row.user_id,
        code=row.code,
        subject_kind=row.subject_kind,
        subject_key=row.subject_key,
        sent_at=row.sent_at,
        params=row.params,
        zone=row.site.zone,
    )
