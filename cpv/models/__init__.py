"""Tables of `cpv`. All but `Position` and `Watch` are projections: only the ledger writes them."""

from cpv.models.comparisons import ComparisonLook
from cpv.models.observations import Observation
from cpv.models.positions import Position
from cpv.models.reports import Report
from cpv.models.signals import Signal
from cpv.models.watches import Watch

__all__ = ["ComparisonLook", "Observation", "Position", "Report", "Signal", "Watch"]
