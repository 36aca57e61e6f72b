"""The bond between a device and its station: the station's token in a signed cookie that no script can read."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from coi import services
from coi.forms.texts import in_words
from people import selectors as people
from people.rules.sites import StationView

COOKIE = "veintrace_station"
_SALT = "coi.station"
_A_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Binding:
    """The station's token, its zone, and how its scanner was set up."""

    token: str
    zone: str
    gap_ms: int = 300
    prefix: str = ""


def read_binding(request: HttpRequest) -> Binding | None:
    """The station to which this device is bound. No database is asked."""
    try:
        return Binding(**signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_A_YEAR))
    except (signing.BadSignature, TypeError):
        return None


def bound_station(request: HttpRequest) -> tuple[Binding, StationView] | None:
    """The bond of this device with its station, while that is in use (one statement)."""
    binding = read_binding(request)
    found = people.station_by_token(binding.token) if binding else None
    if binding is None or found is None or not found.is_active:
        return None
    return binding, found


def bound_token(request: HttpRequest) -> Binding:
    """The bond of this device; StationUnknown (401) where there is none. The service asks whose the token is."""
    binding = read_binding(request)
    if binding is None:
        with in_words():
            raise services.StationUnknown("station_unknown")
    return binding


def bind(response: HttpResponse, binding: Binding) -> HttpResponse:
    """Bind the device that gets this response."""
    response.set_cookie(
        COOKIE,
        signing.dumps(asdict(binding), salt=_SALT),
        max_age=_A_YEAR,
        httponly=True,
        samesite="Strict",
        secure=settings.SECURE_COOKIES,
    )
    return response


def release(response: HttpResponse) -> HttpResponse:
    """Let the device go."""
    response.delete_cookie(COOKIE, samesite="Strict")
    return response
