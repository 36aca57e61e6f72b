"""Addresses of the API of `coi`, under /api/v1/."""

from django.urls import path

from coi.api import scanners, views, weights

app_name = "coi_api"

urlpatterns = [
    path("scans/", views.ScanView.as_view(), name="scans"),
    path("scanner-checks/", scanners.ScannerCheckView.as_view(), name="scanner_checks"),
    path("stops/<uuid:check>/clear/", views.ClearStopView.as_view(), name="clear_stop"),
    path("find/", views.FindView.as_view(), name="find"),
    path("orders/<str:coi_id>/weights/", weights.WeightsView.as_view(), name="weights"),
    path("orders/<str:coi_id>/timeline/", views.TimelineView.as_view(), name="timeline"),
]
