"""Fields of the pages: shape alone. A form that writes carries its request id: a double click counts once."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.forms.texts import FIELD_PROBLEMS
from coi.rules.deviations import Cause, DeviationOutcome
from coi.rules.journey import JourneyEnd, OrderKind, Phase
from coi.selectors.journeys import JourneyState
from ledger.rules.errors import Invalid
from people.forms.days import DayField
from people.forms.signing import SignedForm, says
from people.rules import codes
from people.rules.credentials import BadgeCredential, Credential, PasswordCredential

MAX_TEXT = 4000


def _choices(codes: Iterable[str], say: words.Say) -> list[tuple[str, str]]:
    return [(str(code), say(str(code))) for code in codes]


class PageForm(forms.Form):
    """Labels stand above their fields and end without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))

    def take(self, error: Invalid) -> None:
        """Show what a service found wrong at the fields concerned."""
        for name, problem in error.detail.get("fields", {}).items():
            text = FIELD_PROBLEMS.get(str(problem), str(problem))
            self.add_error(name if name in self.fields else None, str(text))


class WritingForm(PageForm):
    """A form that writes."""

    request_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


def _text(label: Any, **more: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=MAX_TEXT, widget=area, **more)


class JourneyFilter(PageForm):
    """How the list of journeys is narrowed."""

    q = forms.CharField(
        label=_("Search"),
        max_length=80,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("COI id, DIN, label, batch …"), "autocomplete": "off"}
        ),
    )
    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            (JourneyState.OPEN.value, _("Open")),
            (JourneyState.SECOND_PERSON.value, _("Waiting for a second person")),
            (JourneyState.HELD.value, _("On hold")),
            (JourneyState.DEVIATION.value, _("With open deviations")),
            (JourneyState.NEAR_MISS.value, _("With near misses")),
            (JourneyState.CLOSED.value, _("Closed")),
            (JourneyState.ALL.value, _("All")),
        ],
    )
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False, widget=forms.HiddenInput)


class CloseForm(WritingForm):
    """The end of a journey without an infusion."""

    end = forms.ChoiceField(label=_("Why"), choices=[("", ""), *_choices(JourneyEnd, words.journey_end)])


class PatientForm(WritingForm):
    """Who a patient is."""

    family_name = forms.CharField(
        label=_("Family name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    given_name = forms.CharField(
        label=_("Given name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    born_on = DayField(label=_("Date of birth"))
    mrn = forms.CharField(
        label=_("Hospital number (MRN)"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mrn_again = forms.CharField(
        label=_("Hospital number again"),
        help_text=_("Read it again from the source, so that a slip is found now."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_mrn_again(self) -> str:
        """Entered twice and the same: a wrong digit here would bind the journey to somebody else."""
        again = str(self.cleaned_data["mrn_again"])
        if again != self.cleaned_data.get("mrn"):
            raise forms.ValidationError(_("The two hospital numbers differ."))
        return again


class EnrolmentForm(PatientForm):
    """A new patient and order."""

    wristband = forms.CharField(
        label=_("Wristband code"),
        help_text=_("Scan the wristband."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "class": "code", "data-scan": ""}
        ),
    )
    product = forms.ChoiceField(label=_("Product"))
    kind = forms.ChoiceField(label=_("Kind of order"), choices=_choices(OrderKind, words.order_kind))
    phase = forms.ChoiceField(
        label=_("Phase"),
        help_text=_(
            "The specification of the product follows from it and from the region of the treating site."
        ),
        choices=_choices(Phase, words.phase),
        initial=Phase.COMMERCIAL.value,
    )
    treating = forms.ChoiceField(label=_("Treating site"))
    collection = forms.ChoiceField(label=_("Collection site"))
    courier = forms.ChoiceField(label=_("Courier"))
    manufacturer = forms.ChoiceField(label=_("Manufacturer"))

    def __init__(self, *args: Any, choices: Mapping[str, list[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = offered

    def clean_wristband(self) -> str:
        """As it was scanned, without what a keyboard wedge may add around it."""
        return str(self.cleaned_data["wristband"]).strip()


class PlaceHoldForm(WritingForm):
    """A hold on a container and all that was made from it."""

    container = forms.CharField(
        label=_("Container"),
        help_text=_("The code as the journey's page shows it."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code"}),
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=_choices(words.HOLD_REASONS, words.hold_reason))
    text = _text(_("What is the matter"))


class ReleaseHoldForm(WritingForm):
    """The end of a hold."""

    text = _text(_("Why it may be released"))


class AssignForm(WritingForm):
    """The owner of a deviation."""

    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int)

    def __init__(self, *args: Any, owners: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(owners)


class CloseDeviationForm(SignedForm, WritingForm):
    """Cause, disposition and signature."""

    cause = forms.ChoiceField(label=_("Cause"), choices=_choices(Cause, words.cause))
    cause_text = _text(_("What happened, and why"))
    outcome = forms.ChoiceField(
        label=_("Disposition"), choices=_choices(DeviationOutcome, words.deviation_outcome)
    )
    outcome_text = _text(_("Reason for the disposition"))
    field_order = ("cause", "cause_text", "outcome", "outcome_text", "username", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        says(self, _("With it you sign: approved by you, now, over what stands above."))


class ReprintForm(WritingForm):
    """A new copy of a label; the old one becomes void."""

    reason = forms.ChoiceField(label=_("Reason"))

    def __init__(self, *args: Any, reasons: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        if isinstance(field, forms.ChoiceField):
            # None is chosen for anybody: what is recorded is what somebody said.
            field.choices = [("", ""), *_choices(reasons, words.reprint_reason)]


class DeviceForm(WritingForm):
    """Whoever answers for a device: a supervisor or administrator of the station's site."""

    who = forms.CharField(
        label=_("Badge or username"),
        help_text=_("Of a supervisor or administrator of the station's site. A badge is scanned."),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    secret = forms.CharField(
        label=_("PIN or password"),
        help_text=_("The PIN with a badge, the password with a username."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def credential(self) -> Credential:
        """Both components as they were given: a badge goes with a PIN, a name with a password."""
        who, secret = self.cleaned_data["who"], self.cleaned_data["secret"]
        if codes.is_code(who, codes.CodeType.BADGE):
            return BadgeCredential(who, secret)
        return PasswordCredential(who, secret)


class ReleaseDeviceForm(DeviceForm):
    """Ending the bond of a device."""


class BindForm(DeviceForm):
    """Binding a device to its station, once."""

    token = forms.CharField(
        label=_("Station token"),
        help_text=_("Given once when the station was registered. Scan or paste it."),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "code"}),
    )
    field_order = ("request_id", "token", "who", "secret")
    gap_ms = forms.IntegerField(
        label=_("Longest pause inside one scan (milliseconds)"),
        help_text=_("Raise it for a slow wireless scanner."),
        min_value=20,
        max_value=2000,
        initial=300,
    )
    scan_prefix = forms.CharField(
        label=_("Prefix that the scanner sends"),
        help_text=_(
            "Leave empty unless the scanner was set up with one. It is stripped, and nothing else is."
        ),
        max_length=8,
        required=False,
        strip=False,
    )
