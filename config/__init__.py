"""The wiring: settings, addresses, the worker, and the local servers. No rule of the field lives here."""
