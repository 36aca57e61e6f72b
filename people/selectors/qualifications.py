"""What programmes are asked of sites, what the sites hold of them, and what runs out."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import F, Q

from people import models
from people.rules.expiry import Expiring, Running, due_for_test, not_renewed
from people.rules.qualifications import Held, Required, Work, unmet
from people.rules.roles import Role
from people.rules.sessions import secret_ends

# What is asked of the site `i` and what it holds of that, as one JSON text: a scan reads it with the station.
REQUIRED = """
       ARRAY(SELECT json_build_array(r.programme, r.work, r.since,
                    ARRAY(SELECT json_build_array(q.valid_from, q.valid_until)
                            FROM people_sitequalification q
                           WHERE q.site_id = i.id AND q.programme = r.programme ORDER BY q.valid_from, q.id))
               FROM people_siterequirement r
              WHERE r.site_id = i.id AND r.ended_at IS NULL ORDER BY r.programme, r.work)::text[]
"""
_OF_SITES = f"SELECT i.code, {REQUIRED} FROM people_site i WHERE i.code = ANY(%s)"  # noqa: S608  (our own text)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class QualificationView:
    """A qualification as recorded: by whom and when, with its evidence."""

    id: str
    site: str
    programme: str
    valid_from: datetime
    valid_until: datetime
    evidence: UUID | None
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True)
class RequirementView:
    """A programme that a site needs for a kind of work; `ended_at` where it is asked for no more."""

    id: str
    site: str
    programme: str
    work: Work
    since: datetime
    is_met: bool


def read_required(rows: Collection[str]) -> tuple[Required, ...]:
    """What `REQUIRED` answered, as values."""
    return tuple(
        Required(programme, Work(work), datetime.fromisoformat(since), tuple(_held(*one) for one in held))
        for programme, work, since, held in map(json.loads, rows)
    )


def _held(start: str, end: str) -> Held:
    return Held(datetime.fromisoformat(start), datetime.fromisoformat(end))


def _required(sites: Collection[str]) -> dict[str, tuple[Required, ...]]:
    """The programmes that sites need now, with what they hold of them, by the site's code (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_SITES, [list(sites)])
        return {code: read_required(rows) for code, rows in cursor.fetchall()}


def unmet_programmes(site: str, work: Work, at: datetime) -> tuple[str, ...]:
    """The programmes that this work needs at the site and that are missing or overdue (one statement)."""
    return unmet(_required([site]).get(site, ()), work, at)


def requirements(sites: Collection[str], at: datetime) -> dict[str, list[RequirementView]]:
    """What is asked of sites now, and whether it is met, by the site's code (two statements)."""
    held = {
        (site, one.programme, one.work): one.is_met(at)
        for site, required in _required(sites).items()
        for one in required
    }
    found: dict[str, list[RequirementView]] = {site: [] for site in sites}
    rows = models.SiteRequirement.objects.filter(site__code__in=list(sites), ended_at__isnull=True)
    for row in rows.select_related("site").order_by("programme", "work"):
        site, work = row.site.code, Work(row.work)
        is_met = held[site, row.programme, work]
        found[site].append(RequirementView(str(row.pk), site, row.programme, work, row.since, is_met))
    return found


def qualifications(site: str) -> list[QualificationView]:
    """Everything the site was qualified for, the newest first."""
    rows = models.SiteQualification.objects.filter(site__code=site).select_related("recorded_by")
    return [
        QualificationView(
            str(row.pk),
            site,
            row.programme,
            row.valid_from,
            row.valid_until,
            row.evidence,
            row.recorded_by.printed_name,
            row.recorded_at,
        )
        for row in rows.order_by("-valid_from", "programme", "pk")
    ]


# --- what runs out ---------------------------------------------------------------------------------------------------


def expiring(at: datetime, *, site: str = "", user_id: int | None = None) -> list[Expiring]:
    """What ends within the time of a warning or has ended, and is not renewed, of people whose accounts are open.

    Of one site or one person alone where they are given; four statements. Soonest first.
    """
    records = (
        [*_of_people(site, user_id)] if user_id is not None else [*_of_people(site, None), *_of_sites(site)]
    )
    near = [one for one in not_renewed(records) if one.is_near(at)]
    return sorted(near, key=lambda one: (one.ends_at, one.kind, one.id))


def _of_people(site: str, user_id: int | None) -> list[Expiring]:
    whose = Q(user__is_active=True)
    if site:
        whose &= Q(site__code=site)
    if user_id is not None:
        whose &= Q(user=user_id)
    ended = Q(valid_until__isnull=False) & Q(valid_until__gt=F("valid_from"))
    columns = ("pk", "site__code", "user_id", "valid_until")
    training = models.Training.objects.filter(whose).values_list(*columns, "topic")
    audits = models.Grant.objects.filter(whose, ended, role=Role.AUDITOR.value).values_list(*columns)
    # training without an end is kept: it takes over from an earlier record that ends
    found = [
        _one(Running.TRAINING, topic, until or NEVER, id=id, site=at, user=user)
        for id, at, user, until, topic in training
    ]
    found += [
        _one(Running.AUDIT, "auditor", until, id=id, site=at, user=user) for id, at, user, until in audits
    ]
    return found + _badges(whose)


def _badges(whose: Q) -> list[Expiring]:
    rows = models.Badge.objects.filter(whose, revoked_at__isnull=True).values_list(
        *("pk", "site__code", "user_id", "valid_until", "code", "valid_from", "tested_at"),
        *("user__username", "user__credential__pin_set_at", "user__credential__pin_hash"),
    )
    found: list[Expiring] = []
    for id, site, user, until, code, issued_at, tested_at, name, pin_set_at, pin_hash in rows:
        about: dict[str, Any] = {"id": id, "site": site, "user": user}
        pin_ends = secret_ends(pin_set_at, settings.PASSWORD_MAX_AGE_DAYS)
        if pin_ends is not None and pin_hash:
            # one record for each site: somebody with badges at two is spoken of at both
            found.append(_one(Running.PIN, name, pin_ends, id=f"{user} {site}", site=site, user=user))
        if until is not None:
            found.append(_one(Running.BADGE, code, until, **about))
        due = due_for_test(issued_at, tested_at)
        if until is None or due < until:
            found.append(_one(Running.BADGE_TEST, code, due, **about))
    return found


def _of_sites(site: str) -> list[Expiring]:
    rows = models.SiteQualification.objects.filter(valid_until__gt=F("valid_from"))
    if site:
        rows = rows.filter(site__code=site)
    listed = rows.values_list("pk", "site__code", "valid_until", "programme")
    return [
        _one(Running.QUALIFICATION, about, until, id=id, site=code, user=None)
        for id, code, until, about in listed
    ]


def _one(
    kind: Running, about: str, until: datetime, *, id: UUID | str, site: str, user: int | None
) -> Expiring:
    return Expiring(str(id), kind, site, about, until, user)
