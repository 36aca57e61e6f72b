"""Badges after they were issued: their cards, their periodic test, and what replaces one that is lost.

A badge is half of what somebody signs with (21 CFR 11.300: tested from time to time, replaced under control).
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people import models, selectors
from people.events import Event
from people.rules import codes
from people.rules.authority import IssuedBadge
from people.rules.badges import bare, is_badge, is_ours
from people.rules.expiry import TEMPORARY_BADGE
from people.rules.fields import text_problem
from people.rules.rights import Right
from people.services.recording import Doing, is_repeat, record, refuse_bad, require, writing

# Without those that are mistaken for each other when a code is read out.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def spare_badge_code() -> str:
    """A code of ours that nobody has: 50 random bits. That it is taken after all is told by whoever issues it."""
    return codes.make(codes.CodeType.BADGE, "".join(secrets.choice(_LETTERS) for _ in range(10)))


def record_badges_printed(
    *, site: str, badges: Collection[str], actor: Actor, where: Where, now: datetime, request_id: UUID
) -> list[IssuedBadge]:
    """Record that cards of these badges of the site are handed out, and say what stands on them; all or none.

    The caller draws the cards in the same transaction. Raises NotAllowed, Invalid (none chosen), Conflict: one of them
    is no badge in force of this site (`badge_not_in_force`), or another house's (`badge_of_another_house`).
    """
    codes = sorted(set(badges))
    refuse_bad(badges=None if codes else "text_required")
    require(actor=actor, right=Right.RECORD_BADGES_PRINTED, site=site, now=now)
    if foreign := [code for code in codes if not is_ours(code)]:
        raise Conflict("badge_of_another_house", detail={"badges": foreign})
    with writing():
        # The lock of a revocation: it comes wholly before, and is seen, or wholly after.
        rows = models.Badge.objects.select_for_update(of=("self",)).filter(code__in=codes, site__code=site)
        list(rows.order_by("code").values_list("code", flat=True))
        found = [badge for badge in selectors.badges_in_force([site], now) if badge.code in codes]
        if missing := sorted(set(codes) - {badge.code for badge in found}):
            raise Conflict("badge_not_in_force", detail={"badges": missing})
        facts = {"site": site, "badges": codes}
        if not is_repeat(request_id=request_id, event=Event.BADGE_PRINTED, facts=facts):
            subjects = [Subject("site", site)]
            for badge in found:
                subjects += [Subject("user", str(badge.user_id)), Subject("badge", badge.code)]
            record(
                Doing(actor, where, now, request_id),
                event=Event.BADGE_PRINTED,
                stream="people",
                facts=facts,
                subjects=list(dict.fromkeys(subjects)),
            )
    return found


def revalidate_badge(
    *,
    user_id: int,
    code: str,
    valid_until: datetime | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Record that a person's badge was read in their presence and works, and until when it counts from now on.

    The periodic test of tokens (21 CFR 11.300(e)). Raises Invalid (also where it is another's), NotAllowed (one's own),
    NotFound, Conflict.
    """
    code = bare(code)
    refuse_bad(
        code=None if is_badge(code) else "not_a_badge_code",
        valid_until="ends_before_it_starts" if valid_until is not None and valid_until <= now else None,
    )
    facts = {"code": code, "valid_until": valid_until}
    with writing():
        row = _locked(code, Right.REVALIDATE_BADGE, actor, now)
        refuse_bad(code=_holder_problem(row, user_id))
        if is_repeat(request_id=request_id, event=Event.BADGE_REVALIDATED, facts=facts):
            return
        if row.revoked_at is not None:
            raise Conflict("badge_revoked_already")
        record(
            Doing(actor, where, now, request_id),
            event=Event.BADGE_REVALIDATED,
            stream="people",
            facts=facts,
            changes=[put("people.badge", row.pk, tested_at=now, valid_until=valid_until)],
            subjects=[Subject("user", str(row.user_id)), Subject("badge", code)],
        )


def replace_badge(
    *,
    user_id: int,
    lost: str,
    code: str,
    is_temporary: bool,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Revoke a person's badge that is lost or spoilt, at once, and give them another; returns the new one's id.

    A temporary one counts for a fortnight (21 CFR 11.300(c)). Raises Invalid (also where it is another's), NotAllowed
    (one's own), NotFound.
    """
    lost, code = bare(lost), bare(code)
    refuse_bad(
        lost=None if is_badge(lost) else "not_a_badge_code",
        code=None if is_badge(code) else "not_a_badge_code",
        reason=text_problem(reason, 1000),
    )
    doing, row_id = Doing(actor, where, now, request_id), derive(request_id, "badge")
    facts = {"badge": row_id, "code": code, "replaces": lost, "is_temporary": is_temporary}
    with writing():
        old = _locked(lost, Right.REPLACE_BADGE, actor, now)
        refuse_bad(lost=_holder_problem(old, user_id))
        if is_repeat(
            request_id=request_id, event=Event.BADGE_ISSUED, facts={**facts, "user": str(old.user_id)}
        ):
            return str(row_id)
        subjects = [Subject("user", str(old.user_id))]
        if old.revoked_at is None:
            record(
                replace(doing, request_id=derive(request_id, "revoked")),
                event=Event.BADGE_REVOKED,
                stream="people",
                facts={"code": lost},
                changes=[put("people.badge", old.pk, revoked_at=now)],
                subjects=[*subjects, Subject("badge", lost)],
                reason=reason,
            )
        until = now + TEMPORARY_BADGE if is_temporary else None
        values = {"code": code, "user_id": old.user_id, "site_id": old.site_id, "replaces_id": old.pk}
        window = {"valid_from": now, "valid_until": until, "is_temporary": is_temporary}
        record(
            doing,
            event=Event.BADGE_ISSUED,
            stream="people",
            facts={**facts, "user": str(old.user_id)},
            changes=[new("people.badge", row_id, **values, **window)],
            subjects=[*subjects, Subject("badge", code)],
            reason=reason,
        )
    return str(row_id)


def _locked(code: str, right: Right, actor: Actor, now: datetime) -> models.Badge:
    """A badge of someone else, at a site where the right is the actor's."""
    rows = models.Badge.objects.select_for_update(of=("self",)).select_related("site", "user")
    row = rows.filter(code=code).first()
    if row is None:
        raise NotFound("badge_unknown")
    require(actor=actor, right=right, site=row.site.code, now=now)
    if row.user_id == actor.user_id:
        raise NotAllowed("not_to_yourself")
    if not row.user.is_active:
        raise NotFound("user_unknown")
    return row


def _holder_problem(row: models.Badge, user_id: int) -> str | None:
    """A badge that somebody took for their own, or that was read instead of the one beside it."""
    return None if row.user_id == user_id else "badge_of_another"
