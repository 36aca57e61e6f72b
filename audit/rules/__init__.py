"""What a report is made of, and how questions are put; plain Python."""
