"""Whom an OpenID provider may vouch for: an administrator links a subject to a user, and nothing links by itself."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import NotFound
from people import models
from people.events import Event
from people.rules.fields import text_problem
from people.rules.rights import Right
from people.services.recording import Doing, is_repeat, record, refuse_bad, writing
from people.services.users import require_over


def subject_digest(provider: str, subject: str) -> str:
    """What is kept of a subject, which may be a mail address: enough to know it again."""
    text = f"{provider} {subject}"
    return salted_hmac("people.provider", text, secret=settings.INDEX_KEY, algorithm="sha256").hexdigest()


def link_provider(
    *,
    user_id: int,
    provider: str,
    subject: str,
    site: str,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Accept a provider's subject as somebody else from now on; returns the link's id. Raises Conflict: it is taken."""
    refuse_bad(
        provider=text_problem(provider, 32),
        subject=text_problem(subject, 255),
        reason=text_problem(reason, 1000),
    )
    require_over(user_id, right=Right.LINK_PROVIDER, site=site, actor=actor, now=now)
    row = derive(request_id, "link")
    facts = {"link": row, "user": str(user_id), "provider": provider, "site": site}
    if is_repeat(request_id=request_id, event=Event.PROVIDER_LINKED, facts=facts):
        return str(row)
    values = {"user_id": user_id, "provider": provider, "subject_digest": subject_digest(provider, subject)}
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.PROVIDER_LINKED,
            stream="people",
            facts=facts,
            changes=[new("people.providerlink", row, **values, valid_from=now, valid_until=None)],
            subjects=[Subject("user", str(user_id))],
            reason=reason,
        )
    return str(row)


def unlink_provider(
    *, link: str, site: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End a link now: the provider vouches for this user no more. Sessions that are open stay; see `end_sessions`."""
    refuse_bad(reason=text_problem(reason, 1000))
    facts = {"link": link, "site": site}
    with writing():
        rows = models.ProviderLink.objects.select_for_update().filter(pk=link, valid_until__isnull=True)
        row = rows.first()
        if is_repeat(request_id=request_id, event=Event.PROVIDER_UNLINKED, facts=facts):
            return
        if row is None:
            raise NotFound("link_unknown")
        require_over(row.user_id, right=Right.UNLINK_PROVIDER, site=site, actor=actor, now=now)
        record(
            Doing(actor, where, now, request_id),
            event=Event.PROVIDER_UNLINKED,
            stream="people",
            facts=facts,
            changes=[put("people.providerlink", row.pk, valid_until=now)],
            subjects=[Subject("user", str(row.user_id))],
            reason=reason,
        )
