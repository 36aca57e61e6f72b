"""Addresses of the pages of `fmea`."""

from django.urls import path

from fmea.views import (
    actions,
    evidence,
    files,
    home,
    one_round,
    pictures,
    ranking,
    residuals,
    rows,
    scales,
    scoring,
    sheet,
    versions,
    worksheets,
)

app_name = "fmea"

# Actions: what is done about risks, by whom and by when.
_ACTIONS = [
    path("risk/actions/", actions.mine, name="my_actions"),
    path("risk/actions/<str:key>/", actions.action_by_key, name="action_by_key"),
    path("risk/<str:code>/actions/", actions.actions, name="actions"),
    path("risk/<str:code>/actions/plan/", actions.plan, name="plan_action"),
    path("risk/<str:code>/actions/<str:action>/", actions.action, name="action"),
    path("risk/<str:code>/actions/<str:action>/change/", actions.change, name="change_action"),
    path("risk/<str:code>/actions/<str:action>/move/<str:to>/", actions.move, name="move_action"),
]

# Files: out, in, and printed.
_FILES = [
    path("risk/<str:code>/scales/", scales.scales, name="scales"),
    path("risk/<str:code>/files/", files.files, name="files"),
    path("risk/<str:code>/files/sheet.xlsx", files.workbook, name="workbook"),
    path("risk/<str:code>/files/print/", files.ask, name="print"),
    path("risk/<str:code>/files/hand-in/", files.hand_in, name="hand_in"),
    path("risk/<str:code>/files/<uuid:id>/", files.look, name="import"),
    path("risk/<str:code>/printouts/<uuid:id>/", files.one, name="printout"),
    path("risk/<str:code>/printouts/<uuid:id>/worksheet.<str:form>", files.file, name="printout_file"),
]

# Worksheets: all of them, a new one, one for reading.
_PAGES = [
    path("risk/", home.home, name="home"),
    path("risk/new/", home.new, name="new"),
    path("risk/<str:code>/", worksheets.worksheet, name="worksheet"),
    path("risk/<str:code>/submit/", worksheets.submit, name="submit"),
    path("risk/<str:code>/versions/", versions.versions, name="versions"),
    path("risk/<str:code>/rows/<str:row>/", rows.row, name="row"),
    *(
        path(
            f"risk/<str:code>/{name}.{form}",
            pictures.drawn,
            {"name": name, "form": form},
            name=f"{name}_{form}",
        )
        for name in pictures.NAMES
        for form in ("json", "svg")
    ),
]

# Scoring by a team, and what becomes of the risk that is left.
_SCORING = [
    path("risk/scoring/<uuid:id>/", scoring.by_id, name="round_by_id"),
    path("risk/<str:code>/scoring/", scoring.rounds, name="rounds"),
    path("risk/<str:code>/scoring/<uuid:id>/", one_round.page, name="round"),
    path("risk/<str:code>/scoring/<uuid:id>/score/", one_round.score, name="hand_in_score"),
    path("risk/<str:code>/scoring/<uuid:id>/open/", one_round.open_scores, name="open_scores"),
    path("risk/<str:code>/scoring/<uuid:id>/consensus/", one_round.agree, name="agree_on_scores"),
    path("risk/<str:code>/scoring/<uuid:id>/answer/", one_round.answer, name="answer_consensus"),
    path("risk/<str:code>/scoring/<uuid:id>/abandon/", one_round.abandon, name="abandon_round"),
    path("risk/<str:code>/residual/", residuals.residuals, name="residuals"),
    path("risk/<str:code>/rows/<str:row>/residual/", residuals.residual, name="residual"),
]

# The sheet: where a worksheet is written, cell by cell.
_SHEET = [
    path("risk/<str:code>/sheet/", sheet.page, name="sheet"),
    path("risk/<str:code>/sheet/data/", sheet.data, name="sheet_data"),
    path("risk/<str:code>/sheet/changes/", sheet.changes, name="sheet_changes"),
    path("risk/<str:code>/sheet/edits/", sheet.edits, name="sheet_edits"),
    path("risk/<str:code>/sheet/faults/", sheet.faults, name="sheet_faults"),
    path("risk/<str:code>/sheet/names/", sheet.names, name="sheet_names"),
]

# What really happens, beside what was scored; how firm the order is, and what one more control would change.
_EVIDENCE = [
    path("risk/<str:code>/evidence/", evidence.evidence, name="evidence"),
    path("risk/<str:code>/evidence/counted/", evidence.counted, name="counted"),
    path("risk/<str:code>/order/", evidence.order, name="order"),
    path("risk/<str:code>/rows/<str:row>/evidence/", evidence.row, name="row_evidence"),
    path(
        "risk/<str:code>/rows/<str:row>/evidence/<str:name>.<str:form>", evidence.picture, name="row_picture"
    ),
    path("risk/<str:code>/rows/<str:row>/what-if/", ranking.what_if, name="what_if"),
    path("risk/<str:code>/ranking/", ranking.ranking, name="ranking"),
    *(
        path(f"risk/<str:code>/ranks.{form}", ranking.picture, {"form": form}, name=f"ranks_{form}")
        for form in ("json", "svg")
    ),
]

# What has a name of its own stands before what begins with the code of a worksheet.
urlpatterns = [*_ACTIONS, *_SCORING, *_SHEET, *_FILES, *_EVIDENCE, *_PAGES]
