"""How the pages of controlled documents show worksheets: name, use, faults in words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from people.registry import Shown, Word

FAULTS: Mapping[str, Word] = {
    "required": _("This has to be filled in."),
    "repeated": _("“{given}” stands here twice."),
    "code_shape": _("A code has letters, digits, dots, dashes and underscores, at most 32."),
    "not_a_day": _("Write a day between 1900 and 2999, as 2026-12-31."),
    "unknown_step": _("There is no step “{given}” on this worksheet."),
    "unknown_row": _("There is no row “{given}” on this worksheet."),
    "ref_unknown": _("“{given}” is not known here."),
    "lead_missing": _("Somebody leads the team."),
    "action_or_reason_required": _(
        "A high priority asks for an action, or for the reason why there is none."
    ),
    "residual_decision_required": _(
        "From severity 9 on, somebody signs what becomes of the risk that is left."
    ),
    "risk_not_accepted": _("The risk that is left is not accepted: more has to be done first."),
    "action_required": _("The risk is accepted until an action is done, and there is no such action."),
    "severity_lowered": _(
        "The severity was {before}. A control seldom makes the effect less severe: say what does."
    ),
    "not_aimed_at_severity": _(
        "This action is not meant to change the severity, and yet it is lower after it."
    ),
    "not_in_order": _("Ratings stand in order: this is {wanted}."),
    "no_rate_here": _("This rating has no rate."),
    "not_a_rate": _("This is not a rate of this scale."),
    "not_rising": _("Rates rise with the rating."),
    "text_missing": _("Say what is to be done."),
    "owner_missing": _("Somebody has to own this action."),
    "due_missing": _("Say by when."),
    "evidence_missing": _("Name what shows that it was done."),
    "done_on_missing": _("Say when it was done."),
    "after_missing": _("Rate the row again before this is verified."),
    "verifier_missing": _("Somebody has to verify this."),
    "owner_verifies": _("Whoever owns an action does not verify it."),
    "reason_missing": _("Say why it is dropped."),
}


def worksheet_shown() -> Shown:
    """A worksheet."""
    return Shown(
        title=_("Risk worksheet (FMEA)"),
        about=_("What can go wrong in a process, how bad, how often, how seen, and what is done about it."),
        code_help=_("Worksheets are written on their own page, under Risk; this is what was signed."),
        start={},
        faults=FAULTS,
    )
