"""Decisions of `qc`: criteria and verdicts, specifications, the batch record, what blocks a release."""
