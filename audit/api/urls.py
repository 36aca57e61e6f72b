"""Addresses of the API of `audit`, under /api/v1/."""

from django.urls import path

from audit.api import bundles, views

app_name = "audit_api"

urlpatterns = [
    path("audit/kinds/", views.KindsView.as_view(), name="kinds"),
    path("audit/reports/<str:kind>/", views.ReportView.as_view(), name="report"),
    path("audit/requests/", views.RequestsView.as_view(), name="requests"),
    path("audit/requests/<uuid:id>/", views.RequestView.as_view(), name="request"),
    path("audit/requests/<uuid:id>/report.<str:form>", views.FileView.as_view(), name="file"),
    path("audit/bundles/", bundles.BundlesView.as_view(), name="bundles"),
    path("audit/bundles/<uuid:id>/", bundles.BundleView.as_view(), name="bundle"),
    path("audit/bundles/<uuid:id>/bundle.zip", bundles.BundleFileView.as_view(), name="bundle_file"),
    path("audit/search/", views.SearchView.as_view(), name="search"),
]
