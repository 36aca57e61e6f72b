"""What `coi` decides: pure functions over frozen dataclasses. No Django, no database, no clock."""
