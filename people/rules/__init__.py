"""Decisions of `people`: plain Python, no database, no clock."""
