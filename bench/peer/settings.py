"""The production settings with the peer installed: nothing else differs."""

from config.settings import *  # noqa: F403  (settings are all its names)
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework.authtoken", "bench.peer"]
ROOT_URLCONF = "bench.peer.urls"
