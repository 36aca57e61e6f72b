"""The page of one's own account: password, PIN, second factors, and where one is signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.rules import Where
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from people import selectors, services
from people.forms import AppForm, ConfirmForm, PasskeyForm, PasswordForm, PinForm
from people.rules.credentials import CredentialState
from people.rules.sessions import secret_ends
from people.views import actor_of, desk, passkeys
from people.views.signing_in import refusal_of, show_problems

if TYPE_CHECKING:
    from people.models import User


def _doing(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "where": Where(), "now": timezone.now(), "request_id": uuid4()}


def _renew(request: HttpRequest) -> None:
    """Every session of the user has ended: this one begins anew, under another key."""
    user = _owner(request)
    user.refresh_from_db()
    update_session_auth_hash(request, user)


def _owner(request: HttpRequest) -> "User":
    """Whose account it is; for pages behind `login_required`."""
    if not request.user.is_authenticated:
        raise NotAllowed("not_signed_in")
    return request.user


@dataclass(frozen=True)
class _Page:
    """A page with one form: its template, what its button does, and what is said when it is done."""

    template: str
    done: str
    back: str = "people:account"


def _answer(
    request: HttpRequest,
    form: forms.Form,
    page: _Page,
    act: Callable[[dict[str, Any]], CredentialState],
    **more: Any,
) -> HttpResponse:
    """Show a form, or do what it asks; a wrong password, a bad field and a conflict are said at the form."""
    if request.method == "POST" and form.is_valid():
        try:
            state = act(form.cleaned_data)
        except Invalid as error:
            show_problems(form, error)
        except Conflict as error:
            form.add_error(None, _conflicts().get(error.code, error.code))
        else:
            if state is CredentialState.ACCEPTED:
                messages.success(request, page.done)
                return redirect(page.back)
            form.add_error("old", refusal_of(state, _("The password is wrong.")))
    return render(request, page.template, {"form": form, **more}, status=422 if form.errors else 200)


def _conflicts() -> dict[str, str]:
    return {
        "factor_there_already": _("There is an app already. Remove it before you set up another."),
        "no_factor_yet": _("Set up an app or a passkey first."),
        "last_factor_required": _(
            "One of your roles asks for a second factor. Add another before you remove this one."
        ),
    }


@never_cache
@require_GET
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    now = timezone.now()
    mine = selectors.account(_owner(request).pk)
    context = {
        "mine": mine,
        "sessions": selectors.open_sessions(mine.user_id, now - desk.policy().life),
        "this": desk.session_of(request),
        "password_until": secret_ends(mine.password_set_at, settings.PASSWORD_MAX_AGE_DAYS),
        "pin_until": secret_ends(mine.pin_set_at, settings.PASSWORD_MAX_AGE_DAYS),
    }
    return render(request, "people/account.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: every other session ends, this one goes on."""

    def act(asked: dict[str, Any]) -> CredentialState:
        doing = _doing(request)
        state = services.change_password(
            old=asked["old"], new=asked["password"], kept=desk.session_of(request), **doing
        )
        if state is CredentialState.ACCEPTED:
            _renew(request)
            until = secret_ends(doing["now"], settings.PASSWORD_MAX_AGE_DAYS)
            desk.change(request, password_until=until)
        return state

    done = _("Your password is changed. Everywhere else you are signed out.")
    return _answer(
        request, PasswordForm(request.POST or None), _Page("people/account_password.html", done), act
    )


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def pin(request: HttpRequest) -> HttpResponse:
    """Change the PIN."""

    def act(asked: dict[str, Any]) -> CredentialState:
        doing = _doing(request)
        state = services.change_pin(password=asked["old"], pin=asked["pin"], **doing)
        if state is CredentialState.ACCEPTED:
            desk.change(request, pin_until=secret_ends(doing["now"], settings.PASSWORD_MAX_AGE_DAYS))
        return state

    page = _Page("people/account_pin.html", _("Your PIN is changed."))
    return _answer(request, PinForm(request.POST or None), page, act)


@never_cache
@require_GET
@login_required
def factors(request: HttpRequest) -> HttpResponse:
    """What somebody can show beside the password, and how to add one."""
    stamp = desk.stamp_of(request)
    context = {"mine": selectors.account(_owner(request).pk), "owes": stamp is not None and stamp.owes_factor}
    return render(request, "people/account_factors.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def add_app(request: HttpRequest) -> HttpResponse:
    """Set up an app that shows codes: its secret as a picture and as text, and the first code as proof."""
    form = AppForm(request.POST or None, initial={"secret": generate_totp_secret()})
    secret = str(form["secret"].value() or "")
    adapter = get_adapter()
    url = adapter.build_totp_url(request.user, secret)

    def act(asked: dict[str, Any]) -> CredentialState:
        state = services.add_totp(
            secret=asked["secret"], code=asked["code"], password=asked["old"], **_doing(request)
        )
        return _factor_set_up(request, state)

    page = _Page("people/account_app.html", _("Your app is set up."), "people:account_factors")
    picture = mark_safe(adapter.build_totp_svg(url).partition("?>")[2])  # noqa: S308  (drawn by us from our own text)
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return _answer(request, form, page, act, picture=picture, spaced=spaced)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey: a key, a telephone, or the machine itself."""

    def act(asked: dict[str, Any]) -> CredentialState:
        if not passkeys.is_new(request, asked["credential"]):
            raise Invalid(
                "fields_invalid", detail={"fields": {"name": _("The passkey was not made. Try again.")}}
            )
        state = services.add_passkey(
            name=asked["name"], credential=asked["credential"], password=asked["old"], **_doing(request)
        )
        return _factor_set_up(request, state)

    page = _Page("people/account_passkey.html", _("Your passkey is added."), "people:account_factors")
    return _answer(request, PasskeyForm(request.POST or None), page, act)


def _factor_set_up(request: HttpRequest, state: CredentialState) -> CredentialState:
    if state is CredentialState.ACCEPTED:
        desk.change(request, owes_factor=False)
    return state


@never_cache
@require_POST
@login_required
def passkey_new_options(request: HttpRequest) -> HttpResponse:
    """What a browser needs to make a passkey."""
    return JsonResponse(passkeys.ask_new(request, _owner(request)))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them, this once."""
    codes: list[str] = []

    def act(asked: dict[str, Any]) -> CredentialState:
        state, made = services.make_recovery_codes(password=asked["old"], **_doing(request))
        codes.extend(made)
        return state

    form = ConfirmForm(request.POST or None)
    page = _Page(
        "people/account_codes.html", _("New recovery codes are made. The earlier ones are worth nothing.")
    )
    answer = _answer(request, form, page, act)
    return render(request, page.template, {"codes": codes}) if codes else answer


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@login_required
def remove_factor(request: HttpRequest, id: int) -> HttpResponse:
    """Take a second factor away; not found where it is nobody's, or somebody else's."""
    mine = selectors.account(_owner(request).pk)
    factor = next((one for one in mine.factors if one.id == id), None)
    if factor is None:
        return render(request, "people/account_remove.html", status=404)

    def act(asked: dict[str, Any]) -> CredentialState:
        return services.remove_factor(factor_id=id, password=asked["old"], **_doing(request))

    page = _Page("people/account_remove.html", _("It is removed."), "people:account_factors")
    return _answer(request, ConfirmForm(request.POST or None), page, act, factor=factor)


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    services.end_other_sessions(kept=desk.session_of(request), **_doing(request))
    _renew(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("people:account")
