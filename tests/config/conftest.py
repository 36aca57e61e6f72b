"""Folders for servers of a test's own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def roomy() -> Iterator[Path]:
    """A folder that the servers' account reaches as well (as root that is another one); pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="veintrace-servers-") as made:
        Path(made).chmod(0o711)
        yield Path(made)
