"""Desks for tests: a client that speaks TLS, at a time that stands still until somebody moves it."""

from datetime import UTC, datetime, timedelta

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from people import services
from people.rules.credentials import CredentialState
from people.rules.factors import STEP_SECONDS
from tests.people import given

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SIGN_IN = "/sign-in/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTHER_PASSWORD = "a quite different long secret"
STEP = timedelta(seconds=STEP_SECONDS)


def desk() -> Client:
    """A browser that nobody has signed in with."""
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"})
    client.defaults["wsgi.url_scheme"] = "https"
    return client


def at_desk(someone: given.Someone, password: str = given.PASSWORD, **more: str) -> Client:
    """A browser with which this person has shown a password."""
    client = desk()
    client.post(SIGN_IN, {"username": someone.username, "password": password, **more})
    return client


def code(at: datetime, secret: str = SECRET) -> str:
    """What the app shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // STEP_SECONDS))


def with_app(house: given.House, someone: given.Someone, at: datetime) -> None:
    """This person sets up an app."""
    doing = {**house.context(someone), "now": at}
    state = services.add_totp(secret=SECRET, code=code(at), password=given.PASSWORD, **doing)
    assert state is CredentialState.ACCEPTED
