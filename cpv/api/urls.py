"""Addresses of the API of `cpv`, under /api/v1/."""

from django.urls import path

from cpv.api import views

app_name = "cpv_api"

urlpatterns = [
    path("process/observations/", views.ObservationsView.as_view(), name="observations"),
    path("process/charts/", views.ChartsView.as_view(), name="charts"),
    path("process/charts/<str:code>/", views.ChartView.as_view(), name="chart"),
    path("process/signals/", views.SignalsView.as_view(), name="signals"),
    path("process/signals/<uuid:id>/", views.SignalView.as_view(), name="signal"),
    path("process/signals/<uuid:id>/acknowledge/", views.AcknowledgeView.as_view(), name="acknowledge"),
    path("process/signals/<uuid:id>/close/", views.CloseView.as_view(), name="close"),
]
