"""Fields of the pages about labels and printers: shape alone."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from coi.forms import words
from coi.forms.pages import WritingForm
from coi.rules.printing import (
    LARGEST_MM,
    PORTS,
    RESOLUTIONS,
    SMALLEST_MM,
    ZPL_RESOLUTIONS,
    PrinterKind,
    PrinterState,
)


def _said(codes: Iterable[str], say: words.Say) -> list[tuple[str, str]]:
    return [("", ""), *((str(code), say(str(code))) for code in codes)]


class FateForm(WritingForm):
    """What became of a copy of a label, and why."""

    fate = forms.ChoiceField(label=_("What became of it"))
    reason = forms.ChoiceField(label=_("Reason"))

    def __init__(self, *args: Any, fates: Iterable[str], reasons: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (
            ("fate", _said(fates, words.fate)),
            ("reason", _said(reasons, words.fate_reason)),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = offered


class MoveForm(WritingForm):
    """Another printer, or the same again."""

    printer = forms.CharField(max_length=32)


class PrintForm(WritingForm):
    """Where a label is to be printed."""

    printer = forms.ChoiceField(label=_("Printer"))

    def __init__(self, *args: Any, printers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["printer"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(printers)


class HandOutForm(WritingForm):
    """In what form a label is handed out, to be printed somewhere else."""

    file = forms.ChoiceField(
        label=_("File"),
        choices=[
            (PrinterKind.PDF.value, _("PDF, for any printer")),
            *(
                (f"{PrinterKind.ZPL.value}-{dpi}", format_lazy(_("ZPL (Zebra), {dpi} dpi"), dpi=dpi))
                for dpi in ZPL_RESOLUTIONS
            ),
        ],
    )


class StockForm(WritingForm):
    """Which labels are loaded."""

    width_mm = forms.IntegerField(label=_("Width (mm)"), min_value=SMALLEST_MM, max_value=LARGEST_MM)
    height_mm = forms.IntegerField(label=_("Height (mm)"), min_value=SMALLEST_MM, max_value=LARGEST_MM)
    kinds = forms.MultipleChoiceField(
        label=_("For these containers only"),
        help_text=_("Leave all unmarked where the labels are for any container."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, kinds: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kinds"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(kind, words.thing(kind)) for kind in kinds]


class SettingForm(WritingForm):
    """What a printer is, and how it is reached."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("As people at the site call it."))
    kind = forms.ChoiceField(
        label=_("Takes"), choices=[(kind.value, words.printer_kind(kind)) for kind in PrinterKind]
    )
    dpi = forms.TypedChoiceField(
        label=_("Dots per inch"),
        coerce=int,
        choices=[(dpi, str(dpi)) for dpi in RESOLUTIONS],
        help_text=_("203 or 300 for a printer that takes ZPL."),
    )
    host = forms.CharField(
        label=_("Address"),
        max_length=255,
        required=False,
        help_text=_(
            "Empty for a printer to which nothing is sent: labels for it are downloaded and printed there."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code"}),
    )
    port = forms.IntegerField(label=_("Port"), initial=PORTS.start, min_value=1, max_value=65535)
    stations = forms.MultipleChoiceField(
        label=_("Prints for these stations"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, stations: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stations"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(stations)


class PrinterForm(SettingForm, StockForm):
    """A new printer."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_("Short and in capitals, such as CHAIR1."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "code"}),
    )
    field_order = (
        "code",
        "name",
        "kind",
        "dpi",
        "host",
        "port",
        "width_mm",
        "height_mm",
        "kinds",
        "stations",
    )


class ChangeForm(SettingForm):
    """What a printer is from now on, and whether it is used."""

    state = forms.ChoiceField(
        label=_("State"), choices=[(state.value, words.printer_state(state)) for state in PrinterState]
    )
