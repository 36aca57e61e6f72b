"""Every kind of report: one module each, which shapes what the rooms below know."""

from audit.forms.reports import security_events
from audit.registry import register_report

MODULES = (security_events,)


def register_all() -> None:
    """Make every kind known."""
    for module in MODULES:
        register_report(module.KIND)
