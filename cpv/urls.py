"""Addresses of the pages of `cpv`."""

from django.urls import path

from cpv.rules.programme.beside import Way
from cpv.views import beside, charts, limits, overview, pictures, points

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
]
