"""Benchmarks that anyone can run, with the peer that they compare against: `make bench`. See README.md here."""
