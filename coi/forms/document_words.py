"""How the pages of controlled documents show protocols and label templates: names, beginnings, faults in words."""

from collections.abc import Mapping
from dataclasses import asdict

from django.utils.translation import gettext_lazy as _

from coi.rules.label_templates import built_in
from coi.services.previewing import preview_template
from people.registry import Shown, Word

_SCOPE = _("These are not the items that a step of this scope is scanned with.")
PROTOCOL_FAULTS: Mapping[str, Word] = {
    "not_after_start_of_batch": _("A step of scope batch comes after the one that starts the batch."),
    "unknown_step": _("There is no step “{code}”."),
    "not_an_earlier_step": _("“{code}” is no step that stands above this one."),
    "only_for_infuse": _("Only an infusion may be recorded after it began."),
    "not_after_a_guarded_step": _(
        "This comes directly after a step that is guarded by “released” and “infusible”."
    ),
    "container_and_cassette": _(
        "Putting into a cassette scans a container and a cassette, and nothing else."
    ),
    "only_for_into_cassette": _("A cassette is scanned only where a container is put into one."),
    "not_for_into_cassette": _("A container is put into its cassette once."),
    "no_step_into_cassette": _("No step above puts this kind of container into a cassette."),
    "receiver_and_witness_differ": _("A receiver is named exactly where the witness is the receiver."),
    "needs_witness": _("The witness cannot enter the values of a step that has none."),
    "required_for_transfer": _("A hand-over needs its receiver."),
    "label_required": _("A label is applied by scanning it."),
    "place_required": _("Putting something away scans its place."),
    "hold_incomplete": _("A hold time needs both: the minutes, and the step until which it runs."),
    "not_the_items_of_scope_order": _SCOPE,
    "not_the_items_of_scope_container": _SCOPE,
    "not_the_items_of_scope_batch": _SCOPE,
    "not_for_this_effect": _("A step of this scope cannot have this effect."),
    "unknown_count": _("No value of this step is that count."),
    "count_not_from_1_to_12": _("The count has to have limits, from 1 to 12 at the widest."),
    "not_for_this_scope": _("This guard is about containers: a step for the order has none."),
    "component_not_made": _("No step starts a batch of {code}."),
    "only_for_start_batch": _("Only a step that starts a batch says which component it is."),
    "unknown_component": _("This is no component of the protocol."),
    "not_for_every_kind": _("Every kind of container that a batch is started from is one of the components."),
    "no_components": _("The protocol does not say of which components a dose consists."),
    "weight_not_in_kg": _("What the patient weighs is a number in kg."),
    "weight_repeated": _("A step measures one weight."),
    "empty_range": _("The lower limit is above the upper one: no value could pass."),
}
TEMPLATE_FAULTS: Mapping[str, Word] = {
    "not_a_kind": _("A kind of container has small letters and underscores, at most 20."),
    "copy_first": _("The first symbol is that of the copy: “copy”."),
    "identity_second": _("The second symbol is that of the patient: “identity” or “message”."),
    "not_for_this_layout": _(
        "After those two, four quadrants have “din_linear”, and no other layout has any."
    ),
    "container_required": _("The line “container” is on every label: people find the container by it."),
    "use_before_required": _(
        "Where the expiry is a symbol, it is also a line that people read: “use_before”."
    ),
    "not_a_product_code": _(
        "A product code has eight characters: five of the product, one of the kind of donation, two."
    ),
    "division_missing": _(
        "A product code that ends in 99 asks for a division in another symbol, which this label has not."
    ),
    "without_symbol": _("A product code that no symbol holds is on no label: add the symbol “product_code”."),
    "autologous_required": _("The warning “autologous” is on every label but those that are wrapped round."),
}


def protocol_shown() -> Shown:
    """A protocol."""
    return Shown(
        title=_("Protocol"),
        about=_("The steps of a product from collection to infusion, and what each asks for."),
        code_help=_("The code of the product."),
        start={"name": "", "steps": []},
        faults=PROTOCOL_FAULTS,
    )


def template_shown() -> Shown:
    """A label template; a new one begins with what is built in for the bag of the product."""
    return Shown(
        title=_("Label template"),
        about=_("What stands on the label of a kind of container: layout, size, lines, symbols, warnings."),
        code_help=_(
            "LABEL-<KIND>-<SITE> for one site, such as LABEL-PRODUCT_BAG-PLANT; LABEL-<KIND> for all that have no"
            " template of their own."
        ),
        start=asdict(built_in("product_bag")),
        faults=TEMPLATE_FAULTS,
        preview=preview_template,
    )
