"""Pages of `people`: signing in and out, waiting work and the trail of entries; documents are beside it."""

from uuid import uuid4

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.rules.errors import Invalid, NotAllowed
from people import selectors, services
from people.forms import ActivateForm, DoneForm, SignInForm, TrailForm
from people.registry import ends_by_itself
from people.rules.authority import Person
from people.rules.credentials import CredentialState

BACKEND = "django.contrib.auth.backends.ModelBackend"


def person_of(request: HttpRequest) -> Person:
    """The person of the session with what they may do now."""
    user_id = request.user.pk
    person = None if user_id is None else selectors.person(user_id, timezone.now())
    if person is None:
        raise NotAllowed("role_missing")
    return person


def actor_of(request: HttpRequest) -> Actor:
    """The person of the session, as entries name them; for pages behind `login_required`."""
    person = person_of(request)
    return Actor(ActorKind.PERSON, person.printed_name, person.user_id, AuthMethod.PASSWORD)


def _after_sign_in(request: HttpRequest) -> str:
    """Where the visitor was going, if that is on this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else resolve_url("/")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Username and password; the answer to a wrong one does not say which of the two was wrong."""
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        result = services.sign_in(
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            where=Where(),
            now=timezone.now(),
            request_id=uuid4(),
        )
        if result.user is not None:
            login(request, result.user, backend=BACKEND)
            return redirect(_after_sign_in(request))
        is_locked = result.state is CredentialState.LOCKED
        text = _("Too many wrong attempts. Wait a quarter of an hour, or ask an administrator.")
        form.add_error(None, text if is_locked else _("Username or password is wrong."))
        status = 401
    context = {"form": form, "next": _after_sign_in(request)}
    return render(request, "people/sign_in.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if request.user.is_authenticated:
        services.sign_out(user_id=request.user.pk, where=Where(), now=timezone.now(), request_id=uuid4())
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
                where=Where(),
                now=timezone.now(),
                request_id=uuid4(),
            )
        except NotAllowed:
            form.add_error(None, _("Username and code do not fit, or the code is used or too old."))
        except Invalid as error:
            _show_problems(form, error)
        else:
            return redirect("people:sign_in")
    return render(request, "people/activate.html", {"form": form}, status=422 if form.errors else 200)


def _show_problems(form: ActivateForm, error: Invalid) -> None:
    words = {
        "pin_shape": _("A PIN has 4 to 12 digits."),
        "pin_trivial": _("This PIN is too easy to guess."),
    }
    for name, problem in error.detail["fields"].items():
        messages = [problem] if isinstance(problem, str) else problem
        for message in messages:
            form.add_error(name, words.get(message, message))


@require_GET
@login_required
def work(request: HttpRequest) -> HttpResponse:
    """What waits for the person, and the newest notices."""
    now = timezone.now()
    person = person_of(request)
    items = [
        (item, item.is_late(now), None if ends_by_itself(item.cause) else DoneForm(initial={"item": item.id}))
        for item in selectors.work_for(person, now)
    ]
    return render(
        request, "people/work.html", {"items": items, "notices": selectors.notices_for(person, now)}
    )


@require_POST
@login_required
def work_done(request: HttpRequest) -> HttpResponse:
    """Mark work as done."""
    form = DoneForm(request.POST)
    if not form.is_valid():
        raise Invalid("fields_invalid", detail={"fields": form.errors.get_json_data()})
    services.close_work_item(
        id=str(form.cleaned_data["item"]),
        actor=actor_of(request),
        where=Where(),
        now=timezone.now(),
        request_id=form.cleaned_data["request_id"],
    )
    return redirect("people:work")


@require_GET
@login_required
def entries(request: HttpRequest) -> HttpResponse:
    """The trail: who did what, when, where and why; for auditors, quality and supervisors."""
    form = TrailForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"kind": "", "key": ""}
    lines = selectors.trail(person_of(request), timezone.now(), kind=asked["kind"], key=asked["key"])
    if lines is None:
        raise NotAllowed("role_missing", _("The trail is for auditors, quality and supervisors."))
    return render(request, "people/entries.html", {"form": form, "lines": lines})
