"""Versions of a worksheet: which is in effect, which is being signed, and how the sheet differs from what is signed."""

from dataclasses import dataclass
from datetime import datetime

from fmea.rules.comparing import ItemChange, compare_cells
from fmea.rules.worksheet import KIND
from fmea.selectors.sheets import SheetView
from fmea.selectors.worksheets import AtWork
from people import selectors as people
from people.rules.documents import OPEN_STATES, DocumentState, DocumentVersionView
from people.rules.signatures import SignatureView


@dataclass(frozen=True)
class Standing:
    """What is in effect, and what is on its way. `changes`: how the sheet differs from the version in effect; `cells`:
    how many cells that are, an item that only moved being one.
    """

    effective: DocumentVersionView | None
    open: DocumentVersionView | None
    changes: tuple[ItemChange, ...]

    @property
    def is_resting(self) -> bool:
        """Whether people read and sign a version, so that nothing is written on the sheet."""
        return self.open is not None and self.open.state is not DocumentState.DRAFT

    @property
    def cells(self) -> int:
        """How many cells differ."""
        return sum(len(it.cells) or 1 for it in self.changes)


def standing_of(whole: AtWork, at: datetime) -> Standing:
    """Where a worksheet stands (two statements; three while a version is on its way)."""
    code = whole.sheet.code
    effective = people.effective_document(KIND, code, at)
    changes = compare_cells(effective.content, whole.content) if effective is not None else ()
    return Standing(effective, _on_its_way(code), changes)


def _on_its_way(code: str) -> DocumentVersionView | None:
    if not people.open_states(KIND, [code]):
        return None
    return next((it for it in people.versions_of(KIND, code) if it.state in OPEN_STATES), None)


def versions_of(found: SheetView) -> tuple[DocumentVersionView, ...]:
    """Every version, the newest first (one statement)."""
    return tuple(people.versions_of(KIND, found.code))


def signatures_of(version: DocumentVersionView) -> tuple[SignatureView, ...]:
    """Who signed a version, in that order (one statement)."""
    return tuple(people.signatures("document_version", version.id))
