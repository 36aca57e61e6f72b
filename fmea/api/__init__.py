"""The API of `fmea`: programs read worksheets, and write what people write."""
