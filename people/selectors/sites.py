"""Organisations, sites, places and stations."""

import json
from collections.abc import Collection, Sequence
from hashlib import sha256

from django.db import connection
from django.db.models import QuerySet

from people import models
from people.rules.sites import PlaceView, SiteView, StationView
from people.selectors.qualifications import REQUIRED, read_required


def token_hash(token: str) -> str:
    """What is stored of a station's token; the token is 256 random bits, so a plain hash is enough."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def station_rows() -> QuerySet[models.Station]:
    """Stations with what `station_view` reads, in one statement."""
    return models.Station.objects.select_related("site", "place")


def station_view(row: models.Station) -> StationView:
    """Freeze a row of `station_rows`."""
    return StationView(
        code=row.code,
        name=row.name,
        site=row.site.code,
        site_name=row.site.name,
        zone=row.site.zone,
        place=row.place.code,
        place_is_single_patient=row.place.is_single_patient,
        is_active=row.is_active,
        steps=tuple(row.steps),
        kind=row.kind,
    )


# Written out, because every scan begins with it.
_STATION = f"""
SELECT s.code, s.name, i.code, i.name, i.zone, p.code, p.is_single_patient, s.is_active, s.steps::text, s.kind,
       {REQUIRED}
  FROM people_stationcredential c
  JOIN people_station s ON s.id = c.station_id
  JOIN people_site i ON i.id = s.site_id
  JOIN people_place p ON p.id = s.place_id
 WHERE c.token_hash = %s::text
"""  # noqa: S608  (our own text)
_READ = f"/* prepared: station */ {_STATION}"
# NO KEY: rows that point at the station may still be written elsewhere while it is locked.
_LOCK = f"/* prepared: lock_station */ {_STATION} FOR NO KEY UPDATE OF s"


def station_by_token(token: str, *, is_locked: bool = False) -> StationView | None:
    """The station that holds this token, active or not (one statement); locked for the transaction if asked for."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK if is_locked else _READ, [token_hash(token)])
        row = cursor.fetchone()
    if row is None:
        return None
    code, name, site, site_name, zone, place, is_single_patient, is_active, steps, kind, required = row
    listed = tuple(json.loads(steps)), kind, read_required(required)
    return StationView(code, name, site, site_name, zone, place, is_single_patient, is_active, *listed)


def station_by_code(code: str) -> StationView | None:
    """The station with this code, active or not (one statement)."""
    row = None if "\x00" in code else station_rows().filter(code=code).first()
    return None if row is None else station_view(row)


def stations(sites: Collection[str]) -> list[StationView]:
    """All stations of the sites, by code."""
    return [station_view(row) for row in station_rows().filter(site__code__in=sites).order_by("code")]


def stations_of_place(place: str) -> list[StationView]:
    """All stations of the place with this code, active or not, by code."""
    return [station_view(row) for row in station_rows().filter(place__code=place).order_by("code")]


_SITES = """
SELECT i.id, i.code, i.name, o.code, o.kind, i.zone, i.locale, i.identifiers::text, i.region
  FROM people_site i JOIN people_organisation o ON o.id = i.organisation_id
"""
_SITE = f"/* prepared: site */ {_SITES} WHERE i.code = %s::text"


def _site_views(statement: str, params: Sequence[str] = ()) -> list[SiteView]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows = cursor.fetchall()
    return [
        SiteView(
            str(row_id),
            code,
            name,
            organisation,
            kind,
            zone,
            locale,
            tuple(sorted((str(sort), str(value)) for sort, value in json.loads(identifiers).items())),
            region,
        )
        for row_id, code, name, organisation, kind, zone, locale, identifiers, region in rows
    ]


def site_by_code(code: str) -> SiteView | None:
    """The site with this code."""
    found = [] if "\x00" in code else _site_views(_SITE, [code])
    return found[0] if found else None


def zone_of(site: str) -> str:
    """The IANA zone of a site by its code; UTC where there is no such site."""
    found = site_by_code(site)
    return "UTC" if found is None else found.zone


def sites() -> list[SiteView]:
    """All sites, by code. That a site exists is no secret; what happens at it is."""
    return _site_views(f"{_SITES} ORDER BY i.code")


def organisation_id(code: str) -> str | None:
    """The id of the organisation with this code."""
    found = models.Organisation.objects.filter(code=code).values_list("pk", flat=True).first()
    return None if found is None else str(found)


def _place_view(row: models.Place) -> PlaceView:
    return PlaceView(str(row.pk), row.code, row.name, row.site.code, row.kind, row.is_single_patient)


def place_by_code(code: str) -> PlaceView | None:
    """The place with this code."""
    row = None if "\x00" in code else models.Place.objects.select_related("site").filter(code=code).first()
    return None if row is None else _place_view(row)


def places(sites: Collection[str]) -> list[PlaceView]:
    """All places of the sites, by code."""
    rows = models.Place.objects.select_related("site").filter(site__code__in=sites).order_by("code")
    return [_place_view(row) for row in rows]
