"""Settings of the tests: local servers of their own, then `config.settings` as it is.

One run (however many workers pytest-xdist gives it) starts one PostgreSQL and one Redis in a new folder and removes
them at its end. VEINTRACE_TEST_DIR names a folder to keep instead, which makes `--reuse-db` useful. Each worker has
a database of its own (pytest-django), and here a Redis database and a queue of its own.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

from config import keys
from config.embedded import Embedded

# The workers share the cores among themselves; threads of linear algebra would only get into each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _start() -> None:
    """Start the servers in the process that the others come from; those find the addresses in the environment."""
    kept = os.environ.get("VEINTRACE_TEST_DIR")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="veintrace-test-"))
    server_data = None if kept else folder / "servers"
    folder.chmod(0o711)  # as root the servers' account must get through; the secrets have a mode of their own
    servers = Embedded(
        folder, die_with_parent=True, durable=False, may_create_databases=True, server_data=server_data
    )
    variables = servers.start() | keys.application(servers.secrets, folder)
    # tests make databases and read every table: they are the owner, and say SET ROLE to be less
    os.environ.update(
        variables | {"DATABASE_URL": variables["DATABASE_OWNER_URL"], "VEINTRACE_TESTING": "on"}
    )
    os.environ.pop("DATABASE_OWNER_URL")  # no alias "owner" beside the default one, which is the owner here
    os.environ["STATIC_ROOT"] = str(folder / "static")
    (folder / "static").mkdir(exist_ok=True)
    starter = os.getpid()

    def finish() -> None:
        if os.getpid() != starter:  # a forked child is not the one to end them
            return
        servers.stop()
        if not kept:
            shutil.rmtree(servers.layout.home, ignore_errors=True)
            shutil.rmtree(servers.layout.sockets, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(finish)


if os.environ.get("VEINTRACE_TESTING") != "on":
    _start()

_worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or "0")
os.environ["REDIS_URL"] = re.sub(r"db=\d+", f"db={_worker}", os.environ["REDIS_URL"])
os.environ["CELERY_QUEUE"] = f"test-{_worker}"

from config.settings import *  # noqa: E402,F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # the strength of a hash is not under test
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = (
    True  # static files straight from the tree: nothing to collect
)
# tests knock from one address, and faster than people: what limits is under test alone in tests/config/test_limits.py
STATION_REQUESTS_PER_MINUTE = USER_REQUESTS_PER_MINUTE = 1_000_000
ADDRESS_REQUESTS_PER_MINUTE = SIGN_INS_PER_MINUTE = 1_000_000
# most tests sign once and go: the first signature of a session, which takes both components unless this is set, is
# under test in tests/people/test_signing.py
SIGN_IN_BEGINS_SERIES = True
# histories jump over weeks: when a desk rests and a session is too old is under test in tests/people/test_gate.py
IDLE_LOCK_MINUTES = SESSION_COOKIE_AGE = 1_000_000_000
