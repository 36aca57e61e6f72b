"""The smallest honest peer of a scan: one locked SELECT and one INSERT in a transaction, by token, through DRF."""
