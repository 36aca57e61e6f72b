"""Continued process verification. See README.md."""
