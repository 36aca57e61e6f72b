"""Scanners: the page at the station that scans the test card, the card itself, and the list of what is due."""

from dataclasses import asdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from coi import services
from coi.forms import scanner_texts
from coi.forms.scans import parse_card, parse_symbol, read_body
from coi.forms.texts import in_words
from coi.rules.qualification import state_of
from coi.rules.scanners import CARD, CardSymbol, Symbology
from coi.selectors import scanners
from coi.views.binding import Binding, bound_station, bound_token, read_binding
from people.views import person_of


@never_cache
@require_GET
@ensure_csrf_cookie
def check(request: HttpRequest) -> HttpResponse:
    """The page that scans the test card; a device that is bound to no station binds itself first."""
    found = bound_station(request)
    if found is None:
        return redirect("coi:station")
    binding, station = found
    newest = scanners.newest_qualification(station.code)
    state = state_of(newest.until if newest else None, timezone.now())
    context = {
        "station": station,
        "newest": newest,
        "state": state,
        "state_word": scanner_texts.STATES[state],
        "rows": [_row(number, symbol) for number, symbol in enumerate(CARD, 1)],
        "boot": _boot(binding),
    }
    return render(request, "coi/station_scanner.html", context)


def _row(number: int, symbol: CardSymbol) -> dict[str, Any]:
    """A row of the card as the page pictures it."""
    is_square = symbol.symbology in (Symbology.DATA_MATRIX, Symbology.GS1_DATA_MATRIX)
    title = scanner_texts.SYMBOLS[symbol.code]
    return {"number": number, "title": title, "y": 22 + 19 * (number - 1), "is_square": is_square}


def _boot(binding: Binding) -> dict[str, Any]:
    return {
        "urls": {
            "try": reverse("coi:scanner_try"),
            "record": reverse("coi:scanner_record"),
            "state": reverse("coi:station_state"),
            "station": reverse("coi:station"),
        },
        "zone": binding.zone,
        "prefix": binding.prefix,
        "rows": [
            {
                "code": symbol.code,
                "title": str(scanner_texts.SYMBOLS[symbol.code]),
                "meaning": str(scanner_texts.MEANINGS[symbol.code]),
            }
            for symbol in CARD
        ],
        "words": scanner_texts.page_words(),
    }


@never_cache
@require_POST
def try_symbol(request: HttpRequest) -> JsonResponse:
    """What came of one row of the card. Nothing is recorded yet."""
    binding = bound_token(request)
    with in_words():
        asked = parse_symbol(read_body(request))
        found = services.try_symbol(
            symbol=asked.symbol, transmission=asked.transmission, longest_pause_ms=binding.gap_ms
        )
    return JsonResponse(
        {
            "verdict": scanner_texts.verdict(found),
            "findings": scanner_texts.render_findings([asdict(one) for one in found]),
        }
    )


@never_cache
@require_POST
def record(request: HttpRequest) -> JsonResponse:
    """Record the whole card, signed with badge and PIN."""
    binding = bound_token(request)
    with in_words():
        asked = parse_card(read_body(request))
        made = services.record_qualification(
            token=binding.token,
            badge=asked.badge,
            pin=asked.pin,
            readings=asked.readings,
            make=asked.make,
            serial=asked.serial,
            longest_pause_ms=binding.gap_ms,
            now=timezone.now(),
            request_id=asked.request_id,
        )
    return JsonResponse(scanner_texts.render_qualification(made, binding.zone))


@require_GET
def card(request: HttpRequest) -> HttpResponse:
    """The test card as PDF, for whoever is signed in and for every station."""
    if not request.user.is_authenticated and read_binding(request) is None:
        return redirect_to_login(request.get_full_path())
    response = HttpResponse(services.test_card(), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="scanner-test-card.pdf"'
    return response


@never_cache
@require_GET
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """The stations of the viewer's sites, and until when their scanners are qualified."""
    now = timezone.now()
    rows = [
        {
            "station": row.station,
            "state": row.state,
            "word": scanner_texts.STATES[row.state],
            "newest": row.newest,
            "findings": scanner_texts.render_findings(row.newest.findings) if row.newest else [],
        }
        for row in scanners.scanners(person_of(request), now)
    ]
    return render(request, "coi/scanners.html", {"rows": rows, "now": now})
