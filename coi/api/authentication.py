"""`Authorization: Station <token>`, for which no statement is run here; and the person of a session.

The service finds the station in its own, locked statement.
"""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from people import selectors as people
from people.rules.authority import Person
from people.views import keep_person

SCHEME = "Station"


def token_of(authorization: str) -> str:
    """The station's token in an Authorization header, empty when there is none."""
    scheme, _space, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == SCHEME.lower() else ""


def viewer_of(request: Request) -> Person:
    """The person of the session with what they may see now. Raises NotAuthenticated: nobody is signed in."""
    viewer = people.person(request.user.pk or 0, timezone.now())
    if viewer is None:
        raise NotAuthenticated
    keep_person(request._request, viewer)
    return viewer


class StationAuthentication(BaseAuthentication):
    """Takes the token out of the header; `request.auth` is the token, and nobody is signed in."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, str] | None:
        """The token, or None when the header has none."""
        token = token_of(request.META.get("HTTP_AUTHORIZATION", ""))
        return (AnonymousUser(), token) if token else None

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return SCHEME


class StationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it has no types
    """How the description of the API names it."""

    target_class = StationAuthentication
    name = "station"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A header of our own kind."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Station <token>`: the token that was given once when the station was registered.",
        }
