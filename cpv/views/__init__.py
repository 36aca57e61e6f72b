"""Pages of `cpv`."""
