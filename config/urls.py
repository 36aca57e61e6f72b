"""Every address of the house: each room brings its own."""

from importlib.util import find_spec

from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from drf_spectacular.views import SpectacularAPIView

from config.health import healthz

# A room's pages stand in its urls.py; its API in api/urls.py. Rooms that have no doors have neither.
PAGES = ("coi", "people", "qc", "cpv", "fmea", "audit")


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    # all of allauth's addresses that there are: to the provider, by a button, and back
    path("sign-in/with/<str:provider_id>/", require_POST(login), name="openid_connect_login"),
    path("sign-in/with/<str:provider_id>/callback/", callback, name="openid_connect_callback"),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    *(path("api/v1/", include(f"{room}.api.urls")) for room in PAGES if _has(f"{room}.api.urls")),
    *(path("", include(f"{room}.urls")) for room in PAGES if _has(f"{room}.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
