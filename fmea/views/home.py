"""All worksheets, and the beginning of a new one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from coi.selectors.products import products
from fmea import services
from fmea.forms import home as shown
from fmea.forms.addresses import address
from fmea.forms.starting import copied_content, starting_content
from fmea.forms.worksheets import NewForm
from fmea.selectors.overview import worksheet_lines
from fmea.selectors.sheets import visible_sheets, whole_draft
from fmea.views.found import editing_sites, sheet_of
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing


@never_cache
@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Every worksheet that is the viewer's to see, what is late first."""
    lines = worksheet_lines(person_of(request), timezone.now())
    context = {
        "sentence": shown.sentence(lines) if lines else "",
        "lines": shown.shown(lines),
        "may_begin": bool(editing_sites(request)),
    }
    return render(request, "fmea/home.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Begin a worksheet with our own scales, or as a copy of another one."""
    sites = editing_sites(request)
    others = visible_sheets(person_of(request), timezone.now())
    form = NewForm(
        request.POST or None,
        products=products(),
        sites=[(it.code, it.name) for it in sites],
        others=[(it.code, f"{it.title} ({it.code})") for it in others],
        initial={"like": request.GET.get("like", "")},
    )
    status = 200
    if request.method == "POST":
        status, made = attempt(form, lambda: _open(request, form))
        if made is not None:
            messages.success(request, _("The worksheet has begun. Write down what can go wrong."))
            code = form.cleaned_data["code"]
            return redirect(address("fmea:sheet", code) or reverse("fmea:worksheet", args=[code]))
    return render(request, "fmea/new.html", {"form": form, "may_begin": bool(sites)}, status=status)


def _open(request: HttpRequest, form: NewForm) -> Any:
    asked = form.cleaned_data
    title, product = asked["title"].strip(), asked["product"]
    if asked["like"]:
        content = copied_content(whole_draft(sheet_of(request, asked["like"])).content(), title, product)
    else:
        content = starting_content(title, product)
    own = doing(request, asked["site"], zone_of(asked["site"]), form)
    return services.open_sheet(code=asked["code"], site=asked["site"], content=content, **own)
