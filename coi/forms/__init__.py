"""Parsing what comes in, and making words of the codes that go out."""
