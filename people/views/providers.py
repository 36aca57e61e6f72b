"""The way to an OpenID provider and back. allauth speaks with it; who comes in is decided by our service alone."""

from typing import Any, NoReturn
from uuid import uuid4

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.rules import Where
from people import services
from people.views import desk, signing
from people.views.signing_in import ours


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Ends allauth's own flow where the provider has answered: no sign-up, no linking, no session of its own."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """The provider vouches for a subject: in with whom an administrator has linked to it, and nobody else."""
        came = sociallogin.account
        result = services.sign_in_by_provider(
            provider=came.provider,
            subject=came.uid,
            visit=desk.visit_of(request),
            where=Where(),
            now=timezone.now(),
            request_id=uuid4(),
        )
        if result.user is None:
            _turn_away(
                request, _("No account here is linked to you. An administrator of your site can link one.")
            )
        desk.open_session(request, result)
        signing.break_series(request)
        raise ImmediateHttpResponse(redirect(ours(request, sociallogin.state.get("next") or "")))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any
    ) -> NoReturn:
        """The provider said no, or what came back fits nothing that was asked."""
        _turn_away(request, _("The provider did not sign you in. Try again."))

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Providers are configured and nowhere else: a row in a table makes none."""
        return [app for app in super().list_apps(request, provider, client_id) if app.pk is None]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: accounts are made by administrators."""
        return False


def _turn_away(request: HttpRequest, message: str) -> NoReturn:
    messages.error(request, message)
    response: HttpResponse = redirect("people:sign_in")
    raise ImmediateHttpResponse(response)
