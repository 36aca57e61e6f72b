"""Failure modes and effects. See README.md."""
