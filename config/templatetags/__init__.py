"""Words and times for every room's templates."""
