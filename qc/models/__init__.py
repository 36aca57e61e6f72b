"""Tables of `qc`: projections, which only the ledger writes."""

from qc.models.results import Result
from qc.models.runs import ControlReading, Run, RunThing
from qc.models.studies import Study

__all__ = ["ControlReading", "Result", "Run", "RunThing", "Study"]
