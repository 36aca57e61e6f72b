"""Every kind of report: one module each, which shapes what the rooms below know."""

from audit.forms.reports import (
    access_review,
    batch_record,
    configuration,
    custody,
    deviations,
    genealogy,
    inventory,
    key_figures,
    labels,
    lot,
    overrides,
    person_work,
    refusals,
    security_events,
    signatures,
    station,
    trail,
    training,
)
from audit.registry import register_report

MODULES = (
    security_events,
    custody,
    genealogy,
    labels,
    refusals,
    deviations,
    overrides,
    key_figures,
    station,
    lot,
    person_work,
    batch_record,
    signatures,
    training,
    configuration,
    access_review,
    inventory,
    trail,
)


def register_all() -> None:
    """Make every kind known."""
    for module in MODULES:
        register_report(module.KIND)
