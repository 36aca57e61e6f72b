"""Addresses of the pages of `qc`."""

from django.urls import path

from qc.views import (
    batches,
    documents,
    imports,
    laboratory,
    plates,
    results,
    runs,
    specification_editor,
    specifications,
    trends,
)

app_name = "qc"

urlpatterns = [
    path("batches/", batches.board, name="home"),
    path("batches/<str:code>/", batches.batch, name="batch"),
    path("batches/<str:code>/record.json", batches.record, name="record"),
    *(
        path(f"batches/<str:code>/{what}/", batches.decide, {"what": what}, name=what)
        for what in ("submit", "review", "release", "reject")
    ),
    path("results/<uuid:id>/review/", results.review, name="review_result"),
    path("results/<str:kind>/<str:code>/", results.subject, name="subject"),
    path("results/<str:kind>/<str:code>/<str:criterion>/", results.result, name="result"),
    path("batches/<str:code>/documents/", documents.documents, name="documents"),
    path("batches/<str:code>/documents/<str:kind>/issue/", documents.issue, name="issue_document"),
    path("batches/<str:code>/documents/<str:kind>/preview.pdf", documents.preview, name="preview_document"),
    path("batches/<str:code>/documents/<str:kind>/<int:version>/", documents.document, name="document"),
    path(
        "batches/<str:code>/documents/<str:kind>/<int:version>/file.<str:form>",
        documents.file,
        name="document_file",
    ),
    path("laboratory/", laboratory.worklist, name="worklist"),
    path("laboratory/results/<uuid:id>/review/", laboratory.review, name="review_from_list"),
    path("trends/", trends.trends, name="trends"),
    path("trends/<str:document>/<str:criterion>/", trends.trend, name="trend"),
    path("trends/<str:document>/<str:criterion>/chart.svg", trends.chart, name="trend_chart"),
    path("specifications/", specifications.specifications, name="specifications"),
    path("specifications/new/", specification_editor.write, name="new_specification"),
    path("specifications/<uuid:id>/edit/", specification_editor.edit, name="edit_specification"),
    path("specifications/<uuid:id>/next/", specification_editor.write_next, name="next_specification"),
    path("specifications/<uuid:id>/", specifications.specification, name="specification"),
    path("specifications/examples/<str:name>/", specifications.example_page, name="specification_example"),
    path("files/", imports.imports, name="imports"),
    path("files/template.csv", imports.blank, name="import_template"),
    path("files/new/<str:site>/", imports.hand_in, name="hand_in"),
    path("files/<uuid:id>/", imports.one, name="import"),
    *(
        path(f"files/<uuid:id>/{what}/", imports.act, {"what": what}, name=f"{what}_import")
        for what in ("record", "discard")
    ),
    path("runs/", runs.runs, name="runs"),
    path("runs/new/<str:site>/<str:method>/", runs.new_run, name="new_run"),
    path("runs/<str:code>/", runs.run, name="run"),
    path("runs/<str:code>/controls/", runs.read_controls, name="read_controls"),
    path("runs/<str:code>/void/", runs.void_run, name="void_run"),
    path("runs/<str:code>/potency/", plates.plates, name="plates"),
    path("runs/<str:code>/potency/template.csv", plates.blank, name="plate_template"),
    path("runs/<str:code>/potency/<uuid:id>/", plates.plate, name="plate"),
    path("runs/<str:code>/potency/<uuid:id>/chart.svg", plates.chart, name="plate_chart"),
    path("runs/<str:code>/potency/<uuid:id>/record/", plates.record, name="record_plate"),
    path("runs/<str:code>/potency/<uuid:id>/discard/", plates.discard, name="discard_plate"),
    path("runs/<str:code>/controls/<str:lot>.svg", runs.chart, name="control_chart"),
]
