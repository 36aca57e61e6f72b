"""What the auditor's room keeps and finds."""
