"""Fields of the pages of `people`: shape alone; what is right is decided below. And its entries in words."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.events import Event

if TYPE_CHECKING:
    from ledger.selectors import EntryView


class SignInForm(forms.Form):
    """A person at a desk."""

    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ActivateForm(forms.Form):
    """The owner of a new account, with the code that the administrator handed over."""

    username = forms.CharField(
        label=_("Username"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    activation_code = forms.CharField(
        label=_("Activation code"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("New password again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    pin = forms.CharField(
        label=_("New PIN for signing at stations"),
        help_text=_("4 to 12 digits; not all the same, not in sequence."),
        max_length=12,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def clean_password_again(self) -> str:
        """The same twice, so that a slip does not lock its owner out."""
        again = str(self.cleaned_data["password_again"])
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return again


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


class DoneForm(forms.Form):
    """Work that was done; the request id comes with the page, so that a double click counts once."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    item = forms.UUIDField(widget=forms.HiddenInput)


# One line of words for each kind of entry that this room writes; no names of people, which are not in the facts.
_SAY: Mapping[Event, Promise] = {
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
    Event.CREDENTIAL_FAILED: _("Wrong credential"),
    Event.BADGE_ISSUED: _("Badge issued to account {user}"),
    Event.BADGE_PRINTED: _("Cards of badges printed at {site}"),
    Event.BADGE_REVOKED: _("Badge {code} revoked"),
    Event.ROLE_GRANTED: _("Role {role} granted to account {user}"),
    Event.ROLE_REVOKED: _("Role revoked"),
    Event.TRAINING_RECORDED: _("Training {topic} recorded for account {user}"),
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


class _Spoken(dict[str, Any]):
    """Facts, their codes without underscores; one that is missing reads as nothing."""

    def __getitem__(self, name: str) -> str:
        value = str(super().__getitem__(name))
        return value.replace("_", " ") if name in ("role", "cause", "code", "meaning") else value

    def __missing__(self, name: str) -> str:
        return ""


def presenters() -> "Mapping[str, Callable[[EntryView], str]]":
    """For the ledger's registry: each takes an entry."""
    return {event: _presenter(sentence) for event, sentence in _SAY.items()}


def _presenter(sentence: Promise) -> "Callable[[EntryView], str]":
    return lambda entry: str(sentence).format_map(_Spoken(entry.facts)).strip()
