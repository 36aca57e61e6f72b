"""The production form agrees with the code: what it names exists, and what the settings need is given."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
NEEDED = ("SECRET_KEY", "LEDGER_SIGNING_KEY", "VAULT_KEY", "INDEX_KEY", "DATABASE_URL", "DATABASE_SEALER_URL")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml, read."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


def test_every_part_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "redis", "prepare", "web", "worker", "beat", "proxy"}


@pytest.mark.parametrize("service", ["web", "worker", "beat", "prepare"])
def test_a_service_has_the_secrets_that_the_settings_need(compose: dict[str, Any], service: str) -> None:
    described = compose["services"][service]
    for name in NEEDED:
        assert described["environment"][f"{name}_FILE"] == f"/run/secrets/{name.lower()}"
        assert name.lower() in described["secrets"]
    assert set(described["secrets"]) <= set(compose["secrets"])


def test_the_owner_of_the_tables_is_known_to_preparing_alone(compose: dict[str, Any]) -> None:
    knowing = [
        name
        for name, service in compose["services"].items()
        if "database_owner_url" in service.get("secrets", [])
    ]
    assert knowing == ["prepare"]


def test_every_mounted_file_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists(), source


def test_the_image_holds_every_room() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY --chown=root:root (\w+) \1$", text, re.MULTILINE))
    rooms = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()}
    assert copied == rooms | {"templates", "static"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert {f"!{name}" for name in copied} <= set(ignored.splitlines())
