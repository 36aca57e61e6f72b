"""Pages of `qc`: batches, the laboratory, its runs."""
