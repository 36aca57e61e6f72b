"""Tables of `qc`: projections, which only the ledger writes."""

from qc.models.documents import IssuedDocument
from qc.models.dossiers import Dossier
from qc.models.imports import Import
from qc.models.investigations import Investigation
from qc.models.noted_signals import NotedSignal
from qc.models.plates import Plate
from qc.models.releases import LateFailure, Release, TrailReview
from qc.models.results import Result
from qc.models.runs import ControlReading, Run, RunThing
from qc.models.studies import Study

__all__ = [
    "ControlReading",
    "Dossier",
    "Import",
    "Investigation",
    "IssuedDocument",
    "LateFailure",
    "NotedSignal",
    "Plate",
    "Release",
    "Result",
    "Run",
    "RunThing",
    "Study",
    "TrailReview",
]
