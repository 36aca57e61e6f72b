"""Runs a part of the bench that needs the house: sets Django up, then hands over to the part's `main`.

    python -m bench.inside labels < plan.json > labels.json

A module that uses models can only be imported once Django is set up, so that is done here, once, and not in each.
"""

import sys
from importlib import import_module

import django


def main() -> None:
    """The first argument names the part; the others are its own."""
    django.setup()
    import_module(f"bench.{sys.argv.pop(1)}").main()


if __name__ == "__main__":
    main()
