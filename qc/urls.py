"""Addresses of the pages of `qc`."""

from django.urls import path

from qc.views import batches, documents, laboratory, runs

app_name = "qc"

urlpatterns = [
    path("batches/", batches.board, name="home"),
    path("batches/<str:code>/", batches.batch, name="batch"),
    path("batches/<str:code>/record.json", batches.record, name="record"),
    path("batches/<str:code>/results/<str:criterion>/", batches.result, name="result"),
    path("batches/<str:code>/results/<uuid:id>/review/", batches.review_result, name="review_result"),
    *(
        path(f"batches/<str:code>/{what}/", batches.decide, {"what": what}, name=what)
        for what in ("submit", "review", "release", "reject")
    ),
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
    path("runs/", runs.runs, name="runs"),
    path("runs/new/<str:site>/<str:method>/", runs.new_run, name="new_run"),
    path("runs/<str:code>/", runs.run, name="run"),
    path("runs/<str:code>/controls/", runs.read_controls, name="read_controls"),
    path("runs/<str:code>/void/", runs.void_run, name="void_run"),
    path("runs/<str:code>/controls/<str:lot>.svg", runs.chart, name="control_chart"),
]
