"""Statistics of continued process verification: pure functions of arrays, free of Django, database and clock."""
