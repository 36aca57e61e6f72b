"""The words that the station's modules put on the screen themselves; all others come with the server's answers."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.rules.outcome import Outcome

_WORDS: dict[str, str | Promise] = {
    "match": _("MATCH"),
    "done": _("DONE"),
    "hello": _("WELCOME"),
    "needs_values": _("NEEDS VALUES"),
    "needs_pin": _("NEEDS YOUR PIN"),
    "needs_witness": _("NEEDS A SECOND PERSON"),
    "needs_choice": _("NEEDS A CHOICE"),
    "hint": _("NOT ACCEPTED"),
    "unreadable": _("NOT READ"),
    "wait": _("WAIT"),
    "offline": _("NO CONNECTION"),
    "error": _("NOT RECORDED"),
    "cancelled": _("CANCELLED"),
    "cleared": _("CLEARED"),
    "repeat": _("The same scan again within moments: it counts once."),
    "typed_not_scanned": _(
        "That was typed and not scanned: it was not taken. For a code that no scanner reads choose “Type the code”."
    ),
    "keyed_reason_needed": _("Choose why the code is typed, then type it again."),
    "badge_first": _("Scan your badge"),
    "badge_hint": _("Everything you do here is recorded under your name."),
    "badge_needed": _("Nobody is badged in: this scan was not taken."),
    "scan_first": _("Ready: scan the first item"),
    "still_busy": _("That scan was not taken: wait for the verdict, then scan again."),
    "sending": _("Checking …"),
    "retrying": _("No answer yet. The same scan is sent again until it is answered: it counts once."),
    "refused_offline": _("No connection: that scan was not taken. Nothing can be completed now."),
    "connected": _("Connected"),
    "disconnected": _("No connection"),
    "made": _("Made: {what}. Fetch the label from the printer."),
    "of": _("{n} of {total}"),
    "nobody": _("Nobody"),
    "locked": _("Locked after three minutes without a scan. Scan your badge."),
    "badged_out": _("Badged out."),
    "place_cleared": _("Line clearance: the place is free for the next patient."),
    "check_cancelled": _("The check was cancelled. Nothing of it counts."),
    "stop_cleared": _("STOP cleared. Put the wrong item aside, then scan the right ones from the beginning."),
    "clear_badge": _("Second qualified person: scan your badge"),
    "clear_pin": _("Now enter your PIN"),
    "clear_same": _("Scan the badge of somebody else than the person who met this STOP."),
    "expected": _("Expected"),
    "found": _("Scanned"),
    "send": _("Send"),
    "sign": _("Sign"),
    "clear": _("Clear"),
    "delete": _("Delete the last digit"),
    "low_high": _("{low} to {high} {unit}"),
    "value_missing": _("Fill in every value."),
    "begun_by": _("begun {time} by {name}"),
    "waits_second": _("waits for a second person"),
    "over": _("TIME IS OVER"),
    "until": _("until: {what}"),
    "sound_on": _("Sound works: this is a match, and this a STOP."),
    "scanner_check": _("Check the scanner now"),
    "cancel_none": _("No check is open that could be cancelled."),
    "deviation": _("Deviation {code} was opened. It names the wrong item and nothing else."),
    "step_done": _("“{step}” is complete."),
    "digits": _("{n} digits entered"),
    "late_said": _("Recorded late: done {when}. Two people sign."),
    "late_begin": _("Whoever did the step badges in and scans its items now, as if it were done now."),
}


# What was accepted without a step.
_COMMANDS: dict[str, str | Promise] = {
    "badge_in": _("Badged in"),
    "clear": _("Line clearance"),
    "cancel": _("Check cancelled"),
}


def station_words() -> dict[str, str]:
    """All of them in the reader's language, and the words for past outcomes."""
    past = {f"was_{outcome}": words.outcome(outcome) for outcome in Outcome}
    past |= {f"was_{command}": str(word) for command, word in _COMMANDS.items()}
    return {name: str(word) for name, word in _WORDS.items()} | past


def past_word(outcome: str, command: str) -> str:
    """The word for one of the last outcomes; `command` is empty for a scan of a step."""
    is_command = outcome == Outcome.ACCEPTED and command in _COMMANDS
    return str(_COMMANDS[command]) if is_command else words.outcome(outcome)
