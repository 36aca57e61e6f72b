"""Roles, badges and training: given by others, never to oneself, and effective at the next scan."""

from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import models, selectors
from people.events import Event
from people.rules.badges import ISSUERS, bare, is_badge
from people.rules.fields import text_problem
from people.rules.roles import Role
from people.services.recording import Doing, is_repeat, record, refuse_bad, require, site_id, writing

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
TRAINERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


def _require_for(user_id: int, *, roles: frozenset[Role], site: str, actor: Actor, now: datetime) -> None:
    require(actor=actor, roles=roles, site=site, now=now)
    if user_id == actor.user_id:
        raise NotAllowed("not_to_yourself")
    person = selectors.person(user_id, now)
    if person is None or not person.is_active:
        raise NotFound("user_unknown")


def _window_problem(valid_from: datetime, valid_until: datetime | None) -> str | None:
    return "ends_before_it_starts" if valid_until is not None and valid_until <= valid_from else None


def grant_role(
    *,
    user_id: int,
    role: Role,
    site: str,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    reason: str = "",
) -> str:
    """Give someone else a role at a site; returns the grant's id."""
    start = valid_from or now
    refuse_bad(valid_until=_window_problem(start, valid_until))
    _require_for(user_id, roles=ADMINISTRATORS, site=site, actor=actor, now=now)
    row = derive(request_id, "grant")
    window = {"valid_from": start, "valid_until": valid_until}
    facts = {"grant": row, "user": str(user_id), "role": role.value, "site": site, **window}
    if is_repeat(request_id=request_id, event=Event.ROLE_GRANTED, facts=facts):
        return str(row)
    values = {"user_id": user_id, "site_id": site_id(site), "role": role.value, **window}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.ROLE_GRANTED,
            stream="people",
            facts=facts,
            changes=[new("people.grant", row, **values)],
            subjects=[Subject("user", str(user_id)), Subject("site", site)],
            reason=reason,
        )
    return str(row)


def revoke_role(
    *, grant_id: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End a grant now; one that had not begun ends at its start."""
    refuse_bad(reason=text_problem(reason, 1000))
    facts = {"grant": grant_id}
    with writing():
        row = (
            models.Grant.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(pk=grant_id)
            .first()
        )
        if row is None:
            raise NotFound("grant_unknown")
        require(actor=actor, roles=ADMINISTRATORS, site=row.site.code, now=now)
        if is_repeat(request_id=request_id, event=Event.ROLE_REVOKED, facts=facts):
            return
        if row.valid_until is not None and row.valid_until <= now:
            raise Conflict("grant_ended_already")
        record(
            Doing(actor, where, now, request_id),
            event=Event.ROLE_REVOKED,
            stream="people",
            facts=facts,
            changes=[put("people.grant", row.pk, valid_until=max(now, row.valid_from))],
            subjects=[Subject("user", str(row.user_id)), Subject("site", row.site.code)],
            reason=reason,
        )


def issue_badge(
    *,
    user_id: int,
    code: str,
    site: str,
    valid_until: datetime | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Give someone else a badge; its code is of a form in `people.rules.badges` and never used again. Returns its id.

    A badge that a hospital has already is enrolled by scanning it.
    """
    code = bare(code)
    refuse_bad(
        code=None if is_badge(code) else "not_a_badge_code", valid_until=_window_problem(now, valid_until)
    )
    _require_for(user_id, roles=ISSUERS, site=site, actor=actor, now=now)
    row = derive(request_id, "badge")
    facts = {"badge": row, "user": str(user_id), "code": code, "site": site, "valid_until": valid_until}
    if is_repeat(request_id=request_id, event=Event.BADGE_ISSUED, facts=facts):
        return str(row)
    values = {"code": code, "user_id": user_id, "site_id": site_id(site)}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.BADGE_ISSUED,
            stream="people",
            facts=facts,
            changes=[new("people.badge", row, **values, valid_from=now, valid_until=valid_until)],
            subjects=[Subject("user", str(user_id)), Subject("badge", code)],
        )
    return str(row)


def revoke_badge(
    *, code: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Make a badge worthless from this moment; the next scan of it is refused."""
    code = bare(code)
    refuse_bad(code=None if is_badge(code) else "not_a_badge_code", reason=text_problem(reason, 1000))
    facts = {"code": code}
    with writing():
        row = (
            models.Badge.objects.select_for_update(of=("self",))
            .select_related("site")
            .filter(code=code)
            .first()
        )
        if row is None:
            raise NotFound("badge_unknown")
        require(actor=actor, roles=ADMINISTRATORS | TRAINERS, site=row.site.code, now=now)
        if is_repeat(request_id=request_id, event=Event.BADGE_REVOKED, facts=facts):
            return
        if row.revoked_at is not None:
            raise Conflict("badge_revoked_already")
        record(
            Doing(actor, where, now, request_id),
            event=Event.BADGE_REVOKED,
            stream="people",
            facts=facts,
            changes=[put("people.badge", row.pk, revoked_at=now)],
            subjects=[Subject("user", str(row.user_id)), Subject("badge", code)],
            reason=reason,
        )


def record_training(
    *,
    user_id: int,
    topic: str,
    site: str,
    valid_until: datetime | None = None,
    valid_from: datetime | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Record that someone else was found competent in a topic; returns the record's id."""
    start = valid_from or now
    refuse_bad(topic=text_problem(topic, 64), valid_until=_window_problem(start, valid_until))
    _require_for(user_id, roles=TRAINERS, site=site, actor=actor, now=now)
    row = derive(request_id, "training")
    window = {"valid_from": start, "valid_until": valid_until}
    facts = {"training": row, "user": str(user_id), "topic": topic, "site": site, **window}
    if is_repeat(request_id=request_id, event=Event.TRAINING_RECORDED, facts=facts):
        return str(row)
    values = {"user_id": user_id, "site_id": site_id(site), "topic": topic, **window}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.TRAINING_RECORDED,
            stream="people",
            facts=facts,
            changes=[new("people.training", row, **values)],
            subjects=[Subject("user", str(user_id)), Subject("site", site)],
        )
    return str(row)
