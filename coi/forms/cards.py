"""Fields of the page of the cards: shape alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from coi.forms.pages import PageForm, WritingForm
from coi.forms.texts import Sentence
from coi.rules.cards import CardKind

# What stands above the cards of a kind, and instead of them where there are none.
KINDS: Mapping[CardKind, tuple[Sentence, Sentence]] = {
    CardKind.COMMAND: (_("Commands"), ""),
    CardKind.STATION: (_("Stations"), _("No station is open at this site.")),
    CardKind.PLACE: (_("Places"), _("No place has been added at this site yet.")),
    CardKind.DEVICE: (_("Devices"), _("No device has been registered at this site yet.")),
    CardKind.SHIPPER: (_("Shippers"), _("No shipper has been registered at this site yet.")),
    CardKind.LOT: (_("Material lots"), _("No lot that may still be used is in stock at this site.")),
}


def _offered(form: forms.Form, name: str, codes: Iterable[str]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.MultipleChoiceField):
        field.choices = [(code, code) for code in codes]


class CardsForm(PageForm):
    """Cards of commands, stations, places and stock, by their codes."""

    cards = forms.MultipleChoiceField(
        error_messages={
            "required": _("Choose at least one card."),
            "invalid_choice": _("One of these cards is not to be had at this site any more. Choose again."),
        }
    )

    def __init__(self, *args: Any, offered: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offered(self, "cards", offered)


class BadgesForm(WritingForm):
    """Badges, by their codes; that they were handed out is recorded."""

    badges = forms.MultipleChoiceField(
        error_messages={
            "required": _("Choose at least one badge."),
            "invalid_choice": _(
                "One of these badges was revoked, or has expired. None is printed: choose again."
            ),
        }
    )

    def __init__(self, *args: Any, offered: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offered(self, "badges", offered)


class BandForm(WritingForm):
    """The code of a band, as it was scanned or typed."""

    wristband = forms.CharField(
        label=_("Wristband code"),
        help_text=_("As it was entered when the patient was enrolled. That it was looked up is recorded."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "class": "code", "data-scan": ""}
        ),
    )
