"""The scan station: one page, and the requests that it sends. The decisions are those of the API: the same service."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coi import services
from coi.forms import scanner_texts, words
from coi.forms.answers import render_answer, render_refusals
from coi.forms.instructions import instruction_for
from coi.forms.pages import BindForm, DeviceForm, ReleaseDeviceForm
from coi.forms.scans import parse_clearance, parse_scan, read_body
from coi.forms.station_words import past_word, station_words
from coi.forms.texts import in_words
from coi.rules.late import LateReason
from coi.rules.qualification import state_of
from coi.rules.requests import KeyedReason
from coi.selectors import stations
from coi.views.asking import attempt
from coi.views.binding import Binding, bind, bound_station, bound_token, read_binding, release
from people import selectors as people
from people.rules import codes
from people.rules.sites import StationView
from people.services import bind_device, release_device

# How long the page waits before it asks on a second person's behalf: quicker than this is no check of one's own.
SECOND_PERSON_PAUSE_MS = 1200
_IDLE = {"need": "scan", "item": ""}


@never_cache
@require_GET
@ensure_csrf_cookie
def station(request: HttpRequest) -> HttpResponse:
    """The station's page; on a device that is bound to none, the form that binds it."""
    bound = bound_station(request)
    if bound is None:
        return _binding_page(request, BindForm())
    binding, found = bound
    reasons = [(reason.value, words.keyed_reason(reason)) for reason in KeyedReason]
    context = {
        "station": found,
        "keyed_reasons": reasons,
        "late_reasons": [(reason.value, words.late_reason(reason)) for reason in LateReason],
        "boot": _boot(binding, found),
    }
    return render(request, "coi/station.html", context)


def _binding_page(request: HttpRequest, form: BindForm, status: int = 200) -> HttpResponse:
    return render(request, "coi/station_bind.html", {"form": form}, status=status)


def _boot(binding: Binding, found: StationView) -> dict[str, Any]:
    """What the page's modules start with; no identifier of a journey."""
    idle = instruction_for(_IDLE)
    return {
        "urls": {
            "scan": reverse("coi:station_scan"),
            "state": reverse("coi:station_state"),
            "clear": reverse("coi:station_clear", args=[UUID(int=0)]),
            "scanner": reverse("coi:scanner_check"),
        },
        "station": found.code,
        "zone": found.zone,
        "scanner": {"gapMs": binding.gap_ms, "prefix": binding.prefix},
        "commands": {"cancel": codes.make("C", "CANCEL"), "clear": codes.make("C", "CLEAR")},
        "idle": {"need": "scan", "item": "", "instruction": idle.text, "hint": idle.hint, "picture": "any"},
        "secondPersonPauseMs": SECOND_PERSON_PAUSE_MS,
        "words": station_words(),
        "state": _state(binding, found),
    }


def _state(binding: Binding, found: StationView) -> dict[str, Any]:
    screen = stations.station_screen(found)
    return {
        "now": timezone.now().isoformat(),
        "stop": _stop(screen.stop, binding.zone),
        "checks": [
            {
                "check": str(check.check),
                "title": check.title,
                "since": check.since.isoformat(),
                "by": check.by,
                "waitsForSecond": check.waits_for_second,
            }
            for check in screen.checks
        ],
        "recent": [
            {
                "at": scan.at.isoformat(),
                "outcome": "stop" if scan.is_stop else scan.outcome,
                "word": "STOP" if scan.is_stop else past_word(scan.outcome, scan.command),
                "title": scan.title,
            }
            for scan in screen.recent
        ],
        "countdown": _countdown(screen),
        "scanner": _scanner(screen, binding.zone),
    }


def _scanner(screen: stations.StationScreen, zone: str) -> dict[str, Any]:
    """How long the scanner of this station may still be used, when that has to be said."""
    state = state_of(screen.scanner_until, timezone.now())
    return {"state": str(state), "text": scanner_texts.reminder(state, screen.scanner_until, zone)}


def _stop(stop: stations.StopView | None, zone: str) -> dict[str, Any] | None:
    if stop is None:
        return None
    return {
        "check": str(stop.check),
        "metBy": stop.met_by,
        "refusals": render_refusals(stop.refusals, zone, stop.titles),
    }


def _countdown(screen: stations.StationScreen) -> dict[str, Any] | None:
    running = screen.countdown
    if running is None:
        return None
    return {**asdict(running), "until": running.until.isoformat()}


@never_cache
@require_POST
@sensitive_post_parameters("token", "secret")
def bind_station(request: HttpRequest) -> HttpResponse:
    """Bind this device to the station that holds the token; a supervisor or administrator of its site does it."""
    form = BindForm(request.POST)
    if not form.is_valid():
        return _binding_page(request, form, 422)
    token, doing = form.cleaned_data["token"].strip(), _doing(form)
    status = attempt(form, lambda: bind_device(token=token, **doing))
    found = people.station_by_token(token)
    if status != 200 or found is None:
        return _binding_page(request, form, status)
    chosen = Binding(token, found.zone, form.cleaned_data["gap_ms"], form.cleaned_data["scan_prefix"])
    return bind(redirect("coi:station"), chosen)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("secret")
def release_station(request: HttpRequest) -> HttpResponse:
    """End the bond of this device, by the same people; one that is bound to nothing any more is simply let go."""
    binding = read_binding(request)
    found = people.station_by_token(binding.token) if binding else None
    if binding is None or found is None or not found.is_active:
        return release(redirect("coi:station"))
    form = ReleaseDeviceForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            token, doing = binding.token, _doing(form)
            status = attempt(form, lambda: release_device(token=token, **doing))
        if status == 200:
            return release(redirect("coi:station"))
    return render(request, "coi/station_release.html", {"form": form, "station": found}, status=status)


def _doing(form: DeviceForm) -> dict[str, Any]:
    return {
        "credential": form.credential(),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }


@never_cache
@require_GET
def state(request: HttpRequest) -> JsonResponse:
    """The state of the station, asked every few seconds: the answer itself is the sign that the line is up."""
    binding = bound_token(request)
    found = people.station_by_token(binding.token)
    if found is None or not found.is_active:
        with in_words():
            raise services.StationUnknown("station_unknown")
    return JsonResponse(_state(binding, found))


@never_cache
@require_POST
def scan(request: HttpRequest) -> JsonResponse:
    """One scan from the page."""
    binding = bound_token(request)
    with in_words():
        asked = parse_scan(read_body(request), binding.token, binding.zone)
        answer = services.record_scan(scan=asked, now=timezone.now())
    return JsonResponse(render_answer(answer, binding.zone))


@never_cache
@require_POST
def clear(request: HttpRequest, check: UUID) -> JsonResponse:
    """The second person clears a STOP."""
    binding = bound_token(request)
    with in_words():
        asked = parse_clearance(read_body(request))
        services.clear_stop(
            check=check,
            token=binding.token,
            badge=asked.badge,
            pin=asked.pin,
            now=timezone.now(),
            request_id=asked.request_id,
        )
    return JsonResponse({"check": str(check), "cleared": True})
