"""What a browser and a passkey say to each other (WebAuthn); allauth checks it, and its challenge lies in the session.

Every passkey here verifies its user (by PIN, finger or face) and can be found without a username: it is two factors
in one, at signing in and where a desk rests.
"""

from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.webauthn.internal import auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

_SIGNED = ("clientDataJSON", "authenticatorData", "signature", "userHandle")
_MADE = ("clientDataJSON", "attestationObject")


def ask(request: HttpRequest) -> dict[str, Any]:
    """What a browser needs to ask for a passkey of this house."""
    with context.request_context(request):
        return dict(auth.begin_authentication())


def ask_new(request: HttpRequest, user: AbstractBaseUser) -> dict[str, Any]:
    """What a browser needs to make a passkey for this user."""
    with context.request_context(request):
        return dict(auth.begin_registration(user, True))


def is_new(request: HttpRequest, made: Any) -> bool:
    """Whether this registration answers the challenge that was given out, and its user was verified."""
    if not _is_shaped(made, _MADE):
        return False
    with context.request_context(request):
        try:
            auth.parse_registration_response(made)
            return bool(auth.complete_registration(made).is_user_verified())
        except (ValidationError, ValueError):
            return False


def user_of(shown: Any) -> AbstractBaseUser | None:
    """Whose passkey claims to be shown; None where it names nobody."""
    if not _is_shaped(shown, _SIGNED):
        return None
    try:
        user: AbstractBaseUser = auth.extract_user_from_response(shown)
    except (ValidationError, ValueError):
        return None
    return user


def proof(request: HttpRequest, user: AbstractBaseUser | None, shown: Any) -> Callable[[], bool]:
    """The check of what was signed, for the service that counts wrong attempts."""

    def is_proved() -> bool:
        if user is None:
            return False
        with context.request_context(request):
            try:
                auth.parse_authentication_response(shown)
                auth.complete_authentication(user, shown)
            except (ValidationError, ValueError):
                return False
            return True

    return is_proved


def _is_shaped(said: Any, names: tuple[str, ...]) -> bool:
    """Whether it has the texts that a browser sends; what is inside them is looked at later."""
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        return False
    parts = [said.get("id"), said.get("rawId"), said.get("type"), *map(said["response"].get, names)]
    return all(isinstance(part, str) and part for part in parts)
