"""Tables of `qc`: projections, which only the ledger writes."""

from qc.models.documents import IssuedDocument
from qc.models.dossiers import Dossier
from qc.models.imports import Import
from qc.models.results import Result
from qc.models.runs import ControlReading, Run, RunThing
from qc.models.studies import Study

__all__ = ["ControlReading", "Dossier", "Import", "IssuedDocument", "Result", "Run", "RunThing", "Study"]
