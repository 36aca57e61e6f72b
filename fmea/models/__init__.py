"""Tables of `fmea`: sheets that people work on, their rows, their actions, and what was said of them."""

from fmea.models.actions import Action
from fmea.models.printouts import Printout
from fmea.models.residuals import ResidualDecision
from fmea.models.scoring import BlindScore, ScoringRound
from fmea.models.sheets import Sheet, SheetItem

__all__ = ["Action", "BlindScore", "Printout", "ResidualDecision", "ScoringRound", "Sheet", "SheetItem"]
