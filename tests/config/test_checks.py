"""`check --deploy` fails on what is unsafe, and on nothing in a safe set-up."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from config import checks
from config.lint import safe_environment


def ids(*found: list[checks.CheckMessage]) -> set[str]:
    """The names of what was found."""
    return {str(message.id) for messages in found for message in messages}


def test_a_safe_set_up_passes_whole(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=safe_environment(str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "LEDGER_SIGNING_KEY", "VAULT_KEY", "DATABASE_SEALER_URL", "REDIS_URL"]
)
def test_without_its_keys_nothing_starts(tmp_path: Path, missing: str) -> None:
    environment = safe_environment(str(tmp_path))
    del environment[missing]
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"{missing} is not set" in done.stderr


def test_one_key_for_two_jobs_is_found(settings: Settings) -> None:
    assert "veintrace.E001" not in ids(checks.check_secrets(None))
    settings.INDEX_KEY = settings.VAULT_KEY
    assert "veintrace.E001" in ids(checks.check_secrets(None))


@pytest.mark.requirement("URS-OPEN-01")
def test_open_doors_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    roles = {name: {"USER": name} for name in ("default", "sealer", "owner")}
    safe = SimpleNamespace(ALLOWED_HOSTS=["veintrace.example"], SECURE_COOKIES=True, DATABASES=roles)
    monkeypatch.setattr(checks, "settings", safe)
    assert ids(checks.check_doors(None)) == set()
    safe.ALLOWED_HOSTS, safe.SECURE_COOKIES = ["*"], False
    safe.DATABASES = {name: {"USER": "one"} for name in roles}
    assert ids(checks.check_doors(None)) == {"veintrace.E003", "veintrace.E004", "veintrace.E005"}
