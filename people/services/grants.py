"""Roles, badges and training: given by others, never to oneself, and effective at the next scan."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import models, selectors
from people.events import Event
from people.rules.authority import ALL_TIME, Grant, Period, audit_problems
from people.rules.badges import bare, is_badge
from people.rules.duties import conflict
from people.rules.expiry import TEMPORARY_BADGE
from people.rules.fields import text_problem
from people.rules.rights import Right
from people.rules.roles import Role
from people.services.recording import (
    Doing,
    EvidenceFile,
    is_repeat,
    record,
    refuse_bad,
    require,
    site_id,
    writing,
)


def _require_for(user_id: int, *, right: Right, site: str, actor: Actor, now: datetime) -> None:
    require(actor=actor, right=right, site=site, now=now)
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
    covers: Period = ALL_TIME,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    reason: str = "",
) -> str:
    """Give someone else a role at a site; returns the grant's id.

    Raises NotAllowed too where the role may not stand beside one that they hold (`people.rules.duties`). To audit is
    granted with an end, a year ahead at most, once at a time at a site; `covers` may name the time of which records are
    opened. Raises Invalid, NotAllowed, NotFound, Conflict (`audit_granted_already`).
    """
    start = valid_from or now
    audit = audit_problems(role=role, valid_from=start, valid_until=valid_until, covers=covers)
    refuse_bad(**{"valid_until": _window_problem(start, valid_until)} | audit)
    _require_for(user_id, right=Right.GRANT_ROLE, site=site, actor=actor, now=now)
    row = derive(request_id, "grant")
    window = {"valid_from": start, "valid_until": valid_until}
    if role is Role.AUDITOR:
        window |= {"covers_from": covers.start, "covers_until": covers.end}
    facts = {"grant": row, "user": str(user_id), "role": role.value, "site": site, **window}
    if is_repeat(request_id=request_id, event=Event.ROLE_GRANTED, facts=facts):
        return str(row)
    values = {"user_id": user_id, "site_id": site_id(site), "role": role.value, **window}
    with writing():
        _refuse_conflict(user_id, Grant(role, site, start, valid_until), now)
        if role is Role.AUDITOR:
            _refuse_second_audit(user_id, site, start, valid_until)
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


def _refuse_conflict(user_id: int, asked: Grant, now: datetime) -> None:
    """Nobody is given two roles whose duties are kept apart; two grants at once to one person wait for each other."""
    models.User.objects.select_for_update(no_key=True).get(pk=user_id)
    person = selectors.person(user_id, now)
    found = conflict(asked, person.grants if person is not None else ())
    if found is not None:
        raise NotAllowed(found.duty.value, detail={"role": found.held.role.value, "site": found.held.site})


def _refuse_second_audit(user_id: int, site: str, start: datetime, end: datetime | None) -> None:
    """One grant to audit a site at a time, so that there is one period of records; the account is locked already."""
    held = models.Grant.objects.filter(
        user=user_id, site__code=site, role=Role.AUDITOR.value, valid_until__gt=start, valid_from__lt=end
    )
    if held.filter(valid_until__gt=F("valid_from")).exists():
        raise Conflict("audit_granted_already")


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
        require(actor=actor, right=Right.REVOKE_ROLE, site=row.site.code, now=now)
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
    is_temporary: bool = False,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Give someone else a badge; its code is of a form in `people.rules.badges` and never used again. Returns its id.

    A badge that a hospital has already is enrolled by scanning it. A temporary one, for whoever left theirs at home,
    ends within a fortnight.
    """
    code = bare(code)
    refuse_bad(
        code=None if is_badge(code) else "not_a_badge_code", valid_until=_window_problem(now, valid_until)
    )
    if is_temporary:
        valid_until = min(valid_until or now + TEMPORARY_BADGE, now + TEMPORARY_BADGE)
    _require_for(user_id, right=Right.ISSUE_BADGE, site=site, actor=actor, now=now)
    row = derive(request_id, "badge")
    window = {"valid_until": valid_until, "is_temporary": is_temporary}
    facts = {"badge": row, "user": str(user_id), "code": code, "site": site, **window}
    if is_repeat(request_id=request_id, event=Event.BADGE_ISSUED, facts=facts):
        return str(row)
    values = {"code": code, "user_id": user_id, "site_id": site_id(site)}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.BADGE_ISSUED,
            stream="people",
            facts=facts,
            changes=[new("people.badge", row, **values, **window, valid_from=now)],
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
        require(actor=actor, right=Right.REVOKE_BADGE, site=row.site.code, now=now)
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
    evidence: EvidenceFile | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Record that someone else was found competent in a topic, with evidence if there is any; returns its id."""
    start = valid_from or now
    refuse_bad(topic=text_problem(topic, 64), valid_until=_window_problem(start, valid_until))
    _require_for(user_id, right=Right.RECORD_TRAINING, site=site, actor=actor, now=now)
    row = derive(request_id, "training")
    window = {"valid_from": start, "valid_until": valid_until}
    doing = Doing(actor, where, now, request_id)
    facts: dict[str, Any] = {"training": row, "user": str(user_id), "topic": topic, "site": site, **window}
    if evidence is not None:
        facts["evidence"] = evidence.id_for(doing)
    if is_repeat(request_id=request_id, event=Event.TRAINING_RECORDED, facts=facts):
        return str(row)
    values: dict[str, Any] = {"user_id": user_id, "site_id": site_id(site), "topic": topic, **window}
    with writing():
        if evidence is not None:
            values["evidence"] = evidence.keep(doing, "training")
        record(
            doing,
            event=Event.TRAINING_RECORDED,
            stream="people",
            facts=facts,
            changes=[new("people.training", row, **values)],
            subjects=[Subject("user", str(user_id)), Subject("site", site)],
        )
    return str(row)
