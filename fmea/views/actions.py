"""Pages of actions: those of a worksheet, one's own and late ones, one with its next step, and planning one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fmea import services
from fmea.forms.action_words import REFUSALS
from fmea.forms.actions import ActionForm, ChangeForm, DoneForm, MoveForm, PlanForm, VerifyForm
from fmea.rules.moving import Refusal
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Row
from fmea.selectors import actions as selectors
from fmea.selectors.actions import ActionLine, line_of, rows_by_code
from fmea.selectors.sheets import SheetView
from fmea.views.action_shown import ActionShown, form_of, in_order, steps_for
from fmea.views.found import may_edit, sheet_of, unknown
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing


@never_cache
@require_GET
@login_required
def actions(request: HttpRequest, code: str) -> HttpResponse:
    """All actions of a worksheet: open ones first, the longest late before the others, each with its row."""
    sheet, now = sheet_of(request, code), timezone.now()
    viewer, today = person_of(request).user_id, selectors.today_at(sheet.site, now)
    found = in_order(ActionShown(it, viewer, today) for it in selectors.lines_of(sheet))
    context = {
        "sheet": sheet,
        "open": [it for it in found if it.is_open],
        "done": [it for it in found if it.line.action.status is ActionStatus.DONE],
        "over": [
            it for it in found if it.line.action.status in (ActionStatus.VERIFIED, ActionStatus.DROPPED)
        ],
        "late": sum(bool(it.days_late) for it in found),
        "may_write": may_edit(request, sheet.site),
    }
    return render(request, "fmea/actions.html", context)


@never_cache
@require_GET
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """What the viewer owns, due first; and what is late at their sites, whoever owns it."""
    viewer, now = person_of(request), timezone.now()
    own, late = selectors.actions_owned(viewer, now), selectors.late_actions(viewer, now)
    days = {site.code: now.astimezone(ZoneInfo(site.zone)).date() for site in people.sites()}
    shown = [ActionShown(ActionLine(it, None, None), viewer.user_id, days[it.site]) for it in (*own, *late)]
    context = {
        "mine": shown[: len(own)],
        "late": [it for it in shown[len(own) :] if not it.is_mine],
        "is_cut": max(len(own), len(late)) >= selectors.MOST,
    }
    return render(request, "fmea/actions_mine.html", context)


@never_cache
@require_GET
@login_required
def action_by_key(request: HttpRequest, key: str) -> HttpResponse:
    """From what work and notices know an action by to its page."""
    code, _colon, action = key.rpartition(":")
    return redirect("fmea:action", code=code or key, action=action or key)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """Plan an action on the row that the address names."""
    sheet, now = sheet_of(request, code), timezone.now()
    row = _row_of(sheet, request.GET.get("row", ""))
    form = PlanForm(request.POST or None)
    _offer_owners(form, sheet.site, now)
    status = 200
    if request.method == "POST":

        def act() -> str:
            asked = {"code": code, "row": row.code, **form.asked()}
            return services.plan_action(**asked, **_doing(request, sheet.site, form))

        status, made = attempt(form, act)
        if made is not None:
            messages.success(
                request, _("Action %(code)s is planned, and is its owner's work now.") % {"code": made}
            )
            return redirect("fmea:action", code=code, action=made)
    context = {"sheet": sheet, "row": row, "form": form, "may_write": may_edit(request, sheet.site)}
    return render(request, "fmea/action_plan.html", context, status=status)


@never_cache
@require_GET
@login_required
def action(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """One action: what it is, whose, until when; the row before and after it; what is next, and what was done."""
    return _page(request, *_found(request, code, action))


@never_cache
@require_POST
@login_required
def move(request: HttpRequest, code: str, action: str, to: str) -> HttpResponse:
    """Take an action further. A refusal is an answer: the page says its reasons, and keeps what was written."""
    if to not in ActionStatus._value2member_map_:
        raise unknown("action_unknown")
    sheet, shown = _found(request, code, action)
    form = _move_form(sheet, shown, ActionStatus(to), request)

    def act() -> tuple[Refusal, ...]:
        asked = {"code": code, "action": action, **form.asked(), "to": ActionStatus(to)}
        return services.move_action(**asked, **_doing(request, sheet.site, form))

    status, refused = attempt(form, act)
    if refused is not None and not refused:
        messages.success(request, _("Written down."))
        return redirect("fmea:action", code=code, action=action)
    if refused:
        form.take_refusals(refused)
    return _page(request, *_found(request, code, action), form, refused or (), status=status)


@never_cache
@require_POST
@login_required
def change(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """Change what an open action is about, whose it is or until when."""
    sheet, _shown_before = _found(request, code, action)
    form = ChangeForm(request.POST, auto_id="change_%s")
    _offer_owners(form, sheet.site, timezone.now())

    def act() -> bool:
        services.change_action(code=code, action=action, **form.asked(), **_doing(request, sheet.site, form))
        return True

    status, is_done = attempt(form, act)
    if is_done:
        messages.success(request, _("The action is changed."))
        return redirect("fmea:action", code=code, action=action)
    return _page(request, *_found(request, code, action), form, status=status)


def _page(
    request: HttpRequest,
    sheet: SheetView,
    shown: ActionShown,
    failed: ActionForm | None = None,
    refused: Sequence[Refusal] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    may_write = may_edit(request, sheet.site)
    forms = _steps(sheet, shown, failed, may_write=may_write)
    is_shown = failed is None or failed in forms.values() or isinstance(failed, ChangeForm)
    context = {
        "sheet": sheet,
        "shown": shown,
        "it": shown.line.action,
        "zone": zone_of(sheet.site),
        "steps": forms,
        "change": _change_form(shown, sheet.site, failed, now) if may_write and shown.is_open else None,
        "may_write": may_write,
        "history": shown.history(),
        # what was refused and has no form any more, since somebody else was faster
        "refused": () if is_shown else [str(REFUSALS[it]) for it in refused],
    }
    return render(request, "fmea/action.html", context, status=status)


def _steps(
    sheet: SheetView, shown: ActionShown, failed: ActionForm | None, *, may_write: bool
) -> dict[str, MoveForm]:
    """The forms of the viewer's next steps; the one that just failed says why and holds what was written."""
    found: dict[str, MoveForm] = {}
    for to in steps_for(shown, may_write=may_write):
        kind = form_of(shown, to)
        is_same = isinstance(failed, MoveForm) and type(failed) is kind
        found[str(to)] = failed if is_same and isinstance(failed, MoveForm) else _move_form(sheet, shown, to)
    return found


def _move_form(
    sheet: SheetView, shown: ActionShown, to: ActionStatus, request: HttpRequest | None = None
) -> MoveForm:
    """The form of a step, with what is known already."""
    kind, it = form_of(shown, to), shown.line.action
    own: dict[str, Any] = {"auto_id": f"{to}_%s", "data": request.POST if request is not None else None}
    if not issubclass(kind, VerifyForm):
        return kind(**own)
    known: dict[str, Any] = {"evidence": "\n".join(it.evidence), "done_on": it.done_on or shown.today}
    for name, given in it.after.items():
        known |= {name: given.get("rating"), f"{name}_why": given.get("why", "")}
        known |= {"severity_justification": given["justification"]} if "justification" in given else {}
    form = kind(**own, initial=known if issubclass(kind, DoneForm) or it.after else {})
    change = shown.line.change
    before = dict(zip(ScaleKind, change.before.ratings if change else (None,) * 3, strict=True))
    form.offer_ratings(before, {scale: _levels(sheet, scale) for scale in ScaleKind})
    return form


def _levels(sheet: SheetView, kind: ScaleKind) -> dict[int, str]:
    """The words of the ratings of a scale."""
    levels = sheet.header.get("scales", {}).get(str(kind), {}).get("levels", ())
    return {it["rating"]: it.get("text", "") for it in levels}


def _change_form(shown: ActionShown, site: str, failed: ActionForm | None, now: datetime) -> ChangeForm:
    if isinstance(failed, ChangeForm):
        return failed
    it = shown.line.action
    known = {"text": it.text, "aim": it.aim, "owner": it.owner, "due": it.due}
    form = ChangeForm(initial=known, auto_id="change_%s")
    _offer_owners(form, site, now, (it.owner, it.owner_name))
    return form


def _offer_owners(form: PlanForm, site: str, now: datetime, own: tuple[int, str] | None = None) -> None:
    """Everybody of the site who may own an action; whoever owns it, though they left, first."""
    choices = [
        (it.user_id, it.printed_name) for it in people.people_with_roles(Right.BE_GIVEN_WORK.roles, site, now)
    ]
    if own is not None and own not in choices:
        choices.insert(0, own)
    form.offer("owner", [("", ""), *((str(user), name) for user, name in choices)])


def _found(request: HttpRequest, code: str, action: str) -> tuple[SheetView, ActionShown]:
    sheet = sheet_of(request, code)
    found = selectors.action(code, action)
    if found is None:
        raise unknown("action_unknown")
    today = selectors.today_at(sheet.site, timezone.now())
    return sheet, ActionShown(line_of(sheet, found), person_of(request).user_id, today)


def _row_of(sheet: SheetView, code: str) -> Row:
    found = rows_by_code(sheet, [code]).get(code)
    if found is None:
        raise unknown("row_unknown")
    return found


def _doing(request: HttpRequest, site: str, form: ActionForm) -> dict[str, Any]:
    return doing(request, site, zone_of(site), form)
