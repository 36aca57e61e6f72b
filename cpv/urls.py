"""Addresses of the pages of `cpv`."""

from django.urls import path

from cpv.rules.programme.beside import Way
from cpv.views import (
    beside,
    charts,
    comparisons,
    limits,
    overview,
    pictures,
    plans,
    points,
    reports,
    shares,
    signals,
)

app_name = "cpv"

urlpatterns = [
    # charts: how the process does, and why
    path("process/", overview.overview, name="home"),
    path("process/charts/<str:code>/", charts.chart, name="chart"),
    path("process/charts/<str:code>/points.csv", charts.download, name="points"),
    path("process/charts/<str:code>/points/<uuid:id>/", points.point, name="point"),
    path("process/charts/<str:code>/limits/", limits.propose, name="propose"),
    *(
        path(f"process/charts/<str:code>/{name}.{form}", view, {"form": form}, name=f"{name}_{form}")
        for name, view in (
            ("control", pictures.control),
            ("ranges", pictures.ranges),
            ("spread", pictures.spread),
        )
        for form in ("json", "svg")
    ),
    # charts beside the raw one
    *(
        path(f"process/charts/<str:code>/{way}/", beside.page, {"way": way}, name=f"beside_{way}")
        for way in Way
    ),
    *(
        path(
            f"process/charts/<str:code>/{way}.{form}",
            beside.picture,
            {"way": way, "form": form},
            name=f"beside_{way}_{form}",
        )
        for way in Way
        for form in ("json", "svg")
    ),
    path("process/charts/<str:code>/shares/", shares.page, name="shares"),
    *(
        path(
            f"process/charts/<str:code>/shares.{form}", shares.picture, {"form": form}, name=f"shares_{form}"
        )
        for form in ("json", "svg")
    ),
    # signals: what waits for an answer
    path("process/signals/", signals.signals, name="signals"),
    path("process/signals/<uuid:id>/", signals.signal, name="signal"),
    path("process/signals/<uuid:id>/acknowledge/", signals.acknowledge, name="acknowledge_signal"),
    path("process/signals/<uuid:id>/close/", signals.close, name="close_signal"),
    # plans: what is watched, and what it costs
    path("process/plans/", plans.plans, name="plans"),
    path("process/plans/<str:code>/", plans.plan, name="plan"),
    path("process/plans/<str:code>/<int:version>/", plans.plan, name="plan_version"),
    # comparisons: before and after a change
    path("process/comparisons/", comparisons.comparisons, name="comparisons"),
    path("process/comparisons/<str:code>/", comparisons.comparison, name="comparison"),
    path("process/comparisons/<str:code>/open/", comparisons.opened, name="open_comparison"),
    path("process/comparisons/<str:code>/chart.svg", comparisons.chart, name="comparison_chart"),
    path(
        "process/comparisons/<str:code>/<str:attribute>.svg", comparisons.lots_chart, name="comparison_lots"
    ),
    # reports
    path("process/reports/", reports.reports, name="reports"),
    path("process/reports/<uuid:id>/", reports.report, name="report"),
    path("process/reports/<uuid:id>/report.<str:form>", reports.file, name="report_file"),
]
