"""What a worksheet is, what its scores mean, and how several people change one without losing a cell."""
