"""Every write of `audit`: reports asked for and made; what the search looks through."""

from audit.services.bundles import ask_for_bundle, bundle_bytes, bundle_for
from audit.services.finding import Found, Wanted, find_places, search
from audit.services.indexing import follow, forget
from audit.services.requests import MEDIA_TYPES, carry_out_request, file_name, request_report

__all__ = [
    "MEDIA_TYPES",
    "Found",
    "Wanted",
    "ask_for_bundle",
    "bundle_bytes",
    "bundle_for",
    "carry_out_request",
    "file_name",
    "find_places",
    "follow",
    "forget",
    "request_report",
    "search",
]
