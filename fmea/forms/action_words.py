"""Words for actions: where they stand, what they are for, what speaks against a step."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fmea.forms import words
from fmea.forms.document_words import FAULTS
from fmea.rules.actions import Missing
from fmea.rules.moving import Lowered, Refusal
from fmea.rules.worksheet import ActionStatus, Aim

_SIGNS: Mapping[ActionStatus, tuple[str, str]] = {
    ActionStatus.PLANNED: ("○", ""),
    ActionStatus.UNDER_WAY: ("◐", ""),
    ActionStatus.DONE: ("▲", "tag-warn"),
    ActionStatus.VERIFIED: ("✔", "tag-done"),
    ActionStatus.DROPPED: ("⊘", ""),
}
# The sign, the kind of tag, and the word.
STATUSES: Mapping[ActionStatus, tuple[str, str, Promise]] = {
    it: (*sign, words.STATUSES[it][1]) for it, sign in _SIGNS.items()
}
AIM_MEANINGS: Mapping[Aim, Promise] = {
    Aim.PREVENTION: _("The failure becomes rarer: occurrence is rated again after it."),
    Aim.DETECTION: _("The failure is caught before it does harm: detection is rated again after it."),
    Aim.SEVERITY: _("Rare: a control seldom changes what a failure does once it is there."),
}
REFUSALS: Mapping[Refusal, Promise | str] = {
    **{it: FAULTS[it] for it in Missing if it is not Missing.MOVE},
    Missing.MOVE: _(
        "It does not go from where it stands to there. Perhaps somebody took it further meanwhile."
    ),
    Missing.REASON: _("Say why."),
    Lowered.UNJUSTIFIED: _(
        "The severity is lower than before. A control seldom makes the effect less severe: say what does."
    ),
    Lowered.NOT_AIMED: FAULTS["not_aimed_at_severity"],
}
