"""Programs that are carried to other machines: each one file, with Python and the package `cryptography` alone."""
