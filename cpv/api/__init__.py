"""The API of `cpv`: programs hand in numbers, and read charts and signals."""
