"""Cards to print: commands, stations, places, stock, badges; labels of shippers; bands of the demonstration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from coi import services
from coi.forms.cards import KINDS, BadgesForm, BandForm, CardsForm
from coi.forms.pages import PageForm
from coi.forms.texts import in_words
from coi.rules.cards import Printable
from coi.selectors import cards as found
from coi.services.drawing import PictureForm
from coi.views.asking import attempt, doing
from coi.views.files import file_answer, that_fits
from ledger.rules.errors import NotAllowed
from people import selectors as people
from people.rules.authority import IssuedBadge
from people.rules.badges import is_ours
from people.views import actor_of, person_of


@dataclass(frozen=True)
class Offer:
    """What one person may print at one of their sites, and whether bands of patients besides."""

    sites: list[found.CardSite]
    at: found.CardSite | None
    things: list[Printable]
    badges: list[IssuedBadge]
    may_bands: bool


def _offer(request: HttpRequest, site: str) -> Offer:
    """At the named site, which has to be one of theirs, or at their first."""
    viewer, now = person_of(request), timezone.now()
    sites = found.card_sites(viewer, now)
    at = next((one for one in sites if site in ("", one.site.code)), None)
    if at is None and site:
        with in_words():
            raise NotAllowed("role_missing")
    return Offer(
        sites=sites,
        at=at,
        things=found.printables(at.site, now) if at is not None else [],
        badges=people.badges_in_force([at.site.code], now) if at is not None and at.may_badges else [],
        may_bands=found.may_print_bands(viewer, now),
    )


def _page(
    request: HttpRequest, offer: Offer, form: PageForm | None = None, status: int = 200
) -> HttpResponse:
    """The page, with what was wrong in the form that was sent."""
    groups = [
        (kind, title, empty, [thing for thing in offer.things if thing.kind is kind])
        for kind, (title, empty) in KINDS.items()
    ]
    context = {
        "offer": offer,
        "groups": groups,
        "ours": [badge for badge in offer.badges if is_ours(badge.code)],
        "foreign": [badge for badge in offer.badges if not is_ours(badge.code)],
        "form": form,
        "chosen": _chosen(form),
        "badges_form": form if isinstance(form, BadgesForm) else BadgesForm(offered=()),
        "band_form": form if isinstance(form, BandForm) else BandForm(auto_id="band_%s"),
    }
    return render(request, "coi/cards.html", context, status=status)


def _chosen(form: PageForm | None) -> list[str]:
    """What was marked stays marked; a page that is opened has none."""
    if isinstance(form, CardsForm | BadgesForm):
        name = "cards" if isinstance(form, CardsForm) else "badges"
        return [str(code) for code in form[name].value() or []]
    return []


@never_cache
@require_GET
@login_required
def cards(request: HttpRequest) -> HttpResponse:
    """What may be printed here."""
    return _page(request, _offer(request, request.GET.get("site", "")))


@never_cache
@require_POST
@login_required
def sheet(request: HttpRequest, site: str) -> HttpResponse:
    """Cards of commands, stations, places and stock, on A4."""
    offer = _offer(request, site)
    form = CardsForm(request.POST, offered=[thing.code for thing in offer.things])
    return _handed_out(
        request,
        offer,
        form,
        f"cards-{site}.pdf",
        lambda: services.print_cards(
            site=site, cards=form.cleaned_data["cards"], actor=actor_of(request), now=timezone.now()
        ),
    )


@never_cache
@require_POST
@login_required
def badges(request: HttpRequest, site: str) -> HttpResponse:
    """Cards of badges on A4: who was handed which is recorded."""
    offer = _offer(request, site)
    if offer.at is None or not offer.at.may_badges:
        with in_words():
            raise NotAllowed("role_missing")
    form = BadgesForm(request.POST, offered=[badge.code for badge in offer.badges])
    return _handed_out(
        request,
        offer,
        form,
        f"badges-{site}.pdf",
        lambda: services.print_badges(
            site=site, badges=form.cleaned_data["badges"], **doing(request, form, site)
        ),
    )


@never_cache
@require_POST
@login_required
@sensitive_post_parameters("wristband")
def wristband(request: HttpRequest) -> HttpResponse:
    """A band for playing the patient; in a demonstration, to those who may know who a patient is."""
    offer = _offer(request, "")
    if not offer.may_bands:
        raise Http404
    form = BandForm(request.POST, auto_id="band_%s")
    return _handed_out(
        request,
        offer,
        form,
        "wristband.pdf",
        lambda: services.print_wristband(
            code=form.cleaned_data["wristband"].strip(), **doing(request, form, "")
        ),
    )


def _handed_out(
    request: HttpRequest, offer: Offer, form: Any, name: str, draw: Callable[[], bytes]
) -> HttpResponse:
    """The file, or the page with what was wrong."""
    drawn: list[bytes] = []

    def act() -> None:
        with that_fits("card_not_drawable"):
            drawn.append(draw())

    status = attempt(form, act) if form.is_valid() else 422
    if status != 200:
        return _page(request, offer, form, status)
    return file_answer(drawn[0], "pdf", name)


@never_cache
@require_GET
@login_required
def shipper(request: HttpRequest, code: str, form: PictureForm) -> HttpResponse:
    """The label of a shipper as PDF, PNG or SVG."""
    view, now = _shipper(request, code), timezone.now()
    with that_fits():
        data = services.shipper_picture(view, form, now=now)
    return file_answer(data, form, f"{code}.{form}")


@never_cache
@require_GET
@login_required
def shipper_zpl(request: HttpRequest, code: str) -> HttpResponse:
    """The same in the language of label printers, at their dots per inch (`dpi`, 203 unless told)."""
    dpi = request.GET.get("dpi", "203")
    if dpi not in [str(resolution) for resolution in services.LABEL_RESOLUTIONS]:
        raise Http404
    view = _shipper(request, code)
    with that_fits():
        data = services.shipper_zpl(view, int(dpi), now=timezone.now())
    return file_answer(data, "zpl", f"{code}-{dpi}.zpl")


def _shipper(request: HttpRequest, code: str) -> found.ShipperView:
    view = found.shipper(person_of(request), code, timezone.now())
    if view is None:
        raise Http404
    return view
