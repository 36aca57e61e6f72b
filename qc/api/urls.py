"""Addresses of the API of `qc`, under /api/v1/."""

from django.urls import path

from qc.api import views

app_name = "qc_api"

urlpatterns = [
    path("batches/", views.BoardView.as_view(), name="board"),
    path("batches/<str:code>/", views.BatchView.as_view(), name="batch"),
    path("batches/<str:code>/trail/", views.TrailView.as_view(), name="trail"),
    path("results/<str:kind>/<str:code>/", views.ResultsView.as_view(), name="results"),
]
