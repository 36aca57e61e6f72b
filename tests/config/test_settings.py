"""The environment is read strictly: what is missing or odd stops the start with a line that names it."""

import base64
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings
from ledger.rules.destinations import log_witnesses, web_addresses


def test_a_secret_comes_from_the_environment_or_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VT_SECRET", raising=False)
    with pytest.raises(ImproperlyConfigured, match="VT_SECRET is not set"):
        settings.secret("VT_SECRET")
    file = tmp_path / "secret"
    file.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("VT_SECRET_FILE", str(file))
    assert settings.secret("VT_SECRET") == "from the file"
    monkeypatch.setenv("VT_SECRET", "from the environment")
    with pytest.raises(ImproperlyConfigured, match="both set"):
        settings.secret("VT_SECRET")
    monkeypatch.delenv("VT_SECRET_FILE")
    assert settings.secret("VT_SECRET") == "from the environment"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not base64!", "not base64"),
        (base64.b64encode(b"short").decode(), "must hold 32"),
        ("", "is not set"),
    ],
)
def test_a_torn_key_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str, complaint: str) -> None:
    monkeypatch.setenv("VT_KEY", base64.b64encode(bytes(32)).decode())
    assert settings.key("VT_KEY")
    monkeypatch.setenv("VT_KEY", text)
    with pytest.raises(ImproperlyConfigured, match=complaint):
        settings.key("VT_KEY")


@pytest.mark.parametrize(("text", "expected"), [("on", True), ("OFF", False), ("1", True), ("false", False)])
def test_a_switch_is_on_or_off(monkeypatch: pytest.MonkeyPatch, text: str, expected: bool) -> None:
    monkeypatch.setenv("VT_SWITCH", text)
    assert settings.switch("VT_SWITCH", default=not expected) is expected
    monkeypatch.setenv("VT_SWITCH", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="on or off"):
        settings.switch("VT_SWITCH", default=True)


@pytest.mark.parametrize("text", ["0", "3651", "-1", "9.5", "ninety", "", "٩"])
def test_days_are_whole_and_not_for_ever(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.delenv("VT_DAYS", raising=False)
    assert settings.days("VT_DAYS", default=90) == 90
    monkeypatch.setenv("VT_DAYS", "3650")
    assert settings.days("VT_DAYS", default=90) == 3650
    monkeypatch.setenv("VT_DAYS", text)
    with pytest.raises(ImproperlyConfigured, match="whole number of days"):
        settings.days("VT_DAYS", default=90)


def test_a_database_address_may_name_a_socket_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VT_DB", "postgresql://someone:secret@/base?host=/run/vt-0123")
    found = settings.database("VT_DB", lock_timeout=7)
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/vt-0123", "base", "someone")
    assert found["CONN_MAX_AGE"] is None
    assert "host" not in found["OPTIONS"]
    monkeypatch.setenv("VT_DB", "sqlite:///base.db")
    with pytest.raises(ImproperlyConfigured, match="postgresql"):
        settings.database("VT_DB", lock_timeout=7)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("unix:///run/vt/redis.sock?db=3", "redis+socket:///run/vt/redis.sock?virtual_host=3"),
        ("redis://redis:6379/0", "redis://redis:6379/0"),
    ],
)
def test_the_broker_is_the_same_redis(address: str, expected: str) -> None:
    assert settings.broker(address) == expected


def test_the_version_is_that_of_the_change_log() -> None:
    assert settings.version() == settings.SOFTWARE_VERSION
    assert (settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8").count(
        f'version = "{settings.SOFTWARE_VERSION}"'
    ) == 1


def test_pages_may_load_nothing_from_elsewhere() -> None:
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert policy["default-src"] == ["'none'"]
    assert {source for sources in policy.values() for source in sources} <= {"'self'", "'none'"}


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "", "١"])
def test_a_limit_is_a_whole_number_above_nothing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("VT_LIMIT", "7")
    assert settings.positive("VT_LIMIT", default=12) == 7
    monkeypatch.setenv("VT_LIMIT", text)
    with pytest.raises(ImproperlyConfigured, match="above 0"):
        settings.positive("VT_LIMIT", default=12)
    monkeypatch.delenv("VT_LIMIT")
    assert settings.positive("VT_LIMIT", default=12) == 12


def test_a_destination_of_checkpoints_that_cannot_be_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VT_THERE", raising=False)
    assert settings.outside("VT_THERE", web_addresses) == ()
    monkeypatch.setenv("VT_THERE", "https://archive.example/in")
    assert [item.address for item in settings.outside("VT_THERE", web_addresses)] == [
        "https://archive.example/in"
    ]
    monkeypatch.setenv("VT_THERE", "http://archive.example/in")
    with pytest.raises(ImproperlyConfigured, match=r"VT_THERE: 'http://.*' must begin with https"):
        settings.outside("VT_THERE", web_addresses)
    with pytest.raises(ImproperlyConfigured, match=r"VT_THERE: .*key"):
        settings.outside("VT_THERE", log_witnesses)
