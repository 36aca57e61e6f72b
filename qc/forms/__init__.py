"""What the pages of `qc` say and ask."""
