"""A plate that was handed in, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from qc.rules.importing import ImportState
from qc.rules.results import ResultView


@dataclass(frozen=True)
class PlateView:
    """The responses of one plate of a run. `numbers` and `result` are there once its result was recorded."""

    id: str
    run: str
    run_id: str
    site: str
    evidence: str
    sha256: str
    name: str
    state: ImportState
    handed_in_at: datetime
    handed_in_by: str
    result: ResultView | None
    numbers: Mapping[str, str]
