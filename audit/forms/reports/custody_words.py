"""The words of a custody report: how a chain is broken, what was done with a container."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.rules.custody import EventKind, Why
from coi.rules.journey import CheckState

Word = str | Promise

EVENTS: Mapping[EventKind, Word] = {
    EventKind.MADE: _("made"),
    EventKind.USED: _("worked on"),
    EventKind.KEPT: _("put away"),
    EventKind.HANDED_OVER: _("handed over"),
    EventKind.ENDED: _("used up or closed out"),
}

BREAKS: Mapping[Why, Word] = {
    Why.NO_BEGINNING: _("the step that made it is not on record"),
    Why.NOT_SENT: _("it was at a site that nobody had handed it to"),
    Why.NOT_RECEIVED: _("it was handed to a carrier, and nobody received it"),
    Why.GIVER_MISSING: _("a hand-over without a giver"),
    Why.RECEIVER_MISSING: _("a hand-over without a receiver"),
    Why.SHIPPER_MISSING: _("a shipment without a shipper"),
    Why.NO_CONDITION: _("received without a record of its condition"),
    Why.PLACE_UNKNOWN: _("nobody recorded where it was kept"),
    Why.TIME_BACKWARDS: _("a time lies before the one recorded before it"),
    Why.AFTER_THE_END: _("worked on after it was used up or closed out"),
    Why.NEVER_CLOSED: _("the journey ended, and it was never closed out"),
}

# One sentence a break: which container, from when to when, between whom.
SENTENCES: Mapping[Why, Word] = {
    Why.NO_BEGINNING: _("{container}: the step that made it is not on record."),
    Why.NOT_SENT: _(
        "{container}: {had} had it until {since}, then it was at {has} ({until}) without a hand-over."
    ),
    Why.NOT_RECEIVED: _("{container}: {had} took it over at {since}. Nobody received it until {until}."),
    Why.GIVER_MISSING: _("{container}: the hand-over at {since} names no giver."),
    Why.RECEIVER_MISSING: _("{container}: the hand-over at {since} names no receiver."),
    Why.SHIPPER_MISSING: _("{container}: the shipment handed over at {since} names no shipper."),
    Why.NO_CONDITION: _("{container}: {has} received it at {since} without a record of its condition."),
    Why.PLACE_UNKNOWN: _("{container}: from {since} to {until} nobody recorded where {had} kept it."),
    Why.TIME_BACKWARDS: _("{container}: what was recorded later carries an earlier time ({since})."),
    Why.AFTER_THE_END: _("{container}: worked on at {until}, after it was used up or closed out."),
    Why.NEVER_CLOSED: _("{container}: the journey ended at {since}, and it was never closed out."),
}

CHECKS: Mapping[CheckState, Word] = {
    CheckState.COMPLETE: _("passed"),
    CheckState.STOPPED: _("STOPPED"),
}
