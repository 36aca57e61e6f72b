"""What a site is qualified for, and what is asked of it: dated, with evidence, recorded by others than who profits."""

from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotFound
from people import models
from people.events import Event
from people.rules.fields import text_problem
from people.rules.qualifications import Work, programme_problem
from people.rules.rights import Right
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


def record_site_qualification(
    *,
    site: str,
    programme: str,
    valid_from: datetime,
    valid_until: datetime,
    evidence: EvidenceFile | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Record that a site is qualified in a programme until a day; returns the record's id.

    Raises Invalid, NotAllowed, NotFound (site).
    """
    refuse_bad(
        programme=programme_problem(programme),
        valid_until=None if valid_from < valid_until else "ends_before_it_starts",
    )
    require(actor=actor, right=Right.RECORD_SITE_QUALIFICATION, site=site, now=now)
    row, doing = derive(request_id, "qualification"), Doing(actor, where, now, request_id)
    window = {"programme": programme, "valid_from": valid_from, "valid_until": valid_until}
    facts = {"qualification": row, "site": site, **window}
    if evidence is not None:
        facts["evidence"] = evidence.id_for(doing)
    if is_repeat(request_id=request_id, event=Event.SITE_QUALIFIED, facts=facts):
        return str(row)
    about = {"site_id": site_id(site), "recorded_by_id": actor.user_id, "recorded_at": now}
    with writing():
        file = None if evidence is None else evidence.keep(doing, "site qualification")
        record(
            doing,
            event=Event.SITE_QUALIFIED,
            stream=f"site:{site}",
            facts=facts,
            changes=[new("people.sitequalification", row, **window, **about, evidence=file)],
            subjects=[Subject("site", site)],
        )
    return str(row)


def end_site_qualification(
    *, qualification: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End a qualification now; one that had not begun ends at its start. Raises NotFound, NotAllowed, Conflict."""
    refuse_bad(reason=text_problem(reason, 1000))
    facts = {"qualification": qualification}
    with writing():
        rows = models.SiteQualification.objects.select_for_update(of=("self",)).select_related("site")
        row = rows.filter(pk=qualification).first()
        if row is None:
            raise NotFound("qualification_unknown")
        require(actor=actor, right=Right.END_SITE_QUALIFICATION, site=row.site.code, now=now)
        if is_repeat(request_id=request_id, event=Event.SITE_QUALIFICATION_ENDED, facts=facts):
            return
        if row.valid_until <= now:
            raise Conflict("qualification_ended_already")
        record(
            Doing(actor, where, now, request_id),
            event=Event.SITE_QUALIFICATION_ENDED,
            stream=f"site:{row.site.code}",
            facts=facts,
            changes=[put("people.sitequalification", row.pk, valid_until=max(now, row.valid_from))],
            subjects=[Subject("site", row.site.code)],
            reason=reason,
        )


def require_programme(
    *,
    site: str,
    programme: str,
    work: Work,
    since: datetime | None = None,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Ask a programme of a site for a kind of work; without it the work is refused. Returns the record's id.

    Raises Invalid, NotAllowed, NotFound (site), Conflict (`programme_required_already`).
    """
    refuse_bad(programme=programme_problem(programme))
    require(actor=actor, right=Right.REQUIRE_PROGRAMME, site=site, now=now)
    row = derive(request_id, "requirement")
    values = {"programme": programme, "work": work.value, "since": since or now}
    facts = {"requirement": row, "site": site, **values}
    if is_repeat(request_id=request_id, event=Event.SITE_PROGRAMME_REQUIRED, facts=facts):
        return str(row)
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.SITE_PROGRAMME_REQUIRED,
            stream=f"site:{site}",
            facts=facts,
            changes=[new("people.siterequirement", row, site_id=site_id(site), **values)],
            subjects=[Subject("site", site)],
        )
    return str(row)


def waive_programme(
    *, requirement: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Ask a programme of a site no more. Raises NotFound, NotAllowed, Conflict (done already)."""
    refuse_bad(reason=text_problem(reason, 1000))
    facts = {"requirement": requirement}
    with writing():
        rows = models.SiteRequirement.objects.select_for_update(of=("self",)).select_related("site")
        row = rows.filter(pk=requirement).first()
        if row is None:
            raise NotFound("requirement_unknown")
        require(actor=actor, right=Right.WAIVE_PROGRAMME, site=row.site.code, now=now)
        if is_repeat(request_id=request_id, event=Event.SITE_PROGRAMME_WAIVED, facts=facts):
            return
        if row.ended_at is not None:
            raise Conflict("programme_waived_already")
        record(
            Doing(actor, where, now, request_id),
            event=Event.SITE_PROGRAMME_WAIVED,
            stream=f"site:{row.site.code}",
            facts=facts,
            changes=[put("people.siterequirement", row.pk, ended_at=now)],
            subjects=[Subject("site", row.site.code)],
            reason=reason,
        )
