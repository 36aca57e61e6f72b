"""Therapies that can be ordered."""

from coi.models import Product


def products() -> list[tuple[str, str]]:
    """Code and name of each, by name."""
    return list(Product.objects.order_by("name").values_list("code", "name"))
