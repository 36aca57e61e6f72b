"""Signals of control charts in the reader's language: which rule spoke, on which side, and where the signal stands."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from qc.rules.noted_signals import Noted, NotedState

STATES: Mapping[NotedState, str | Promise] = {
    NotedState.RAISED: _("nobody has acknowledged it yet"),
    NotedState.ACKNOWLEDGED: _("acknowledged"),
    NotedState.CLOSED: _("closed"),
    NotedState.WITHDRAWN: _("withdrawn"),
}
_SIDES: Mapping[str, str | Promise] = {
    "upper": _("upwards"),
    "lower": _("downwards"),
    "both": _("to both sides"),
}
_NUMBERED: Mapping[str, str | Promise] = {
    "nelson": _("rule {number} of Nelson"),
    "western": _("rule {number} of Western Electric"),
}
_NAMED: Mapping[str, str | Promise] = {
    "ewma": _("moving average (EWMA)"),
}
_RULE = re.compile(r"(?P<whose>nelson|western)_(?P<number>[0-9])", re.ASCII)


def signal_text(noted: Noted) -> str:
    """A signal as the pages of a batch tell it."""
    told = [noted.parameter, str(_SIDES.get(noted.side, noted.side)), rule_text(noted.by)]
    named = ", ".join(it for it in told if it)
    return say("A control chart signals: {signal}; {state}").format(signal=named, state=STATES[noted.state])


def rule_text(code: str) -> str:
    """Which rule spoke; a code without words, of a chart that this room does not know, stands for itself."""
    found = _RULE.fullmatch(code)
    if found is None:
        return str(_NAMED.get(code, code))
    return str(_NUMBERED[found["whose"]]).format(number=found["number"])
