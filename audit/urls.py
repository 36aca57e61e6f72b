"""Addresses of the pages of `audit`."""

from django.urls import path

from audit.views import bundles, home, reports, requests, search

app_name = "audit"

urlpatterns = [
    path("audit/", home.home, name="home"),
    path("audit/week/", home.week, name="week"),
    path("audit/about/<str:ask>/<str:key>/", home.about, name="about"),
    path("audit/reports/<str:kind>/", reports.report, name="report"),
    path("audit/reports/<str:kind>/<str:key>.svg", reports.picture, name="picture"),
    # what is kept
    path("audit/requests/", requests.requests, name="requests"),
    path("audit/requests/<uuid:id>/", requests.record, name="request"),
    path("audit/requests/<uuid:id>/report.<str:form>", requests.file, name="request_file"),
    # bundles that prove themselves
    path("audit/bundles/new/", bundles.new, name="bundle_new"),
    path("audit/bundles/<uuid:id>/", bundles.record, name="bundle"),
    path("audit/bundles/<uuid:id>/bundle.zip", bundles.file, name="bundle_file"),
    path("audit/search/", search.search, name="search"),
]
