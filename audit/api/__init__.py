"""The API of the auditor's room."""
