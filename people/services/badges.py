"""Cards of badges: who was handed which, to be printed. A card is half of what somebody signs with."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import Conflict
from people import models, selectors
from people.events import Event
from people.rules.authority import IssuedBadge
from people.rules.badges import ISSUERS, is_ours
from people.services.recording import Doing, is_repeat, record, refuse_bad, require, writing


def record_badges_printed(
    *, site: str, badges: Collection[str], actor: Actor, where: Where, now: datetime, request_id: UUID
) -> list[IssuedBadge]:
    """Record that cards of these badges of the site are handed out, and say what stands on them; all or none.

    The caller draws the cards in the same transaction. Raises NotAllowed, Invalid (none chosen), Conflict: one of them
    is no badge in force of this site (`badge_not_in_force`), or another house's (`badge_of_another_house`).
    """
    codes = sorted(set(badges))
    refuse_bad(badges=None if codes else "text_required")
    require(actor=actor, roles=ISSUERS, site=site, now=now)
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
