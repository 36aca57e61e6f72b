"""Addresses of the API of `fmea`, under /api/v1/."""

from django.urls import path

from fmea.api import actions, scoring, sheets, worksheets

app_name = "fmea_api"

_ACTIONS = [
    path("worksheets/<str:code>/actions/", actions.ActionsView.as_view(), name="actions"),
    path("worksheets/<str:code>/actions/<str:action>/", actions.ActionView.as_view(), name="action"),
    path("worksheets/<str:code>/actions/<str:action>/move/", actions.MoveView.as_view(), name="move_action"),
]

# Scoring by a team, and what becomes of the risk that is left.
_ROUND = "worksheets/<str:code>/rounds/<uuid:id>/"
_SCORING = [
    path("worksheets/<str:code>/rounds/", scoring.RoundsView.as_view(), name="rounds"),
    path(_ROUND, scoring.RoundView.as_view(), name="round"),
    path(f"{_ROUND}scores/", scoring.ScoresView.as_view(), name="scores"),
    path(f"{_ROUND}open/", scoring.OpenView.as_view(), name="open_scores"),
    path(f"{_ROUND}consensus/", scoring.ConsensusView.as_view(), name="consensus"),
    path(f"{_ROUND}answer/", scoring.AnswerView.as_view(), name="answer"),
    path("worksheets/<str:code>/residuals/", scoring.ResidualsView.as_view(), name="residuals"),
    path("worksheets/<str:code>/rows/<str:row>/residual/", scoring.ResidualView.as_view(), name="residual"),
]

# Sheets: worksheets at work.
_SHEETS = [
    path("worksheets/<str:code>/", sheets.SheetView.as_view(), name="sheet"),
    path("worksheets/<str:code>/changes/", sheets.ChangesView.as_view(), name="changes"),
    path("worksheets/<str:code>/edits/", sheets.EditsView.as_view(), name="edits"),
]

# Worksheets for programs that read.
_WORKSHEETS = [
    path("worksheets/", worksheets.WorksheetsView.as_view(), name="worksheets"),
    path("worksheets/<str:code>/ranking/", worksheets.RankedView.as_view(), name="ranking"),
    path("worksheets/<str:code>/versions/", worksheets.VersionsView.as_view(), name="versions"),
    path("worksheets/<str:code>/evidence/", worksheets.EvidenceView.as_view(), name="evidence"),
]

urlpatterns = [*_ACTIONS, *_SCORING, *_WORKSHEETS, *_SHEETS]
