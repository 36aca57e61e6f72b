"""One worksheet for reading: where it stands, what is still to be done, its rows in their order; and its signature."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from fmea import services
from fmea.forms import words
from fmea.forms.addresses import Places, picture_addresses
from fmea.forms.pictures import Shown
from fmea.forms.ranked import arithmetic, boxes_shown, ranked
from fmea.forms.to_do import to_do_shown
from fmea.forms.worksheets import SubmitForm
from fmea.rules.actions import all_before_after
from fmea.rules.pictures import When
from fmea.rules.scales import Level, ScaleKind
from fmea.rules.worksheet import Scales, Worksheet
from fmea.selectors.versions import Standing, standing_of
from fmea.selectors.worksheets import AtWork
from fmea.views import pictures
from fmea.views.found import may_edit, whole_of
from people.forms.documents import STATES
from qc.views.found import zone_of
from qc.views.shared import attempt, signing

# So many rows stand on one page, in their order.
ON_A_PAGE = 100
# So much of what is to be done is named; of it, so much at once.
MOST_TO_DO, _AT_ONCE = 200, 5


@never_cache
@require_GET
@login_required
def worksheet(request: HttpRequest, code: str) -> HttpResponse:
    """One worksheet."""
    return _page(request, whole_of(request, code))


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Sign what stands on the sheet and hand it to review."""
    whole = whole_of(request, code)
    form = SubmitForm(
        request.POST, auto_id="submit_%s", asks_why=_asks_why(whole, standing_of(whole, timezone.now()))
    )
    site = whole.sheet.site
    status, version = attempt(
        form,
        lambda: services.submit_sheet(
            code=code,
            revision=form.cleaned_data["revision"],
            reason=form.cleaned_data.get("reason", ""),
            **signing(request, site, zone_of(site), form),
        ),
    )
    if version is not None:
        messages.success(request, _("Signed and handed to review."))
        return redirect("fmea:worksheet", code=code)
    return _page(request, whole_of(request, code), form=form, status=status)


def _page(
    request: HttpRequest, whole: AtWork, *, form: SubmitForm | None = None, status: int = 200
) -> HttpResponse:
    sheet, now = whole.sheet, timezone.now()
    standing, is_editor = standing_of(whole, now), may_edit(request, sheet.site)
    places = Places.of(sheet.code, may_edit=is_editor and not standing.is_resting)
    missing = services.to_do(whole, now)
    if form is None and is_editor and not standing.is_resting and not missing:
        form = _unsigned(whole, standing)
    context: dict[str, Any] = {
        "sheet": sheet,
        "worksheet": whole.worksheet,
        "zone": zone_of(sheet.site),
        "standing": standing,
        "effective_state": _state_of(standing),
        "to_do": to_do_shown(whole, missing[:MOST_TO_DO], places),
        "missing": len(missing),
        "more": min(len(missing), MOST_TO_DO) - _AT_ONCE,
        "may_edit": is_editor,
        "may_write": is_editor and not standing.is_resting,
        "form": form,
        "places": places,
        **_rows(request, whole),
    }
    return render(request, "fmea/worksheet.html", context, status=status)


def _unsigned(whole: AtWork, standing: Standing) -> SubmitForm:
    revision = {"revision": whole.sheet.revision}
    return SubmitForm(auto_id="submit_%s", asks_why=_asks_why(whole, standing), initial=revision)


def _asks_why(whole: AtWork, standing: Standing) -> bool:
    """The first version changes nothing, and one that was sent back to its author has said why already."""
    return whole.sheet.base > 0 and standing.open is None


def _state_of(standing: Standing) -> Any:
    return None if standing.open is None else STATES[standing.open.state]


def _rows(request: HttpRequest, whole: AtWork) -> dict[str, Any]:
    """The rows in their order, as far as the sheet can be read."""
    if whole.worksheet is None:
        return {}
    when = pictures.when_of(request)
    lines = all_before_after(whole.worksheet)
    rows = ranked(whole.worksheet, lines, when)
    is_drawn = any(it.now.rpn is not None for it in rows)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "rows": list(page),
        "page": page,
        "when": when,
        # the order of many rows is shown page by page, and is not counted
        "is_to_be_counted": page.paginator.num_pages == 1 and any(it.evidence for it in whole.worksheet.rows),
        "arithmetic": arithmetic(rows),
        "formality": words.FORMALITY[whole.worksheet.formality],
        "scale_rows": _levels(whole.worksheet.scales),
        "boxes": boxes_shown(whole.worksheet, lines, when),
        **(_picture(request, whole.sheet.code, whole.worksheet, when) if is_drawn else {}),
        "has_after": any(it.before.ratings != it.after.ratings for it in lines),
    }


def _picture(request: HttpRequest, code: str, worksheet: Worksheet, when: When) -> dict[str, Any]:
    """One of the pictures, and the way to the others."""
    wanted = request.GET.get("picture", "")
    name = wanted if wanted in pictures.NAMES else pictures.NAMES[0]
    query = urlencode({"when": str(when)})
    return {
        "picture": pictures.picture(worksheet, name, when, Shown(picture_addresses(code))),
        "picture_name": name,
        "picture_names": [(it, words.PICTURES[it]) for it in pictures.NAMES],
        "json": f"{reverse(f'fmea:{name}_json', args=[code])}?{query}",
        "svg": f"{reverse(f'fmea:{name}_svg', args=[code])}?{query}",
    }


def _levels(scales: Scales) -> list[tuple[Level, ...]]:
    """The levels of all three scales side by side, rating 10 first."""
    levels = [reversed(scales.of(kind).levels) for kind in ScaleKind]
    return list(zip(*levels, strict=True))
