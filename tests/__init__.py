"""Tests: a folder per room, and flows, concurrency, permissions and browser beside them."""
