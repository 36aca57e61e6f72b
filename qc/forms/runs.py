"""Fields of the pages of runs. Which fields there are depends on the method."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coi.selectors.stock import StockView
from qc.forms.pages import WritingForm
from qc.rules.methods import Method
from qc.rules.targets import Control, Targets


class RunForm(WritingForm):
    """One instrument of each kind and one lot of each reagent that the method names."""

    def __init__(
        self, *args: Any, method: Method, devices: Sequence[StockView], lots: Sequence[StockView], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        for kinds, prefix, things in (
            (method.instruments, "device", devices),
            (method.reagents, "lot", lots),
        ):
            for kind in kinds:
                own = [thing for thing in things if thing.kind == kind]
                self.fields[f"{prefix}_{kind}"] = forms.ChoiceField(
                    label=kind.replace("_", " ").capitalize(),
                    choices=[("", ""), *((thing.code, f"{thing.code} ({thing.name})") for thing in own)],
                    initial=own[0].code if len(own) == 1 else "",
                )

    def chosen(self, prefix: str) -> list[str]:
        """The codes chosen in the fields of devices ("device") or lots ("lot")."""
        return [value for name, value in self.cleaned_data.items() if name.startswith(f"{prefix}_")]


class ControlsForm(WritingForm):
    """What each control measured; several measurements are separated by spaces."""

    def __init__(self, *args: Any, targets: Targets, unit: str, **more: Any) -> None:
        super().__init__(*args, **more)
        for control in targets.controls:
            self.fields[control.lot] = forms.CharField(
                label=f"{control.name} ({control.lot})",
                max_length=200,
                help_text=_measured_in(unit, control),
                widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"}),
            )
        self.lots = [control.lot for control in targets.controls]

    def readings(self) -> dict[str, list[str]]:
        """The measurements as texts, by lot."""
        return {lot: self.cleaned_data[lot].split() for lot in self.lots}


def _measured_in(unit: str, control: Control) -> str:
    said = gettext("%(unit)s. Several measurements: a space between them.") % {"unit": unit}
    if control.is_provisional:
        about = gettext("Its limits are provisional: they come from %(n)s measurements.") % {"n": control.n}
        said = f"{said} {about}"
    return said


class VoidForm(WritingForm):
    """Why a run is broken off."""

    reason = forms.CharField(label=_("Why it is broken off"), max_length=200)
