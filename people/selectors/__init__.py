"""Every query of `people`; each returns frozen values."""

from people.selectors.authority import (
    addresses_of_role,
    is_anyone_here,
    people_with_role,
    person,
    read_badge,
    user_id_by_username,
)
from people.selectors.documents import (
    document_findings,
    document_version,
    document_versions,
    effective_document,
    effective_documents,
    latest_versions,
    pinned_version,
    signature,
    signatures,
    versions_of,
)
from people.selectors.sites import (
    organisation_id,
    place_by_code,
    places,
    site_by_code,
    sites,
    station_by_code,
    station_by_token,
    stations,
    stations_of_place,
)
from people.selectors.trail import TrailLine, trail
from people.selectors.work import notices_for, open_work_about, work_for, work_item

__all__ = [
    "TrailLine",
    "addresses_of_role",
    "document_findings",
    "document_version",
    "document_versions",
    "effective_document",
    "effective_documents",
    "is_anyone_here",
    "latest_versions",
    "notices_for",
    "open_work_about",
    "organisation_id",
    "people_with_role",
    "person",
    "pinned_version",
    "place_by_code",
    "places",
    "read_badge",
    "signature",
    "signatures",
    "site_by_code",
    "sites",
    "station_by_code",
    "station_by_token",
    "stations",
    "stations_of_place",
    "trail",
    "user_id_by_username",
    "versions_of",
    "work_for",
    "work_item",
]
