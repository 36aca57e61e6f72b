"""The API: scans, clearances of STOPs, and timelines."""
