"""The peer as a Django app; only `bench.peer.settings` installs it."""

from django.apps import AppConfig


class PeerConfig(AppConfig):
    """Tables of the peer."""

    name = "bench.peer"
    label = "bench_peer"
