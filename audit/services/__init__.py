"""Every write of `audit`: reports asked for and drawn, bundles made."""
