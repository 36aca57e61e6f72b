"""Every question that `cpv` answers."""
