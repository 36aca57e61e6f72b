"""Addresses of the pages of comparisons; `cpv.urls` includes them."""

from django.urls import path

from cpv.views import comparisons

comparison_urls = [
    path("", comparisons.comparisons, name="comparisons"),
    path("<str:code>/", comparisons.comparison, name="comparison"),
    path("<str:code>/open/", comparisons.opened, name="open_comparison"),
    path("<str:code>/chart.svg", comparisons.chart, name="comparison_chart"),
    path("<str:code>/<str:attribute>.svg", comparisons.lots_chart, name="comparison_lots"),
]
