"""Work items and notices. Rooms above call these from their own use cases, which have asked for authority."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from ledger.selectors import EffectView
from ledger.services import enqueue
from people import models, selectors
from people.events import NOTICE_EFFECT, Event
from people.registry import Letter, ends_by_itself, letter
from people.rules.roles import Role
from people.rules.work import NoticeView, WorkState
from people.services.recording import Doing, is_repeat, record, site_id, writing


def open_work_item(
    *,
    site: str,
    role: Role,
    subject: Subject,
    cause: str,
    due_at: datetime | None = None,
    user_id: int | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Give work to a role at a site, or to one of its people; returns the item's id. `cause` is a code."""
    row = derive(request_id, "work")
    values = {"role": role.value, "cause": cause, "due_at": due_at, "user_id": user_id}
    about = {"subject_kind": subject.kind, "subject_key": subject.key}
    facts = {"work": row, "site": site, **values, **about}
    if is_repeat(request_id=request_id, event=Event.WORK_OPENED, facts=facts):
        return str(row)
    state = {"site_id": site_id(site), "opened_at": now, "state": WorkState.OPEN.value}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.WORK_OPENED,
            stream=f"site:{site}",
            facts=facts,
            changes=[new("people.workitem", row, **values, **about, **state)],
            subjects=[subject, Subject("work", str(row))],
        )
    return str(row)


def close_work_item(
    *, id: str, actor: Actor, where: Where, now: datetime, request_id: UUID, reason: str = ""
) -> None:
    """Mark work as done; a person may close only what waits for them, a service whatever it opened.

    Raises NotFound, NotAllowed (it waits for others), Conflict (done already; it ends when what it asks for is done).
    """
    facts = {"work": id}
    if is_repeat(request_id=request_id, event=Event.WORK_DONE, facts=facts):
        return
    done = {"state": WorkState.DONE.value, "done_at": now, "done_by_id": actor.user_id}
    with writing():
        row = (
            models.WorkItem.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(pk=id)
            .first()
        )
        if row is None:
            raise NotFound("work_unknown")
        if actor.user_id is not None:
            _check_that_it_waits_for(actor.user_id, row, now)
            if ends_by_itself(row.cause):
                raise Conflict("work_ends_by_itself")
        if row.state != WorkState.OPEN:
            raise Conflict("work_done_already")
        record(
            Doing(actor, where, now, request_id),
            event=Event.WORK_DONE,
            stream=f"site:{row.site.code}",
            facts=facts,
            changes=[put("people.workitem", row.pk, **done)],
            subjects=[Subject(row.subject_kind, row.subject_key), Subject("work", id)],
            reason=reason,
        )


def _check_that_it_waits_for(user_id: int, row: models.WorkItem, now: datetime) -> None:
    person = selectors.person(user_id, now)
    is_theirs = row.user_id == user_id
    if person is None or not (is_theirs or person.has_role({Role(row.role)}, row.site.code, now)):
        raise NotAllowed("not_your_work")


def send_notice(
    *,
    site: str,
    role: Role,
    code: str,
    subject: Subject,
    params: Mapping[str, Any] | None = None,
    user_id: int | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Tell everyone with a role at a site, or one of its people; a code and parameters, never a sentence or personal
    data.
    """
    row = derive(request_id, "notice")
    about = {"subject_kind": subject.kind, "subject_key": subject.key}
    values: dict[str, Any] = {"role": role.value, "code": code, "params": dict(params or {}), **about}
    if user_id is not None:
        values["user_id"] = user_id
    facts = {"notice": row, "site": site, **values}
    if is_repeat(request_id=request_id, event=Event.NOTICE_SENT, facts=facts):
        return
    with writing():
        entry = record(
            Doing(actor, where, now, request_id),
            event=Event.NOTICE_SENT,
            stream=f"site:{site}",
            facts=facts,
            changes=[new("people.notice", row, **values, site_id=site_id(site), sent_at=now)],
            subjects=[subject],
        )
        enqueue(kind=NOTICE_EFFECT, entry=entry, payload={"notice": str(row)}, now=now)


def deliver_notice(effect: EffectView) -> None:
    """Mail a notice to those it is for; the handler of the effect that `send_notice` asks for."""
    row = models.Notice.objects.select_related("site").get(pk=effect.payload["notice"])
    notice = selectors.notice_view(row)
    addresses = _addresses(notice)
    if not addresses:
        return
    written = letter(notice) or _in_codes(notice)
    send_mail(subject=written.subject, message=written.text, from_email=None, recipient_list=addresses)


def _addresses(notice: NoticeView) -> list[str]:
    if notice.user_id is None:
        return selectors.addresses_of_role(notice.role, notice.site, notice.sent_at)
    own = selectors.address_of(notice.user_id)
    return [own] if own else []


def _in_codes(notice: NoticeView) -> Letter:
    about = f"{notice.subject_kind} {notice.subject_key}"
    return Letter(
        _("Veintrace: %(code)s at %(site)s") % {"code": notice.code, "site": notice.site},
        _("%(code)s: %(about)s. Sign in to see what it is about.") % {"code": notice.code, "about": about},
    )
