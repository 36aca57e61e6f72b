"""Plates on their pages: the forms, and refusals and numbers in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.forms.days import SiteTimeField
from qc.forms import import_words
from qc.forms.calculation_texts import POTENCY_FAULTS
from qc.forms.fields import LimitedFileField
from qc.forms.pages import WritingForm
from qc.rules.imports import DEFAULT_LIMITS, Fault, FaultCode
from qc.rules.imports.plates import Preparation
from qc.rules.methods import Calculation
from qc.rules.plate_results import PlateRefusal, Refusal, Told
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.selectors import ToTest
from qc.services import PlateResult

Sentence = str | Promise

CALCULATIONS: Mapping[Calculation, Sentence] = {
    Calculation.RELATIVE_POTENCY: _("Relative potency"),
    Calculation.STANDARD_CURVE: _("Reading from a standard curve"),
    Calculation.SPECIFIC_LYSIS: _("Specific lysis"),
}
DOSES: Mapping[Calculation, Sentence] = {
    Calculation.RELATIVE_POTENCY: _("The dose is that of the well, in one unit for reference and sample."),
    Calculation.STANDARD_CURVE: _(
        "The dose of a standard is its concentration, in the unit of the result; that of the sample is how many times"
        " it was diluted (1: not at all)."
    ),
    Calculation.SPECIFIC_LYSIS: _(
        "The dose of the sample is the ratio of effector to target cells; spontaneous and maximal have none."
    ),
}
PREPARATIONS: Mapping[Preparation, Sentence] = {
    Preparation.REFERENCE: _("what the sample is compared with; its potency is 1"),
    Preparation.STANDARD: _("a known concentration"),
    Preparation.SAMPLE: _("what is tested"),
    Preparation.SPONTANEOUS: _("target cells alone"),
    Preparation.MAXIMAL: _("target cells, all of them lysed"),
}
REFUSALS: Mapping[PlateRefusal, Sentence] = {
    PlateRefusal.NOT_PARALLEL: _(
        "The curves are not parallel: the sample does not behave as a dilution of the reference, and it has no potency"
        " relative to that."
    ),
    PlateRefusal.MIDDLE_OUTSIDE: _(
        "The middle of a curve lies outside the doses: one of its plateaus was not measured."
    ),
    PlateRefusal.SEVERAL_DILUTIONS: _("The sample has several dilutions: hand in one of them."),
    PlateRefusal.SEVERAL_RATIOS: _(
        "The plate has several ratios of effector to target cells, and the method does not say which one is reported."
    ),
    PlateRefusal.RATIO_NOT_THERE: _("The ratio that the method reports is not on the plate."),
    PlateRefusal.UNIT_OF_ANOTHER: _("The criterion is not reported in a unit that this calculation has."),
    PlateRefusal.NOT_REPORTABLE: _("The number is too large to be reported."),
}
NUMBERS: Mapping[Told, Sentence] = {
    Told.VALUE: _("Value"),
    Told.LOW: _("Lower confidence limit"),
    Told.HIGH: _("Upper confidence limit"),
    Told.CONFIDENCE: _("Confidence"),
    Told.UNCERTAINTY: _("Standard uncertainty"),
    Told.F: _("Test of parallelism: F"),
    Told.DF: _("Test of parallelism: degrees of freedom"),
    Told.P: _("Test of parallelism: p"),
    Told.LEAST_P: _("Parallel from this p on"),
    Told.EC50_REFERENCE: _("EC50 of the reference"),
    Told.EC50_SAMPLE: _("EC50 of the sample"),
    Told.EC50: _("EC50 of the standards"),
    Told.LOWER: _("Lower plateau"),
    Told.UPPER: _("Upper plateau"),
    Told.SLOPE: _("Slope"),
    Told.RESIDUAL_SD: _("Residual standard deviation"),
    Told.DF_OF_CURVE: _("Degrees of freedom of the fit"),
    Told.DILUTION: _("Dilution of the sample"),
    Told.RATIO: _("Effector to target cells"),
    Told.RESPONSES: _("Responses"),
}
# A plate has no mapping that could be changed.
_TAKE_THE_TEMPLATE: Sentence = _(
    "Take the template of the run's page: the columns are preparation, dose, response, replicate."
)
_OF_HEADER = (
    FaultCode.COLUMN_UNKNOWN,
    FaultCode.COLUMN_MISSING,
    FaultCode.NO_HEADER,
    FaultCode.WRONG_DELIMITER,
)


def refusal_text(refusal: Refusal) -> str:
    """Why a plate gives no result, as a sentence."""
    known: Mapping[Any, Sentence] = {**POTENCY_FAULTS, **REFUSALS}
    return str(known[refusal])


def refusal_texts(codes: Sequence[str]) -> list[str]:
    """The same of codes, as a service raises them."""
    texts: Mapping[Any, Sentence] = {**POTENCY_FAULTS, **REFUSALS}
    known = {str(code): str(text) for code, text in texts.items()}
    return [known.get(code, code) for code in codes]


def fault_line(fault: Fault) -> tuple[str, str, str]:
    """Where a fault is, what it is, what to do."""
    place, text, todo = import_words.fault_line(fault)
    return place, text, str(_TAKE_THE_TEMPLATE) if fault.code in _OF_HEADER else todo


def number_lines(numbers: Mapping[str, str]) -> list[tuple[Sentence, str]]:
    """The numbers that are told, each with its name, in their order."""
    return [(NUMBERS[name], numbers[name]) for name in Told if name in numbers]


class PlateForm(WritingForm):
    """The file of a plate."""

    file = LimitedFileField(most=DEFAULT_LIMITS.bytes, accept=".csv,.txt")


class RecordPlateForm(WritingForm):
    """Of what the plate's result is. `seen` is the outcome that was looked at."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    of = forms.ChoiceField(label=_("Result of"))
    container = forms.CharField(
        label=_("Container that was tested"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, tests: Sequence[ToTest], zone: str, now: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = [
            (f"{one.batch.code}:{one.criterion.code}", f"{one.batch.code}: {one.criterion.title}")
            for one in tests
        ]
        self.has_tests = bool(offered)
        self.offer("of", offered if len(offered) == 1 else [("", ""), *offered])
        self.fields["tested_at"] = SiteTimeField(_("Tested"), zone)
        self.initial.setdefault("tested_at", now)

    @property
    def asked(self) -> PlateResult:
        """As the service takes it."""
        asked = self.cleaned_data
        batch, _colon, criterion = asked["of"].partition(":")
        return PlateResult(
            subject=SubjectRef(SubjectKind.BATCH, batch),
            criterion=criterion,
            container=asked["container"].strip(),
            tested_at=asked["tested_at"],
            seen=asked["seen"],
        )
