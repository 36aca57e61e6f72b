"""Addresses of the pages of `qc`."""

from django.urls import path

from qc.views import batches, laboratory, results, runs, trends

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
    path("laboratory/", laboratory.worklist, name="worklist"),
    path("laboratory/results/<uuid:id>/review/", laboratory.review, name="review_from_list"),
    path("trends/", trends.trends, name="trends"),
    path("trends/<str:document>/<str:criterion>/", trends.trend, name="trend"),
    path("trends/<str:document>/<str:criterion>/chart.svg", trends.chart, name="trend_chart"),
    path("runs/", runs.runs, name="runs"),
    path("runs/new/<str:site>/<str:method>/", runs.new_run, name="new_run"),
    path("runs/<str:code>/", runs.run, name="run"),
    path("runs/<str:code>/controls/", runs.read_controls, name="read_controls"),
    path("runs/<str:code>/void/", runs.void_run, name="void_run"),
    path("runs/<str:code>/controls/<str:lot>.svg", runs.chart, name="control_chart"),
]
