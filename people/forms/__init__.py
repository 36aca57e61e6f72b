"""Fields of the pages of `people`: shape alone; what is right is decided below. And its entries in words."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.events import Event as Ledger
from ledger.registry import Presenter
from people.events import Event
from people.forms.access import (
    ActivateForm,
    AppForm,
    CodeForm,
    ConfirmForm,
    PasskeyForm,
    PasswordForm,
    PinForm,
    SignInForm,
    UnlockForm,
)
from people.forms.rights import ROOMS
from people.forms.roles import role_name
from people.rules.factors import FactorKind
from people.rules.roles import Role

__all__ = [
    "ActivateForm",
    "AppForm",
    "CodeForm",
    "ConfirmForm",
    "DoneForm",
    "PasskeyForm",
    "PasswordForm",
    "PinForm",
    "RulesForm",
    "SignInForm",
    "TrailForm",
    "UnlockForm",
    "presenters",
]


class TrailForm(forms.Form):
    """Which subject's entries to show."""

    kind = forms.CharField(
        label=_("Kind of subject"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("order, batch, station …"), "autocapitalize": "none"}),
    )
    key = forms.CharField(
        label=_("Subject"),
        max_length=128,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("its code, such as a COI id")}),
    )


class RulesForm(forms.Form):
    """Of which role and room to show who may do what; both, where nothing is asked."""

    role = forms.ChoiceField(choices=[("", ""), *((role.value, role.value) for role in Role)], required=False)
    room = forms.ChoiceField(label=_("Room"), choices=[("", _("every room")), *ROOMS.items()], required=False)


class DoneForm(forms.Form):
    """Work that was done; the request id comes with the page, so that a double click counts once."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    item = forms.UUIDField(widget=forms.HiddenInput)


# One line of words for each kind of entry that this room writes; no names of people, which are not in the facts.
_SAY: Mapping[StrEnum, Promise] = {
    Ledger.INSTALLATION_CONFIGURED: _("Installation: started with other software or settings ({software})"),
    Ledger.HALT_FOUND: _("The ledger was found altered: {findings} findings"),
    Ledger.HALT_RESOLVED: _("The ledger was found sound again, and is sealed again"),
    Event.ORGANISATION_CREATED: _("Organisation {organisation} added: {name}"),
    Event.SITE_CREATED: _("Site {site} added: {name}"),
    Event.SITE_CHANGED: _("Site {site} changed: {name}"),
    Event.PLACE_CREATED: _("Place {place} added: {name}"),
    Event.STATION_REGISTERED: _("Station {station} registered: {name}"),
    Event.STATION_CHANGED: _("Station {station} changed"),
    Event.STATION_BOUND: _("A device was bound to station {station}"),
    Event.STATION_RELEASED: _("A device of station {station} was released"),
    Event.STATION_TOKEN_ISSUED: _("New token issued for station {station}"),
    Event.USER_CREATED: _("Account {user} made"),
    Event.USER_ACTIVATED: _("Account {user} activated"),
    Event.USER_DEACTIVATED: _("Account {user} closed"),
    Event.USER_RESET: _("Account {user} reset"),
    Event.USER_SIGNED_IN: _("Signed in"),
    Event.USER_SIGNED_OUT: _("Signed out"),
    Event.USER_LOCKED: _("Account {user} locked after wrong attempts"),
    Event.SESSION_UNLOCKED: _("Unlocked a resting desk"),
    Event.SESSIONS_ENDED: _("Sessions of account {user} ended"),
    Event.PASSWORD_CHANGED: _("Password changed"),
    Event.PIN_CHANGED: _("PIN changed"),
    Event.FACTOR_ADDED: _("Second factor added: {kind}"),
    Event.FACTOR_REMOVED: _("Second factor removed: {kind}"),
    Event.RECOVERY_CODES_MADE: _("New recovery codes made"),
    Event.PROVIDER_LINKED: _("Account {user} linked to a subject of {provider}"),
    Event.PROVIDER_UNLINKED: _("A link to a provider ended"),
    Event.CREDENTIAL_FAILED: _("Wrong credential"),
    Event.BADGE_ISSUED: _("Badge issued to account {user}"),
    Event.BADGE_PRINTED: _("Cards of badges printed at {site}"),
    Event.BADGE_REVOKED: _("Badge {code} revoked"),
    Event.ROLE_GRANTED: _("Role {role} granted to account {user}"),
    Event.ROLE_REVOKED: _("Role revoked"),
    Event.TRAINING_RECORDED: _("Training {topic} recorded for account {user}"),
    Event.BADGE_REVALIDATED: _("Badge {code} tested"),
    Event.SITE_QUALIFIED: _("Site {site} qualified in {programme}"),
    Event.SITE_QUALIFICATION_ENDED: _("Qualification of a site ended"),
    Event.SITE_PROGRAMME_REQUIRED: _("Site {site} needs {programme} for {work}"),
    Event.SITE_PROGRAMME_WAIVED: _("A programme is not required of a site any more"),
    Event.PAGE_SEEN: _("Page seen by an auditor: {page}"),
    Event.DOOR_REFUSED: _("Turned away at a page: {page}"),
    Event.TOKEN_REFUSED: _("A station's token was refused: it is not in use {station}"),
    Event.SECURITY_ALERTED: _("Refused again and again: {kind} {key}, {count} times {of}"),
    Event.DOCUMENT_DRAFTED: _("Document {code} drafted: {title}"),
    Event.DOCUMENT_EDITED: _("Draft of a document edited"),
    Event.DOCUMENT_SUBMITTED: _("Document submitted for review"),
    Event.DOCUMENT_REVIEWED: _("Document reviewed"),
    Event.DOCUMENT_APPROVED: _("Document approved"),
    Event.DOCUMENT_REJECTED: _("Document sent back to its author"),
    Event.DOCUMENT_MADE_EFFECTIVE: _("Document put into effect"),
    Event.DOCUMENT_RETIRED: _("Document retired"),
    Event.SIGNATURE_MADE: _("Signed: {meaning}"),
    Event.WORK_OPENED: _("Work opened: {cause}"),
    Event.WORK_DONE: _("Work done"),
    Event.NOTICE_SENT: _("Notice sent: {code}"),
}


_FACTORS: Mapping[str, Promise] = {FactorKind.TOTP: _("app for codes"), FactorKind.PASSKEY: _("passkey")}


class _Spoken(dict[str, Any]):
    """Facts, their codes without underscores; one that is missing reads as nothing."""

    def __getitem__(self, name: str) -> str:
        value = str(super().__getitem__(name))
        if name == "kind":
            return str(_FACTORS.get(value, value))
        if name == "role":
            return role_name(value)
        return value.replace("_", " ") if name in ("cause", "code", "meaning", "of") else value

    def __missing__(self, name: str) -> str:
        return ""


def presenters() -> Mapping[str, Presenter]:
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(sentence) for event, sentence in _SAY.items()}


def page_address(facts: Mapping[str, Any]) -> str:
    """Where a page that an auditor saw is; empty where there is none of this name any more."""
    try:
        return reverse(facts["page"], kwargs=facts["arguments"])
    except NoReverseMatch:
        return ""


def page_pattern(name: str) -> str:
    """The address of a page, with dots for what it was about; empty where there is none of this name any more."""
    room, _colon, view = name.rpartition(":")
    prefix, resolver = get_resolver().namespace_dict.get(room, ("", get_resolver()))
    for ways, *_more in resolver.reverse_dict.getlist(view):
        for address, names in ways:
            return f"/{prefix}{address % dict.fromkeys(names, '…')}"
    return ""


def _presenter(sentence: Promise) -> Presenter:
    return lambda entry: str(sentence).format_map(_Spoken(_with_address(entry.facts))).strip()


def _with_address(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts with the address of a page in place of the name that the software has for it."""
    if "page" not in facts:
        return facts
    name = facts["page"]
    address = page_address({"arguments": {}, **facts}) or page_pattern(name)
    return {**facts, "page": address or name.replace(":", " ").replace("_", " ")}
