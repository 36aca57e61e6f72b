"""Words for scoring: what is asked, where a round stands, why something is refused, what becomes of a risk."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmea.rules.scales import ScaleKind
from fmea.rules.team import TeamRefusal
from fmea.rules.worksheet import Decision
from fmea.selectors.scoring import Standing

ASKED: Mapping[ScaleKind, Promise] = {
    ScaleKind.SEVERITY: _("How bad is it for the patient if it happens?"),
    ScaleKind.OCCURRENCE: _("How often does the cause come up?"),
    ScaleKind.DETECTION: _("How likely is it missed before it does harm?"),
}

# Mark, tone and words.
STANDINGS: Mapping[Standing, tuple[str, str, Promise]] = {
    Standing.BLIND: ("○", "tag-warn", _("scored blind")),
    Standing.OPEN: ("◷", "tag-warn", _("to be agreed on")),
    Standing.AGREED: ("◷", "tag-warn", _("to be signed")),
    Standing.SETTLED: ("✔", "tag-done", _("on the sheet")),
    Standing.GIVEN_UP: ("■", "", _("given up")),
}

REFUSALS: Mapping[TeamRefusal, Promise] = {
    TeamRefusal.NOT_OF_THE_TEAM: _("You are not of the team that scores this row."),
    TeamRefusal.NOT_THE_LEAD: _("Only whoever leads this round does that."),
    TeamRefusal.NOT_BLIND: _("The scores were shown already: nobody rates after that."),
    TeamRefusal.NOT_OPEN: _("The scores have not been shown yet: there is nothing to agree on."),
    TeamRefusal.NOT_AGREED: _("Nothing has been agreed on yet."),
    TeamRefusal.NOT_RATINGS: _("Rate on at least one scale."),
    TeamRefusal.TOO_FEW: _("Fewer than two people have scored: there is no spread to show."),
    TeamRefusal.WHY_MISSING: _("Say why the team agrees on this."),
    TeamRefusal.SAID_ALREADY: _("You have said already whether you agree."),
}

DECISION_MEANINGS: Mapping[Decision, Promise] = {
    Decision.ACCEPTED: _("What is done about it is enough. You answer for the risk that is left."),
    Decision.ACCEPTED_UNTIL_ACTION: _(
        "You answer for it only until an action of this row is done. Without a planned action the worksheet is not"
        " handed to review."
    ),
    Decision.NOT_ACCEPTED: _(
        "More has to be done first: the worksheet is not handed to review as long as this stands."
    ),
}
# Whether somebody has decided on the risk that is left in a row: mark, tone and words.
LEFT: Mapping[str, tuple[str, str, Promise]] = {
    "open": ("■", "tag-stop", _("to be decided")),
    "valid": ("✔", "tag-done", _("decided")),
    "changed": ("■", "tag-stop", _("the row changed since: decide again")),
}
