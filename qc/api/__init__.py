"""The API of `qc`: the doors for other programs of a laboratory and of quality."""
