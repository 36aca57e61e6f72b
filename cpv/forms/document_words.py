"""How the pages of controlled documents show plans and limit sets: name, beginning, faults in words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from people.registry import Shown, Word

_FAULTS: Mapping[str, Word] = {
    "code_shape": _(
        "A code has capital letters, digits and underscores, and begins with a letter; at most 32."
    ),
    "limits_crossed": _("The upper limit has to lie above the lower."),
    "not_between": _("This has to lie between {low} and {high}."),
    "not_another_parameter": _("A covariate is another parameter of this plan."),
    "not_positive": _("This has to be above zero."),
    "out_of_range": _("This is out of range."),
    "not_a_transformation": _("These numbers make no scale."),
    "not_decimal_text": _("Write a number as text, such as “0.25”."),
}


def plan_shown() -> Shown:
    """A plan of continued process verification."""
    return Shown(
        title=_("Plan of process verification"),
        about=_("What is watched of a product, where its numbers come from, and what signals."),
        code_help=_("Such as CPV- and the product."),
        start={"title": "", "product": "", "batches_a_year": 100, "parameters": []},
        faults=_FAULTS,
    )


def limits_shown() -> Shown:
    """Limits of one chart."""
    return Shown(
        title=_("Control limits"),
        about=_("Limits of one chart, from a baseline; in effect they judge every later batch."),
        code_help=_("The code of the chart; propose limits on its page, which fills this in."),
        start={},
        faults=_FAULTS,
    )
