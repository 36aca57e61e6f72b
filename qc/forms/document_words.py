"""How the pages of controlled documents show specifications: name, beginning, faults in words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from people.registry import Shown, Word

SPECIFICATION_FAULTS: Mapping[str, Word] = {
    "nothing_for_release": _("At least one criterion has to be one that a release waits for."),
    "code_shape": _(
        "A code has capital letters, digits and underscores, and begins with a letter; at most 32."
    ),
    "limit_required": _("A quantity needs a lower or an upper limit."),
    "only_for_quantity": _("Only a quantity has limits."),
    "limit_finer_than_decimals": _("A limit has more decimals than the result is rounded to."),
    "nothing_can_pass": _("No value lies between these limits."),
    "only_for_words": _("A quantity has no choices."),
    "two_required": _("At least two choices are needed."),
    "not_among_choices": _("What is accepted has to be among the choices."),
    "only_for_quality": _("Only a quality has choices that are accepted."),
    # the header and alternatives
    "product_shape": _("A product's code has capitals, digits, “.”, “_” and “-”; at most 32."),
    "region_shape": _("A region has two to eight capitals, such as EU, US or GLOBAL."),
    "product_required": _("A variant for a region or phase names the product that it is a variant of."),
    "not_a_final_criterion": _(
        "The final criterion has to be one of this specification, with timing “final”."
    ),
    "only_for_collection": _("Only a specification of a collection says what a failure leads to."),
    "unknown_criterion": _("There is no criterion of that code."),
    "in_two_groups": _("A criterion is one of the alternatives in one place only."),
    "alternative_not_judged": _("What is only reported meets nothing: it cannot be an alternative."),
    "alternatives_of_one_time": _("Alternatives have one timing."),
    # what a patient gets
    "weight_age_required": _("How old the weight may be, in days, has to be said."),
    "only_with_weight": _("This is judged without a weight."),
    "only_of_patient": _("Only what is judged per kg, or as a dose, is reported in another way."),
    "unit_not_as_reported": _(
        "The unit is that of what is reported: it ends in /kg or /mL exactly where that is reported."
    ),
    "per_ml_required": _("What is judged per kg and hour is reported per mL."),
    "below_zero": _("What a patient gets cannot be less than nothing."),
    "only_without_dose": _("Where a dose is given, the limits are those of its windows."),
    "only_for_one_number": _("Replicates are for one number with a unit."),
    "not_positive": _("This has to be above zero."),
    # doses
    "limit_or_target_required": _("A window needs a limit, or a target with its tolerance."),
    "limits_or_target": _("A window has limits or a target, not both."),
    "only_with_target": _("Only a target has a tolerance."),
    "not_a_tolerance": _("A tolerance is from 0 to less than 100 %."),
    "unit_not_of_dose": _("This unit is not that of the dose, or another power of ten of it."),
    "bands_not_ascending": _("Each band reaches further than the one before it."),
    "component_code_shape": _(
        "A component's code has capital letters, digits and underscores, and begins with a letter; at most 12."
    ),
    "cap_required": _("A cap is an upper limit above zero."),
    "only_upper_for_cap": _("A cap has no lower limit."),
    "upper_required": _("A dose with a cap needs a target or an upper limit per kg."),
    # readings
    "only_for_interim": _("Only an interim criterion runs ahead of a final one."),
    "only_for_readings": _("Only an interim or final reading counts from an hour on."),
}


def specification_shown() -> Shown:
    """A release specification."""
    return Shown(
        title=_("Specification"),
        about=_("The criteria that a batch of a product is released by."),
        code_help=_("The code of the product."),
        start={"name": "", "criteria": []},
        faults=SPECIFICATION_FAULTS,
    )


METHOD_FAULTS: Mapping[str, Word] = {
    "not_a_day": _("Write a day as 2027-05-31."),
    "only_for_runs": _(
        "Only a method that needs a run names instruments, reagents, controls or a calculation."
    ),
    "only_with_calculation": _("Only a method that computes its result has confidence limits."),
    "only_for_relative_potency": _("Only a relative potency has a test of parallelism."),
    "only_for_lysis": _("Only specific lysis is reported at a ratio."),
    "not_a_share": _("Write a number between 0 and 1, such as 0.95."),
    "not_positive": _("This has to be above zero."),
}

TARGETS_FAULTS: Mapping[str, Word] = {
    "not_positive": _("A standard deviation is above zero."),
}


def method_shown() -> Shown:
    """A method of measurement."""
    return Shown(
        title=_("Method"),
        about=_("How an attribute is measured: training, instruments, reagents, controls, validity."),
        code_help=_("The code by which specifications name it."),
        start={"title": "", "technique": "", "needs_run": False, "training": "", "valid_until": ""},
        faults=METHOD_FAULTS,
    )


def targets_shown() -> Shown:
    """The targets of a method's assay controls."""
    return Shown(
        title=_("Control targets"),
        about=_(
            "Mean and standard deviation of each assay control of a method, and the rules that judge a run."
        ),
        code_help=_("The code that the method names."),
        start={"method": "", "unit": "", "controls": [], "rules": []},
        faults=TARGETS_FAULTS,
    )


def certificate_texts_shown() -> Shown:
    """What a site adds to the documents of a product."""
    return Shown(
        title=_("Texts of certificates"),
        about=_("What certificates of a product say of storage and handling, and a statement of the site."),
        code_help=_("The code of the product."),
        start={"storage": "", "handling": "", "statement": ""},
        faults={"nothing_said": _("At least one of the texts has to say something.")},
    )
