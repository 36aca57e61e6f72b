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
