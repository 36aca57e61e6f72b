"""Checks of an installation and of its operation that write their own evidence: `make qualify`."""
