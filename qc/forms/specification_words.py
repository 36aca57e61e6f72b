"""Names of the fields of a specification, and of what can be chosen in them, for its editor."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qc.forms import criteria_words, texts
from qc.rules.criterion import Basis, ReportedAs, Sort
from qc.rules.dose import DoseKind, WindowBasis
from qc.rules.specification import Phase, TrailNeed
from qc.rules.specification_fields import SectionCode

Sentence = str | Promise

SECTIONS: Mapping[SectionCode, Sentence] = {
    SectionCode.WHAT: _("What is measured, when and how"),
    SectionCode.NUMBER: _("The number that is reported"),
    SectionCode.LIMITS: _("Limits"),
    SectionCode.WORDS: _("The words that are reported"),
    SectionCode.PATIENT: _("What a patient gets"),
    SectionCode.DOSE: _("Dose window"),
    SectionCode.BAND: _("Weight band"),
    SectionCode.COMPONENT: _("Component"),
    SectionCode.TOTAL: _("All components together"),
    SectionCode.RATIO: _("The first component to the second"),
    SectionCode.CAP: _("The most cells in all"),
    SectionCode.READING: _("A reading of an incubation"),
    SectionCode.REPLICATES: _("Replicates"),
    SectionCode.MORE: _("If it is not tested, if it fails, and where it comes from"),
}

# By the last name of a field's path.
LABELS: Mapping[str, Sentence] = {
    "name": _("Name of the specification"),
    "product": _("Product that it is a variant of"),
    "region": _("Region"),
    "phase": _("Phase"),
    "subject": _("What is judged"),
    "trail_review": _("Review of the audit trail before a release"),
    "code": _("Code"),
    "title": _("Title"),
    "sort": _("Sort"),
    "timing": _("When it has to be there"),
    "method": _("Method"),
    "method_version": _("At least version of the method"),
    "unit": _("Unit (UCUM)"),
    "decimals": _("Decimals"),
    "low": _("Lower limit"),
    "high": _("Upper limit"),
    "possible_low": _("Lowest possible"),
    "possible_high": _("Highest possible"),
    "choices": _("Words to choose from, one a line"),
    "accepted": _("Words that meet it, one a line"),
    "basis": _("The limits are"),
    "reported_as": _("What is reported is"),
    "weight_max_age_days": _("The weight is at most so many days old"),
    "kind": _("The dose is"),
    "target": _("Target"),
    "tolerance_percent": _("Tolerance, in %"),
    "upto_kg": _("Up to, in kg"),
    "final": _("Criterion of the final reading"),
    "not_before_hours": _("Counts from so many hours of incubation on"),
    "count": _("Measurements"),
    "report": _("What is reported"),
    "max_cv_percent": _("Highest CV, in %"),
    "may_be_not_tested": _("May stay untested because"),
    "effect": _("If it fails"),
    "source": _("Source"),
    "criteria": _("One of these is enough"),
}

HELPS: Mapping[str, Sentence] = {
    "product": _("Its code. Empty where the document itself is called by it."),
    "region": _("Capitals, such as EU or US. Empty: everywhere."),
    "code": _("Capitals, digits and underscores, such as VIABILITY."),
    "unit": _("%, [EU]/mL, 10*6 …"),
    "decimals": _("A result is rounded to these before it is compared."),
    "possible_high": _("What lies beyond is a slip of the pen, and is not recorded."),
    "method": _("The code of a method, or its name where there is no document of it."),
    "upto_kg": _("Empty in the last band: all above."),
}

CHOICES: Mapping[str, Mapping[str, Sentence]] = {
    "sort": {
        Sort.QUANTITY: _("a number with limits"),
        Sort.QUALITY: _("a word of a list"),
        Sort.REPORT: _("reported only, without a verdict"),
    },
    "timing": criteria_words.TIMINGS,
    "subject": texts.SUBJECTS,
    "trail_review": {
        TrailNeed.NEEDED: _("needed, with a signature"),
        TrailNeed.NOT_NEEDED: _("not needed"),
    },
    "phase": {phase: _("commercial") if phase is Phase.COMMERCIAL else phase.value for phase in Phase},
    "reported_as": {
        ReportedAs.ABSOLUTE: _("all of it"),
        ReportedAs.PER_KG: _("per kg of body weight"),
        ReportedAs.PER_ML: _("per mL"),
    },
    "kind": {
        DoseKind.FLAT: _("the same for all"),
        DoseKind.PER_KG: _("per kg of body weight"),
        DoseKind.CAPPED: _("per kg, up to a cap"),
        DoseKind.WEIGHT_BAND: _("by weight band"),
        DoseKind.COMPONENTS: _("in components"),
    },
    "report": criteria_words.REPORT_RULES,
    "may_be_not_tested": criteria_words.NOT_TESTED,
    "effect": criteria_words.EFFECTS,
}
BASES: Mapping[str, Sentence] = {
    Basis.ABSOLUTE: _("of what is reported"),
    Basis.PER_KG: _("per kg of body weight"),
    Basis.PER_KG_HOUR: _("per kg and hour"),
}
WINDOW_BASES: Mapping[str, Sentence] = {
    WindowBasis.FLAT: _("of the whole dose"),
    WindowBasis.PER_KG: _("per kg of body weight"),
}
# What is chosen where nothing is said.
UNSAID: Mapping[str, Sentence] = {
    "subject": _("a batch (unless said otherwise)"),
    "trail_review": _("needed (unless said otherwise)"),
    "reported_as": _("all of it (unless said otherwise)"),
    "basis": _("of what is reported (unless said otherwise)"),
    "kind": _("no dose"),
    "phase": _("every phase"),
}


def choices_of(path: str) -> Mapping[str, Sentence]:
    """The words for the codes that can be chosen at a field."""
    name = path.rsplit(".", 1)[-1]
    if name == "basis":
        return WINDOW_BASES if "." in path else BASES
    return CHOICES.get(name, {})
