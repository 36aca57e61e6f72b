"""Forms, and the words of reports: what the rooms below know, shaped for people."""
