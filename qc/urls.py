"""Addresses of the pages of `qc`."""

from django.urls import path

from qc import views

app_name = "qc"

urlpatterns = [
    path("batches/", views.board, name="home"),
    path("batches/<str:code>/", views.batch, name="batch"),
    path("batches/<str:code>/record.json", views.record, name="record"),
    path("batches/<str:code>/results/<str:criterion>/", views.result, name="result"),
    path("batches/<str:code>/results/<uuid:id>/review/", views.review_result, name="review_result"),
    *(
        path(f"batches/<str:code>/{what}/", views.decide, {"what": what}, name=what)
        for what in ("submit", "review", "release", "reject")
    ),
]
