"""Pages of `fmea`."""
