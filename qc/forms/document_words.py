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
    "only_for_runs": _("Only a method that needs a run names instruments, reagents or controls."),
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
