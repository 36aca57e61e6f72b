"""Signing in and out, the second factor, a desk that rests, and activating an account."""

import json
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ledger.rules import Where
from ledger.rules.errors import Invalid, NotAllowed
from people import services
from people.forms import ActivateForm, CodeForm, SignInForm, UnlockForm
from people.rules.credentials import CredentialState
from people.rules.sessions import Gate, gate
from people.views import actor_of, desk, passkeys, signing


def _doing() -> dict[str, Any]:
    return {"where": Where(), "now": timezone.now(), "request_id": uuid4()}


def target_of(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this site."""
    return ours(request, request.POST.get("next") or request.GET.get("next") or "")


def ours(request: HttpRequest, target: str) -> str:
    """An address of this site as it is; the first page instead of any other."""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else resolve_url("/")


def refusal_of(state: CredentialState, wrong: str) -> str:
    """What somebody is told whose credential was not accepted: never which part of it was wrong."""
    text = _("Too many wrong attempts. Wait a quarter of an hour, or ask an administrator.")
    return text if state is CredentialState.LOCKED else wrong


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Username and password; the answer to a wrong one does not say which of the two was wrong."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        result = services.sign_in(**form.cleaned_data, visit=desk.visit_of(request), **_doing())
        if result.user is not None:
            return _signed_in(request, result)
        form.add_error(None, refusal_of(result.state, _("Username or password is wrong.")))
        status = 401
    elif request.method == "GET" and request.user.is_authenticated:
        return redirect(f"{resolve_url('people:unlock')}?{request.GET.urlencode()}")
    context = {
        "form": form,
        "next": target_of(request),
        "provider": _provider(),
        "is_local": settings.LOCAL_SIGN_IN,
    }
    return render(request, "people/sign_in.html", context, status=status)


def _signed_in(request: HttpRequest, result: services.SignIn) -> HttpResponse:
    target = target_of(request)
    if result.asks_factor and result.user is not None:
        desk.wait_for_factor(request, result.user.pk, target)
        return redirect("people:second_factor")
    desk.open_session(request, result)
    return redirect(target)


def _provider() -> dict[str, Any] | None:
    """The OpenID provider to offer, if one is set."""
    apps: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return apps[0] if apps else None


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """After the right password: a code, or a passkey. Nothing is open before."""
    waiting = desk.waiting_for_factor(request)
    if waiting is None:
        return redirect("people:sign_in")
    user_id, target = waiting
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        result = services.sign_in_with_code(
            user_id=user_id, code=code, visit=desk.visit_of(request), **_doing()
        )
        if result.user is not None:
            desk.open_session(request, result)
            return redirect(ours(request, target))
        form.add_error(None, refusal_of(result.state, _("This code is wrong, or was used already.")))
        status = 401
    return render(request, "people/second_factor.html", {"form": form, "next": target}, status=status)


@never_cache
@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What a browser needs to ask for a passkey."""
    return JsonResponse(passkeys.ask(request))


@never_cache
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey was shown: sign its user in, or unlock the desk that is theirs. Answers with where to go."""
    if _is_over_anothers(request):
        return _signed_out(request)
    shown = _shown(request)
    user = passkeys.user_of(shown)
    is_proved = passkeys.proof(request, user, shown)
    if request.user.is_authenticated:
        state = CredentialState.REFUSED
        if user is not None and user.pk == request.user.pk:
            state = services.unlock_with_passkey(is_proved=is_proved, actor=actor_of(request), **_doing())
        if state is CredentialState.ACCEPTED:
            desk.change(request, seen_at=timezone.now())
            return JsonResponse({"to": target_of(request)})
    else:
        result = services.sign_in_with_passkey(
            user_id=None if user is None else user.pk,
            is_proved=is_proved,
            visit=desk.visit_of(request),
            **_doing(),
        )
        if result.user is not None:
            desk.open_session(request, result)
            signing.break_series(request)
            return JsonResponse({"to": target_of(request)})
        state = result.state
    message = refusal_of(state, _("This passkey is not known here, or not yours."))
    return JsonResponse({"code": state.value, "message": message, "detail": {}}, status=401)


def _shown(request: HttpRequest) -> Any:
    try:
        return json.loads(request.POST.get("credential", ""))
    except ValueError:
        return None


@never_cache
@sensitive_post_parameters("own_password")
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Open a desk that rests: by its own page, or by the cover that lies over the page that was open (204, 401)."""
    stamp = desk.stamp_of(request)
    if stamp is None or not request.user.is_authenticated or _is_over_anothers(request):
        return _signed_out(request)
    form = UnlockForm(request.POST or None)
    status, is_by_cover = 200, not request.accepts("text/html")
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["own_password"]
        state = services.unlock_with_password(password=password, actor=actor_of(request), **_doing())
        if state is CredentialState.ACCEPTED:
            desk.change(request, seen_at=timezone.now())
            return HttpResponse(status=204) if is_by_cover else redirect(target_of(request))
        form.add_error(None, refusal_of(state, _("The password is wrong.")))
        status = 401
    elif request.method == "GET" and gate(stamp, timezone.now(), desk.policy()) is not Gate.LOCKED:
        return redirect(target_of(request))
    if is_by_cover:
        return JsonResponse({"code": "refused", "message": _first(form), "detail": {}}, status=401)
    return render(request, "people/unlock.html", {"form": form, "next": target_of(request)}, status=status)


def _is_over_anothers(request: HttpRequest) -> bool:
    """Whether the cover lies over a page of somebody else than is signed in by now: it stays shut for whoever comes."""
    whose = request.POST.get("whose", "")
    return bool(whose) and whose != str(request.user.pk)


def _first(form: UnlockForm) -> str:
    return next((str(message) for messages in form.errors.values() for message in messages), "")


def _signed_out(request: HttpRequest) -> HttpResponse:
    """The session is over: whoever comes by the cover is told so, and what they typed stays where it is."""
    if request.accepts("text/html"):
        return redirect(f"{settings.LOGIN_URL}?{request.GET.urlencode()}")
    message = _("Your session is over. Sign in anew in another tab, as the same person, and come back.")
    return JsonResponse({"code": "not_signed_in", "message": message, "detail": {}}, status=401)


@never_cache
@require_POST
@login_required
def still_here(request: HttpRequest) -> HttpResponse:
    """Somebody typed or pointed in a page that asked for nothing: the gate has noted it already."""
    return HttpResponse(status=204)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        services.sign_out(user_id=request.user.pk, session=desk.session_of(request), **_doing())
    logout(request)
    return redirect("people:sign_in")


@never_cache
@sensitive_post_parameters("password", "password_again", "pin", "activation_code")
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Set password and PIN with an activation code."""
    form = ActivateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.activate_user(
                username=form.cleaned_data["username"].lower(),
                activation_code=form.cleaned_data["activation_code"],
                password=form.cleaned_data["password"],
                pin=form.cleaned_data["pin"],
                **_doing(),
            )
        except NotAllowed:
            form.add_error(None, _("Username and code do not fit, or the code is used or too old."))
        except Invalid as error:
            show_problems(form, error)
        else:
            return redirect("people:sign_in")
    return render(request, "people/activate.html", {"form": form}, status=422 if form.errors else 200)


def show_problems(form: Any, error: Invalid) -> None:
    """Put what a service refused at its fields, in words."""
    words = {
        "pin_shape": _("A PIN has 4 to 12 digits."),
        "pin_same": _("This is your PIN already. Choose another."),
        "pin_trivial": _("This PIN is too easy to guess."),
        "code_wrong": _("This is not the code of now. Look at the app again; its clock may be wrong."),
        "blank": _("Give it a name."),
        "not_printable": _("Letters, digits and signs alone."),
    }
    for name, problem in error.detail["fields"].items():
        messages = [problem] if isinstance(problem, str) else problem
        for message in messages:
            form.add_error(name, words.get(message, message))
