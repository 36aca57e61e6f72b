"""Comparability after a change of the process: the plan first, the data after (ICH Q5E; FDA-2023-D-2436)."""
