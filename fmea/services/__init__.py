"""Every write of `fmea`, one function a use case."""

from fmea.services.actions import change_action, move_action, plan_action
from fmea.services.chasing import chase_actions
from fmea.services.importing import import_sheet, keep_file
from fmea.services.printouts import MEDIA_TYPES, carry_out_printout, print_worksheet
from fmea.services.residuals import decide_residual
from fmea.services.scoring import (
    abandon_round,
    agree_on_scores,
    answer_consensus,
    begin_round,
    consensus_digest,
    hand_in_score,
    open_scores,
)
from fmea.services.sheets import Edited, edit_sheet, open_sheet
from fmea.services.submitting import submit_sheet, to_do

__all__ = [
    "MEDIA_TYPES",
    "Edited",
    "abandon_round",
    "agree_on_scores",
    "answer_consensus",
    "begin_round",
    "carry_out_printout",
    "change_action",
    "chase_actions",
    "consensus_digest",
    "decide_residual",
    "edit_sheet",
    "hand_in_score",
    "import_sheet",
    "keep_file",
    "move_action",
    "open_scores",
    "open_sheet",
    "plan_action",
    "print_worksheet",
    "submit_sheet",
    "to_do",
]
