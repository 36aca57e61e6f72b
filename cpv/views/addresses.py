"""Addresses of pages that a page leads to by the hundred: looked up once, with {} in the place of what differs."""

from uuid import UUID

from django.urls import reverse

from cpv.forms.chart_table import Addresses

# What stands in the place of what differs while an address is looked up: no code of a batch is that.
_CODE, _ID = "0", UUID(int=0)


def addresses_of(chart: str) -> Addresses:
    """Of the points of a chart, and of batches."""
    point = reverse("cpv:point", args=[chart, _ID])
    batch = reverse("qc:batch", args=[_CODE])
    return Addresses(point.replace(str(_ID), "{}"), batch.replace(f"/{_CODE}/", "/{}/"))
