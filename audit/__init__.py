"""Reports and proof on demand: everything an auditor asks, answered from the rooms below."""
