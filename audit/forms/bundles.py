"""One line of words for each kind of entry about bundles."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audit.events import Event
from audit.rules.bundles import BundleFault
from ledger.registry import Presenter, Told

_FAULTS: Mapping[str, str | Promise] = {
    BundleFault.TOO_MANY_ENTRIES: _("there are too many entries; ask for less"),
    BundleFault.TOO_LARGE: _("it is too large; ask for less"),
    BundleFault.NOTHING: _("there are no entries"),
    BundleFault.NOT_AS_SEALED: _("the ledger is not as it was sealed; verify it"),
    BundleFault.LEDGER_BROKEN: _("the ledger is halted; see what the verifier found"),
    BundleFault.KEY_REPLACED: _(
        "another key signs the ledger now, and the servers do not have it; tell whoever runs them, then ask again"
    ),
    BundleFault.NOT_THEIRS: _("its report is not open to whoever asked, or not any more"),
    BundleFault.NOT_DRAWABLE: _("its report could not be put on paper; tell whoever runs the servers"),
    BundleFault.EVIDENCE_DAMAGED: _("a kept file is gone or damaged; verify the ledger"),
}


def fault(code: str) -> str:
    """Why a bundle was not made, in words."""
    return str(_FAULTS.get(code, _("an unexpected fault; ask again, or ask whoever runs the servers")))


def presenters() -> Mapping[str, Presenter]:
    """For the ledger's registry: each takes an entry."""
    return {
        Event.BUNDLE_ASKED: lambda entry: str(_("Bundle asked for: {about}")).format(**_said(entry)),
        Event.BUNDLE_MADE: lambda entry: str(
            _("Bundle made: {about}, {entries} entries, manifest {manifest}")
        ).format(**_said(entry)),
        Event.BUNDLE_KEPT: lambda entry: str(_("Bundle kept: {about}, file {sha256}")).format(**_said(entry)),
        Event.BUNDLE_NOT_MADE: lambda entry: str(_("Bundle not made: {about}; {why}")).format(
            **_said(entry), why=fault(entry.facts.get("fault", ""))
        ),
    }


def _said(entry: Told) -> dict[str, Any]:
    asked = entry.facts.get("question", {})
    return {**entry.facts, "about": ", ".join(str(value) for value in asked.values())}
